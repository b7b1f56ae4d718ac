// Handing messages to a queue: one PRODUCER span around the call of the client, its context in the headers of each message.
import { monotonic } from '../../base/clock.ts'
import { whenSettled } from '../../base/outcome.ts'
import { current, runWith } from '../../context/current.ts'
import { Frame } from '../../context/frame.ts'
import { KIND_PRODUCER } from '../../model/span.ts'
import type { Started } from '../../trace/tracer.ts'
import { type Carrier, headersFor } from './carrier.ts'
import { failure, typeOf } from './refused.ts'
import { type Attributes, describeBy, type QueueSurface, running } from './surface.ts'

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
  /** More that the span shall tell. */
  readonly attributes?: Attributes | undefined
}

/** What is known of a publication once it is to be sent. */
export interface Sent {
  /** Headers of the message. */
  readonly headers: Record<string, string>
  /** Those of each message of a batch. */
  readonly each: readonly Record<string, string>[]
  /** Tells the span what only the answer of the client says, such as a partition. Before the answer is handed on. */
  note(attributes: Attributes): void
}

/** Headers to send: those of the message, and those of each message of a batch. */
export type Send<R> = (
  headers: Record<string, string>,
  each: readonly Record<string, string>[],
  note: (attributes: Attributes) => void,
) => R

/**
 * Runs `send`, which hands one message (or a batch) to the client with the headers it is given, in a PRODUCER span that
 * ends when it returns, throws or settles. Returns what `send` returns. Semantic conventions, messaging spans.
 */
export function publish<R>(to: string | Publication, send: Send<R>): R {
  const about: Publication = typeof to === 'string' ? { queue: to } : (to ?? { queue: '' })
  const { surface } = running
  const outer = current() ?? null
  if (surface === null || outer?.suppressed || about.batch?.length === 0) {
    const { headers, each, note } = unseen(about)
    return send(headers, each, note)
  }
  const sending = new Sending(surface, about, outer)
  const { frame, headers, each } = sending
  const note = (attributes: Attributes): void => sending.note(attributes)
  const work = (): R => send(headers, each, note)
  return ended([sending], sending.span === null ? work : () => runWith(frame ?? undefined, work, undefined))
}

/** `publish` for one call that sends to several queues: a span for each, side by side, and none is current in `send`. */
export function publishAll<R>(to: readonly Publication[], send: (sent: readonly Sent[]) => R): R {
  const { surface } = running
  const outer = current() ?? null
  if (surface === null || outer?.suppressed) return send(to.map(unseen))
  const sendings = to.map((about) => (about.batch?.length === 0 ? null : new Sending(surface, about, outer)))
  const sent = sendings.map((sending, i) => sending ?? unseen(to[i]!))
  return ended(
    sendings.filter((sending) => sending !== null),
    () => send(sent),
  )
}

/** For clients that say later, by a call, what became of a message. Null when nothing is to be told of it. */
export function sending(about: Publication): Sending | null {
  const { surface } = running
  const outer = current() ?? null
  return surface === null || outer?.suppressed ? null : new Sending(surface, about, outer)
}

function ended<R>(sendings: readonly Sending[], work: () => R): R {
  const all = (failed: boolean, error: unknown): void => {
    for (const sending of sendings) sending.end(failed, error)
  }
  let result: R
  try {
    result = work()
  } catch (error) {
    all(true, error)
    throw error
  }
  return whenSettled(
    result,
    () => all(false, undefined),
    (error) => all(true, error),
  )
}

/** One publication under way, until `end`. */
export class Sending implements Sent {
  readonly headers: Record<string, string>
  readonly each: readonly Record<string, string>[]
  readonly span: Started | null
  /** What the headers tell of; null when there is nothing to tell. */
  readonly frame: Frame | null
  readonly #series
  readonly #count: number
  readonly #began = monotonic()
  #ended = false

  constructor(surface: QueueSurface, about: Publication, outer: Frame | null) {
    this.span = surface.tracer === null ? null : begin(surface, about, outer)
    this.frame = this.span === null ? outer : new Frame(outer).hold(this.span)
    this.headers = headersFor(this.frame, surface.propagator, about.headers)
    this.each = about.batch?.map((one) => headersFor(this.frame, surface.propagator, one.headers)) ?? []
    this.#series = surface.series(String(about.queue ?? ''))
    this.#count = about.batch?.length ?? 1
  }

  note(attributes: Attributes): void {
    if (this.span !== null) describeBy(this.span, attributes)
  }

  /** A second call is ignored. */
  end(failed: boolean, error: unknown): void {
    if (this.#ended) return
    this.#ended = true
    const { span } = this
    const type = failed ? typeOf(error) : ''
    this.#series?.published(this.#count, (monotonic() - this.#began) / 1000, type, span === null ? null : this.frame)
    if (span === null) return
    if (failed) failure(span, error)
    span.end()
  }
}

function begin(surface: QueueSurface, about: Publication, outer: Frame | null): Started {
  const span = surface.tracer!.start(about.queue ? `publish ${about.queue}` : 'publish', KIND_PRODUCER, outer)
  if (about.system !== undefined) span.set('messaging.system', about.system)
  span.set('messaging.operation.name', 'publish')
  span.set('messaging.operation.type', 'send')
  if (about.queue) span.set('messaging.destination.name', String(about.queue))
  if (about.batch !== undefined) span.set('messaging.batch.message_count', about.batch.length)
  else if (about.id !== undefined) span.set('messaging.message.id', String(about.id))
  if (about.attributes !== undefined) describeBy(span, about.attributes)
  return span
}

function unseen(about: Publication): Sent {
  return {
    headers: copied(about),
    each: about.batch?.map(copied) ?? [],
    note() {},
  }
}

function copied(one: Outgoing): Record<string, string> {
  return { ...(one.headers as Record<string, string>) }
}
