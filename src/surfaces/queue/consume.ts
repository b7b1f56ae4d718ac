// Processing what a queue delivered: one CONSUMER span around the handler, below or beside the span of whoever sent, and
// a root of its own when the message says nothing of a trace (W-30). A handler that throws or rejects is a nack, whatever
// the client then does with the message.
import { now } from '../../base/clock.ts'
import { whenEnded } from '../../base/outcome.ts'
import { type Carrier, frameFrom } from '../../context/carrier.ts'
import { current, runWith } from '../../context/current.ts'
import { Frame } from '../../context/frame.ts'
import { KIND_CONSUMER } from '../../model/span.ts'
import type { Started } from '../../trace/tracer.ts'
import { type Lane, PROCESS } from './lane.ts'
import { failure, typeOf } from './refused.ts'
import { About, type Attributes, type QueueSurface, type Relation, running, unreadable } from './surface.ts'

export interface Message {
  readonly id?: string | number | undefined
  /** Headers as the client gives them: strings, or bytes of text. */
  readonly headers?: Carrier | null | undefined
  /** When the message could first be processed, epoch milliseconds or a Date: its age is counted from there. */
  readonly at?: number | Date | undefined
}

export interface Delivery extends Message {
  readonly queue: string
  /** What it is, as the semantic conventions call it: `rabbitmq`, `kafka`, `nats`, `bullmq`. */
  readonly system?: string
  /** Name of the span; `process <queue>` when left out. */
  readonly name?: string
  /** Several messages that are processed as one. */
  readonly batch?: readonly Message[]
  /** More that the span shall tell. */
  readonly attributes?: Attributes | undefined
  /** Instead of what the configuration says (`surfaces.queue.message`, `surfaces.queue.batch`). */
  readonly relation?: Relation
}

/** For handlers that settle by a call and not by throwing. */
export interface Settlement {
  /**
   * The message, or so many of the batch, were not processed. `null` as reason: that is no failure, they come again
   * (a job that is put off).
   */
  nack(reason?: unknown, count?: number): void
  /** So many of the batch are done for good: a handler that throws afterwards has not processed the rest. */
  ack(count: number): void
}

const NOBODY: Settlement = { nack() {}, ack() {} }

/**
 * Runs `handler` for one message or one batch in a CONSUMER span that ends when it returns, throws or settles, and
 * returns what it returns. Never throws of its own. Semantic conventions, messaging spans.
 */
export function consume<R>(from: string | Delivery, handler: (settlement: Settlement) => R): R {
  const work = workFor(from)
  if (work === null) return handler(NOBODY)
  return whenEnded(
    () => work.run(handler),
    (failed, error) => work.end(failed, error),
  )
}

function workFor(from: string | Delivery): Work | null {
  const { surface } = running
  if (surface === null) return null
  try {
    const about: Delivery = typeof from === 'string' ? { queue: from } : (from ?? { queue: '' })
    return about.batch?.length === 0 ? null : workAbout(surface, about)
  } catch (error) {
    unreadable('processed', error)
    return null
  }
}

function workAbout(surface: QueueSurface, about: Delivery): Work {
  // All that can throw is read before anything begins.
  const told = new About(about)
  const name = about.name === undefined || about.name === null ? undefined : String(about.name)
  const messages: readonly (Message | null | undefined)[] = about.batch ?? [about]
  const senders = messages.map((one) => frameFrom(one?.headers, surface.propagator))
  const dues = messages.map(dueOf)
  const relation = about.relation ?? (about.batch === undefined ? surface.message : surface.batch)
  const sender = senders.find((one) => one.hasTrace) ?? senders[0]!
  const lane = told.lane(surface, PROCESS, name)
  const time = now()
  for (const due of dues) lane.series?.aged(due, time)
  const work = new Work(lane, messages.length, sender, relation)
  const { span } = work
  if (span === null) return work
  told.describe(span)
  for (const one of senders) if (one !== sender && one.hasTrace) span.link(one)
  return work
}

