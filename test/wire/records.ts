// Arbitrary records and the view in which two of them are compared: model objects without the encoders' caches.
import fc from 'fast-check'
import { type Flat, Resource, Scope, type Value } from '../../src/model/attribute.ts'
import type { Batch } from '../../src/model/batch.ts'
import { ExponentialSeries } from '../../src/model/exponential.ts'
import { LogRecord } from '../../src/model/log.ts'
import { type Exemplar, Family, Series } from '../../src/model/metric.ts'
import { SpanRare, SpanRecord, spanAttributes, Template } from '../../src/model/span.ts'
import { SummarySeries } from '../../src/model/summary.ts'

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const id = int32.filter((n) => n !== 0)
/** Well-formed text of every length class: short ASCII, long, non-ASCII; lone surrogates have a test of their own. */
export const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 30 }).filter((s) => !/\p{Surrogate}/u.test(s)),
  fc.string({ unit: 'grapheme', minLength: 35, maxLength: 60 }),
  fc.string({ minLength: 120, maxLength: 200 }),
)
const int53 = fc.maxSafeInteger().map((n) => n + 0)
const double = fc.double({ noNaN: true }).map((n) => (Object.is(n, -0) ? 0 : n))
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).filter((n) => n > 2n ** 53n || n < -(2n ** 53n))

