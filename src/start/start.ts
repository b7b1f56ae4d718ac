// `start()`: one running instance per process, shared by ESM, CommonJS and a second copy of the package. It is
// synchronous in what matters, so requests are observed although nobody has awaited it yet; what it returns resolves
// when the listeners are open. Bad configuration throws before anything is opened.
import { notice, noticeOnce } from '../base/notice.ts'
import { otherVersion, shared, VERSION } from '../base/slot.ts'
import { assemble, type StartOptions } from './assemble.ts'
import type { Telltale } from './telltale.ts'

const instance = shared('instance', () => ({ started: null as Promise<Telltale> | null }))

/**
 * Starts telemetry for this process and resolves to the running instance. A second call returns the first one's
 * instance and says so once; after `stop()` it starts anew. Throws `Faults` for a configuration that is not valid.
 */
export function start(options: StartOptions = {}): Promise<Telltale> {
  if (instance.started !== null) {
    noticeOnce(
      'start.twice',
      'warn',
      'start.twice',
      'start() was called again: the first instance goes on, other options are ignored',
    )
    return instance.started
  }
  const other = otherVersion()
  if (other !== undefined) {
    notice('warn', 'start.version', `two versions of telltale are loaded (${other} and ${VERSION}): install one`)
  }
  let telltale: Telltale
  try {
    telltale = assemble(options)
  } catch (error) {
    return Promise.reject(error)
  }
  telltale.onStopped(() => {
    instance.started = null
  })
  instance.started = telltale.open()
  return instance.started
}

/** The running instance's promise, or null. */
export function started(): Promise<Telltale> | null {
  return instance.started
}
