// Events between services (G-04, G-08): the envelope in which they travel, with the correlation id of the work that made
// them, and the one span of whoever processes them.
import { randomUUID } from 'node:crypto'
import { now } from '../../base/clock.ts'
import { correlationIdOf, isSafeCorrelationId } from '../../context/correlation.ts'
import { current } from '../../context/current.ts'
import { ROOT } from '../../context/frame.ts'

export interface EventEnvelope<Payload = unknown> {
  readonly event_id: string
  readonly event_type: string
  /** ISO 8601, UTC. */
  readonly occurred_at: string
  readonly version: '1.0'
  readonly correlation_id: string
  readonly payload: Payload
}

/** An envelope with the correlation id of the current request or event, or a new one outside of any. */
export function eventEnvelope<Payload>(type: string, payload: Payload): EventEnvelope<Payload> {
  const frame = current()
  return {
    event_id: randomUUID(),
    event_type: type,
    occurred_at: new Date(now()).toISOString(),
    version: '1.0',
    correlation_id: frame === undefined || frame === ROOT ? randomUUID() : correlationIdOf(frame),
    payload,
  }
}

/** What a span tells of an envelope; what is not there, or not text, is left out. */
export function envelopeKeys(envelope: unknown): { readonly type: string; readonly keys: Record<string, string> } {
  const keys: Record<string, string> = {}
  const read = (name: keyof EventEnvelope): string | undefined => {
    try {
      const value = (envelope as EventEnvelope | null | undefined)?.[name]
      return typeof value === 'string' && value !== '' ? value.slice(0, 256) : undefined
    } catch {
      return undefined
    }
  }
  const [id, type, correlation] = [read('event_id'), read('event_type'), read('correlation_id')]
  if (id !== undefined) keys['event.id'] = id
  if (type !== undefined) keys['event.type'] = type
  if (correlation !== undefined && isSafeCorrelationId(correlation)) keys['correlation_id'] = correlation
  return { type: type ?? '', keys }
}
