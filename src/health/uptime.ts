// How long this process runs. The seconds come from the monotonic clock, so a stepped wall clock changes nothing;
// the start is a wall-clock time, read once. Both are of this process alone.
import { monotonic } from '../base/clock.ts'
import { shared } from '../base/slot.ts'

export class Uptime {
  readonly #monotonic: () => number
  readonly #wall: () => number
  #begun = Number.NaN
  #startedAt = ''

  constructor(clock: { monotonic?: () => number; wall?: () => number } = {}) {
    this.#monotonic = clock.monotonic ?? monotonic
    this.#wall = clock.wall ?? Date.now
  }

  /** Sets both; the first call wins. */
  begin(): void {
    if (!Number.isNaN(this.#begun)) return
    this.#begun = this.#monotonic()
    this.#startedAt = new Date(this.#wall()).toISOString()
  }

  /** Seconds since `begin`, with a fraction; 0 before it. */
  seconds(): number {
    return Number.isNaN(this.#begun) ? 0 : Math.max(0, this.#monotonic() - this.#begun) / 1000
  }

  /** RFC 3339, UTC; empty before `begin`. */
  startedAt(): string {
    return this.#startedAt
  }
}

/** The process's own; `start` begins it. */
export const uptime: Uptime = shared('uptime', () => new Uptime())
