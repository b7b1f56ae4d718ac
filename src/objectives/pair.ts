// One pair of events: what began and has not ended, and how long it took where it did. What waits is bounded in number and
// in time: an event whose end does not come in time is bad, whether or not the end comes later.
import type { BoundCounter, Counter } from '../metrics/counter.ts'
import { declare } from '../metrics/declare.ts'
import type { BoundHistogram } from '../metrics/histogram.ts'
import type { Registry } from '../metrics/registry.ts'
import { bucketOf } from '../model/histogram.ts'
import { NAMES } from '../model/names.ts'
import { TrafficRing } from '../traffic/ring.ts'
import { eventBounds } from './bounds.ts'
import { keeps, type Promised } from './promise.ts'

/** Events of one pair that may wait for their end. */
export const MOST_WAITING = 10_000
/** Durations that are held one by one. */
const SAMPLES = 4096
/** As the status of a sample: it ended. */
const ENDED = 200
const LONGEST_KEY = 256
/** 1973: what is below is in seconds. */
const EARLIEST = 100_000_000_000
/** Clocks of two machines differ. */
const TOLERANCE_MS = 60_000

export type Rejection = 'duplicate' | 'unbegun' | 'overflow' | 'invalid'

export interface PairClock {
  /** Milliseconds since the epoch. */
  now(): number
  monotonic(): number
}

export class Pair {
  readonly bounds: Float64Array
  /** Durations in milliseconds; infinite where no end came. */
  readonly samples = new TrafficRing(SAMPLES)
  readonly #promised: Promised
  readonly #clock: PairClock
  /** When what waits began, by its key; in the order in which it began. */
  readonly #waiting = new Map<string, number>()
  readonly #row: Float64Array
  readonly #durations: BoundHistogram | null
  readonly #counts: Readonly<Record<'good' | 'late' | 'expired', BoundCounter>> | null
  readonly #rejected: Counter | null

  constructor(promised: Promised, registry: Registry | null, clock: PairClock) {
    const { name: slo, threshold } = promised
    this.#promised = promised
    this.#clock = clock
    this.bounds = eventBounds(threshold)
    this.#row = new Float64Array(this.bounds.length + 3)
    const counted = registry && declare(registry, NAMES.slo_events_total)
    this.#counts = counted && {
      good: counted.with({ slo, result: 'good' }),
      late: counted.with({ slo, result: 'late' }),
      expired: counted.with({ slo, result: 'expired' }),
    }
    this.#durations = registry && declare(registry, NAMES.slo_event_duration_seconds).with({ slo })
    this.#rejected = registry && declare(registry, NAMES.slo_events_rejected_total)
  }

  /** `[good, all, …buckets]`; what never ended is in the last bucket. */
  row(): Float64Array {
    this.sweep()
    return this.#row.slice()
  }

  get waiting(): number {
    return this.#waiting.size
  }

  began(key: unknown, at = this.#clock.monotonic()): void {
    const text = keyText(key)
    if (text === undefined) return this.#reject('invalid')
    this.sweep()
    // A message that is delivered twice began once.
    if (this.#waiting.has(text)) return this.#reject('duplicate')
    if (this.#waiting.size >= MOST_WAITING) return this.#reject('overflow')
    this.#waiting.set(text, at)
  }

  ended(key: unknown, at = this.#clock.monotonic()): void {
    const text = keyText(key)
    if (text === undefined) return this.#reject('invalid')
    this.sweep()
    const began = this.#waiting.get(text)
    if (began === undefined) return this.#reject('unbegun')
    this.#waiting.delete(text)
    this.#finish(at - began)
  }

  /** The end of what another process has begun. */
  endedSince(since: unknown, now = this.#clock.now()): void {
    const began = since instanceof Date ? since.getTime() : since
    if (typeof began !== 'number' || !(began >= EARLIEST && began <= now + TOLERANCE_MS)) return this.#reject('invalid')
    this.#finish(Math.max(0, now - began))
  }

  /** Counts what waited too long as bad. */
  sweep(): void {
    const { expireMs } = this.#promised
    const oldest = this.#clock.monotonic() - expireMs
    for (const [key, began] of this.#waiting) {
      if (began > oldest) return
      this.#waiting.delete(key)
      this.#row[1]!++
      this.#row[this.#row.length - 1]!++
      this.#counts?.expired.add(1)
      this.samples.push(this.#clock.now(), Number.POSITIVE_INFINITY, 0, 0)
    }
  }

  #finish(ms: number): void {
    const seconds = ms / 1000
    const good = keeps(seconds, this.#promised)
    if (good) this.#row[0]!++
    this.#row[1]!++
    this.#row[2 + bucketOf(this.bounds, seconds)]!++
    this.#counts?.[good ? 'good' : 'late'].add(1)
    this.#durations?.observe(seconds)
    this.samples.push(this.#clock.now(), ms, ENDED, 0)
  }

  #reject(reason: Rejection): void {
    this.#rejected?.add(1, { slo: this.#promised.name, reason })
  }
}

function keyText(key: unknown): string | undefined {
  const text = typeof key === 'string' ? key : Number.isFinite(key) || typeof key === 'bigint' ? String(key) : ''
  return text === '' || text.length > LONGEST_KEY ? undefined : text
}
