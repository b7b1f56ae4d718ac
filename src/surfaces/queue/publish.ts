// Handing messages to a queue: one PRODUCER span around the call of the client, its context in the headers of each message.
import { whenEnded } from '../../base/outcome.ts'
import type { Carrier } from '../../context/carrier.ts'
import { current, runWith } from '../../context/current.ts'
import { Frame } from '../../context/frame.ts'
import { KIND_PRODUCER } from '../../model/span.ts'
import type { Started } from '../../trace/tracer.ts'
import { Context, carried } from './carrier.ts'
import { type Lane, PUBLISH } from './lane.ts'
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
  const one = published(about)
  if (one === null) {
    const { headers, each, note } = unseen(about)
    return send(headers, each, note)
  }
  const { sending, headers, each } = one
  const work = (): R => send(headers, each, (attributes) => sending.note(attributes))
  return ended([one], sending.span === null ? work : () => runWith(sending.frame ?? undefined, work, undefined))
}

/** `publish` for one call that sends to several queues: a span for each, side by side, and none is current in `send`. */
export function publishAll<R>(to: readonly Publication[], send: (sent: readonly Sent[]) => R): R {
  const all = to.map(published)
  const sent = all.map((one, i) => one ?? unseen(to[i]!))
  return ended(
    all.filter((one) => one !== null),
    () => send(sent),
  )
}

/** One that is observed. */
interface Published extends Sent {
  readonly sending: Sending
}

function published(about: Publication): Published | null {
  const surface = observing()
  if (surface === null) return null
  try {
    return about.batch?.length === 0 ? null : publishedOn(surface, about)
  } catch (error) {
    unreadable('sent', error)
    return null
  }
}

function publishedOn(surface: QueueSurface, about: Publication): Published {
  // All that can throw is read before anything begins.
  const told = new About(about)
  const given = copied(about)
  const batch = about.batch?.map(copied)
  const sending = new Sending(told.lane(surface, PUBLISH), batch?.length ?? 1)
  if (sending.span !== null) told.describe(sending.span)
  const context = new Context(sending.frame, surface.propagator)
  return {
    sending,
    headers: context.with(given),
    each: batch?.map((one) => context.with(one)) ?? [],
    note: (attributes) => sending.note(attributes),
  }
}

/** Null when nothing is to be told of what is sent here. */
export function observing(): QueueSurface | null {
  const { surface } = running
  return surface === null || current()?.suppressed === true ? null : surface
}

function ended<R>(all: readonly Published[], work: () => R): R {
  return whenEnded(work, (failed, error) => {
    for (const { sending } of all) sending.end(failed, error)
  })
}

/** Runs `work` in the span of `one`, which ends when it returns, throws or settles. Returns what `work` returns. */
export function within<R>(one: Sending, work: () => R): R {
  return whenEnded(one.span === null ? work : () => runWith(one.frame ?? undefined, work, undefined), (failed, error) =>
    one.end(failed, error),
  )
}

/** One publication under way, until `end`. */
export class Sending {
  readonly span: Started | null
  /** What the headers tell of; null when there is nothing to tell. */
  readonly frame: Frame | null
  readonly #lane: Lane
  readonly #count: number
  readonly #began: number
  #ended = false

  constructor(lane: Lane, count: number) {
    const outer = current() ?? null
    const { surface } = lane
    this.#lane = lane
    this.#count = count
    const span = surface.tracer === null ? null : surface.tracer.start(lane.name, KIND_PRODUCER, outer)
    this.span = span
    if (span?.recording) {
      span.template = lane.template
      this.#began = span.startTime
    } else {
      this.#began = surface.now()
    }
    this.frame = span === null ? outer : new Frame(outer).hold(span)
  }

  /** `given`, which nothing of throws, with the context, as a new object. */
  carried(given: Carrier | null): Record<string, string> {
    return carried(this.frame, this.#lane.surface.propagator, given)
  }

  /** For the headers of several. */
  get context(): Context {
    return new Context(this.frame, this.#lane.surface.propagator)
  }

  note(attributes: Attributes): void {
    if (this.span !== null) describeBy(this.span, attributes)
  }

  /** A second call is ignored. */
  end(failed: boolean, error: unknown): void {
    if (this.#ended) return
    this.#ended = true
    const { span } = this
    const { series, surface } = this.#lane
    const time = surface.now()
    const seconds = Math.max(0, time - this.#began) / 1000
    series?.published(this.#count, seconds, failed ? typeOf(error) : '', span === null ? null : this.frame)
    if (span === null) return
    if (failed) failure(span, error)
    span.end(time)
  }
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