/** One message of `lane`, until `end`. `due` as epoch milliseconds, undefined when nobody knows. */
export function workOn(lane: Lane, headers: Carrier | null | undefined, due: number | undefined): Work {
  const { surface } = lane
  const sender = frameFrom(headers, surface.propagator)
  if (due !== undefined && due > 0) lane.series?.aged(due, now())
  return new Work(lane, 1, sender, surface.message)
}

/** One run of a handler, or one message until it is settled. */
export class Work implements Settlement {
  readonly span: Started | null
  /** What is current while it runs; null when there is nothing to carry. */
  readonly frame: Frame | null
  readonly #lane: Lane
  readonly #count: number
  readonly #inFlight
  readonly #began: number
  #acked = 0
  #nacked = 0
  #failed = false
  #putOff = 0
  #reason: unknown
  #ended = false

  /** `sender` is a frame of its own, which this may keep. */
  constructor(lane: Lane, count: number, sender: Frame, relation: Relation) {
    const { surface, series } = lane
    const { correlationId } = sender
    const below = relation === 'parent'
    this.#lane = lane
    this.#count = count
    this.#inFlight = series === null ? null : series.begun(count)
    const span = surface.tracer === null ? null : surface.tracer.start(lane.name, KIND_CONSUMER, below ? sender : null)
    this.span = span
    if (span?.recording) {
      span.template = lane.template
      this.#began = span.startTime
    } else {
      this.#began = surface.now()
    }
    let frame = sender
    if (!below) {
      if (span !== null && sender.hasTrace) span.link(sender)
      // Nothing of the sender is the parent of what the handler does; only its correlation id goes on.
      frame = new Frame(null)
      frame.correlationId = correlationId
    }
    if (span !== null) {
      if (correlationId !== null) span.set('correlation_id', correlationId)
      frame.hold(span)
    }
    this.frame = frame.hasTrace || correlationId !== null ? frame : null
  }

  run<R>(handler: (settlement: Settlement) => R): R {
    // Nothing of whoever called the loop is the parent of what the handler does, also where there is nothing instead.
    if (this.frame === null && current() === undefined) return handler(this)
    return runWith(this.frame ?? undefined, handler, this as Settlement)
  }

  nack(reason?: unknown, count: number = this.#count): void {
    const more = whole(count)
    if (more === 0) return
    this.#nacked = Math.min(this.#count, this.#nacked + more)
    if (reason === null) this.#putOff += more
    else {
      this.#failed = true
      this.#reason ??= reason
    }
  }

  ack(count: number): void {
    this.#acked = Math.min(this.#count, this.#acked + whole(count))
  }

  /** A second call is ignored. */
  end(thrown: boolean, error: unknown): void {
    if (this.#ended) return
    this.#ended = true
    if (thrown) {
      this.#nacked = this.#count - this.#acked
      // Messages that were put off are no failure, although some clients want that thrown.
      if (this.#putOff < this.#nacked) {
        this.#failed = true
        this.#reason = error
      }
    }
    const { series, surface } = this.#lane
    const { span } = this
    const time = surface.now()
    if (series !== null) {
      this.#inFlight?.add(-this.#count)
      series.settled(this.#count - this.#nacked, 'ack')
      series.settled(this.#nacked, 'nack')
      const seconds = Math.max(0, time - this.#began) / 1000
      series.processed(seconds, this.#nacked > 0 ? 'nack' : 'ack', span === null ? null : this.frame)
      if (this.#failed) series.failed(typeOf(this.#reason))
    }
    if (span === null) return
    if (this.#failed) failure(span, this.#reason)
    span.end(time)
  }
}

/** Epoch milliseconds, 0 when nobody knows. */
function dueOf(message: Message | null | undefined): number {
  const at: unknown = message?.at
  const due = at instanceof Date ? at.getTime() : at
  return typeof due === 'number' && due > 0 ? due : 0
}

function whole(count: unknown): number {
  return typeof count === 'number' && count >= 1 ? Math.floor(count) : 0
}
