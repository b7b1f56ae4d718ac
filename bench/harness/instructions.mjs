// User instructions of a process between two moments, far quieter than time: by `perf stat`, and where the machine does not
// count them by valgrind, which makes the process some forty times slower and gives the same number whatever else runs.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Peer } from './peer.mjs'

const EVENT = 'instructions:u'

export function canCount() {
  const { status, stderr } = spawnSync('perf', ['stat', '-x', ',', '-e', EVENT, 'true'], { encoding: 'utf8' })
  return status === 0 && /^\d+,/m.test(stderr)
}

/** `perf`, `valgrind`, or undefined where neither is there. */
export function counter() {
  if (canCount()) return 'perf'
  return spawnSync('callgrind_control', ['--version']).status === 0 ? 'valgrind' : undefined
}

/** Starts counting; the function that it returns stops and gives the number. */
export async function count(pid) {
  const perf = spawn('perf', ['stat', '-x', ',', '-e', EVENT, '-p', String(pid)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let text = ''
  perf.stderr.on('data', (chunk) => (text += chunk))
  const closed = new Promise((resolve) => perf.on('close', resolve))
  await sleep(150)
  return async () => {
    perf.kill('SIGINT')
    await closed
    const match = /^(\d+),/m.exec(text)
    return match ? Number(match[1]) : undefined
  }
}

/**
 * A peer with `counted(work)`, the instructions that it needs while `work` is done; undefined without a counter. `by` is what
 * counter() found.
 */
export async function countedPeer(by, file, args, { node = process.execPath, ...options }) {
  if (by !== 'valgrind') {
    const peer = await Peer.start(file, args, { node, ...options })
    const counted = async (work) => {
      const stop = by === 'perf' ? await count(peer.pid) : undefined
      await work()
      return stop?.()
    }
    return Object.assign(peer, { counted })
  }
  const folder = mkdtempSync(join(tmpdir(), 'telltale-bench-'))
  const wrapper = join(folder, 'node.sh')
  const valgrind = `valgrind -q --tool=callgrind --smc-check=all-non-file --callgrind-out-file=${folder}/counted.%p`
  writeFileSync(wrapper, `#!/bin/sh\nexec ${valgrind} ${node} "$@"\n`)
  chmodSync(wrapper, 0o755)
  const peer = await Peer.start(file, args, { node: wrapper, ...options })
  void peer.exited.then(() => rmSync(folder, { recursive: true, force: true }))
  const control = (what) => execFileSync('callgrind_control', [what, String(peer.pid)], { stdio: 'ignore' })
  const counted = async (work) => {
    control('--zero')
    await work()
    control('--dump')
    const dump = join(
      folder,
      readdirSync(folder).find((name) => /^counted\.\d+\.\d+$/.test(name)),
    )
    const found = /^(?:summary|totals): (\d+)/m.exec(readFileSync(dump, 'utf8'))
    rmSync(dump)
    return Number(found[1])
  }
  return Object.assign(peer, { counted })
}
