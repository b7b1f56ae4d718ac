// The API's MeterProvider over our registry: what a library counts stands beside what we count, in one scrape and one
// export. The registry judges names and kinds and never throws; an instrument that it refuses records nothing.
import { noticeOnce, thrownText } from '../base/notice.ts'
import type { Counter } from '../metrics/counter.ts'
import type { Gauge } from '../metrics/gauge.ts'
import type { Histogram } from '../metrics/histogram.ts'
import type { Observable } from '../metrics/observable.ts'
import type { Registry } from '../metrics/registry.ts'
import type { Labels } from '../metrics/series.ts'
import type { Scope } from '../model/attribute.ts'
import type { Group } from '../model/names.ts'
import { type ScopeOptions, scopeOf } from './tracer-provider.ts'

export interface MetricOptions {
  description?: string
  unit?: string
  valueType?: number
  advice?: { explicitBucketBoundaries?: number[] }
}

type Observe = (result: { observe(value: number, attributes?: object): void }) => unknown
type BatchObserve = (result: { observe(metric: object, value: number, attributes?: object): void }) => unknown

/**
 * Bounds of the specification (metrics/sdk, Explicit Bucket Histogram Aggregation) for what is not counted in seconds:
 * bytes, milliseconds, items. Seconds get the registry's eleven, which merge with our own latencies.
 */
const PLAIN_BOUNDS = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000]
const MAX_METERS = 1000

export class MeterProvider {
  readonly #registry: Registry
  readonly #meters = new Map<string, Meter[]>()
  #count = 0

  constructor(registry: Registry) {
    this.#registry = registry
  }

  getMeter(name: string, version?: string, options?: ScopeOptions): Meter {
    const scope = scopeOf(name, version, options)
    const list = this.#meters.get(scope.name) ?? []
    const held = list.find(
      (meter) => meter.scope.version === scope.version && meter.scope.schemaUrl === scope.schemaUrl,
    )
    if (held !== undefined) return held
    const made = new Meter(this.#registry, scope)
    if (this.#count++ < MAX_METERS) {
      list.push(made)
      this.#meters.set(scope.name, list)
    }
    return made
  }
}

export class Meter {
  readonly scope: Scope
  readonly #registry: Registry
  readonly #batches: { callback: BatchObserve; targets: ReadonlySet<object>; remove: () => void }[] = []

  constructor(registry: Registry, scope: Scope) {
    this.#registry = registry
    this.scope = scope
  }

  createCounter(name: string, options?: MetricOptions): Counter {
    return this.#registry.counter(name, this.#options(name, options))
  }

  createUpDownCounter(name: string, options?: MetricOptions): Gauge {
    return this.#registry.updown(name, this.#options(name, options))
  }

