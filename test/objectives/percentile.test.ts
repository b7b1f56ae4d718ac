import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bucketOf, LATENCY_BOUNDS } from '../../src/model/histogram.ts'
import { ofBuckets, ofSamples, within } from '../../src/objectives/percentile.ts'
import { Kit, told } from './kit.ts'

const API = 'slos: [{ name: api, metric: http_request_duration_seconds, threshold: 300ms }]\n'

test('what is answered about an objective is all of this and nothing else [R-41]', () => {
  const kit = new Kit(`slos:
  - name: api
    description: Nearly every answer is fast
    metric: http_request_duration_seconds
    threshold: 300ms
    runbook: https://wiki.example.com/api
`)
  for (let i = 1; i <= 20; i++) kit.request(i * 10)
  kit.pass(60)
  const burn = (window: string, window_seconds: number) => ({ window, window_seconds, covered_seconds: 60, rate: 0 })
  expect(kit.objectives.objectives()).toEqual({
    generated_at: '2026-11-21T12:01:00.000Z',
    scope: 'single-instance',
    instance: 'a1',
    objectives: [
      {
        name: 'api',
        description: 'Nearly every answer is fast',
        kind: 'latency',
        status: 'met',
        reason: null,
        value: 0.19,
        unit: 'seconds',
        comparison: '<',
        threshold: 0.3,
        percentile: 95,
        method: 'samples',
        window_seconds: 300,
        covered_seconds: 60,
        event_count: 20,
        objective: 0.95,
        error_budget: {
          window_seconds: 2_592_000,
          covered_seconds: 60,
          event_count: 20,
          bad_count: 0,
          total: 0.05,
          consumed: 0,
          remaining: 1,
        },
        burn_rates: [burn('5m', 300), burn('30m', 1800), burn('1h', 3600), burn('6h', 21_600)],
        severity: null,
        since: null,
        runbook: 'https://wiki.example.com/api',
      },
    ],
  })
})

test('below is not at most: 300 ms break a promise of less than 300 ms, and keep one of at most 300 ms [G-17] [G-19]', () => {
  const both = (ms: number) => {
    const kit = new Kit(`slos:
  - { name: less, metric: http_request_duration_seconds, threshold: 300ms, comparison: "<" }
  - { name: most, metric: http_request_duration_seconds, threshold: 300ms, comparison: "<=" }
`)
    for (let i = 0; i < 20; i++) kit.request(ms)
    return ['less', 'most'].map((name) => kit.of(name).status)
  }
  expect([both(299.999), both(300), both(300.001)]).toEqual([
    ['met', 'met'],
    ['breached', 'met'],
    ['breached', 'breached'],
  ])
})

test('the request log is exact; with labels that it does not know, and where it is too short, the buckets estimate (ruling 33)', () => {
  const kit = new Kit(
    `slos:
  - { name: all, metric: http_request_duration_seconds, threshold: 300ms }
  - { name: route, metric: http_request_duration_seconds, labels: { route: /orders }, threshold: 300ms }
  - { name: good, metric: http_request_duration_seconds, labels: { status: "!5*" }, threshold: 300ms }
`,
    { capacity: 100 },
  )
  for (let i = 1; i <= 20; i++) kit.request(i * 10)
  kit.request(900, 503, '/reports')
  kit.request(900, 500, '/reports')
  expect(['all', 'route', 'good'].map((name) => told(kit.of(name)))).toEqual([
    'breached · 0.9 · samples · null · 0',
    'met · 0.235 · buckets · null · 0',
    'met · 0.19 · samples · null · 0',
  ])
  kit.pass(30)
  for (let i = 0; i < 80; i++) kit.request(40)
  // A hundred and two requests within the window, a hundred of them in the log.
  expect(['all', 'route', 'good'].map((name) => told(kit.of(name)))).toEqual([
    'met · 0.2035 · buckets · null · 30',
    'met · 0.175 · buckets · null · 30',
    'met · 0.175 · buckets · null · 30',
  ])
  kit.pass(300)
  kit.request(40)
  expect(told(kit.of('all'))).toBe('met · 0.04 · samples · null · 300')
})

test('what a window has seen is what it covers: a young process says how young it is [R-41]', () => {
  const kit = new Kit('slos: [{ name: db, metric: sql_seconds, threshold: 50ms }]\n')
  expect(told(kit.of())).toBe('no_data · null · null · there is no metric sql_seconds · 0')
  const durations = kit.registry.histogram('sql_seconds')
  expect(told(kit.of())).toBe('no_data · null · null · nothing happened in the window · 0')
  kit.pass(20)
  durations.observe(0.06)
  expect(told(kit.of())).toBe('breached · 0.0975 · buckets · null · 20')
  kit.pass(290)
  expect(told(kit.of())).toBe('breached · 0.0975 · buckets · null · 300')
  kit.pass(20)
  expect(told(kit.of())).toBe('no_data · null · null · nothing happened in the window · 300')
})

test('a metric that has no percentiles, and buckets that end below the threshold, are no data with the reason', () => {
  const kit = new Kit('slos: [{ name: a, metric: jobs, threshold: 1s }, { name: b, metric: steps, threshold: 1m }]\n')
  kit.registry.counter('jobs').add(1)
  const steps = kit.registry.histogram('steps')
  steps.observe(70)
  expect(['a', 'b'].map((name) => told(kit.of(name)))).toEqual([
    'no_data · null · null · jobs is a counter and has no percentiles · 0',
    'breached · 60 · buckets · more than 60, where the buckets end · 0',
  ])
  const other = new Kit('slos: [{ name: b, metric: "steps_by_api", threshold: 1m }]\n')
  const scope = { name: 'library', version: '', schemaUrl: '', attributes: null, bytes: null } as never
  other.registry.histogram('steps.by.api', { scope, labels: null, buckets: [1, 2] }).observe(5, { a: 1 })
  expect(told(other.of())).toBe('no_data · null · null · the buckets end at 2, below the threshold · 0')
})

