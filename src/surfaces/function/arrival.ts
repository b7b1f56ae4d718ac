// A call that came from elsewhere: the caller's trace is taken from what travelled with it.
import { isSafeCorrelationId } from '../../context/correlation.ts'
import { current, runIn } from '../../context/current.ts'
import { Frame } from '../../context/frame.ts'
import type { Headers, Propagator } from '../../context/propagator.ts'

const DELIVERED: symbol = Symbol.for('telltale.context.delivered')

export interface Arrival {
  /** What travelled: headers of a message, fields of a job; null when nothing did. */
  readonly headers: Headers | null | undefined
  /** `queue`: the span of the function is a CONSUMER; `process`: INTERNAL under the caller's span, or a root. */
  readonly from: 'queue' | 'process'
  /** Of the work that sent it; taken over when it is safe to repeat. */
  readonly correlationId?: string | undefined
}

export function isDelivered(frame: Frame): boolean {
  return frame.values !== null && frame.getValue(DELIVERED) === true
}

/** Runs `work` as the continuation of what arrived; malformed headers are none. Nothing else is taken over. */
export function runArrived<R>(arrival: Arrival, propagator: Propagator, work: () => R): R {
  const frame = new Frame(null)
  const here = current()
  if (here?.suppressed) frame.values = here.values
  const { headers, from, correlationId } = arrival ?? {}
  if (typeof headers === 'object' && headers !== null) propagator.extract(headers, frame)
  if (typeof correlationId === 'string' && isSafeCorrelationId(correlationId)) frame.correlationId = correlationId
  return runIn(from === 'queue' ? frame.setValue(DELIVERED, true) : frame, work)
}