export const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    int53,
    double,
    fc.boolean(),
    int64,
    fc.constant(null),
    fc.uint8Array({ maxLength: 40 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value

export const flat: fc.Arbitrary<Flat> = fc.array(fc.tuple(text, value), { maxLength: 6 }).map((pairs) => pairs.flat())
const someFlat = flat.map((list) => (list.length === 0 ? null : list))

/** Float milliseconds that survive nanoseconds exactly: multiples of 2^-9 ms. */
export const time = fc
  .tuple(fc.integer({ min: 1, max: 4e12 }), fc.integer({ min: 0, max: 7 }))
  .map(([ms, eighth]) => ms + eighth / 8)

const scopeArb = fc
  .record({ name: text, version: text, schemaUrl: text, attributes: someFlat })
  .map((s) => new Scope(s.name, s.version, s.schemaUrl, s.attributes))
const count = fc.nat(4_000_000_000)

const ids = fc.tuple(id, int32, int32, int32, id, int32)

export function spanOf(scope: Scope): fc.Arbitrary<SpanRecord> {
  return fc
    .record({
      ids,
      parent: fc.option(fc.tuple(id, int32)),
      name: text,
      kind: fc.nat(5),
      status: fc.nat(2),
      flags: fc.nat(0x3ff),
      start: time,
      end: time,
      attributes: someFlat,
      template: fc.option(flat),
      peer: fc.option(flat),
      rare: fc.option(
        fc.record({
          events: fc.array(fc.record({ name: text, time, attributes: someFlat, dropped: count }), { maxLength: 3 }),
          links: fc.array(
            fc.record({ ids, flags: fc.nat(0x3ff), traceState: text, attributes: someFlat, dropped: count }),
            { maxLength: 3 },
          ),
          message: text,
          traceState: text,
          dropped: fc.tuple(count, count, count),
        }),
      ),
    })
    .map((a) => {
      const span = new SpanRecord(scope, a.name, a.kind, a.start)
      ;[span.t0, span.t1, span.t2, span.t3, span.s0, span.s1] = a.ids
      if (a.parent) [span.p0, span.p1] = a.parent
      span.status = a.status
      span.flags = a.flags
      span.endTime = a.end
      span.attributes = a.attributes
      span.template = a.template && new Template(a.template)
      span.peer = a.peer && new Template(a.peer)
      if (a.rare) {
        const rare = new SpanRare()
        rare.events = a.rare.events
        rare.links = a.rare.links.map(({ ids: [t0, t1, t2, t3, s0, s1], traceState, ...rest }) => ({
          t0,
          t1,
          t2,
          t3,
          s0,
          s1,
          ...rest,
          traceState: traceState || null,
        }))
        rare.statusMessage = a.rare.message
        rare.traceState = a.rare.traceState
        ;[rare.droppedAttributes, rare.droppedEvents, rare.droppedLinks] = a.rare.dropped
        span.rare = rare
      }
      return span
    })
}

export function logOf(scope: Scope): fc.Arbitrary<LogRecord> {
  return fc
    .record({
      ids: fc.option(ids),
      time,
      observed: time,
      severity: fc.nat(24),
      text,
      body: value,
      attributes: someFlat,
      flags: fc.nat(255),
      eventName: text,
      dropped: count,
    })
    .map((a) => {
      const log = new LogRecord(scope, a.time, a.severity, a.text, a.body)
      if (a.ids) [log.t0, log.t1, log.t2, log.t3, log.s0, log.s1] = a.ids
      log.observed = a.observed
      log.attributes = a.attributes
      log.flags = a.flags
      log.eventName = a.eventName
      log.dropped = a.dropped
      return log
    })
}

const exemplar: fc.Arbitrary<Exemplar> = fc
  .record({ ids, time, value: double, attributes: someFlat })
  .map(({ ids: [t0, t1, t2, t3, s0, s1], ...rest }) => ({ t0, t1, t2, t3, s0, s1, ...rest }))
const counts = fc.array(count, { maxLength: 6 }).map((list) => Float64Array.from(list))

export function familyOf(scope: Scope): fc.Arbitrary<Family> {
  const head = { name: text, help: text, unit: text, delta: fc.boolean() }
  const seriesHead = {
    attributes: flat,
    start: time,
    time,
    value: double,
    count,
    exemplars: fc.option(fc.array(exemplar, { minLength: 1, maxLength: 2 })),
  }
  const fill = <T extends Series>(
    series: T,
    a: { time: number; value: number; count: number; exemplars: Exemplar[] | null },
  ): T => {
    series.time = a.time
    series.value = a.value
    series.count = a.count
    series.exemplars = a.exemplars
    return series
  }
  const numbers = fc
    .record({
      ...head,
      type: fc.constantFrom('counter', 'updown', 'gauge'),
      series: fc.array(fc.record(seriesHead), { minLength: 1, maxLength: 3 }),
    })
    .map((a) => {
      const family = new Family({
        name: a.name,
        short: '',
        help: a.help,
        unit: a.unit,
        type: a.type,
        scope,
        delta: a.type !== 'gauge' && a.delta,
      })
      for (const one of a.series)
        family.series.push(fill(new Series(one.attributes, null, one.start), { ...one, count: 0 }))
      return family
    })
  const histogram = fc
    .record({
      ...head,
      bounds: fc.array(double, { maxLength: 4 }),
      series: fc.array(fc.record(seriesHead), { minLength: 1, maxLength: 3 }),
      fillCount: count,
    })
    .map((a) => {
      const bounds = Float64Array.from(a.bounds)
      const family = new Family({
        name: a.name,
        short: '',
        help: a.help,
        unit: a.unit,
        type: 'histogram',
        scope,
        delta: a.delta,
        bounds,
      })
      for (const one of a.series)
        family.series.push(
          fill(new Series(one.attributes, new Float64Array(bounds.length + 1).fill(a.fillCount), one.start), one),
        )
      return family
    })
  const scale = fc.integer({ min: -10, max: 20 })
  const exponential = fc
    .record({
      ...head,
      one: fc.record(seriesHead),
      scale,
      zero: count,
      threshold: double,
      offsets: fc.tuple(int32, int32),
      positive: counts,
      negative: counts,
      min: double,
      max: double,
    })
    .map((a) => {
      const family = new Family({
        name: a.name,
        short: '',
        help: a.help,
        unit: a.unit,
        type: 'exponential',
        scope,
        delta: a.delta,
      })
      const series = fill(new ExponentialSeries(a.one.attributes, a.one.start), a.one)
      series.scale = a.scale
      series.zeroCount = a.zero
      series.zeroThreshold = a.threshold
      series.positive = a.positive
      series.positiveOffset = a.positive.length > 0 ? a.offsets[0] : 0
      series.negative = a.negative
      series.negativeOffset = a.negative.length > 0 ? a.offsets[1] : 0
      series.min = a.min
      series.max = a.max
      family.series.push(series)
      return family
    })
  const summary = fc
    .record({ ...head, one: fc.record(seriesHead), quantiles: fc.array(fc.tuple(double, double), { maxLength: 4 }) })
    .map((a) => {
      const family = new Family({ name: a.name, short: '', help: a.help, unit: a.unit, type: 'summary', scope })
      const series = fill(new SummarySeries(a.one.attributes, a.one.start), { ...a.one, exemplars: null })
      series.quantiles = Float64Array.from(a.quantiles.flat())
      family.series.push(series)
      return family
    })
  return fc.oneof(numbers, histogram, exponential, summary)
}

type Filled = Pick<Batch, 'spans' | 'series' | 'logs'>

export function batchesOf<K extends keyof Filled>(
  field: K,
  record: (scope: Scope) => fc.Arbitrary<Filled[K][number]>,
): fc.Arbitrary<Batch[]> {
  const records = scopeArb.chain((scope) =>
    fc.array(record(scope) as fc.Arbitrary<unknown>, { minLength: 1, maxLength: 4 }),
  )
  const batch = fc
    .record({ attributes: flat, url: text, records: fc.array(records, { minLength: 1, maxLength: 3 }) })
    .map(({ attributes, url, records: lists }) => ({
      resource: new Resource(attributes, url),
      ...({ spans: [], series: [], logs: [] } as Filled),
      [field]: lists.flat(),
    }))
  return fc.array(batch, { maxLength: 3 })
}

/** What must survive the wire. */
export function plain(batches: readonly Batch[]): unknown {
  return batches.map(({ resource, spans, series, logs }) => ({
    resource: { attributes: resource.attributes, schemaUrl: resource.schemaUrl },
    spans: spans.map((span) => ({
      ...span,
      scope: plainScope(span.scope),
      attributes: spanAttributes(span),
      template: null,
      peer: null,
      rare: plainRare(span.rare),
    })),
    series: series.map((family) => ({
      ...family,
      scope: plainScope(family.scope),
      series: family.series.map((one) => ({ ...one, bytes: null, text: null })),
    })),
    logs: logs.map((log) => ({ ...log, scope: plainScope(log.scope), attributes: log.attributes ?? [] })),
  }))
}

function plainScope(scope: Scope): unknown {
  return { name: scope.name, version: scope.version, schemaUrl: scope.schemaUrl, attributes: scope.attributes ?? [] }
}

function plainRare(rare: SpanRare | null): unknown {
  const empty = new SpanRare()
  const { events, links, statusMessage, traceState, ...dropped } = rare ?? empty
  return {
    ...dropped,
    events: events ?? [],
    links: links ?? [],
    statusMessage: statusMessage ?? '',
    traceState: traceState ?? '',
  }
}
