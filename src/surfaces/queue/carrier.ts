// The headers of a message. What a broker gives may hold strings, bytes (Kafka, AMQP) or anything; what we write are strings.
import { CORRELATION_HEADER, isSafeCorrelationId } from '../../context/correlation.ts'
import { Frame } from '../../context/frame.ts'
import type { Headers, Propagator } from '../../context/propagator.ts'

/** Headers as a client hands them over. */
export type Carrier = Readonly<Record<string, unknown>>

/** Longer values are no header of ours. */
const MAX_LENGTH = 8192
const MAX_NAME = 64

/** What is put into every message of one call. */
export class Context {
  readonly #headers: Record<string, string>
  /** Headers of a message that speak of a context too: one that is handed on says nothing of two. */
  readonly #stale: ReadonlySet<string>

  constructor(frame: Frame | null, propagator: Propagator) {
    // Baggage goes nowhere that is not listed (ruling 37), and a queue is no host.
    this.#headers = frame === null ? {} : propagator.headers(frame, false)
    if (frame !== null && frame.correlationId !== null) this.#headers[CORRELATION_HEADER] = frame.correlationId
    const stale = new Set(Object.keys(this.#headers))
    if (frame?.hasTrace) for (const field of propagator.fields) if (!field.includes('baggage')) stale.add(field)
    this.#stale = stale
  }

  /** `given` with it, as a new object. */
  with(given?: Carrier | null): Record<string, string> {
    const headers: Record<string, string> = { ...(given as Record<string, string> | null | undefined) }
    if (this.#stale.size === 0) return headers
    for (const key in headers) {
      if (key.length <= MAX_NAME && this.#stale.has(key.toLowerCase())) delete headers[key]
    }
    return Object.assign(headers, this.#headers)
  }
}

/** What the headers of a message say; a new frame, empty when they say nothing or cannot be read. */
export function frameFrom(headers: Carrier | null | undefined, propagator: Propagator): Frame {
  const frame = new Frame(null)
  if (headers === null || headers === undefined) return frame
  const read: Headers = {}
  try {
    for (const key in headers) {
      if (!propagator.reads(key) && !isCorrelation(key)) continue
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

function isCorrelation(name: string): boolean {
  return name.length === CORRELATION_HEADER.length && name.toLowerCase() === CORRELATION_HEADER
}

/** What a header says, or null when it is too long for one of ours, several, or neither text nor bytes. */
export function textOf(value: unknown): string | null {
  const one: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value
  if (typeof one === 'string') return one.length <= MAX_LENGTH ? one : null
  if (!(one instanceof Uint8Array) || one.length > MAX_LENGTH) return null
  return Buffer.from(one.buffer, one.byteOffset, one.length).toString('latin1')
}
