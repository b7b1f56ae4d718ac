// Which metrics have how many series, how near that is to the limits, and which label makes them. Callbacks of metrics are
// asked only where nobody has collected for a minute.
import type { MetricSize, Sizes } from '../../metrics/registry.ts'
import { OVERFLOW_KEY } from '../../metrics/series.ts'
import { exposed, type Naming, sampleNames } from '../../wire/prometheus/naming.ts'
import { type Bounds, whole } from '../figures/inquiry.ts'
import type { CardinalityAnswer, LabelCardinality, MetricCardinality, OfThisProcess, RefusedMetric } from './answers.ts'

/** What of a registry is asked. */
export interface CardinalitySource {
  readonly registry: {
    sizes(): Sizes
    families(): unknown
    readonly ledger: { rejections(): readonly RefusedMetric[]; overflows(): ReadonlyMap<string, number> }
  }
  readonly naming: Naming
  readonly namespace: string
}

const UNREAD_MS = 60_000
const TOP: Bounds = { default: 20, least: 1, most: 100 }
const REFUSED = 20
/** Series of one metric whose labels are looked at. */
const LOOKED_AT = 5000

export function cardinalityOf(
  { registry, naming, namespace }: CardinalitySource,
  head: OfThisProcess,
  top: number,
  now: number,
): CardinalityAnswer {
  if (now - registry.sizes().collected >= UNREAD_MS) registry.families()
  const { metrics, total, limits, collected } = registry.sizes()
  const overflows = registry.ledger.overflows()
  const rejections = registry.ledger.rejections()
  const refused = new Map<string, number>()
  for (const { metric, count } of rejections) refused.set(metric, (refused.get(metric) ?? 0) + count)
  const large = metrics
    .filter(({ series, overflows: over }) => series > 0 || over)
    .sort((a, b) => b.series - a.series || (a.label < b.label ? -1 : 1))
  const shown = ({ family, label, series, overflows: overflowing }: MetricSize): MetricCardinality => {
    const { base } = exposed(family, naming, namespace)
    return {
      name: sampleNames(base, family.type, family.exact)[0]!,
      otel_name: family.name || label,
      type: family.type,
      series,
      used: limits.series > 0 ? Math.min(1, series / limits.series) : 1,
      overflowing,
      overflowed_total: overflows.get(label) ?? 0,
      refused_total: refused.get(label) ?? 0,
      labels: labelsOf(family.series),
      labels_complete: family.series.length <= LOOKED_AT,
    }
  }
  return {
    ...head,
    collected_at: collected > 0 ? new Date(collected).toISOString() : null,
    metrics: large.length,
    declared: metrics.length,
    series: total,
    limits: { series_per_metric: limits.series, series_total: limits.total, value_length: limits.valueLength },
    overflowed_total: sum(overflows.values()),
    refused_total: sum(refused.values()),
    top: large.slice(0, top).map(shown),
    refused: [...rejections].sort((a, b) => b.count - a.count).slice(0, REFUSED),
  }
}

export function topOf(search: URLSearchParams): number {
  return whole(search.get('top'), TOP)
}

/** How many values each label has; the overflow series has none. */
function labelsOf(series: MetricSize['family']['series']): LabelCardinality[] {
  const values = new Map<string, Set<unknown>>()
  for (let i = 0; i < series.length && i < LOOKED_AT; i++) {
    const { attributes } = series[i]!
    for (let j = 0; j < attributes.length; j += 2) {
      const label = attributes[j] as string
      const value = attributes[j + 1]
      let seen = values.get(label)
      if (seen === undefined) values.set(label, (seen = new Set()))
      seen.add(typeof value === 'object' ? JSON.stringify(value) : value)
    }
  }
  values.delete(OVERFLOW_KEY)
  const counts = [...values].map(([label, seen]) => ({ label, values: seen.size }))
  return counts.sort((a, b) => b.values - a.values || (a.label < b.label ? -1 : 1))
}

function sum(values: Iterable<number>): number {
  let total = 0
  for (const value of values) total += value
  return total
}
