// What a row of growing numbers was in the past: every ten seconds of the last hour, every minute of six hours, and so on to
// ninety days. Each tier is a ring that grows to its bound and then overwrites its oldest, so a process that lives for an
// hour holds 65 KB and one that lives for months at most 330 KB for an objective with fifteen buckets.
//
//   tier 0  │·│·│·│·│·│·│·│  10 s   1 h
//   tier 1  │  ·  │  ·  │ …   1 m   6 h
//   tier 2  │       ·       │ …  10 m  3 d …

const SECOND = 1000
const TIERS: readonly (readonly [step: number, reach: number])[] = [
  [10 * SECOND, 3600 * SECOND],
  [60 * SECOND, 6 * 3600 * SECOND],
  [600 * SECOND, 3 * 86_400 * SECOND],
  [3600 * SECOND, 30 * 86_400 * SECOND],
  [6 * 3600 * SECOND, 90 * 86_400 * SECOND],
]
/** How often something is to be put in. */
export const TICK_MS = TIERS[0]![0]

export interface Past {
  readonly time: number
  readonly row: Float64Array
}

export class History {
  readonly #tiers: readonly Tier[]

  /** `width`: numbers in a row. `reachMs`: how far back anybody will ask. */
  constructor(width: number, reachMs: number) {
    const needed = TIERS.findIndex(([, reach]) => reach >= reachMs)
    const tiers = needed < 0 ? TIERS : TIERS.slice(0, needed + 1)
    this.#tiers = tiers.map(([step, reach]) => new Tier(width, step, Math.ceil(reach / step) + 1))
  }

  /** Times never fall. */
  push(time: number, row: Float64Array): void {
    for (const tier of this.#tiers) tier.push(time, row)
  }

  /** The oldest row that is not older than `time`, else the newest; there is one as soon as something was put in. */
  since(time: number): Past {
    let best: Past | undefined
    for (const tier of this.#tiers) {
      const found = tier.since(time)
      if (found !== undefined && (best === undefined || found.time < best.time)) best = found
    }
    return best ?? this.#tiers[0]!.newest()
  }
}

class Tier {
  readonly #width: number
  readonly #step: number
  readonly #most: number
  #times = new Float64Array(16)
  #rows: Float64Array
  #first = 0
  #size = 0

  constructor(width: number, step: number, most: number) {
    this.#width = width
    this.#step = step
    this.#most = most
    this.#rows = new Float64Array(16 * width)
  }

  push(time: number, row: Float64Array): void {
    // A timer that comes a moment early is on time.
    if (this.#size > 0 && time - this.#times[this.#at(this.#size - 1)]! < this.#step - TICK_MS / 2) return
    if (this.#size === this.#times.length && this.#size < this.#most) this.#grow()
    if (this.#size === this.#times.length) this.#first = this.#at(1)
    else this.#size++
    const at = this.#at(this.#size - 1)
    this.#times[at] = time
    this.#rows.set(row, at * this.#width)
  }

  since(time: number): Past | undefined {
    let low = 0
    let high = this.#size
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#times[this.#at(middle)]! < time) low = middle + 1
      else high = middle
    }
    return low === this.#size ? undefined : this.#past(low)
  }

  newest(): Past {
    return this.#past(this.#size - 1)
  }

  #past(index: number): Past {
    const at = this.#at(index)
    return { time: this.#times[at]!, row: this.#rows.slice(at * this.#width, (at + 1) * this.#width) }
  }

  #at(index: number): number {
    return (this.#first + index) % this.#times.length
  }

  /** Only before anything was overwritten, so the oldest is still the first. */
  #grow(): void {
    const length = Math.min(this.#most, this.#times.length * 2)
    const times = new Float64Array(length)
    const rows = new Float64Array(length * this.#width)
    times.set(this.#times)
    rows.set(this.#rows)
    this.#times = times
    this.#rows = rows
  }
}
