// What the queue surface counts. A series appears with the first message of its kind (W-10).
import { now } from '../../base/clock.ts'
import type { Ids } from '../../context/api.ts'
import { declare } from '../../metrics/declare.ts'
import type { Registry } from '../../metrics/registry.ts'
import { NAMES } from '../../model/names.ts'

/** Names of queues come from code; past this many, handles are made anew each time and the series limit holds. */
const MAX_QUEUES = 1000

export type Result = 'ack' | 'nack'

export class Instruments {
  readonly published
  readonly publishing
  readonly messages
  readonly processing
  readonly inFlight
  readonly age
  readonly lag
  readonly errors
  readonly #queues = new Map<string, QueueSeries>()

  constructor(registry: Registry) {
    this.published = declare(registry, NAMES.queue_published_total)
    this.publishing = declare(registry, NAMES.queue_publish_duration_seconds)
    this.messages = declare(registry, NAMES.queue_messages_total)
    this.processing = declare(registry, NAMES.queue_process_duration_seconds)
    this.inFlight = declare(registry, NAMES.queue_in_flight)
    this.age = declare(registry, NAMES.queue_message_age_seconds)
    this.lag = declare(registry, NAMES.queue_lag)
    this.errors = declare(registry, NAMES.errors_total)
  }

  queue(name: string): QueueSeries {
    let series = this.#queues.get(name)
    if (series === undefined) {
      series = new QueueSeries(this, name)
      if (this.#queues.size < MAX_QUEUES) this.#queues.set(name, series)
    }
    return series
  }
}

/** The series of one queue. */
export class QueueSeries {
  readonly #all: Instruments
  readonly #queue: string

  constructor(all: Instruments, queue: string) {
    this.#all = all
    this.#queue = queue
  }

  /** `error` empty: it went well. */
  published(count: number, seconds: number, error: string, ids: Ids | null): void {
    const labels = { queue: this.#queue, error_type: error }
    this.#all.published.with(labels).add(count)
    observe(this.#all.publishing.with(labels), seconds, ids)
    if (error !== '') this.failed(error)
  }

  /** The gauge to take them from again: asked for a second time it may be another, past the limit of series. */
  begun(count: number): { add(count: number): void } {
    const inFlight = this.#all.inFlight.with({ queue: this.#queue })
    inFlight.add(count)
    return inFlight
  }

  settled(count: number, result: Result): void {
    if (count > 0) this.#all.messages.with({ queue: this.#queue, result }).add(count)
  }

  processed(seconds: number, result: Result, ids: Ids | null): void {
    observe(this.#all.processing.with({ queue: this.#queue, result }), seconds, ids)
  }

  /** When each message was due, epoch milliseconds; 0 when nobody knows. */
  aged(dues: readonly number[]): void {
    if (!dues.some((due) => due > 0)) return
    const time = now()
    const age = this.#all.age.with({ queue: this.#queue })
    // Clocks of two hosts differ: what seems to come from the future is new.
    for (const due of dues) if (due > 0) age.observe(Math.max(0, time - due) / 1000)
  }

  failed(error: string): void {
    this.#all.errors.with({ surface: 'queue', error_type: error }).add(1)
  }

  /** Null: nobody knows, and the series is gone. */
  lag(messages: number | null): void {
    if (messages === null) this.#all.lag.remove({ queue: this.#queue })
    else this.#all.lag.with({ queue: this.#queue }).set(messages)
  }
}

interface Duration {
  observe(value: number): void
  observeFor(value: number, ids: Ids): void
}

function observe(duration: Duration, seconds: number, ids: Ids | null): void {
  if (ids === null) duration.observe(seconds)
  else duration.observeFor(seconds, ids)
}
