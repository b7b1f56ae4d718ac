// Handing messages to a queue: one PRODUCER span around the call of the client, its context in the headers of each message.
import { monotonic } from '../../base/clock.ts'
import { whenSettled } from '../../base/outcome.ts'
import { current, runWith } from '../../context/current.ts'
import { Frame } from '../../context/frame.ts'
import { KIND_PRODUCER } from '../../model/span.ts'
import { describe } from '../../trace/exception.ts'
import type { Started } from '../../trace/tracer.ts'
import { type Carrier, headersFor } from './carrier.ts'
import { type QueueSurface, running } from './surface.ts'

export interface Outgoing {
  /** Headers that the message has already. */
  readonly headers?: Carrier | null | undefined
}

export interface Publication extends Outgoing {
  readonly queue: string
  /** What it is, as the semantic conventions call it: `rabbitmq`, `kafka`, `nats`, `bullmq`. */
  readonly system?: string
  /** The id of the message, when there is one before it is sent; not for a batch. */
  readonly id?: string | number | undefined
  /** Several messages in one call; each gets headers of its own. */
  readonly batch?: readonly Outgoing[]
}

/** Headers to send: those of the message, and those of each message of a batch. */
export type Send<R> = (headers: Record<string, string>, each: readonly Record<string, string>[]) => R

/**
 * Runs `send`, which hands one message (or a batch) to the client with the headers it is given, in a PRODUCER span that
 * ends when it returns, throws or settles. Returns what `send` returns. Semantic conventions, messaging spans.
 */
export function publish<R>(to: string | Publication, send: Send<R>): R {
  const about: Publication = typeof to === 'string' ? { queue: to } : (to ?? { queue: '' })
  const { surface } = running
  const outer = current() ?? null
  if (surface === null || outer?.suppressed || about.batch?.length === 0) {
    return send({ ...(about.headers as Record<string, string>) }, about.batch?.map(copied) ?? [])
  }
  const span = surface.tracer === null ? null : begin(surface, about)
  const frame = span === null ? outer : new Frame(outer).hold(span)
  const headers = headersFor(frame, surface.propagator, about.headers)
  const each = about.batch?.map((one) => headersFor(frame, surface.propagator, one.headers)) ?? []
  const series = surface.series(String(about.queue ?? ''))
  const began = monotonic()
  const done = (failed: boolean, error: unknown): void => {
    const type = failed ? describe(error).type : ''
    const ids = span === null ? null : frame
    series?.published(about.batch?.length ?? 1, (monotonic() - began) / 1000, type, ids)
    if (span === null) return
    if (failed) span.fail(error)
    span.end()
  }
  let result: R
  try {
    result = span === null ? send(headers, each) : runWith(frame ?? undefined, () => send(headers, each), undefined)
  } catch (error) {
    done(true, error)
    throw error
  }
  return whenSettled(
    result,
    () => done(false, undefined),
    (error) => done(true, error),
  )
}

function begin(surface: QueueSurface, about: Publication): Started {
  const span = surface.tracer!.start(about.queue ? `publish ${about.queue}` : 'publish', KIND_PRODUCER)
  if (about.system !== undefined) span.set('messaging.system', about.system)
  span.set('messaging.operation.name', 'publish')
  span.set('messaging.operation.type', 'send')
  if (about.queue) span.set('messaging.destination.name', String(about.queue))
  if (about.batch !== undefined) span.set('messaging.batch.message_count', about.batch.length)
  else if (about.id !== undefined) span.set('messaging.message.id', String(about.id))
  return span
}

function copied(one: Outgoing): Record<string, string> {
  return { ...(one.headers as Record<string, string>) }
}
