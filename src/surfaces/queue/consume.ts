// Processing what a queue delivered: one CONSUMER span around the handler, below or beside the span of whoever sent, and
// a root of its own when the message says nothing of a trace (W-30). A handler that throws or rejects is a nack, whatever
// the client then does with the message.
import { monotonic, now } from '../../base/clock.ts'
import { whenSettled } from '../../base/outcome.ts'
import { runWith } from '../../context/current.ts'
import { Frame } from '../../context/frame.ts'
import { KIND_CONSUMER } from '../../model/span.ts'
import type { Started } from '../../trace/tracer.ts'
import { type Carrier, frameFrom } from './carrier.ts'
import { failure, typeOf } from './refused.ts'
import { type Attributes, describeBy, type QueueSurface, type Relation, running } from './surface.ts'

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
  const about: Delivery = typeof from === 'string' ? { queue: from } : (from ?? { queue: '' })
  const { surface } = running
  if (surface === null || about.batch?.length === 0) return handler(NOBODY)
  const work = new Work(surface, about, null)
  let result: R
  try {
    result = work.run(handler)
  } catch (error) {
    work.end(true, error)
    throw error
  }
  return whenSettled(
    result,
    () => work.end(false, undefined),
    (error) => work.end(true, error),
  )
}

/**
 * For clients that settle by a call: a message that is being processed until `end`. `released` is called then. Null when
 * nothing has started.
 */
export function delivered(about: Delivery, released: () => void): Work | null {
  const { surface } = running
  return surface === null ? null : new Work(surface, about, released)
}

/** One run of a handler, or one message until it is settled. */
export class Work implements Settlement {
  /** What is current while it runs; null when there is nothing to carry. */
  readonly frame: Frame | null
  readonly #count: number
  readonly #series
  readonly #span: Started | null
  readonly #began = monotonic()
  #acked = 0
  #nacked = 0
  #failed = false
  #putOff = false
  #reason: unknown
  #ended = false
  readonly #released: (() => void) | null

  constructor(surface: QueueSurface, about: Delivery, released: (() => void) | null) {
    this.#released = released
    const messages: readonly Message[] = about.batch ?? [about]
    this.#count = messages.length
    this.#series = surface.series(String(about.queue ?? ''))
    this.#series?.begun(this.#count)
    const time = now()
    for (const { at } of messages) {
      const due = at instanceof Date ? at.getTime() : at
      // Clocks of two hosts differ: what seems to come from the future is new.
      if (typeof due === 'number' && due > 0) this.#series?.aged(Math.max(0, time - due) / 1000)
    }
    const senders = messages.map(({ headers }) => frameFrom(headers, surface.propagator))
    const relation = about.relation ?? (about.batch === undefined ? surface.message : surface.batch)
    const sender = senders.find((one) => one.hasTrace) ?? senders[0]!
    const parent = relation === 'parent' ? sender : null
    this.#span = surface.tracer === null ? null : begin(surface, about, parent)
    for (const one of senders) if (one !== parent && one.hasTrace) this.#span?.link(one)
    const { correlationId } = sender
    // With `link` nothing of the sender is the parent of what the handler does; only its correlation id goes on.
    const frame = new Frame(parent)
    frame.correlationId = correlationId
    if (correlationId !== null) this.#span?.set('correlation_id', correlationId)
    if (this.#span !== null) frame.hold(this.#span)
    this.frame = frame.hasTrace || correlationId !== null ? frame : null
  }

  run<R>(handler: (settlement: Settlement) => R): R {
    return this.frame === null ? handler(this) : runWith(this.frame, handler, this as Settlement)
  }

  nack(reason?: unknown, count: number = this.#count): void {
    if (!(count > 0)) return
    this.#nacked = Math.min(this.#count, this.#nacked + Math.floor(count))
    if (reason === null) this.#putOff = true
    else {
      this.#failed = true
      this.#reason ??= reason
    }
  }

  ack(count: number): void {
    if (count > 0) this.#acked = Math.min(this.#count, this.#acked + Math.floor(count))
  }

  /** A second call is ignored. */
  end(thrown: boolean, error: unknown): void {
    if (this.#ended) return
    this.#ended = true
    this.#released?.()
    if (thrown) {
      this.#nacked = this.#count - this.#acked
      // A message that was put off is no failure, although some clients want it thrown.
      if (!this.#putOff) {
        this.#failed = true
        this.#reason = error
      }
    }
    const series = this.#series
    const span = this.#span
    if (series !== null) {
      series.ended(this.#count)
      series.settled(this.#count - this.#nacked, 'ack')
      series.settled(this.#nacked, 'nack')
      const seconds = (monotonic() - this.#began) / 1000
      series.processed(seconds, this.#nacked > 0 ? 'nack' : 'ack', span === null ? null : this.frame)
      if (this.#failed) series.failed(typeOf(this.#reason))
    }
    if (span === null) return
    if (this.#failed) failure(span, this.#reason)
    span.end()
  }
}

function begin(surface: QueueSurface, about: Delivery, parent: Frame | null): Started {
  const span = surface.tracer!.start(
    about.name ?? (about.queue ? `process ${about.queue}` : 'process'),
    KIND_CONSUMER,
    parent,
  )
  if (about.system !== undefined) span.set('messaging.system', about.system)
  span.set('messaging.operation.name', 'process')
  span.set('messaging.operation.type', 'process')
  if (about.queue) span.set('messaging.destination.name', String(about.queue))
  if (about.batch !== undefined) span.set('messaging.batch.message_count', about.batch.length)
  else if (about.id !== undefined) span.set('messaging.message.id', String(about.id))
  if (about.attributes !== undefined) describeBy(span, about.attributes)
  return span
}
