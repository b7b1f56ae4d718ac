// What the metrics room refused and what overflowed: counted as metrics of our own, said once per metric, never thrown
// into the application (ruling 53). `strict` turns a refusal into a fault, for tests and development.
import { Fault, type FaultCode } from '../base/fault.ts'
import { noticeOnce } from '../base/notice.ts'
import { attributesObject, type Value } from '../model/attribute.ts'
import type { Counter } from './counter.ts'

export type Refusal = 'kind' | 'name' | 'labels' | 'negative' | 'not_finite'

const CODES: Readonly<Record<Refusal, FaultCode>> = {
  kind: 'METRIC_KIND',
  name: 'METRIC_NAME',
  labels: 'METRIC_LABELS',
  negative: 'METRIC_VALUE',
  not_finite: 'METRIC_VALUE',
}

/** Names of refused metrics that are kept apart; later ones are counted together as `other`. */
const METRICS = 500

export class Ledger {
  strict = false
  #rejected: Counter | null = null
  #overflowed: Counter | null = null
  readonly #metrics = new Set<string>()
  readonly #said = new Set<string>()
  #prefix = ''

  /** The registry hands in the two counters once they exist. `prefix` keeps the notices of registries apart. */
  attach(rejected: Counter, overflowed: Counter, prefix: string): void {
    this.#rejected = rejected
    this.#overflowed = overflowed
    this.#prefix = prefix
  }

  /** Throws in strict mode. `found` is what was given, never a label value. */
  refuse(metric: string, reason: Refusal, found: string): void {
    this.#rejected?.add(1, { metric: this.#bounded(metric), reason })
    if (this.strict) throw new Fault(CODES[reason], { subject: metric, found })
    const key = `${metric}\n${reason}`
    if (this.#said.has(key) || this.#said.size >= 2 * METRICS) return
    this.#said.add(key)
    const fault = new Fault(CODES[reason], { subject: metric, found })
    noticeOnce(
      `${this.#prefix}${key}`,
      'warn',
      'metrics.rejected',
      `${fault.message} (said once; counted in telltale_metrics_rejected_total)`,
    )
  }

  overflow(metric: string, series: number): void {
    if (metric === 'telltale_metrics_overflow_total') return
    this.#overflowed?.add(1, { metric: this.#bounded(metric) })
    if (this.#said.has(metric)) return
    this.#said.add(metric)
    noticeOnce(
      `${this.#prefix}${metric}\noverflow`,
      'warn',
      'metrics.overflow',
      `${metric} reached the limit of series with ${series} of its own: further label sets are counted in the series otel_metric_overflow="true" (said once; counted in telltale_metrics_overflow_total)`,
    )
  }

  /** Refusals by metric and reason. @internal */
  rejections(): { readonly metric: string; readonly reason: Refusal; readonly count: number }[] {
    return countsOf(this.#rejected).map(([labels, count]) => ({
      metric: String(labels['metric'] ?? 'other'),
      reason: labels['reason'] as Refusal,
      count,
    }))
  }

  /** Recordings that went into an overflow series, by metric. @internal */
  overflows(): Map<string, number> {
    return new Map(
      countsOf(this.#overflowed).map(([labels, count]) => [String(labels['metric'] ?? 'other'), count] as const),
    )
  }

  #bounded(metric: string): string {
    if (this.#metrics.has(metric)) return metric
    if (this.#metrics.size >= METRICS) return 'other'
    this.#metrics.add(metric)
    return metric
  }
}

function countsOf(counter: Counter | null): (readonly [Record<string, Value>, number])[] {
  const series = counter?.trie.family.series ?? []
  return series.map(({ attributes, value }) => [attributesObject(attributes), value] as const)
}
