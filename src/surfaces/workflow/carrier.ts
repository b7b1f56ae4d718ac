// The context of whoever starts a workflow, as an engine keeps it beside the workflow: names and texts, as in headers.
import { CORRELATION_HEADER, isSafeCorrelationId } from '../../context/correlation.ts'
import { Frame } from '../../context/frame.ts'
import type { Propagator } from '../../context/propagator.ts'

/** Names and texts; what else is in it is passed over. */
export type Carrier = Readonly<Record<string, unknown>>

/** Longer values are none of ours. */
const MAX_LENGTH = 8192
const MAX_FIELDS = 64

/** The context of `frame` as a new object; baggage stays here, as it does at a queue (ruling 37). */
export function headersOf(frame: Frame | null, propagator: Propagator): Record<string, string> {
  if (frame === null) return {}
  const headers = propagator.headers(frame, false)
  if (frame.correlationId !== null) headers[CORRELATION_HEADER] = frame.correlationId
  return headers
}

/** What was kept; a new frame, empty when that says nothing or cannot be read. */
export function frameFrom(carrier: Carrier | null | undefined, propagator: Propagator): Frame {
  const frame = new Frame(null)
  if (typeof carrier !== 'object' || carrier === null) return frame
  const read: Record<string, string> = {}
  try {
    for (const key of Object.keys(carrier).slice(0, MAX_FIELDS)) {
      const value = carrier[key]
      if (typeof value === 'string' && value.length <= MAX_LENGTH) read[key.toLowerCase()] = value
    }
  } catch {
    // A getter or a proxy that throws: what was read so far holds.
  }
  propagator.extract(read, frame)
  const correlation = read[CORRELATION_HEADER]
  if (correlation !== undefined && isSafeCorrelationId(correlation)) frame.correlationId = correlation
  return frame
}
