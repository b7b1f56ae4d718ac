// The headers of a message. What a broker gives may hold strings, bytes (Kafka, AMQP) or anything; what we write are strings.
import { CORRELATION_HEADER, isSafeCorrelationId } from '../../context/correlation.ts'
import { Frame } from '../../context/frame.ts'
import type { Headers, Propagator } from '../../context/propagator.ts'

/** Headers as a client hands them over. */
export type Carrier = Readonly<Record<string, unknown>>

/** Longer values are no header of ours. */
const MAX_LENGTH = 8192

/** `given` with the context of `frame`, as a new object. */
export function headersFor(
  frame: Frame | null,
  propagator: Propagator,
  given?: Carrier | null,
): Record<string, string> {
  const headers: Record<string, string> = { ...(given as Record<string, string> | null | undefined) }
  if (frame === null) return headers
  // Baggage goes nowhere that is not listed (ruling 37), and a queue is no host.
  Object.assign(headers, propagator.headers(frame, false))
  if (frame.correlationId !== null) headers[CORRELATION_HEADER] = frame.correlationId
  return headers
}

/** What the headers of a message say; a new frame, empty when they say nothing or cannot be read. */
export function frameFrom(headers: Carrier | null | undefined, propagator: Propagator): Frame {
  const frame = new Frame(null)
  if (headers === null || headers === undefined) return frame
  const read: Headers = {}
  try {
    for (const key in headers) {
      const text = textOf(headers[key])
      if (text !== null) read[key.toLowerCase()] = text
    }
  } catch {
    // A getter or a proxy that throws: what was read so far holds.
  }
  propagator.extract(read, frame)
  const correlation = read[CORRELATION_HEADER]
  if (typeof correlation === 'string' && isSafeCorrelationId(correlation)) frame.correlationId = correlation
  return frame
}

/** What a header says, or null when it is too long for one of ours, several, or neither text nor bytes. */
export function textOf(value: unknown): string | null {
  const one: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value
  if (typeof one === 'string') return one.length <= MAX_LENGTH ? one : null
  if (!(one instanceof Uint8Array) || one.length > MAX_LENGTH) return null
  return Buffer.from(one.buffer, one.byteOffset, one.length).toString('latin1')
}
