// One signal's records on their way to the sinks: a bounded ring that drops the oldest, and its account.
import { Ring } from '../base/ring.ts'

export class IntakeCounts {
  /** Capacity of the ring; 0 when nothing is retained (spans that are encoded at their end). */
  capacity = 0
  /** Waiting for the next drain. */
  size = 0
  /** Handed to the sinks. */
  processed = 0
  /** Pushed out of the full ring by newer ones. */
  dropped = 0
  /** Came after close. */
  late = 0
  /** Could not be redacted or encoded. */
  failed = 0
}

/** What a slice may hold, so that the event loop gets its turn: architecture.md, hot-path budget. */
export const SLICE_RECORDS = 256
export const SLICE_BYTES = 65_536

export class Intake<T> {
  readonly counts = new IntakeCounts()
  readonly #ring: Ring<T>
  readonly #weigh: (record: T) => number
  open = true

  constructor(capacity: number, weigh: (record: T) => number) {
    this.#ring = new Ring(capacity)
    this.counts.capacity = this.#ring.capacity
    this.#weigh = weigh
  }

  get size(): number {
    return this.#ring.size
  }

  /** False when the oldest record had to go. */
  push(record: T): boolean {
    const kept = this.#ring.push(record)
    if (!kept) this.counts.dropped++
    this.counts.size = this.#ring.size
    return kept
  }

  /** At most `SLICE_RECORDS` records of about `SLICE_BYTES`, oldest first; at least one while there is one. */
  slice(): T[] {
    const ring = this.#ring
    const slice: T[] = []
    let weight = 0
    while (slice.length < SLICE_RECORDS) {
      const next = ring.peek()
      if (next === undefined) break
      weight += this.#weigh(next)
      if (weight > SLICE_BYTES && slice.length > 0) break
      slice.push(next)
      ring.shift()
    }
    this.counts.size = ring.size
    this.counts.processed += slice.length
    return slice
  }
}
