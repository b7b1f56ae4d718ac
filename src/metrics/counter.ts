// A counter only goes up. `add` finds its series by labels; `with` gives the handle of one series, and adding to that is one
// addition. A counter restarts at 0 with the process: `rate()` and `increase()` absorb that (H-16).
import type { Family, Series } from '../model/metric.ts'
import type { ExemplarSource, TraceIds } from './exemplar.ts'
import type { Ground, Labels } from './ground.ts'
import { type Leaf, SeriesTrie } from './series.ts'

/** One series of a counter; `with()` answers the same object every time, so keep it. */
export class BoundCounter implements Leaf {
  series: Series
  readonly #counter: Counter
  readonly #source: ExemplarSource

  constructor(series: Series, counter: Counter, source: ExemplarSource) {
    this.series = series
    this.#counter = counter
    this.#source = source
  }

  /** Adds `n`, finite and not negative; anything else changes nothing and is counted. */
  add(n: number): void {
    if (typeof n === 'number' && n >= 0 && n < Number.POSITIVE_INFINITY) {
      this.series.value += n
      if (this.#source.on) this.#source.sample(this.series, 0, 1, n)
    } else this.#counter.refuse(n)
  }

  /** `add` with an exemplar of these ids. */
  addFor(n: number, ids: TraceIds): void {
    if (typeof n === 'number' && n >= 0 && n < Number.POSITIVE_INFINITY) {
      this.series.value += n
      if (this.#source.on) this.#source.sampleFor(this.series, 0, 1, n, ids)
    } else this.#counter.refuse(n)
  }

  attach(series: Series): void {
    this.series = series
  }
}

export class Counter {
  readonly trie: SeriesTrie<BoundCounter>
  readonly #ground: Ground
  readonly #source: ExemplarSource

  constructor(family: Family, dropped: readonly string[], ground: Ground, source: ExemplarSource) {
    this.#ground = ground
    this.#source = source
    this.trie = new SeriesTrie(family, dropped, ground, (series) => new BoundCounter(series, this, source))
  }

  add(n: number, labels?: Labels): void {
    if (typeof n === 'number' && n >= 0 && n < Number.POSITIVE_INFINITY) {
      const leaf = this.trie.find(labels)
      if (leaf === null) return
      leaf.series.value += n
      if (this.#source.on) this.#source.sample(leaf.series, 0, 1, n)
    } else this.refuse(n)
  }

  with(labels?: Labels): BoundCounter {
    return this.trie.find(labels) ?? this.trie.nowhere()
  }

  refuse(n: unknown): void {
    this.#ground.ledger.refuse(this.trie.label, typeof n === 'number' && n < 0 ? 'negative' : 'not_finite', String(n))
  }
}
