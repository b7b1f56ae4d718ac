// What an answer over HTTP, or the lack of one, means for the request that asked for it: the same for every exporter.
import { now } from '../base/clock.ts'
import { Fault } from '../base/fault.ts'
import { retryAfter } from '../base/retry.ts'
import type { Reply } from '../egress/caller.ts'
import { safe } from './lane.ts'
import type { Outcome } from './payload.ts'

const RETRYABLE = new Set([429, 502, 503, 504])

/** Of an answer that is not 2xx. `hint` says what probably is wrong, by status. */
export function refusal(reply: Reply, hint: (status: number) => string): Outcome {
  const { status, headers, body } = reply
  const text = safe(body.toString('utf8', 0, 400)).trim()
  const reason = `HTTP ${status}${text === '' ? '' : ` (${text})`}`
  if (RETRYABLE.has(status)) return { kind: 'again', reason, afterMs: retryAfter(headers['retry-after'], now()) }
  if (status >= 300 && status < 400) return { kind: 'refused', reason: `HTTP ${status}: redirects are not followed` }
  return { kind: 'refused', reason: reason + hint(status) }
}

/** Of a request that was not answered; `hint` gets the code of the error. */
export function failure(error: unknown, hint: (code: string) => string = () => ''): Outcome {
  if (error instanceof Fault) return { kind: 'refused', reason: error.message }
  const { code, message } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { code: undefined, message: 'unknown' }
  const reason = safe(code === undefined || message.includes(code) ? message : `${code} ${message}`)
  return { kind: 'again', reason: reason + hint(code ?? '') }
}
