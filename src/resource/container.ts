// The container's id, where the kernel shows it: cgroup v1 paths end with it, under cgroup v2 the mounts of
// /etc/hostname and its neighbours carry it. Runtimes differ in what stands around the 64 digits.

const CGROUP = /(?:^|[/:-])([0-9a-f]{64})(?:\.scope)?\s*$/m
const MOUNT = /\/(?:containers|overlay-containers|sandboxes)\/([0-9a-f]{64})\//

/** `read` gives a file's text or undefined. */
export function containerId(read: (path: string) => string | undefined): string | undefined {
  const cgroup = read('/proc/self/cgroup')
  const v1 = cgroup === undefined ? null : CGROUP.exec(cgroup)
  if (v1 !== null) return v1[1]
  const mounts = read('/proc/self/mountinfo')
  return mounts === undefined ? undefined : (MOUNT.exec(mounts)?.[1] ?? undefined)
}
