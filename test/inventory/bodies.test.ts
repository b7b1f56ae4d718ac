// The bodies as pure functions of counts: dense days, a cumulative line that ends with the total, 168 hours, ties in order,
// what is beyond the top as one entry. A store may answer anything; the same questions are asked of a model that is slow.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { activity } from '../../src/inventory/activity.ts'
import { resourceCounts } from '../../src/inventory/counts.ts'
import { resourceDistribution } from '../../src/inventory/distribution.ts'
import { completed, compositeInventory, type Inventory } from '../../src/inventory/inventory.ts'
import { storedTenants, tenantRows } from '../../src/inventory/tenants.ts'

const NOW = Date.parse('2026-03-01T00:00:00.000Z')
const DAY = 86_400_000
const RUNS = { numRuns: 200 }

const types = (...names: string[]) => names.map((type) => ({ type, basis: 'history' as const }))
/** One that keeps what it was asked. */
function recording(own: Partial<Inventory> = {}): { inventory: Inventory; asked: unknown[] } {
  const asked: unknown[] = []
  const note =
    <A, R>(method: ((asked: A) => Promise<readonly R[]>) | undefined) =>
    async (question: A) => {
      asked.push(question)
      return (await method?.(question)) ?? []
    }
  const inventory = completed({
    types: types('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'),
    ...own,
    countByDay: note(own.countByDay),
    countByTypes: note(own.countByTypes),
    activityHistogram: note(own.activityHistogram),
  })
  return { inventory, asked }
}

test('what an inventory lacks is empty: every body is whole all the same [H-41]', async () => {
  const nothing = completed({})
  const generated_at = '2026-03-01T00:00:00.000Z'
  const tenant = 't'
  expect(await resourceCounts(nothing, {}, tenant, NOW)).toEqual({
    tenant,
    scope: 'single-instance',
    generated_at,
    window: { interval: 'day', days: 30, since: '2026-01-31', until: '2026-03-01' },
    total_resources: 0,
    basis: 'history',
    series: [],
  })
  const week = await activity(nothing, {}, tenant, NOW)
  expect({ ...week, cells: week.cells.length }).toEqual({
    tenant,
    scope: 'single-instance',
    generated_at,
    source: 'writes',
    basis: 'history',
    window: { days: 30, since: '2026-01-31', until: '2026-03-01' },
    total: 0,
    max_cell: 0,
    cells: 168,
  })
  expect(await resourceDistribution(nothing, {}, tenant, NOW)).toEqual({
    tenant,
    scope: 'single-instance',
    generated_at,
    total_resources: 0,
    distinct_types: 0,
    types: [],
  })
  expect(await storedTenants(nothing, 'main')).toEqual({ resources_scope: 'single-instance', tenants: [] })
})

test.each([
  [undefined, 30],
  [null, 30],
  ['', 30],
  ['7', 7],
  ['007', 7],
  ['+7', 7],
  ['0', 1],
  ['-0', 1],
  ['-5', 1],
  ['366', 365],
  ['100000', 365],
  ['9'.repeat(400), 365],
  ['1.5', 30],
  ['1e2', 30],
  [' 7', 30],
  ['seven', 30],
  ['0x10', 30],
])('days=%j is %d days, which are all that is asked for [H-31] [H-33]', async (days, expected) => {
  const { inventory, asked } = recording()
  const since = new Date(NOW - (expected - 1) * DAY).toISOString().slice(0, 10)
  const window = { days: expected, since, until: '2026-03-01' }
  const counts = await resourceCounts(inventory, { days, types: 'a' }, 't', NOW)
  expect(counts.window).toEqual({ interval: 'day', ...window })
  expect(counts.series[0]!.points.length).toBe(expected)
  expect((await activity(inventory, { days }, 't', NOW)).window).toEqual(window)
  const { since: from, until } = window
  expect(asked).toEqual([
    { tenant: 't', types: ['a'] },
    { tenant: 't', types: ['a'], since: from, until },
    { tenant: 't', since: from, until },
  ])
})