  createGauge(name: string, options?: MetricOptions): MeterGauge {
    return new MeterGauge(this.#registry.gauge(name, { ...this.#options(name, options), mode: 'set' }))
  }

  createHistogram(name: string, options?: MetricOptions): MeterHistogram {
    const buckets = boundsOf(name, options)
    return new MeterHistogram(this.#registry.histogram(name, { ...this.#options(name, options), buckets }))
  }

  createObservableGauge(name: string, options?: MetricOptions): MeterObservable {
    return this.#observable(name, 'gauge', options)
  }

  createObservableCounter(name: string, options?: MetricOptions): MeterObservable {
    return this.#observable(name, 'counter', options)
  }

  createObservableUpDownCounter(name: string, options?: MetricOptions): MeterObservable {
    return this.#observable(name, 'updown', options)
  }

  /** One callback that reads several observables; what it reads after an await shows in the next collection. */
  addBatchObservableCallback(callback: BatchObserve, observables: readonly object[]): void {
    const targets = new Set(observables)
    if (this.#batches.some((batch) => batch.callback === callback && sameSet(batch.targets, targets))) return
    let late: [Observable, number, Labels | undefined][] = []
    let collecting = false
    const result = {
      observe(metric: object, value: number, attributes?: object) {
        if (!(metric instanceof MeterObservable) || !targets.has(metric)) return
        if (collecting) metric.observable.observe(value, attributes as Labels)
        else if (late.length < 10_000) late.push([metric.observable, value, attributes as Labels])
      },
    }
    const remove = this.#registry.onCollect(() => {
      const before = late
      late = []
      for (const [observable, value, labels] of before) observable.observe(value, labels)
      collecting = true
      try {
        const done = callback(result)
        if (done instanceof Promise) done.catch(callbackFailed)
      } catch (error) {
        callbackFailed(error)
      } finally {
        collecting = false
      }
    })
    this.#batches.push({ callback, targets, remove })
  }

  removeBatchObservableCallback(callback: BatchObserve, observables: readonly object[]): void {
    const targets = new Set(observables)
    const at = this.#batches.findIndex((batch) => batch.callback === callback && sameSet(batch.targets, targets))
    if (at >= 0) this.#batches.splice(at, 1)[0]!.remove()
  }

  /** What a driver's instrumentation records by the conventions' names is switched with the database families. */
  #options(name: string, options: MetricOptions | undefined) {
    const group: Group | undefined = typeof name === 'string' && name.startsWith('db.') ? 'database' : undefined
    return { labels: null, help: options?.description, unit: options?.unit, scope: this.scope, group }
  }

  #observable(name: string, type: 'gauge' | 'counter' | 'updown', options: MetricOptions | undefined): MeterObservable {
    return new MeterObservable(this.#registry.observable(name, { ...this.#options(name, options), type }))
  }
}

/** The API says `record` where our gauges say `set`. */
export class MeterGauge {
  readonly #gauge: Gauge
  constructor(gauge: Gauge) {
    this.#gauge = gauge
  }
  record(value: number, attributes?: object): void {
    this.#gauge.set(value, attributes as Labels)
  }
}

export class MeterHistogram {
  readonly #histogram: Histogram
  constructor(histogram: Histogram) {
    this.#histogram = histogram
  }
  record(value: number, attributes?: object): void {
    this.#histogram.observe(value, attributes as Labels)
  }
}

export class MeterObservable {
  readonly observable: Observable
  readonly #wrapped = new Map<Observe, (report: (value: number, labels?: Labels) => void) => unknown>()

  constructor(observable: Observable) {
    this.observable = observable
  }

  addCallback(callback: Observe): void {
    if (this.#wrapped.has(callback)) return
    const wrapped = (report: (value: number, labels?: Labels) => void) =>
      callback({ observe: (value, attributes) => report(value, attributes as Labels) })
    this.#wrapped.set(callback, wrapped)
    this.observable.add(wrapped)
  }

  removeCallback(callback: Observe): void {
    const wrapped = this.#wrapped.get(callback)
    if (wrapped === undefined) return
    this.#wrapped.delete(callback)
    this.observable.remove(wrapped)
  }
}

function boundsOf(name: string, options: MetricOptions | undefined): readonly number[] | undefined {
  const advised = options?.advice?.explicitBucketBoundaries
  if (Array.isArray(advised)) {
    if (advised.every((bound, i) => Number.isFinite(bound) && (i === 0 || bound > advised[i - 1]!))) return advised
    noticeOnce(
      `otel.bounds:${name}`,
      'warn',
      'otel.bounds',
      `histogram ${name}: bucket boundaries must ascend; ignored`,
    )
  }
  const unit = options?.unit ?? ''
  return unit === '' || unit === 's' ? undefined : PLAIN_BOUNDS
}

function sameSet(a: ReadonlySet<object>, b: ReadonlySet<object>): boolean {
  return a.size === b.size && [...a].every((item) => b.has(item))
}

function callbackFailed(error: unknown): void {
  const text = `a batch callback failed, its metrics keep what they have: ${thrownText(error)}`
  noticeOnce('otel.batch', 'warn', 'otel.batch', text)
}
