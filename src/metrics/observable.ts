// A metric that is asked for its values when someone collects. A callback that throws blanks nothing: its metric keeps its
// last values, every other metric is collected, and the failure is said once (S-06). A label set that a callback no longer
// reports is gone from the next collection (S-07).
import { noticeOnce, thrownText } from '../base/notice.ts'
import type { Family, Series } from '../model/metric.ts'
import type { Ground, Labels } from './ground.ts'
import { type Leaf, SeriesTrie } from './series.ts'

export type Report = (value: number, labels?: Labels) => void

/** Reports every series of the metric each time. May be asynchronous: what it reports later shows in the next collection. */
export type ObserveCallback = (report: Report) => unknown

class Observed implements Leaf {
  series: Series
  seen = 0

  constructor(series: Series) {
    this.series = series
  }

  attach(series: Series): void {
    this.series = series
  }
}

export class Observable {
  readonly trie: SeriesTrie<Observed>
  readonly #ground: Ground
  readonly #callbacks: ObserveCallback[] = []
  #run = 0
  #whole = true
  readonly #report: Report = (value, labels) => this.observe(value, labels)

  constructor(family: Family, dropped: readonly string[], ground: Ground) {
    this.#ground = ground
    this.trie = new SeriesTrie(family, dropped, ground, (series) => new Observed(series))
  }

  add(callback: ObserveCallback): void {
    if (!this.#callbacks.includes(callback)) this.#callbacks.push(callback)
  }

  remove(callback: ObserveCallback): void {
    const at = this.#callbacks.indexOf(callback)
    if (at >= 0) this.#callbacks.splice(at, 1)
  }

  /** One reading; for callbacks that read several metrics at once, from inside `registry.onCollect`. */
  observe(value: number, labels?: Labels): void {
    const finite = typeof value === 'number' && value - value === 0
    if (!finite || (value < 0 && this.trie.family.type === 'counter')) {
      this.#ground.ledger.refuse(this.trie.label, finite ? 'negative' : 'not_finite', String(value))
      return
    }
    const leaf = this.trie.find(labels)
    if (leaf === null) return
    leaf.series.value = value
    leaf.seen = this.#run
  }

  /** Before a collection: what is not observed from here on is gone at its end. */
  begin(): void {
    this.#run++
    this.#whole = true
  }

  collect(): void {
    for (const callback of [...this.#callbacks]) {
      try {
        const result = callback(this.#report)
        if (result instanceof Promise) {
          this.#whole = false
          result.catch((error) => this.#failed(error))
        }
      } catch (error) {
        this.#whole = false
        this.#failed(error)
      }
    }
  }

  end(hooksFailed: boolean): void {
    if (!this.#whole || (hooksFailed && this.#callbacks.length === 0)) return
    this.trie.remove((leaf) => leaf.seen !== this.#run)
  }

  #failed(error: unknown): void {
    const { label } = this.trie
    noticeOnce(
      `metrics.scrape.failed\n${label}`,
      'warn',
      'metrics.scrape.failed',
      `The callback of ${label} failed and its last values stay: ${thrownText(error)}`,
    )
  }
}
