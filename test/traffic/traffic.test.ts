import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nearestRank, nearestRanks } from '../../src/traffic/rank.ts'
import { TrafficRing } from '../../src/traffic/ring.ts'
import { trafficStats } from '../../src/traffic/stats.ts'
import { tenantRollup } from '../../src/traffic/tenants.ts'

const NOW = 1_800_000_000_000

test('the ring holds the newest 20 000 samples and evicts the oldest [H-26]', () => {
  const ring = new TrafficRing()
  for (let i = 0; i < 20_005; i++) ring.push(NOW - 20_005 + i, i, 200, 7)
  const { length, time, ms, status, tenant } = ring.window(NOW, 3600)
  expect([ring.capacity, ring.size, ring.total, length]).toEqual([20_000, 20_000, 20_005, 20_000])
  expect([time[0], ms[0], status[0], tenant[0]]).toEqual([NOW - 20_000, 5, 200, 7])
  expect([time[19_999], ms[19_999]]).toEqual([NOW - 1, 20_004])
})

test('a reader works on a copy: pushes after it change nothing [H-27]', () => {
  const ring = new TrafficRing(4)
  ring.push(NOW, 1, 200, 0)
  const samples = ring.window(NOW, 60)
  for (let i = 0; i < 8; i++) ring.push(NOW, 99, 500, 1)
  expect([samples.length, samples.ms[0], samples.status[0]]).toEqual([1, 1, 200])
})

test('nearest rank: 1..100 gives 50, 95 and 99; one value is every percentile; none is 0 [H-28]', () => {
  const sorted = Float32Array.from({ length: 100 }, (_, i) => i + 1)
  expect([50, 95, 99].map((percent) => nearestRank(sorted, percent))).toEqual([50, 95, 99])
  expect([50, 95, 99].map((percent) => nearestRank(Float32Array.of(3), percent))).toEqual([3, 3, 3])
  expect(nearestRank(new Float32Array(0), 95)).toBe(0)
})

test('ranks of values in any order are those of the sorted ones, whatever repeats [H-28]', () => {
  const value = fc.oneof(fc.float({ min: 0, max: 1000, noNaN: true }), fc.constantFrom(1, 2, 3))
  const values = fc.oneof(fc.array(value, { maxLength: 50 }), fc.array(value, { minLength: 700, maxLength: 3000 }))
  fc.assert(
    fc.property(values, (given) => {
      const percents = [0, 1, 50, 95, 99, 99.9, 100]
      const sorted = Float32Array.from(given).sort()
      const at = (percent: number) => sorted[Math.max(1, Math.ceil((percent * sorted.length) / 100)) - 1] ?? 0
      const ranks = nearestRanks(Float32Array.from(given), percents)
      expect(ranks).toEqual(percents.map((percent) => Math.round(at(percent) * 1000) / 1000))
    }),
    { numRuns: 200 },
  )
})

