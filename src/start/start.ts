// `start()`: one running instance per process, shared by ESM, CommonJS and a second copy of the package. It is
// synchronous in what matters, so requests are observed although nobody has awaited it yet; what it returns resolves
// when the listeners are open. Bad configuration rejects with every fault before anything is opened.
import { Fault, Faults } from '../base/fault.ts'
import { notice, noticeOnce } from '../base/notice.ts'
import { otherVersion, shared, VERSION } from '../base/slot.ts'
import { keepTicks } from '../context/ticks.ts'
import { assemble, type StartOptions } from './assemble.ts'
import type { Telltale } from './telltale.ts'

interface Running {
  started: Promise<Telltale> | null
  /** The stop that is under way. */
  stopping: Promise<void> | null
  /** What starts after it. */
  next: Promise<Telltale> | null
}

const running = shared('instance', (): Running => ({ started: null, stopping: null, next: null }))

/**
 * Starts telemetry for this process and resolves to the running instance. A second call returns the first one's
 * instance and says so once; after `stop()` it starts anew, during one when that is done. Rejects with `Faults` for a
 * configuration that is not valid.
 */
export function start(options: StartOptions = {}): Promise<Telltale> {
  const held = running.started ?? running.next
  if (held !== null) {
    noticeOnce(
      'start.twice',
      'warn',
      'start.twice',
      'start() was called again: the first instance goes on, other options are ignored',
    )
    return held
  }
  if (running.stopping === null) return begin(options)
  running.next = running.stopping.then(() => {
    running.next = null
    return begin(options)
  })
  return running.next
}

function begin(options: StartOptions): Promise<Telltale> {
  const other = otherVersion()
  if (other !== undefined) {
    notice('warn', 'start.version', `two versions of telltale are loaded (${other} and ${VERSION}): install one`)
  }
  keepTicks()
  let telltale: Telltale
  try {
    telltale = assemble(options)
  } catch (error) {
    return Promise.reject(error instanceof Fault ? new Faults([error]) : error)
  }
  telltale.onStop((ended) => {
    running.started = null
    const stopping = ended.then(() => {
      if (running.stopping === stopping) running.stopping = null
    })
    running.stopping = stopping
  })
  running.started = telltale.open()
  return running.started
}
