// A histogram counts what it observes into explicit buckets, never into client-side quantiles, so that a fleet's p95 can be
// taken from summed buckets (H-13). Values are finite and not negative, as OpenTelemetry has it.
import type { Family, Series } from '../model/metric.ts'
import type { ExemplarSource, TraceIds } from './exemplar.ts'
import type { Ground, Labels } from './ground.ts'
import { type Leaf, SeriesTrie } from './series.ts'

/** One series of a histogram; `with()` answers the same object every time, so keep it. */
export class BoundHistogram implements Leaf {
  series: Series
  #buckets: Float64Array
  #bounds: Float64Array
  readonly #histogram: Histogram
  readonly #source: ExemplarSource

  constructor(series: Series, bounds: Float64Array, histogram: Histogram, source: ExemplarSource) {
    this.series = series
    this.#buckets = series.buckets!
    this.#bounds = bounds
    this.#histogram = histogram
    this.#source = source
  }

  observe(value: number): void {
    if (typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY) {
      const slot = this.#record(value)
      if (this.#source.on) this.#source.sample(this.series, slot, this.#buckets.length, value)
    } else this.#histogram.refuse(value)
  }

  /** `observe` with an exemplar of these ids, for work that ends outside its context; null: of what is current. */
  observeFor(value: number, ids: TraceIds | null): void {
    if (ids === null) this.observe(value)
    else if (typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY) {
      const slot = this.#record(value)
      if (this.#source.on) this.#source.sampleFor(this.series, slot, this.#buckets.length, value, ids)
    } else this.#histogram.refuse(value)
  }

  /** Linear from the start or from the middle: with a dozen bounds and most requests fast, quicker than bisection. */
  #record(value: number): number {
    const bounds = this.#bounds
    const { length } = bounds
    const middle = length >>> 1
    let slot = value > bounds[middle]! ? middle + 1 : 0
    while (slot < length && value > bounds[slot]!) slot++
    this.#buckets[slot]!++
    this.series.count++
    this.series.value += value
    return slot
  }

  attach(series: Series): void {
    this.series = series
    this.#buckets = series.buckets!
    this.#bounds = this.#histogram.trie.family.bounds!
  }
}

export class Histogram {
  readonly trie: SeriesTrie<BoundHistogram>
  readonly #ground: Ground

  constructor(family: Family, dropped: readonly string[], ground: Ground, source: ExemplarSource) {
    this.#ground = ground
    this.trie = new SeriesTrie(
      family,
      dropped,
      ground,
      (series) => new BoundHistogram(series, this.trie.family.bounds!, this, source),
    )
  }

  observe(value: number, labels?: Labels): void {
    if (typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY) {
      const leaf = this.trie.find(labels)
      if (leaf !== null) leaf.observe(value)
    } else this.refuse(value)
  }

  with(labels?: Labels): BoundHistogram {
    return this.trie.find(labels) ?? this.trie.nowhere()
  }

  refuse(value: unknown): void {
    this.#ground.ledger.refuse(
      this.trie.label,
      typeof value === 'number' && value < 0 ? 'negative' : 'not_finite',
      String(value),
    )
  }
}