test('the histogram of an objective has 0.02, 0.05, 0.3 and the threshold among its bounds, others keep the eleven (ruling 33)', () => {
  const kit = new Kit('slos: [{ name: a, metric: http_request_duration_seconds, threshold: 700ms }]\n')
  kit.request(1)
  kit.registry.histogram('other').observe(1)
  const bounds = (name: string) => [...kit.registry.find(name)!.family.bounds!]
  expect(bounds('http_request_duration_seconds')).toEqual([
    ...[0.005, 0.01, 0.02, 0.025, 0.05, 0.1, 0.25, 0.3, 0.5, 0.7, 1, 2.5, 5, 10],
  ])
  expect(bounds('other')).toEqual([...LATENCY_BOUNDS])
})

test('counts that begin anew are taken for what was added, and other buckets begin a new history', () => {
  const kit = new Kit(API.replace('http_request_duration_seconds', 'sql_seconds'), {
    before: (registry) => {
      for (let i = 0; i < 1000; i++) registry.histogram('sql_seconds').observe(3)
    },
  })
  expect(told(kit.of())).toBe('no_data · null · null · nothing happened in the window · 0')
  kit.pass(10)
  kit.registry.histogram('sql_seconds').observe(0.004)
  expect(told(kit.of())).toBe('met · 0.00475 · buckets · null · 10')
  const { family } = kit.registry.find('sql_seconds')!
  family.series[0]!.buckets!.fill(0)
  kit.pass(10)
  for (let i = 0; i < 3; i++) kit.registry.histogram('sql_seconds').observe(0.004)
  expect(kit.of()).toMatchObject({ event_count: 4, value: 0.00475 })
  kit.registry.configure({ views: [{ name: 'sql_seconds', buckets: [1, 2] }] })
  kit.registry.histogram('sql_seconds').observe(0.5)
  expect(kit.of()).toMatchObject({ event_count: 0, covered_seconds: 0 })
  kit.pass(10)
  kit.registry.histogram('sql_seconds').observe(0.5)
  expect(kit.of()).toMatchObject({ event_count: 1, covered_seconds: 10 })
})

const durations = fc.array(fc.float({ min: 0, max: 20, noNaN: true, noDefaultInfinity: true }), {
  minLength: 1,
  maxLength: 300,
})
const bounds = Float64Array.from(LATENCY_BOUNDS)

function counted(values: readonly number[]): Float64Array {
  const buckets = new Float64Array(bounds.length + 1)
  for (const value of values) buckets[bucketOf(bounds, value)]!++
  return buckets
}

test('the estimate lies within the bucket that the exact percentile lies in, whatever was observed (ruling 33)', () => {
  fc.assert(
    fc.property(durations, fc.integer({ min: 1, max: 100 }), (values, percent) => {
      const sorted = [...values].sort((a, b) => a - b)
      const exact = sorted[Math.max(1, Math.ceil((percent * sorted.length) / 100)) - 1]!
      const { value, beyond } = ofBuckets(bounds, counted(values), percent)
      const bucket = bucketOf(bounds, exact)
      expect(beyond).toBe(bucket === bounds.length)
      if (beyond) expect(value).toBe(10)
      else {
        expect(value).toBeGreaterThanOrEqual(bucket === 0 ? 0 : bounds[bucket - 1]!)
        expect(value).toBeLessThanOrEqual(bounds[bucket]!)
      }
    }),
    { numRuns: 300 },
  )
})

test('at a bound, how many were within is counted and not estimated', () => {
  fc.assert(
    fc.property(durations, fc.constantFrom(...LATENCY_BOUNDS), (values, limit) => {
      expect(within(bounds, counted(values), limit)).toBe(values.filter((value) => value <= limit).length)
    }),
    { numRuns: 200 },
  )
})

test('samples have the nearest rank', () => {
  const sorted = Float32Array.from({ length: 200 }, (_, i) => i + 1)
  expect([1, 50, 95, 99, 99.5, 100].map((percent) => ofSamples(sorted, percent).value)).toEqual([
    ...[0.002, 0.1, 0.19, 0.198, 0.199, 0.2],
  ])
})

test('a metric goes by the name that the scrape shows, with the configured namespace too', () => {
  const namespace = 'observability: { metrics: { namespace: shop } }\n'
  const kit = new Kit(`${namespace}slos:
  - { name: log, metric: shop_http_request_duration_seconds, threshold: 300ms }
  - { name: plain, metric: http_request_duration_seconds, labels: { method: GET }, threshold: 300ms }
  - { name: spaced, metric: shop_http_request_duration_seconds, labels: { method: GET }, threshold: 300ms }
  - { name: counted, kind: ratio, total: { metric: shop_http_requests_total }, good: { metric: shop_http_requests_total, labels: { status: "2*" } } }
`)
  kit.request(100)
  expect(['log', 'plain', 'spaced', 'counted'].map((name) => told(kit.of(name)))).toEqual([
    'met · 0.1 · samples · null · 0',
    'met · 0.0975 · buckets · null · 0',
    'met · 0.0975 · buckets · null · 0',
    'met · 1 · counts · null · 0',
  ])
})
