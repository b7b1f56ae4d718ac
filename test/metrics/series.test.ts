import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { forgetNotices, type Notice, onNotice } from '../../src/base/notice.ts'
import { Registry } from '../../src/metrics/registry.ts'
import { attributesObject } from '../../src/model/attribute.ts'
import { samples, scrape } from './scrape.ts'

const said: Notice[] = []

beforeEach(() => {
  forgetNotices()
  said.length = 0
  onNotice((notice) => said.push(notice))
})
afterEach(() => {
  onNotice(undefined)
})

const totals = (registry: Registry, name: string) =>
  registry
    .families()
    .find((family) => family.name === name)!
    .series.map(({ attributes, value }) => [attributesObject(attributes), value])

test('values that a joined key would merge stay apart', () => {
  const registry = new Registry()
  const c = registry.counter('c_total', { labels: ['a', 'b'] })
  c.add(1, { a: 'p|q', b: 'r' })
  c.add(1, { a: 'p', b: 'q|r' })
  c.add(1, { a: 'p,b:q', b: 'r' })
  c.add(1, { a: '', b: '1:x' })
  c.add(1, { a: '1:x', b: '' })
  expect(samples(registry, 'c_total')).toEqual({
    'a=p|q,b=r': 1,
    'a=p,b=q|r': 1,
    'a=p,b:q,b=r': 1,
    'a=,b=1:x': 1,
    'a=1:x,b=': 1,
  })
})

test('two key orders of any attributes meet in one series', () => {
  const registry = new Registry()
  const c = registry.counter('free', { labels: null })
  c.add(1, { a: 1, b: 'x', c: true })
  c.add(1, { c: true, b: 'x', a: 1 })
  c.add(1, { b: 'x', a: 1, c: true })
  c.add(1, { a: 1, b: 'x' })
  c.add(1, { a: 1 })
  c.add(1)
  c.add(1, {})
  expect(totals(registry, 'free')).toEqual([
    [{ a: 1, b: 'x', c: true }, 3],
    [{ a: 1, b: 'x' }, 1],
    [{ a: 1 }, 1],
    [{}, 2],
  ])
})

test('any attributes keep their kinds apart: 1, "1" and true are three series to OTLP, and two texts in Prometheus', () => {
  const registry = new Registry()
  const c = registry.counter('free', { labels: null })
  c.add(1, { a: 1 })
  c.add(2, { a: '1' })
  c.add(4, { a: true })
  c.add(8, { a: 'true' })
  expect(totals(registry, 'free').map(([, value]) => value)).toEqual([1, 2, 4, 8])
  expect(samples(registry, 'free_total')).toEqual({ 'a=1': 3, 'a=true': 12 })
})

test('arrays and records as attribute values are one series by content, not by identity', () => {
  const registry = new Registry()
  const c = registry.counter('free', { labels: null })
  for (let i = 0; i < 5; i++) c.add(1, { list: ['a', 'b'], deep: { x: 1 } })
  const loop: { self?: unknown } = {}
  loop.self = loop
  c.add(1, { list: loop, f: () => 1, u: undefined, n: null })
  expect(totals(registry, 'free')).toEqual([
    [{ deep: { x: 1 }, list: ['a', 'b'] }, 5],
    [{}, 1],
  ])
})

const value = fc.oneof(
  fc.string({ maxLength: 4 }),
  fc.constantFrom('a', 'b', 'a|b', '1', 'true'),
  fc.integer({ min: -2, max: 3 }),
  fc.boolean(),
)

test('any sequence of attribute sets gives what a table of sorted pairs would', () => {
  const labels = fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), value), {
    selector: ([key]) => key,
    maxLength: 4,
  })
  fc.assert(
    fc.property(fc.array(labels, { maxLength: 60 }), (calls) => {
      const registry = new Registry()
      const c = registry.counter('free', { labels: null })
      const table = new Map<string, number>()
      for (const pairs of calls) {
        c.add(1, Object.fromEntries(pairs))
        const key = JSON.stringify([...pairs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, typeof v, v]))
        table.set(key, (table.get(key) ?? 0) + 1)
      }
      const series = registry.families().find(({ name }) => name === 'free')?.series ?? []
      const found = series.map(({ attributes, value: total }) => [
        JSON.stringify(Object.entries(attributesObject(attributes)).map(([k, v]) => [k, typeof v, v])),
        total,
      ])
      expect(new Map(found as [string, number][])).toEqual(table)
      expect(found.length).toBe(table.size)
    }),
  )
})

test('any sequence of declared label values gives what a table of their texts would, whatever order the keys come in', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(value, value, value, fc.integer({ min: 0, max: 5 })), { maxLength: 60 }), (calls) => {
      const registry = new Registry()
      const c = registry.counter('c_total', { labels: ['x', 'y', 'z'] })
      const table = new Map<string, number>()
      for (const [x, y, z, order] of calls) {
        const entries = [
          ['x', x],
          ['y', y],
          ['z', z],
        ] as [string, unknown][]
        if (order & 1) entries.reverse()
        if (order & 2) entries.push(entries.shift()!)
        c.add(1, Object.fromEntries(entries))
        const key = JSON.stringify([x, y, z].map((each) => Buffer.from(String(each)).toString()))
        table.set(key, (table.get(key) ?? 0) + 1)
      }
      const series = registry.families().find(({ name }) => name === 'c_total')?.series ?? []
      expect(
        new Map(
          series.map(({ attributes, value: total }) => [
            JSON.stringify([attributes[1], attributes[3], attributes[5]]),
            total,
          ]),
        ),
      ).toEqual(table)
    }),
  )
})

