import { afterEach, beforeEach, expect, test } from 'vitest'
import { forgetNotices, type Notice, onNotice } from '../../src/base/notice.ts'
import { Registry } from '../../src/metrics/registry.ts'
import { type Flat, Scope } from '../../src/model/attribute.ts'
import { Family, Series } from '../../src/model/metric.ts'
import { SummarySeries } from '../../src/model/summary.ts'
import { renderSliced, renderText, type TextOptions } from '../../src/wire/prometheus/text.ts'
import { parseExposition } from './exposition.ts'

const said: Notice[] = []

beforeEach(() => {
  forgetNotices()
  said.length = 0
  onNotice((notice) => said.push(notice))
})
afterEach(() => {
  onNotice(undefined)
})

const NO_SCOPE = new Scope('')

function family(init: Partial<ConstructorParameters<typeof Family>[0]>, ...points: [Flat, number][]): Family {
  const made = new Family({ name: '', short: 'm', type: 'gauge', scope: NO_SCOPE, ...init })
  for (const [attributes, value] of points) {
    const series = new Series(attributes, null, 0)
    series.value = value
    made.series.push(series)
  }
  return made
}

function text(families: Family[], options: Partial<TextOptions> = {}): string {
  const whole = [...renderText(families, { format: '0.0.4', ...options })].join('')
  parseExposition(whole, options.format ?? '0.0.4')
  return whole
}

function mixed(): Registry {
  const registry = new Registry({ now: () => 1_700_000_000_000 })
  registry
    .counter('jobs_total', { labels: ['queue'], help: 'Jobs.\nDone "well" \\ or not.' })
    .add(3, { queue: 'a"b\\c\nd' })
  const h = registry.histogram('took_seconds', { unit: 's', buckets: [0.5, 1, 10] })
  for (const value of [0.1, 0.7, 20]) h.observe(value)
  registry.gauge('level', { mode: 'set', labels: ['x'] }).set(-1.5, { x: 'ü😀' })
  return registry
}

test('text 0.0.4, whole [H-13]', () => {
  expect(
    text(mixed().exposition(), { constant: ['service', 'shop'], target: ['service.name', 'shop', 'host.name', 'h1'] }),
  ).toBe(
    [
      '# HELP target_info Resource that the metrics come from.',
      '# TYPE target_info gauge',
      'target_info{service_name="shop",host_name="h1",service="shop"} 1',
      '# HELP jobs_total Jobs.\\nDone "well" \\\\ or not.',
      '# TYPE jobs_total counter',
      'jobs_total{queue="a\\"b\\\\c\\nd",service="shop"} 3',
      '# TYPE took_seconds histogram',
      'took_seconds_bucket{service="shop",le="0.5"} 1',
      'took_seconds_bucket{service="shop",le="1"} 2',
      'took_seconds_bucket{service="shop",le="10"} 2',
      'took_seconds_bucket{service="shop",le="+Inf"} 3',
      'took_seconds_sum{service="shop"} 20.8',
      'took_seconds_count{service="shop"} 3',
      '# TYPE level gauge',
      'level{x="ü😀",service="shop"} -1.5',
      '',
    ].join('\n'),
  )
})

test('OpenMetrics 1.0, whole: counters without _total in the metadata, units, canonical bounds, _created on request, # EOF', () => {
  expect(text(mixed().exposition(), { format: 'openmetrics', target: ['service.name', 'shop'], created: true })).toBe(
    [
      '# HELP target Resource that the metrics come from.',
      '# TYPE target info',
      'target_info{service_name="shop"} 1',
      '# HELP jobs Jobs.\\nDone \\"well\\" \\\\ or not.',
      '# TYPE jobs counter',
      'jobs_total{queue="a\\"b\\\\c\\nd"} 3',
      'jobs_created{queue="a\\"b\\\\c\\nd"} 1700000000.000',
      '# TYPE took_seconds histogram',
      '# UNIT took_seconds seconds',
      'took_seconds_bucket{le="0.5"} 1',
      'took_seconds_bucket{le="1.0"} 2',
      'took_seconds_bucket{le="10.0"} 2',
      'took_seconds_bucket{le="+Inf"} 3',
      'took_seconds_sum 20.8',
      'took_seconds_count 3',
      'took_seconds_created 1700000000.000',
      '# TYPE level gauge',
      'level{x="ü😀"} -1.5',
      '# EOF',
      '',
    ].join('\n'),
  )
})

