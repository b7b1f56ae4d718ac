// Requests of each client, as token buckets in bounded memory. A bucket is a place, not a client: a client for whom there
// is no place takes over the one that was asked least recently, with what is left in it. So a flood from many addresses
// makes no tokens, and nobody gets a full bucket by pushing his own out: all clients together are never admitted more
// than places × (capacity + rate × time).
import { monotonic } from '../base/clock.ts'

/** Whether one more request of a client is admitted. */
export interface Limit {
  /** Milliseconds until it would be; 0 admits it, and counts it. */
  take(client: string): number | Promise<number>
}

export interface RateOptions {
  /** Requests that may come at once. */
  readonly capacity: number
  /** Requests a minute that may come for ever. */
  readonly perMinute: number
}

export interface ClientLimitOptions extends RateOptions {
  /** Clients that are remembered. */
  readonly places: number
  /** Milliseconds; never runs backwards. */
  readonly now?: () => number
}

/** Without a request for so long, milliseconds, a client is forgotten. */
const IDLE = 300_000
/** At most so many are forgotten by one request. */
const SWEEP = 64
/** What adding up parts of a token may lose. */
const NEARLY = 1e-9

class Bucket {
  tokens: number
  at: number

  constructor(tokens: number, at: number) {
    this.tokens = tokens
    this.at = at
  }
}

export class ClientLimit implements Limit {
  /** The one that was asked least recently stands first. */
  readonly #buckets = new Map<string, Bucket>()
  readonly #capacity: number
  /** Tokens a millisecond. */
  readonly #rate: number
  readonly #places: number
  readonly #idle: number
  readonly #now: () => number

  constructor({ capacity, perMinute, places, now = monotonic }: ClientLimitOptions) {
    this.#capacity = capacity
    this.#rate = perMinute / 60_000
    this.#places = places
    // Who is forgotten comes back with a full bucket: it must have been full.
    this.#idle = Math.max(IDLE, capacity / this.#rate)
    this.#now = now
  }

  /** Clients that are remembered. */
  get size(): number {
    return this.#buckets.size
  }

  take(client: string): number {
    const now = this.#now()
    const buckets = this.#buckets
    this.#sweep(now)
    let bucket = buckets.get(client)
    if (bucket !== undefined) buckets.delete(client)
    else {
      if (buckets.size < this.#places) bucket = new Bucket(this.#capacity, now)
      else {
        const [oldest, left] = buckets.entries().next().value!
        buckets.delete(oldest)
        bucket = left
      }
    }
    buckets.set(client, bucket)
    bucket.tokens = Math.min(this.#capacity, bucket.tokens + (now - bucket.at) * this.#rate)
    bucket.at = now
    if (bucket.tokens < 1 - NEARLY) return (1 - bucket.tokens) / this.#rate
    bucket.tokens = Math.max(0, bucket.tokens - 1)
    return 0
  }

  #sweep(now: number): void {
    let left = SWEEP
    for (const [client, { at }] of this.#buckets) {
      if (now - at < this.#idle || left-- === 0) return
      this.#buckets.delete(client)
    }
  }
}