test.each([
  [undefined, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']],
  [' , ,', ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']],
  [' j ,,a, j', ['j', 'a']],
  ['x,b', ['x', 'b']],
  [Array.from({ length: 60 }, (_, i) => `t${i}`).join(), Array.from({ length: 50 }, (_, i) => `t${i}`)],
])('types=%j are those, once each and at most fifty [H-31]', async (written, expected) => {
  const { inventory, asked } = recording()
  const { series } = await resourceCounts(inventory, { types: written, days: '1' }, 't', NOW)
  expect(series.map(({ resource_type }) => resource_type)).toEqual(expected)
  // What is not declared reaches no database.
  const known = expected.filter((type) => inventory.types.some((one) => one.type === type))
  expect(asked).toEqual(
    known.length === 0
      ? []
      : [
          { tenant: 't', types: known },
          { tenant: 't', types: known, since: '2026-03-01', until: '2026-03-01' },
        ],
  )
})

test('a type that is counted by its last change says so, and the whole body does [H-32]', async () => {
  const declared = [{ type: 'a', basis: 'history' } as const, { type: 'b', basis: 'last_updated' } as const]
  const inventory = completed({ types: declared })
  const basis = async (types: string) => {
    const body = await resourceCounts(inventory, { types, days: '1' }, 't', NOW)
    return [body.basis, ...body.series.map((one) => one.basis)]
  }
  expect(await basis('a')).toEqual(['history', 'history'])
  expect(await basis('a,b,x')).toEqual(['last_updated', 'history', 'last_updated', undefined])
  expect((await activity(inventory, {}, 't', NOW)).basis).toBe('last_updated')
})

const name = fc.constantFrom('a', 'b', 'c', 'other', 'A', 'ä', '')
const count = fc.integer({ min: -3, max: 40 })
/** Around a window of at most nine days, and what is no day. */
const date = fc.oneof(
  fc.integer({ min: -12, max: 3 }).map((day) => new Date(NOW + day * DAY).toISOString().slice(0, 10)),
  fc.constantFrom('', '2026-2-28', '2026-02-31', 'today', '2026-03-01T00:00:00Z'),
)

test('days are dense, cumulative begins before the window and ends with the total [H-31] [H-32]', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ type: name, date, count })),
      fc.array(fc.record({ type: name, count })),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 0, max: DAY - 1 }),
      async (changes, totals, days, ms) => {
        const inventory = completed({
          types: types('a', 'b', 'A'),
          countByDay: async () => changes,
          countByTypes: async () => totals,
        })
        const { series, total_resources } = await resourceCounts(inventory, { days: String(days) }, 't', NOW + ms)
        const model = ['a', 'b', 'A'].map((type) => {
          let total = 0
          for (const row of totals) if (row.type === type && row.count > 0) total += row.count
          const points = Array.from({ length: days }, (_, i) => {
            const day = new Date(NOW - (days - 1 - i) * DAY).toISOString().slice(0, 10)
            let net = 0
            let later = 0
            for (const row of changes) {
              if (row.type !== type || row.date > '2026-03-01' || row.date.length !== 10) continue
              if (row.date === day) net += row.count
              // What comes after the day is not yet there at its end.
              if (row.date > day && row.date !== '2026-02-31') later += row.count
            }
            return { date: day, count: net, cumulative: total - later }
          })
          return { resource_type: type, basis: 'history', total, points }
        })
        expect(series).toEqual(model)
        expect(series.map(({ points }) => points.at(-1)!.cumulative)).toEqual(series.map(({ total }) => total))
        expect(total_resources).toBe(model.reduce((sum, { total }) => sum + total, 0))
      },
    ),
    RUNS,
  )
})

test('there are always 168 cells in order; doubles are summed and strays are put at the edge [H-33]', async () => {
  const cell = fc.record({
    weekday: fc.integer({ min: -2, max: 9 }),
    hour: fc.oneof(fc.integer({ min: -2, max: 26 }), fc.constantFrom(Number.NaN, 3.9)),
    count: fc.oneof(count, fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY)),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(cell), async (rows) => {
      const body = await activity(completed({ activityHistogram: async () => rows }), {}, 't', NOW)
      const model: { weekday: number; hour: number; count: number }[] = []
      for (let weekday = 0; weekday < 7; weekday++) {
        for (let hour = 0; hour < 24; hour++) {
          const mine = rows.filter((row) => {
            const day = Math.min(6, Math.max(0, row.weekday))
            const of = Number.isNaN(row.hour) || row.hour < 0 ? 0 : row.hour > 23 ? 23 : Math.floor(row.hour)
            return day === weekday && of === hour && Number.isFinite(row.count) && row.count > 0
          })
          model.push({ weekday, hour, count: mine.reduce((sum, row) => sum + row.count, 0) })
        }
      }
      expect(body.cells).toEqual(model)
      expect(body.total).toBe(model.reduce((sum, one) => sum + one.count, 0))
      expect(body.max_cell).toBe(Math.max(...model.map((one) => one.count)))
    }),
    RUNS,
  )
})

