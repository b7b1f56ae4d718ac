// The context of work as names and texts that something else keeps beside it: headers of a message, attributes of a
// workflow. What comes back may hold strings, bytes (Kafka, AMQP) or anything; what we write are strings.
import { Buffer } from 'node:buffer'
import { CORRELATION_HEADER, isSafeCorrelationId } from './correlation.ts'
import { Frame } from './frame.ts'
import type { Propagator } from './propagator.ts'

/** Headers as whoever kept them hands them over. */
export type Carrier = Readonly<Record<string, unknown>>

/** Longer values are no header of ours. */
const MAX_LENGTH = 8192

/** What says `frame`, as a new object. Baggage goes nowhere that is not listed (ruling 37), and what keeps it is no host. */
export function headersOf(frame: Frame | null, propagator: Propagator): Record<string, string> {
  if (frame === null) return {}
  const headers = propagator.headers(frame, false)
  if (frame.correlationId !== null) headers[CORRELATION_HEADER] = frame.correlationId
  return headers
}

/** What `carrier` says; a new frame, empty when it says nothing or cannot be read. */
export function frameFrom(carrier: Carrier | null | undefined, propagator: Propagator): Frame {
  const frame = new Frame(null)
  if (typeof carrier !== 'object' || carrier === null) return frame
  propagator.extractAny(carrier, headerText, frame)
  frame.correlationId = correlationIn(carrier)
  return frame
}

function correlationIn(carrier: Carrier): string | null {
  let found: string | null = null
  try {
    for (const key in carrier) if (isCorrelation(key)) found = headerText(carrier[key]) ?? found
  } catch {
    // A getter or a proxy that throws: what was read so far holds.
  }
  return found !== null && isSafeCorrelationId(found) ? found : null
}

function isCorrelation(name: string): boolean {
  return name.length === CORRELATION_HEADER.length && name.toLowerCase() === CORRELATION_HEADER
}

/** What a header says, or null when it is too long for one of ours, several, or neither text nor bytes. */
export function headerText(value: unknown): string | null {
  const one: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value
  if (typeof one === 'string') return one.length <= MAX_LENGTH ? one : null
  if (!(one instanceof Uint8Array) || one.length > MAX_LENGTH) return null
  return Buffer.from(one.buffer, one.byteOffset, one.length).toString('latin1')
}
