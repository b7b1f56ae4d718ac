// Metrics by name, sender and attributes, each series with its own bounded history.
import type { Flat } from '../model/attribute.ts'
import { ExponentialSeries } from '../model/exponential.ts'
import type { Family, MetricType, Series } from '../model/metric.ts'
import { SummarySeries } from '../model/summary.ts'
import { AttributeTrie } from './attribute-trie.ts'
import { type Buckets, exponentialBuckets } from './buckets.ts'
import { Counts } from './counts.ts'
import type { Identities, Identity } from './identity.ts'
import type { StoreLimits } from './limits.ts'
import { Point, Points } from './points.ts'
import { flatSize, textSize } from './size.ts'

/** One metric of one sender. */
export class Metric {
  readonly identity: Identity
  readonly name: string
  readonly type: MetricType
  readonly unit: string
  readonly scope: string
  help: string
  readonly bytes: number
  readonly trie = new AttributeTrie<StoredSeries>()

  constructor(identity: Identity, family: Family) {
    this.identity = identity
    this.name = family.name
    this.type = family.type
    this.unit = family.unit
    this.scope = family.scope.name
    this.help = family.help
    this.bytes = 300 + textSize(this.name) + textSize(this.unit) + textSize(this.scope) + textSize(this.help)
  }

  is(identity: Identity, family: Family): boolean {
    return (
      this.identity === identity &&
      this.type === family.type &&
      this.unit === family.unit &&
      this.scope === family.scope.name
    )
  }
}

export class StoredSeries {
  readonly metric: Metric
  readonly attributes: Flat
  readonly points = new Points()
  readonly bytes: number
  /** When its first point came, by our clock. */
  readonly born: number

  constructor(metric: Metric, attributes: Flat) {
    this.metric = metric
    this.born = metric.identity.lastSeen
    this.attributes = attributes
    this.bytes = 520 + 2 * flatSize(attributes)
  }
}

export class Metrics {
  readonly counts = new Counts()
  /** Points that only moved the end of a run whose value stayed. */
  merged = 0
  evictedSeries = 0
  points = 0
  bytes = 0
  readonly #limits: StoreLimits
  readonly #identities: Identities
  readonly #byName = new Map<string, Metric[]>()
  /** In the order of the last point's arrival. */
  readonly #recent = new Set<StoredSeries>()
  /** Stays while its series come, even when the limits take the first of them again. */
  #adding: Metric | null = null

  constructor(limits: StoreLimits, identities: Identities) {
    this.#limits = limits
    this.#identities = identities
  }

  get size(): number {
    return this.#recent.size
  }

