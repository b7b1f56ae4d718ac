// RED of a set of spans: how many, how many failed, how long. Quantiles are exact (nearest rank), not estimated.
import { STATUS_ERROR } from '../model/span.ts'
import type { Moment, Rates, RedLine } from './answers.ts'
import { Grid } from './grid.ts'
import type { StoredSpan } from './trace.ts'

export interface Range {
  readonly from: number
  readonly to: number
}

/** Gathers numbers only; what is drawn over time is made of them when it is asked for. */
export class RateGatherer {
  readonly #range: Range
  readonly #starts: number[] = []
  readonly #durations: number[] = []
  readonly #failed: boolean[] = []
  #errors = 0

  constructor(range: Range) {
    this.#range = range
  }

  get requests(): number {
    return this.#durations.length
  }

  add(span: StoredSpan): void {
    const failed = span.record.status === STATUS_ERROR
    this.#starts.push(span.record.startTime)
    this.#durations.push(span.duration)
    this.#failed.push(failed)
    if (failed) this.#errors++
  }

  rates(): Rates {
    const sorted = Float64Array.from(this.#durations).sort()
    const requests = sorted.length
    const seconds = (this.#range.to - this.#range.from) / 1000
    return {
      requests,
      errors: this.#errors,
      error_rate: requests === 0 ? 0 : this.#errors / requests,
      per_second: seconds > 0 ? requests / seconds : 0,
      p50_ms: rank(sorted, 0.5),
      p95_ms: rank(sorted, 0.95),
      p99_ms: rank(sorted, 0.99),
      max_ms: rank(sorted, 1),
    }
  }

  /** `moments` equal parts of the range; 0 for none. */
  timeline(moments = 0): Moment[] {
    if (moments === 0) return []
    const grid = new Grid(this.#range, moments)
    const { requests, errors, p95_ms } = this.line(grid)
    return grid.times.map((time_ms, i) => ({
      time_ms,
      requests: requests[i]!,
      errors: errors[i]!,
      p95_ms: p95_ms[i]!,
    }))
  }

  line(grid: Grid): RedLine {
    const requests: number[] = new Array(grid.size).fill(0)
    const errors: number[] = new Array(grid.size).fill(0)
    const places = this.#starts.map((start, i) => {
      const place = grid.place(start)
      requests[place]!++
      if (this.#failed[i]) errors[place]!++
      return place
    })
    // All durations side by side, those of one moment next to each other.
    const next = new Uint32Array(grid.size)
    for (let i = 1; i < grid.size; i++) next[i] = next[i - 1]! + requests[i - 1]!
    const durations = new Float64Array(places.length)
    for (let i = 0; i < places.length; i++) durations[next[places[i]!]!++] = this.#durations[i]!
    const sorted = requests.map((count, i) => durations.subarray(next[i]! - count, next[i]!).sort())
    const quantiles = (q: number): (number | null)[] => sorted.map((one) => rank(one, q))
    return { requests, errors, p50_ms: quantiles(0.5), p95_ms: quantiles(0.95), p99_ms: quantiles(0.99) }
  }
}

/** The smallest value that at least `q` of all do not exceed. */
function rank(sorted: Float64Array, q: number): number | null {
  return sorted.length === 0 ? null : sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]!
}
