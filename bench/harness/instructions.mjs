// User instructions of a process between two moments, by `perf stat`; far quieter than time. Undefined where the machine
// does not count them.
import { spawn, spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'

const EVENT = 'instructions:u'

export function canCount() {
  const { status, stderr } = spawnSync('perf', ['stat', '-x', ',', '-e', EVENT, 'true'], { encoding: 'utf8' })
  return status === 0 && /^\d+,/m.test(stderr)
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
