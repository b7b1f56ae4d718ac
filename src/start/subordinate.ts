// What kind of process this is. Worker threads and cluster children open no listener of their own, since the primary owns
// the admin port, and speak under an instance id of their own.
import type { Cluster } from 'node:cluster'
import { isMainThread, threadId } from 'node:worker_threads'

/** `worker-3`, `child-2`, or null in a process that stands alone. */
export function subordinate(): string | null {
  if (!isMainThread) return `worker-${threadId}`
  // A cluster child has a channel to its primary; nobody else loads the module to be asked.
  if (process.send === undefined) return null
  const { worker } = process.getBuiltinModule('node:cluster') as unknown as Cluster
  return worker === undefined ? null : `child-${worker.id}`
}
