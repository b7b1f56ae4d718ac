// Handing messages to a queue: one PRODUCER span around the call of the client, its context in the headers of each message.
import { monotonic } from '../../base/clock.ts'
import { whenEnded } from '../../base/outcome.ts'
import type { Carrier } from '../../context/carrier.ts'
import { current, runWith } from '../../context/current.ts'
import { Frame } from '../../context/frame.ts'
import { KIND_PRODUCER } from '../../model/span.ts'
import type { Started } from '../../trace/tracer.ts'
import { Context } from './carrier.ts'
import { failure, typeOf } from './refused.ts'
import { About, type Attributes, describeBy, type QueueSurface, running, unreadable } from './surface.ts'

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
  const one = sending(about)
  if (one === null) {
    const { headers, each, note } = unseen(about)
    return send(headers, each, note)
  }
  const { frame, headers, each } = one
  const note = (attributes: Attributes): void => one.note(attributes)
  const work = (): R => send(headers, each, note)
  return ended([one], one.span === null ? work : () => runWith(frame ?? undefined, work, undefined))
}

/** `publish` for one call that sends to several queues: a span for each, side by side, and none is current in `send`. */
export function publishAll<R>(to: readonly Publication[], send: (sent: readonly Sent[]) => R): R {
  const sendings = to.map(sending)
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
  if (surface === null || outer?.suppressed) return null
  try {
    return about.batch?.length === 0 ? null : new Sending(surface, about, outer)
  } catch (error) {
    unreadable('sent', error)
    return null
  }
}

function ended<R>(sendings: readonly Sending[], work: () => R): R {
  return whenEnded(work, (failed, error) => {
    for (const sending of sendings) sending.end(failed, error)
  })
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
    // All that can throw is read before anything begins.
    const told = new About(about)
    const given = copied(about)
    const batch = about.batch?.map(copied)
    this.#series = surface.series(told.queue)
    this.#count = batch?.length ?? 1
    this.span = surface.tracer === null ? null : begin(surface, told, outer)
    this.frame = this.span === null ? outer : new Frame(outer).hold(this.span)
    const context = new Context(this.frame, surface.propagator)
    this.headers = context.with(given)
    this.each = batch?.map((one) => context.with(one)) ?? []
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

function begin(surface: QueueSurface, about: About, outer: Frame | null): Started {
  const span = surface.tracer!.start(about.queue ? `publish ${about.queue}` : 'publish', KIND_PRODUCER, outer)
  about.describe(span, 'publish', 'send')
  return span
}

function unseen(about: Publication): Sent {
  const readable = (one: Outgoing | null | undefined): Record<string, string> => {
    try {
      return copied(one)
    } catch {
      return {}
    }
  }
  let batch: readonly Outgoing[] | undefined
  try {
    batch = about.batch
  } catch {}
  return { headers: readable(about), each: Array.isArray(batch) ? batch.map(readable) : [], note() {} }
}

function copied(one: Outgoing | null | undefined): Record<string, string> {
  return { ...(one?.headers as Record<string, string>) }
}
