// A gauge is set or added to, never both: `set` says what is, `add` balances ups and downs, and OpenTelemetry sends them as
// two kinds of metric. Which of the two a gauge is, its declaration or its first use decides; the other is refused from then
// on, counted and said once (W-02, W-03).
import type { Family, Series } from '../model/metric.ts'
import type { Ground, Labels } from './ground.ts'
import { type Leaf, SeriesTrie } from './series.ts'

export type GaugeMode = 'set' | 'add'

const OPEN = 0
const SET = 1
const ADD = 2

/** One series of a gauge; it is shown from its first `set` or `add` on, or from `with()` where the gauge is declared to be added to. */
export class BoundGauge implements Leaf {
  series: Series
  #shown: boolean
  readonly #gauge: Gauge

  constructor(series: Series, gauge: Gauge, shown: boolean) {
    this.series = series
    this.#gauge = gauge
    this.#shown = shown
  }

  /** What is, from now on; finite. */
  set(value: number): void {
    if (typeof value === 'number' && value - value === 0 && (this.#gauge.mode === SET || this.#gauge.settle(SET))) {
      this.series.value = value
      if (!this.#shown) this.#show()
    } else this.#gauge.refuse(value, SET)
  }

  /** Adds `n`, which may be negative; finite. */
  add(n: number): void {
    if (typeof n === 'number' && n - n === 0 && (this.#gauge.mode === ADD || this.#gauge.settle(ADD))) {
      this.series.value += n
      if (!this.#shown) this.#show()
    } else this.#gauge.refuse(n, ADD)
  }

  #show(): void {
    this.#shown = true
    // After a refinement two handles may write one series, and each shows it.
    const { series } = this.#gauge.trie.family
    if (!series.includes(this.series)) series.push(this.series)
  }

  attach(series: Series): void {
    this.series = series
    this.#shown = this.#gauge.trie.family.series.includes(series)
  }
}

export class Gauge {
  readonly trie: SeriesTrie<BoundGauge>
  readonly #ground: Ground
  /** 0 until the declaration or the first use has settled it. */
  mode: number

  constructor(family: Family, dropped: readonly string[], ground: Ground, mode: GaugeMode | undefined) {
    this.#ground = ground
    this.mode = mode === 'set' ? SET : mode === 'add' ? ADD : OPEN
    const lazy = mode !== 'add'
    this.trie = new SeriesTrie(
      family,
      dropped,
      ground,
      (series, part) => new BoundGauge(series, this, !(lazy && part)),
      lazy,
    )
  }

  set(value: number, labels?: Labels): void {
    if (typeof value === 'number' && value - value === 0 && (this.mode === SET || this.settle(SET))) {
      const leaf = this.trie.find(labels)
      if (leaf !== null) leaf.set(value)
    } else this.refuse(value, SET)
  }

  add(n: number, labels?: Labels): void {
    if (typeof n === 'number' && n - n === 0 && (this.mode === ADD || this.settle(ADD))) {
      const leaf = this.trie.find(labels)
      if (leaf !== null) leaf.add(n)
    } else this.refuse(n, ADD)
  }

  with(labels?: Labels): BoundGauge {
    return this.trie.find(labels) ?? this.trie.nowhere()
  }

  /** Takes one series out, so that a combination that is gone is not shown as it last was (S-07). */
  remove(labels?: Labels): void {
    const leaf = this.trie.find(labels)
    if (leaf !== null) this.trie.remove((held) => held === leaf)
  }

  /** Takes every series out. */
  clear(): void {
    this.trie.remove(() => true)
  }

  /** Decides what an undecided gauge is; whether it is `mode` now. */
  settle(mode: number): boolean {
    if (this.mode === OPEN) {
      this.mode = mode
      this.trie.family.type = mode === ADD ? 'updown' : 'gauge'
    }
    return this.mode === mode
  }

  refuse(value: unknown, mode: number): void {
    const finite = typeof value === 'number' && value - value === 0
    if (finite && this.mode !== mode)
      this.#ground.ledger.refuse(
        this.trie.label,
        'kind',
        mode === SET ? 'set on a gauge that is added to' : 'add on a gauge that is set',
      )
    else this.#ground.ledger.refuse(this.trie.label, 'not_finite', String(value))
  }
}