  *all(tenant: string): Generator<Metric> {
    for (const list of this.#byName.values())
      for (const metric of list) if (metric.identity.tenant === tenant) yield metric
  }

  *named(tenant: string, name: string): Generator<Metric> {
    for (const metric of this.#byName.get(name) ?? []) if (metric.identity.tenant === tenant) yield metric
  }

  add(family: Family, identity: Identity): void {
    if (this.#limits.series < 1 || this.#limits.pointsPerSeries < 1) {
      this.counts.dropped += family.series.length
      return
    }
    identity.measuredSince ||= identity.lastSeen
    const metric = this.#metric(family, identity)
    if (family.help !== '') metric.help = family.help
    this.#adding = metric
    for (const series of family.series) this.#add(metric, family, series)
    this.#adding = null
    if (metric.trie.size === 0) this.#forget(metric)
  }

  clear(tenant: string): void {
    for (const series of [...this.#recent]) {
      if (series.metric.identity.tenant !== tenant) continue
      this.counts.cleared += series.points.list.length
      this.#remove(series)
    }
  }

  #metric(family: Family, identity: Identity): Metric {
    let list = this.#byName.get(family.name)
    if (list === undefined) {
      list = []
      this.#byName.set(family.name, list)
    }
    for (const metric of list) if (metric.is(identity, family)) return metric
    const metric = new Metric(identity, family)
    list.push(metric)
    identity.held++
    this.bytes += metric.bytes
    return metric
  }

  #add(metric: Metric, family: Family, from: Series): void {
    if (!Number.isFinite(from.time)) {
      this.counts.dropped++
      return
    }
    const attributes = family.labels === null ? from.attributes : semanticAttributes(family, from.attributes)
    const series = metric.trie.of(attributes, () => {
      const created = new StoredSeries(metric, attributes)
      this.bytes += created.bytes
      return created
    })
    const { points } = series
    const before = points.bytes
    const held = points.list.length
    const point = pointOf(family, from, points.last?.buckets?.bounds)
    const taken = family.delta && family.type !== 'gauge' ? points.addDelta(point) : points.add(point)
    if (taken === 'duplicate') this.counts.duplicates++
    else this.counts.accepted++
    if (taken === 'merged') this.merged++
    for (const exemplar of from.exemplars ?? []) if (exemplar) points.exemplify(exemplar)
    this.counts.evicted += points.shed(points.list.length - this.#limits.pointsPerSeries)
    this.points += points.list.length - held
    this.bytes += points.bytes - before
    this.#recent.delete(series)
    this.#recent.add(series)
    if (this.#recent.size > this.#limits.series) this.#evict(this.#recent.values().next().value!)
    while (this.bytes > this.#limits.pointBytes && this.#recent.size > 0) this.#shrink()
  }

  /** Half of the history goes, series by series, the stalest first; only when all have one point, whole series go. */
  #shrink(): void {
    const goal = this.#limits.pointBytes * 0.9
    let freed = false
    for (const series of this.#recent) {
      if (this.bytes <= goal) return
      const before = series.points.bytes
      const gone = series.points.shed(series.points.list.length >> 1)
      series.points.shedExemplars()
      this.counts.evicted += gone
      this.points -= gone
      this.bytes += series.points.bytes - before
      if (gone > 0) freed = true
    }
    if (freed) return
    for (const series of this.#recent) {
      if (this.bytes <= goal) return
      this.#evict(series)
    }
  }

  #evict(series: StoredSeries): void {
    this.counts.evicted += series.points.list.length
    this.evictedSeries++
    this.#remove(series)
  }

  #remove(series: StoredSeries): void {
    this.#recent.delete(series)
    this.points -= series.points.list.length
    this.bytes -= series.bytes + series.points.bytes
    series.metric.trie.delete(series)
    if (series.metric.trie.size === 0) this.#forget(series.metric)
  }

  #forget(metric: Metric): void {
    if (metric === this.#adding) return
    const list = this.#byName.get(metric.name)
    const at = list?.indexOf(metric) ?? -1
    if (list === undefined || at < 0) return
    list.splice(at, 1)
    if (list.length === 0) this.#byName.delete(metric.name)
    this.bytes -= metric.bytes
    this.#identities.release(metric.identity)
  }
}

/** A live series is changed after `accept`: what is kept is a copy. Bounds are shared with the point before. */
function pointOf(family: Family, series: Series, bounds: Float64Array | undefined): Point {
  let buckets: Buckets | null = null
  if (series instanceof ExponentialSeries) buckets = exponentialBuckets(series)
  else if (series.buckets !== null && family.bounds !== null) {
    buckets = { bounds: sharedBounds(family.bounds, bounds), counts: Float64Array.from(series.buckets) }
  }
  const quantiles = series instanceof SummarySeries ? Float64Array.from(series.quantiles) : null
  return new Point(series.time, series.start, series.value, series.count, buckets, quantiles)
}

function sharedBounds(bounds: Float64Array, before: Float64Array | undefined): Float64Array {
  if (before?.length !== bounds.length) return bounds
  for (let i = 0; i < bounds.length; i++) if (bounds[i] !== before[i]) return bounds
  return before
}

/** A declared metric carries short label names: the store keeps the OpenTelemetry ones, as if it had come by OTLP. */
function semanticAttributes(family: Family, attributes: Flat): Flat {
  const flat: Flat = []
  for (let i = 0; i < attributes.length; i += 2) {
    const label = family.labels!.find((known) => known.short === attributes[i])
    const value = attributes[i + 1]!
    if (label !== undefined && value === '') continue
    const number = label?.int && typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value
    flat.push(label?.semconv ?? attributes[i]!, number)
  }
  return flat
}