test('an empty window is all zeroes with 30 buckets, oldest first [H-28]', () => {
  const stats = trafficStats(new TrafficRing(10), 60, NOW)
  expect(stats).toEqual({
    sample_count: 0,
    covered_seconds: 0,
    requests_per_second: 0,
    latency_ms: { p50: 0, p95: 0, p99: 0 },
    error_rate: 0,
    status_classes: { '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0 },
    series: Array.from({ length: 30 }, (_, i) => ({ offset_seconds: 60 - 2 * i, requests_per_second: 0, p95_ms: 0 })),
  })
})

test('a sample stamped exactly now is in the last bucket, one at the very edge in the first [H-28]', () => {
  const ring = new TrafficRing(10)
  ring.push(NOW, 5, 200, 0)
  ring.push(NOW - 60_000, 7, 200, 0)
  const { series, sample_count, covered_seconds } = trafficStats(ring, 60, NOW)
  expect(series.length).toBe(30)
  expect([series[0], series[29]]).toEqual([
    { offset_seconds: 60, requests_per_second: 0.5, p95_ms: 7 },
    { offset_seconds: 2, requests_per_second: 0.5, p95_ms: 5 },
  ])
  expect([sample_count, covered_seconds]).toEqual([2, 60])
})

test('4xx are no errors, 1xx are in no class, a window below one second counts as one [H-28]', () => {
  const ring = new TrafficRing(10)
  for (const status of [101, 200, 204, 302, 404, 499, 500, 503]) ring.push(NOW, 1, status, 0)
  const stats = trafficStats(ring, 0, NOW)
  expect([
    stats.sample_count,
    stats.error_rate,
    stats.status_classes,
    stats.requests_per_second,
    stats.covered_seconds,
  ]).toEqual([8, 0.25, { '2xx': 2, '3xx': 1, '4xx': 2, '5xx': 2 }, 8, 0])
  // Buckets shorter than a second are not scaled up: 8 requests in 1/30 s read 8 per second.
  expect(stats.series[29]).toEqual({ offset_seconds: 1 - 29 / 30, requests_per_second: 8, p95_ms: 1 })
})

test('a sample from after now (a stepped clock) is not in the window', () => {
  const ring = new TrafficRing(10)
  ring.push(NOW + 5, 1, 200, 0)
  expect(trafficStats(ring, 60, NOW).sample_count).toBe(0)
})

test('per tenant: count, rate, p95 and error rate, busiest first, the default under its configured name [H-29]', () => {
  const ring = new TrafficRing(100)
  for (let i = 1; i <= 3; i++) ring.push(NOW - i, i, 200, 0)
  for (let i = 1; i <= 5; i++) ring.push(NOW - i, i * 10, i === 5 ? 500 : 404, 2)
  ring.push(NOW - 120_000, 1, 200, 3)
  const name = (tenant: number) => ['main', '(other)', 'acme', 'old'][tenant]!
  expect(tenantRollup(ring, 60, NOW, name)).toEqual([
    { tenant: 'acme', sample_count: 5, requests_per_second: 5 / 60, p95_ms: 50, error_rate: 0.2 },
    { tenant: 'main', sample_count: 3, requests_per_second: 3 / 60, p95_ms: 3, error_rate: 0 },
  ])
})

const sample = fc.record({
  age: fc.integer({ min: 0, max: 120_000 }),
  ms: fc.integer({ min: 0, max: 60_000 }),
  status: fc.constantFrom(100, 200, 301, 404, 499, 500, 503, 599),
  tenant: fc.integer({ min: 0, max: 3 }),
})

test('statistics equal a naive model for any samples, window and tenant [H-28]', () => {
  fc.assert(
    fc.property(
      fc.array(sample, { maxLength: 120 }),
      fc.integer({ min: 0, max: 100 }),
      fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
      (samples, window, tenant) => {
        const ring = new TrafficRing(64)
        for (const one of samples) ring.push(NOW - one.age, one.ms, one.status, one.tenant)
        const seconds = Math.max(1, window)
        const held = samples
          .slice(-64)
          .filter((one) => one.age <= seconds * 1000 && (tenant === undefined || one.tenant === tenant))
        const rank = (values: number[], percent: number) => {
          const sorted = [...values].sort((a, b) => a - b)
          return sorted.length === 0 ? 0 : sorted[Math.max(1, Math.ceil((percent * sorted.length) / 100)) - 1]
        }
        const all = held.map((one) => one.ms)
        const count = (low: number) => held.filter((one) => Math.floor(one.status / 100) === low).length
        const stats = trafficStats(ring, window, NOW, tenant)
        expect({ ...stats, series: stats.series.length }).toEqual({
          sample_count: held.length,
          covered_seconds: held.length === 0 ? 0 : Math.max(...held.map((one) => one.age)) / 1000,
          requests_per_second: held.length / seconds,
          latency_ms: { p50: rank(all, 50), p95: rank(all, 95), p99: rank(all, 99) },
          error_rate: held.length === 0 ? 0 : count(5) / held.length,
          status_classes: { '2xx': count(2), '3xx': count(3), '4xx': count(4), '5xx': count(5) },
          series: 30,
        })
        const per = Math.max(seconds / 30, 1)
        expect(stats.series.reduce((sum, bucket) => sum + bucket.requests_per_second * per, 0)).toBeCloseTo(
          held.length,
          6,
        )
        expect(stats.series.every((bucket) => bucket.offset_seconds >= 0)).toBe(true)
      },
    ),
    { numRuns: 500 },
  )
})
