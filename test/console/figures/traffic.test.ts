import { expect, test } from 'vitest'
import { asked, figuresOf, NOW } from './kit.ts'

const quiet = (seconds: number) =>
  Array.from({ length: 30 }, (_, i) => ({
    offset_seconds: seconds - (i * seconds) / 30,
    requests_per_second: 0,
    p95_ms: 0,
  }))

test('traffic of the window, of all tenants [H-35]', async () => {
  const { fetch, traffic } = figuresOf()
  for (let i = 1; i <= 4; i++) traffic.push(NOW - i * 1000, i * 10, i === 4 ? 503 : 200, 0)
  const series = quiet(60)
  series[28] = { ...series[28]!, requests_per_second: 1, p95_ms: 40 }
  series[29] = { ...series[29]!, requests_per_second: 1, p95_ms: 20 }
  series[27] = { ...series[27]! }
  expect(await asked(fetch, 'traffic?window=60')).toEqual({
    instance: 'shop-1',
    scope: 'single-instance',
    generated_at: '2027-01-15T08:00:00.000Z',
    window_seconds: 60,
    covered_seconds: 4,
    sample_count: 4,
    requests_per_second: 4 / 60,
    latency_ms: { p50: 20, p95: 40, p99: 40 },
    error_rate: 0.25,
    status_classes: { '2xx': 3, '3xx': 0, '4xx': 0, '5xx': 1 },
    series,
  })
})

test('traffic of one tenant; of a tenant that nobody knows, none [H-35]', async () => {
  const { fetch, traffic, tenants } = figuresOf()
  traffic.push(NOW - 1000, 5, 200, 0)
  traffic.push(NOW - 1000, 7, 200, tenants.number('acme'))
  const count = async (query: string) =>
    ((await asked(fetch, `traffic?${query}`)) as { sample_count: number }).sample_count
  expect([await count(''), await count('tenant=acme'), await count('tenant=main')]).toEqual([2, 1, 1])
  expect([await count('tenant=nobody'), await count('tenant=%20')]).toEqual([0, 2])
})

test('the window is clamped: nothing that is asked makes it unbounded [H-35]', async () => {
  const { fetch } = figuresOf()
  const of = async (window: string) =>
    ((await asked(fetch, `traffic?window=${window}`)) as { window_seconds: number }).window_seconds
  const given = ['', '60', '59', '0', '-1', '86400', '86401', '1e3', '3.5', 'x', '9'.repeat(400), `-${'9'.repeat(400)}`]
  expect(await Promise.all(given.map(of))).toEqual([
    ...[3600, 60, 60, 60, 60, 86_400, 86_400, 3600, 3600, 3600, 86_400, 60],
  ])
})

test('ten viewers within a second cost one aggregation; a second later they see what came', async () => {
  const { fetch, traffic, clock } = figuresOf()
  const windows = { count: 0 }
  const window = traffic.window.bind(traffic)
  traffic.window = (...given) => {
    windows.count++
    return window(...given)
  }
  for (let i = 0; i < 10; i++) await asked(fetch, 'traffic?window=60')
  expect(windows.count).toBe(1)
  traffic.push(NOW + 500, 1, 200, 0)
  clock.now = NOW + 1000
  expect(await asked(fetch, 'traffic?window=60')).toMatchObject({ sample_count: 1 })
  expect(windows.count).toBe(2)
})
