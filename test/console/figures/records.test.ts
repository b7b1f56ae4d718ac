// The figures of records: what the inventory counts, for the tenant who asks, with what they may be asked clamped.
import { expect, test } from 'vitest'
import type { Inventory } from '../../../src/inventory/inventory.ts'
import { asked, figuresOf } from './kit.ts'

const generated_at = '2027-01-15T08:00:00.000Z'

const shop: Partial<Inventory> = {
  types: [
    { type: 'Order', basis: 'history' },
    { type: 'Basket', basis: 'last_updated' },
  ],
  isClusterShared: true,
  countByTypes: async () => [{ type: 'Order', count: 5 }],
  countByDay: async () => [{ type: 'Order', date: '2027-01-15', count: 2 }],
  countAllTypes: async () => [
    { type: 'Order', count: 5 },
    { type: 'Basket', count: 2 },
    { type: 'Visit', count: 2 },
  ],
  activityHistogram: async () => [{ weekday: 5, hour: 7, count: 4 }],
  countByTenant: async () => [
    { tenant: '', count: 1 },
    { tenant: 'acme', count: 6 },
  ],
}

test('resource-counts is what the inventory counts of the tenant [H-31] [H-40]', async () => {
  const { fetch } = figuresOf({ inventory: shop })
  expect(await asked(fetch, 'resource-counts?days=2&types=Order,Nothing')).toEqual({
    tenant: 'main',
    scope: 'cluster',
    generated_at,
    window: { interval: 'day', days: 2, since: '2027-01-14', until: '2027-01-15' },
    total_resources: 5,
    basis: 'history',
    series: [
      {
        resource_type: 'Order',
        basis: 'history',
        total: 5,
        points: [
          { date: '2027-01-14', count: 0, cumulative: 3 },
          { date: '2027-01-15', count: 2, cumulative: 5 },
        ],
      },
      {
        resource_type: 'Nothing',
        total: 0,
        points: [
          { date: '2027-01-14', count: 0, cumulative: 0 },
          { date: '2027-01-15', count: 0, cumulative: 0 },
        ],
      },
    ],
  })
})

test('activity is 168 cells in order [H-33] [H-40]', async () => {
  const { fetch } = figuresOf({ inventory: shop })
  expect(await asked(fetch, 'activity?days=7')).toEqual({
    tenant: 'main',
    scope: 'cluster',
    generated_at,
    source: 'writes',
    basis: 'last_updated',
    window: { days: 7, since: '2027-01-09', until: '2027-01-15' },
    total: 4,
    max_cell: 4,
    cells: Array.from({ length: 168 }, (_, i) => ({
      weekday: Math.floor(i / 24),
      hour: i % 24,
      count: i === 5 * 24 + 7 ? 4 : 0,
    })),
  })
})

test('resource-distribution is the busiest types, the rest as one [H-34] [H-40]', async () => {
  const { fetch } = figuresOf({ inventory: shop })
  expect(await asked(fetch, 'resource-distribution?top=1')).toEqual({
    tenant: 'main',
    scope: 'cluster',
    generated_at,
    total_resources: 9,
    distinct_types: 3,
    types: [
      { resource_type: 'Order', count: 5 },
      { resource_type: 'other', count: 4, types: 2 },
    ],
  })
})

test('tenants joins what is stored with what is asked; records and requests without a tenant are the configured default’s [H-29] [H-36]', async () => {
  const { fetch, traffic, tenants, clock } = figuresOf({ inventory: shop })
  traffic.push(clock.now - 1000, 8, 500, 0)
  for (let i = 0; i < 6; i++) traffic.push(clock.now - 1000, 20, 200, tenants.number('ghost'))
  expect(await asked(fetch, 'tenants?window=60')).toEqual({
    instance: 'shop-1',
    resources_scope: 'cluster',
    traffic_scope: 'single-instance',
    generated_at,
    window_seconds: 60,
    tenant_count: 3,
    tenants: [
      { tenant: 'acme', resources: 6, requests_per_second: 0, p95_ms: 0, error_rate: 0 },
      { tenant: 'main', resources: 1, requests_per_second: 1 / 60, p95_ms: 8, error_rate: 1 },
      { tenant: 'ghost', resources: 0, requests_per_second: 0.1, p95_ms: 20, error_rate: 0 },
    ],
  })
})

test('a service that keeps no records has none; nothing is made up [H-41]', async () => {
  const { fetch } = figuresOf()
  expect(await asked(fetch, 'resource-counts?days=1')).toEqual({
    tenant: 'main',
    scope: 'single-instance',
    generated_at,
    window: { interval: 'day', days: 1, since: '2027-01-15', until: '2027-01-15' },
    total_resources: 0,
    basis: 'history',
    series: [],
  })
  expect(await asked(fetch, 'tenants')).toMatchObject({ resources_scope: 'single-instance', tenant_count: 0 })
})

test('what is asked is clamped: days, types, top and window [H-31] [H-33] [H-34] [H-36] (ruling 35)', async () => {
  const { fetch } = figuresOf({ inventory: shop })
  const of = async (path: string, read: (body: Record<string, never>) => unknown) =>
    read((await asked(fetch, path)) as never)
  const given = ['', '7', '0', '-3', '365', '366', '100000', '1.5', '1e2', 'x', '+7', '%2B7', '9'.repeat(400)]
  const days = [30, 7, 1, 1, 365, 365, 365, 30, 30, 30, 7, 7, 365]
  const windows = async (figure: string) =>
    Promise.all(given.map((one) => of(`${figure}?days=${one}`, ({ window }) => (window as { days: number }).days)))
  expect(await windows('resource-counts')).toEqual(days)
  expect(await windows('activity')).toEqual(days)
  const tops = ['', '2', '0', '-1', '101', 'x', '1.5', '+1']
  expect(
    await Promise.all(
      tops.map((top) => of(`resource-distribution?top=${top}`, ({ types }) => (types as unknown[]).length)),
    ),
  ).toEqual([3, 3, 2, 2, 3, 3, 3, 2])
  const seconds = ['', '60', '59', '-1', '86401', '3.5', 'x', '+70']
  expect(
    await Promise.all(seconds.map((one) => of(`tenants?window=${one}`, ({ window_seconds }) => window_seconds))),
  ).toEqual([3600, 60, 60, 60, 86_400, 3600, 3600, 70])
  const types = Array.from({ length: 60 }, (_, i) => `t${i}`).join()
  const names = await of(`resource-counts?days=1&types=${types}`, ({ series }) => (series as unknown[]).length)
  expect(names).toBe(50)
})
