// RED of a set of spans: how many, how many failed, how long. Quantiles are exact (nearest rank), not estimated.
import { STATUS_ERROR } from '../model/span.ts'
import type { Moment, Rates } from './answers.ts'
import type { StoredSpan } from './trace.ts'

export interface Range {
  readonly from: number
  readonly to: number
}

export class RateGatherer {
  readonly #range: Range
  readonly #durations: number[] = []
  readonly #moments: { errors: number; durations: number[] }[] = []
  #errors = 0

  /** `moments` equal parts of the range make the timeline; 0 for none. */
  constructor(range: Range, moments = 0) {
    this.#range = range
    for (let i = 0; i < moments; i++) this.#moments.push({ errors: 0, durations: [] })
  }

  add(span: StoredSpan): void {
    const failed = span.record.status === STATUS_ERROR ? 1 : 0
    const { duration } = span
    this.#durations.push(duration)
    this.#errors += failed
    if (this.#moments.length === 0) return
    const { from, to } = this.#range
    const place = Math.floor(((span.record.startTime - from) / (to - from || 1)) * this.#moments.length)
    const moment = this.#moments[Math.min(this.#moments.length - 1, Math.max(0, place))]!
    moment.durations.push(duration)
    moment.errors += failed
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

  timeline(): Moment[] {
    const { from, to } = this.#range
    const step = (to - from) / (this.#moments.length || 1)
    return this.#moments.map(({ errors, durations }, i) => ({
      time_ms: from + i * step,
      requests: durations.length,
      errors,
      p95_ms: rank(Float64Array.from(durations).sort(), 0.95),
    }))
  }
}

/** The smallest value that at least `q` of all do not exceed. */
function rank(sorted: Float64Array, q: number): number | null {
  return sorted.length === 0 ? null : sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]!
}
