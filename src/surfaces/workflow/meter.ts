// A third-party meter over our registry (W-21), in the shape of Temporal's `MetricMeter`: counters are added to, gauges are
// set, histograms of a time are recorded in seconds whatever unit they are measured in, tags are labels, and the tags of a
// child win over those of its parent. Names stay as they are. What the registry refuses it says and counts; nothing throws.
import type { Counter } from '../../metrics/counter.ts'
import { defaultRegistry } from '../../metrics/default.ts'
import type { Gauge } from '../../metrics/gauge.ts'
import type { Labels } from '../../metrics/ground.ts'
import type { Histogram } from '../../metrics/histogram.ts'
import type { Registry } from '../../metrics/registry.ts'

export type MeterTags = Record<string, string | number | boolean>
export type MeterValueType = 'int' | 'float'

interface Metric<Kind extends string, ValueType extends MeterValueType> {
  name: string
  unit?: string
  description?: string
  kind: Kind
  valueType: ValueType
}

export interface MeterCounter extends Metric<'counter', 'int'> {
  add(value: number, extraTags?: MeterTags): void
  withTags(tags: MeterTags): MeterCounter
}

export interface MeterUpDownCounter extends Metric<'up-down-counter', 'int'> {
  add(value: number, extraTags?: MeterTags): void
  withTags(tags: MeterTags): MeterUpDownCounter
}

export interface MeterGauge extends Metric<'gauge', MeterValueType> {
  set(value: number, extraTags?: MeterTags): void
  withTags(tags: MeterTags): MeterGauge
}

export interface MeterHistogram extends Metric<'histogram', MeterValueType> {
  record(value: number, extraTags?: MeterTags): void
  withTags(tags: MeterTags): MeterHistogram
}

export interface MetricMeter {
  createCounter(name: string, unit?: string, description?: string): MeterCounter
  createHistogram(name: string, valueType?: MeterValueType, unit?: string, description?: string): MeterHistogram
  createGauge(name: string, valueType?: MeterValueType, unit?: string, description?: string): MeterGauge
  createUpDownCounter(name: string, unit?: string, description?: string): MeterUpDownCounter
  withTags(tags: MeterTags): MetricMeter
}

/** What one second is in the units that timers are measured in. */
const PER_SECOND: Readonly<Record<string, number>> = {
  s: 1,
  sec: 1,
  second: 1,
  seconds: 1,
  ms: 1e3,
  millisecond: 1e3,
  milliseconds: 1e3,
  us: 1e6,
  µs: 1e6,
  microsecond: 1e6,
  microseconds: 1e6,
  ns: 1e9,
  nanosecond: 1e9,
  nanoseconds: 1e9,
}

/** Bounds for what is no time: bytes, items (metrics/sdk, Explicit Bucket Histogram Aggregation). */
const PLAIN_BOUNDS = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000]

/** A meter whose instruments are those of `registry`, the process's unless given. */
export function metricMeter(tags: MeterTags = {}, registry: Registry = defaultRegistry()): MetricMeter {
  const options = (unit: string | undefined, help: string | undefined) => ({ labels: null, unit, help })
  return {
    createCounter: (name, unit, description) =>
      counterOf(registry.counter(name, options(unit, description)), about(name, unit, description), tags),
    createUpDownCounter: (name, unit, description) =>
      upDownOf(registry.updown(name, options(unit, description)), about(name, unit, description), tags),
    createGauge: (name, valueType = 'int', unit, description) =>
      gaugeOf(
        registry.gauge(name, { ...options(unit, description), mode: 'set' }),
        { ...about(name, unit, description), valueType },
        tags,
      ),
    createHistogram(name, valueType = 'int', unit, description) {
      const perSecond = Object.hasOwn(PER_SECOND, unit ?? '') ? PER_SECOND[unit!]! : null
      const histogram = registry.histogram(name, {
        ...options(perSecond === null ? unit : 's', description),
        ...(perSecond === null && { buckets: PLAIN_BOUNDS }),
      })
      return histogramOf(histogram, { ...about(name, unit, description), valueType }, tags, perSecond ?? 1)
    },
    withTags: (more) => metricMeter(merged(tags, more), registry),
  }
}

function about(name: string, unit: string | undefined, description: string | undefined) {
  return { name, ...(unit !== undefined && { unit }), ...(description !== undefined && { description }) }
}

type About = ReturnType<typeof about>
type ValuedAbout = About & { readonly valueType: MeterValueType }

function counterOf(counter: Counter, told: About, tags: MeterTags): MeterCounter {
  return {
    ...told,
    kind: 'counter',
    valueType: 'int',
    add: (value, extra) => counter.add(value, merged(tags, extra) as Labels),
    withTags: (more) => counterOf(counter, told, merged(tags, more)),
  }
}

function upDownOf(gauge: Gauge, told: About, tags: MeterTags): MeterUpDownCounter {
  return {
    ...told,
    kind: 'up-down-counter',
    valueType: 'int',
    add: (value, extra) => gauge.add(value, merged(tags, extra) as Labels),
    withTags: (more) => upDownOf(gauge, told, merged(tags, more)),
  }
}

function gaugeOf(gauge: Gauge, told: ValuedAbout, tags: MeterTags): MeterGauge {
  return {
    ...told,
    kind: 'gauge',
    set: (value, extra) => gauge.set(value, merged(tags, extra) as Labels),
    withTags: (more) => gaugeOf(gauge, told, merged(tags, more)),
  }
}

function histogramOf(histogram: Histogram, told: ValuedAbout, tags: MeterTags, perSecond: number): MeterHistogram {
  return {
    ...told,
    kind: 'histogram',
    record: (value, extra) =>
      histogram.observe(typeof value === 'number' ? value / perSecond : value, merged(tags, extra) as Labels),
    withTags: (more) => histogramOf(histogram, told, merged(tags, more), perSecond),
  }
}

function merged(tags: MeterTags, more: MeterTags | undefined): MeterTags {
  return more === undefined || more === null ? tags : { ...tags, ...more }
}

const noCounter: MeterCounter = { name: '', kind: 'counter', valueType: 'int', add() {}, withTags: () => noCounter }
const noUpDown: MeterUpDownCounter = { ...noCounter, kind: 'up-down-counter', withTags: () => noUpDown }
const noGauge: MeterGauge = { name: '', kind: 'gauge', valueType: 'int', set() {}, withTags: () => noGauge }
const noTimes: MeterHistogram = { name: '', kind: 'histogram', valueType: 'int', record() {}, withTags: () => noTimes }

/** Records nothing. */
export const noMeter: MetricMeter = {
  createCounter: (name) => ({ ...noCounter, name }),
  createUpDownCounter: (name) => ({ ...noUpDown, name }),
  createGauge: (name) => ({ ...noGauge, name }),
  createHistogram: (name) => ({ ...noTimes, name }),
  withTags: () => noMeter,
}
