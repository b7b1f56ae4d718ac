// One named check, run with a deadline: what hangs is a failure after its timeout, what throws is a failure, and its
// result is kept for a moment so that a flood of probes is one run.
import { timers } from '../base/clock.ts'
import { thrownText } from '../base/notice.ts'

/** False or a throw means failed; the signal is aborted at the timeout. */
export type CheckFunction = (signal: AbortSignal) => unknown

export type CheckStatus = 'ok' | 'fail' | 'unknown'

export interface CheckResult {
  readonly name: string
  readonly status: CheckStatus
  readonly critical: boolean
  /** How long it took, milliseconds. */
  readonly ms: number
  /** Why it failed, for our own log and guarded views; never for the public. */
  readonly reason: string
}

export interface CheckOptions {
  /** Milliseconds, 5 000. */
  timeout?: number
  /** A failed critical check makes the whole unhealthy, another one degraded. True unless said. */
  critical?: boolean
}

export async function runCheck(
  name: string,
  check: CheckFunction | null,
  options: Required<CheckOptions>,
  now: () => number,
): Promise<CheckResult> {
  const { critical, timeout } = options
  const begun = now()
  const result = (status: CheckStatus, reason: string): CheckResult => ({
    name,
    status,
    critical,
    ms: Math.max(0, now() - begun),
    reason,
  })
  if (check === null) return result('unknown', 'nothing answers for it')
  const abort = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<CheckResult>((resolve) => {
    timer = timers.setTimeout(() => {
      resolve(result('fail', `no answer within ${timeout} ms`))
      abort.abort()
    }, timeout)
    timer.unref()
  })
  try {
    const work = async () =>
      (await check(abort.signal)) === false ? result('fail', 'the check says no') : result('ok', '')
    return await Promise.race([work().catch((error: unknown) => result('fail', thrownText(error).slice(0, 500))), late])
  } finally {
    timers.clearTimeout(timer)
  }
}
