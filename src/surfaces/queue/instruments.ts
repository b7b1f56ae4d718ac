// What the queue surface counts. A series appears with the first message of its kind (W-10).
import type { Ids } from '../../context/api.ts'
import type { BoundCounter } from '../../metrics/counter.ts'
import { declare } from '../../metrics/declare.ts'
import type { BoundGauge } from '../../metrics/gauge.ts'
import type { BoundHistogram } from '../../metrics/histogram.ts'
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

/** The series of one queue, looked up at their first use and kept. */
export class QueueSeries {
  readonly #all: Instruments
  readonly #queue: string
  #published: BoundCounter | null = null
  #publishing: BoundHistogram | null = null
  #inFlight: BoundGauge | null = null
  #acked: BoundCounter | null = null
  #nacked: BoundCounter | null = null
  #processedAck: BoundHistogram | null = null
  #processedNack: BoundHistogram | null = null
  #age: BoundHistogram | null = null

  constructor(all: Instruments, queue: string) {
    this.#all = all
    this.#queue = queue
  }

  /** `error` empty: it went well. */
  published(count: number, seconds: number, error: string, ids: Ids | null): void {
    if (error !== '') {
      const labels = { queue: this.#queue, error_type: error }
      this.#all.published.with(labels).add(count)
      this.#all.publishing.with(labels).observeFor(seconds, ids)
      this.failed(error)
      return
    }
    if (this.#published === null || this.#publishing === null) {
      const labels = { queue: this.#queue, error_type: error }
      this.#published = this.#all.published.with(labels)
      this.#publishing = this.#all.publishing.with(labels)
    }
    this.#published.add(count)
    this.#publishing.observeFor(seconds, ids)
  }

  /** The gauge to take them from again. */
  begun(count: number): { add(count: number): void } {
    this.#inFlight ??= this.#all.inFlight.with({ queue: this.#queue })
    this.#inFlight.add(count)
    return this.#inFlight
  }

  settled(count: number, result: Result): void {
    if (count <= 0) return
    if (result === 'ack') (this.#acked ??= this.#messages(result)).add(count)
    else (this.#nacked ??= this.#messages(result)).add(count)
  }

  processed(seconds: number, result: Result, ids: Ids | null): void {
    if (result === 'ack') (this.#processedAck ??= this.#processing(result)).observeFor(seconds, ids)
    else (this.#processedNack ??= this.#processing(result)).observeFor(seconds, ids)
  }

  /** When a message was due, epoch milliseconds; 0 when nobody knows. */
  aged(due: number, time: number): void {
    if (due <= 0) return
    this.#age ??= this.#all.age.with({ queue: this.#queue })
    // Clocks of two hosts differ: what seems to come from the future is new.
    this.#age.observe(Math.max(0, time - due) / 1000)
  }

  failed(error: string): void {
    this.#all.errors.with({ surface: 'queue', error_type: error }).add(1)
  }

  /** Null: nobody knows, and the series is gone. */
  lag(messages: number | null): void {
    if (messages === null) this.#all.lag.remove({ queue: this.#queue })
    else this.#all.lag.with({ queue: this.#queue }).set(messages)
  }

  #messages(result: Result): BoundCounter {
    return this.#all.messages.with({ queue: this.#queue, result })
  }

  #processing(result: Result): BoundHistogram {
    return this.#all.processing.with({ queue: this.#queue, result })
  }
}