test('types are busiest first, ties by name, and those beyond the top are one [H-34]', async () => {
  const top = fc.constantFrom(undefined, '1', '2', '3', '100', '0', '-1', '101', '2.5', 'x')
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ type: name, count })), top, async (rows, written) => {
      const inventory = completed({ countAllTypes: async () => rows })
      const body = await resourceDistribution(inventory, { top: written }, 't', NOW)
      const limits: Record<string, number> = { '1': 1, '0': 1, '-1': 1, '2': 2, '3': 3, '101': 100, '100': 100 }
      const limit = limits[written ?? ''] ?? 20
      const left = new Map<string, number>()
      for (const row of rows) if (row.count > 0) left.set(row.type, (left.get(row.type) ?? 0) + row.count)
      const all: { resource_type: string; count: number }[] = []
      while (left.size > 0) {
        const most = Math.max(...left.values())
        const [first] = [...left.keys()].filter((type) => left.get(type) === most).sort()
        all.push({ resource_type: first!, count: most })
        left.delete(first!)
      }
      const sum = (of: typeof all) => of.reduce((total, one) => total + one.count, 0)
      const rest = all.slice(limit)
      const other = rest.length === 0 ? [] : [{ resource_type: 'other', count: sum(rest), types: rest.length }]
      expect({ ...body, tenant: '', generated_at: '' }).toEqual({
        tenant: '',
        scope: 'single-instance',
        generated_at: '',
        total_resources: sum(all),
        distinct_types: all.length,
        types: [...all.slice(0, limit), ...other],
      })
    }),
    RUNS,
  )
})

test('tenants with records come first, those of traffic alone after them in its order [H-36]', async () => {
  const row = fc.record({ tenant: name, count })
  const traffic = fc.uniqueArray(fc.constantFrom('a', 'x', 'main', 'ä', 'y'), { maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(fc.array(row), traffic, async (rows, asking) => {
      const stored = await storedTenants(completed({ countByTenant: async () => rows }), 'main')
      const sums: Record<string, number> = {}
      for (const { tenant, count: n } of rows) if (n > 0) sums[tenant || 'main'] = (sums[tenant || 'main'] ?? 0) + n
      const owners = Object.keys(sums).sort()
      owners.sort((a, b) => sums[b]! - sums[a]!)
      expect(stored.tenants).toEqual(owners.map((tenant) => ({ tenant, resources: sums[tenant] })))
      const rates = { requests_per_second: 2, p95_ms: 3, error_rate: 0.25 }
      const none = { requests_per_second: 0, p95_ms: 0, error_rate: 0 }
      const asked = asking.map((tenant) => ({ tenant, sample_count: 9, ...rates }))
      expect(tenantRows(stored, asked)).toEqual([
        ...owners.map((tenant) => ({
          tenant,
          resources: sums[tenant],
          ...(asked.some((one) => one.tenant === tenant) ? rates : none),
        })),
        ...asking.filter((tenant) => !(tenant in sums)).map((tenant) => ({ tenant, resources: 0, ...rates })),
      ])
    }),
    RUNS,
  )
})

test('a composite is its primary, and shared where that is; nobody else is asked [H-40] [H-41]', async () => {
  const other = new Proxy({}, { get: () => expect.unreachable('another store was asked') })
  const primary = {
    isClusterShared: true,
    types: types('a'),
    async countByTypes() {
      return [{ type: 'a', count: this.types.length }]
    },
  }
  const composite = compositeInventory([primary, other])
  const body = await resourceCounts(composite, { days: '1' }, 't', NOW)
  expect([body.scope, body.total_resources, body.series[0]!.points]).toEqual([
    'cluster',
    1,
    [{ date: '2026-03-01', count: 0, cumulative: 1 }],
  ])
  expect(await composite.countByTenant()).toEqual([])
  expect(compositeInventory([{ ...primary, isClusterShared: false }, { isClusterShared: true }]).isClusterShared).toBe(
    false,
  )
  expect(completed({}).isClusterShared).toBe(false)
})

test('a store that fails rejects with what it threw', async () => {
  const inventory = completed({ types: types('a'), countByTypes: () => Promise.reject(new Error('gone')) })
  await expect(resourceCounts(inventory, {}, 't', NOW)).rejects.toThrow('gone')
})