test('exemplars stand in OpenMetrics only, on buckets and counters, with the ids first and no more than 128 characters', () => {
  const registry = new Registry()
  registry.exemplars((into) => Object.assign(into, { t0: 1, t1: -1, t2: 3, t3: 4, s0: 5, s1: 0x1f }) && true)
  registry.histogram('h', { buckets: [1] }).observe(0.25)
  registry.counter('c_total').add(2)
  const families = registry.exposition()
  const held = families[0]!.series[0]!.exemplars!
  held[0] = { ...held[0]!, time: 1_700_000_000_123, attributes: ['route', 'x', 'long', 'y'.repeat(70)] }
  families[1]!.series[0]!.exemplars![0] = { ...families[1]!.series[0]!.exemplars![0]!, time: 1_700_000_000_000 }
  const ids = 'trace_id="00000001ffffffff0000000300000004",span_id="000000050000001f"'
  expect(
    text(families, { format: 'openmetrics' })
      .split('\n')
      .filter((line) => line.includes(' # ')),
  ).toEqual([`h_bucket{le="1.0"} 1 # {${ids},route="x"} 0.25 1700000000.123`, `c_total 2 # {${ids}} 2 1700000000.000`])
  expect(text(families)).not.toContain('trace_id')
})

test('every series carries the service label, and none a label for replica, host or pod [H-11]', () => {
  const lines = text(mixed().exposition(), { constant: ['service', 'shop'] }).split('\n')
  const series = lines.filter((line) => line !== '' && !line.startsWith('#'))
  expect(series.filter((line) => !line.includes('service="shop"'))).toEqual([])
  expect(series.filter((line) => /instance=|pod=|host=/.test(line))).toEqual([])
})

test("a series' own label of a constant's name is kept as exported_…", () => {
  expect(text([family({ labels: null }, [['service', 'mine'], 1])], { constant: ['service', 'shop'] })).toBe(
    '# TYPE m gauge\nm{exported_service="mine",service="shop"} 1\n',
  )
})

test('NaN and the infinities are written as both formats read them', () => {
  const values = family(
    { labels: null },
    [['a', 1], Number.NaN],
    [['a', 2], Number.POSITIVE_INFINITY],
    [['a', 3], Number.NEGATIVE_INFINITY],
    [['a', 4], 1e21],
    [['a', 5], 1.5e-9],
  )
  expect(text([values])).toBe(
    '# TYPE m gauge\nm{a="1"} NaN\nm{a="2"} +Inf\nm{a="3"} -Inf\nm{a="4"} 1e+21\nm{a="5"} 1.5e-9\n',
  )
})

test('keys that escape to one label name are one label, their values joined in the order of the keys', () => {
  expect(text([family({ labels: null }, [['b.c', 'x', 'b-c', 'y', '9d', 'z'], 1])])).toBe(
    '# TYPE m gauge\nm{_9d="z",b_c="y;x"} 1\n',
  )
})

test('attribute sets that come to one text are one series: sums add up, of gauges the last stands', () => {
  const points: [Flat, number][] = [
    [['a', 1], 1],
    [['a', '1'], 2],
    [['b', ''], 4],
    [[], 8],
  ]
  expect(
    text([
      family({ labels: null, short: 'c_total', type: 'counter' }, ...points),
      family({ labels: null, short: 'g' }, ...points),
    ]),
  ).toBe('# TYPE c_total counter\nc_total{a="1"} 3\nc_total 12\n# TYPE g gauge\ng{a="1"} 2\ng 8\n')
})

test('a histogram’s own le is moved out of the way', () => {
  const made = new Family({ name: '', short: 'h', type: 'histogram', scope: NO_SCOPE, bounds: Float64Array.of(1) })
  made.series.push(new Series(['le', 'x'], new Float64Array(2), 0))
  expect(text([made])).toContain('h_bucket{exported_le="x",le="1"} 0\n')
})

test('one name never gets two TYPE lines: families of one type are one group, another type is left out and said once', () => {
  const families = [
    family({ short: 'a', help: 'One.' }, [[], 1]),
    family({ short: 'b' }, [[], 1]),
    family({ short: 'a', help: 'Two.', labels: null }, [['x', 'y'], 2]),
    family({ short: 'a', type: 'summary' }, [[], 3]),
    family({ short: 'b_total', type: 'counter' }, [[], 4]),
  ]
  const want =
    '# HELP a One.\n# TYPE a gauge\na 1\na{x="y"} 2\n# TYPE b gauge\nb 1\n# TYPE b_total counter\nb_total 4\n'
  expect(text(families)).toBe(want)
  expect(text(families)).toBe(want)
  expect(said.map(({ event }) => event)).toEqual(['metrics.conflict'])
  expect(text(families, { format: 'openmetrics' })).not.toContain('b_total')
})