test('label sets beyond the limit of a metric are counted in its overflow series; existing ones go on, the sum stays whole [R-16] [H-15]', () => {
  const registry = new Registry({ limits: { series: 3 } })
  const c = registry.counter('c_total', { labels: ['id'] })
  for (let round = 0; round < 2; round++) for (let i = 0; i < 10; i++) c.add(1, { id: `u${i}` })
  const other = registry.counter('other_total', { labels: ['id'] })
  other.add(1, { id: 'fine' })
  expect(samples(registry, 'c_total')).toEqual({ 'id=u0': 2, 'id=u1': 2, 'id=u2': 2, 'otel_metric_overflow=true': 14 })
  expect(samples(registry, 'other_total')).toEqual({ 'id=fine': 1 })
  expect(samples(registry, 'telltale_metrics_overflow_total')).toEqual({ 'metric=c_total': 14 })
  expect(said.map(({ event }) => event)).toEqual(['metrics.overflow'])
  expect(registry.families().find(({ name }) => name === 'c_total')!.series[3]!.attributes).toEqual([
    'otel.metric.overflow',
    true,
  ])
})

test('the overflow holds for any attributes, gauges and histograms as well [R-16]', () => {
  const registry = new Registry({ limits: { series: 1 } })
  const free = registry.counter('free', { labels: null })
  const gauge = registry.gauge('gauge', { labels: ['a'] })
  const histogram = registry.histogram('h', { labels: ['a'], buckets: [1] })
  for (const a of ['x', 'y', 'z']) {
    free.add(1, { [a]: a })
    gauge.add(1, { a })
    histogram.observe(1, { a })
  }
  expect(samples(registry, 'free_total')).toEqual({ 'x=x': 1, 'otel_metric_overflow=true': 2 })
  expect(samples(registry, 'gauge')).toEqual({ 'a=x': 1, 'otel_metric_overflow=true': 2 })
  expect(samples(registry, 'h_count')).toEqual({ 'a=x': 1, 'otel_metric_overflow=true': 2 })
})

test('all metrics together are limited too', () => {
  const registry = new Registry({ limits: { total: 5 } })
  for (let m = 0; m < 4; m++)
    for (let i = 0; i < 3; i++) registry.counter(`c${m}_total`, { labels: ['i'] }).add(1, { i })
  const all = registry.families().filter(({ name }) => name.startsWith('c'))
  expect(all.flatMap(({ series }) => series).filter(({ attributes }) => attributes[0] === 'i').length).toBe(5)
  expect(all.flatMap(({ series }) => series).reduce((sum, each) => sum + each.value, 0)).toBe(12)
})

test('past the limit of trie nodes nothing is merged or lost, and the trie grows no more', () => {
  const registry = new Registry({ limits: { series: 1000, nodes: 10 } })
  const c = registry.counter('c_total', { labels: ['a', 'b'] })
  const free = registry.counter('free', { labels: null })
  for (let round = 0; round < 2; round++)
    for (let i = 0; i < 100; i++) {
      c.add(1, { a: i % 10, b: i })
      free.add(1, i % 2 ? { a: i, b: 1, c: 2 } : { c: 2, b: 1, a: i })
      free.add(1, { c: 2, a: i, b: 1 })
    }
  const series = registry.families().flatMap((family) => family.series)
  expect(series.length).toBe(200)
  expect(new Set(totals(registry, 'c_total').map(([, total]) => total))).toEqual(new Set([2]))
  expect(new Set(totals(registry, 'free').map(([, total]) => total))).toEqual(new Set([4]))
  expect([c.trie.nodes, free.trie.nodes]).toEqual([10, 10])
})

test('what must not leave is redacted in label values before a series is made; long values are cut [R-16]', () => {
  const registry = new Registry({
    limits: { valueLength: 8 },
    redact: (key, text) => (key === 'token' || text.startsWith('Bearer') ? '[REDACTED]'.slice(0, 8) : text),
  })
  const c = registry.counter('c_total', { labels: ['token', 'note'] })
  c.add(1, { token: 'abc', note: 'Bearer xyz' })
  c.add(1, { token: 'def', note: 'Bearer other' })
  c.add(1, { token: 'def', note: '123456789' })
  c.add(1, { token: 'def', note: '12345678…' })
  const text = scrape(registry)
  expect(text).toBe(
    '# TYPE c_total counter\nc_total{token="[REDACTE",note="[REDACTE"} 2\nc_total{token="[REDACTE",note="12345678"} 2\n',
  )
})

test('lone surrogates, which are one character on the wire, are one series', () => {
  const registry = new Registry()
  const c = registry.counter('c_total', { labels: ['a'] })
  c.add(1, { a: 'x\ud800' })
  c.add(1, { a: 'x\ud801' })
  c.add(1, { a: 'x😀' })
  expect(samples(registry, 'c_total')).toEqual({ 'a=x\ufffd': 2, 'a=x😀': 1 })
})