test('deltas are not cumulative and stay out; families without series write nothing', () => {
  expect(text([family({ delta: true, type: 'counter' }, [[], 1]), family({ help: 'Empty.' })])).toBe('')
  expect(text([], { format: 'openmetrics' })).toBe('# EOF\n')
})

test('decoded summaries keep their quantiles, exponential histograms their sum and count', () => {
  const summary = new Family({ name: 'rpc.size', short: '', type: 'summary', unit: 'By', scope: NO_SCOPE })
  const series = new SummarySeries(['a', 'x'], 0)
  series.quantiles = Float64Array.of(0.5, 10, 1, 20)
  series.value = 100
  series.count = 9
  summary.series.push(series)
  const exponential = family({ short: 'e', type: 'exponential' }, [[], 6])
  exponential.series[0]!.count = 3
  expect(text([summary, exponential])).toBe(
    '# TYPE rpc_size_bytes summary\nrpc_size_bytes{a="x",quantile="0.5"} 10\nrpc_size_bytes{a="x",quantile="1"} 20\nrpc_size_bytes_sum{a="x"} 100\nrpc_size_bytes_count{a="x"} 9\n' +
      '# TYPE e histogram\ne_bucket{le="+Inf"} 3\ne_sum 6\ne_count 3\n',
  )
})

test('the scope of another library is on every point; ours is not', () => {
  const scope = new Scope('lib', '1.0', 'https://x', ['kind.of', 'y'])
  expect(text([family({ scope, labels: null }, [['otel_scope_name', 'spoof'], 1])])).toBe(
    '# TYPE m gauge\nm{exported_otel_scope_name="spoof",otel_scope_name="lib",otel_scope_version="1.0",otel_scope_schema_url="https://x",otel_scope_kind_of="y"} 1\n',
  )
})

test('texts are kept between scrapes, and thrown away when the constant labels or the naming change', () => {
  const registry = mixed()
  const first = text(registry.exposition(), { constant: ['service', 'a'] })
  const level = registry.exposition().at(-1)!.series[0]!
  const kept = level.text
  expect(text(registry.exposition(), { constant: ['service', 'a'] })).toBe(first)
  expect(level.text).toBe(kept)
  expect(text(registry.exposition(), { constant: ['service', 'b'] })).toBe(
    first.replaceAll('service="a"', 'service="b"'),
  )
  expect(text(registry.exposition({ naming: 'semconv' }), { constant: ['service', 'a'], naming: 'semconv' })).toBe(
    first,
  )
  expect(text(registry.exposition(), { constant: ['service', 'a'] })).toBe(first)
})

test('a large exposition comes in slices of whole lines, and others get the event loop in between', async () => {
  const registry = new Registry({ limits: { series: 20_000 } })
  const h = registry.histogram('h', { labels: ['route'] })
  for (let i = 0; i < 10_000; i++) h.observe(0.1, { route: `/route/${i}` })
  const slices = [...renderText(registry.exposition(), { format: '0.0.4' })]
  expect(Math.max(...slices.map((slice) => slice.length))).toBeLessThan(64 * 1024)
  expect(slices.filter((slice) => !slice.endsWith('\n'))).toEqual([])
  let turns = 0
  let running = true
  const turn = () => {
    turns++
    if (running) setImmediate(turn)
  }
  setImmediate(turn)
  const chunks = await renderSliced(registry.exposition(), { format: '0.0.4' })
  running = false
  expect(Buffer.concat(chunks).toString()).toBe(slices.join(''))
  expect(turns).toBeGreaterThan(5)
  expect(parseExposition(slices.join(''), '0.0.4')[0]!.samples.length).toBe(140_000)
})

test('attributes of any key are brought together without holding the event loop either', () => {
  const registry = new Registry({ limits: { series: 20_000 } })
  const c = registry.counter('c', { labels: null })
  for (let i = 0; i < 5000; i++) c.add(1, { id: i })
  const slices = [...renderText(registry.exposition(), { format: '0.0.4' })]
  expect(slices.filter((slice) => slice === '').length).toBeGreaterThan(15)
  expect(parseExposition(slices.join(''), '0.0.4')[0]!.samples.length).toBe(5000)
})

test('series that come and go while a slice is waited for leave the text whole', () => {
  const registry = new Registry({ limits: { series: 20_000 } })
  const g = registry.gauge('g', { mode: 'set', labels: ['i'] })
  for (let i = 0; i < 5000; i++) g.set(i, { i })
  let whole = ''
  let step = 0
  for (const slice of renderText(registry.exposition(), { format: '0.0.4' })) {
    whole += slice
    g.set(1, { i: `new${step++}` })
    g.remove({ i: step * 7 })
  }
  parseExposition(whole, '0.0.4')
})
