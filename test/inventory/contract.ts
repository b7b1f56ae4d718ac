// The contract that every store keeps: the same records, the same questions, the same bodies. It needs nothing of the test
// runner, so that a process of another Node asks too.
import { activity } from '../../src/inventory/activity.ts'
import { resourceCounts } from '../../src/inventory/counts.ts'
import { resourceDistribution } from '../../src/inventory/distribution.ts'
import type { Inventory } from '../../src/inventory/inventory.ts'
import type { RecordType } from '../../src/inventory/record-type.ts'
import { storedTenants, tenantRows } from '../../src/inventory/tenants.ts'

export const NOW = Date.parse('2026-11-21T13:30:00Z')
export const DEFAULT = 'main'
const at = (text: string): number => Date.parse(`${text}Z`)

/** A record, or a change of one where it has an `op`; times in milliseconds. */
export interface Row {
  readonly id: number
  readonly tenant?: string | null
  readonly at: number
  readonly op?: string
  readonly deleted?: boolean
}

/** Names that end statements, comments and strings, or are taken for placeholders, operators and fields. */
export const HOSTILE = [
  `o'brien`,
  `"; DROP TABLE "orders"; --`,
  `' OR '1'='1`,
  '$1',
  ':p1',
  '?',
  '$tenant',
  '{"$ne":null}',
  '%',
  'back\\slash\\',
  'ünï 😀',
]

/** Names of a type: the second is as hostile as a declaration can be. */
export const ODD_TYPE = `it's "odd" $1 :p1`

const SINCE = '2026-11-17'

export const ROWS: Readonly<Record<string, readonly Row[]>> = {
  // Current state of the orders; what became of them is in their history.
  orders: [
    { id: 1, tenant: 'acme', at: at('2026-11-21T09:00:00') },
    { id: 2, tenant: 'acme', at: at('2026-11-18T00:00:00') },
    { id: 3, tenant: 'acme', at: at('2026-11-20T23:59:59.999'), deleted: true },
    { id: 4, tenant: 'acme', at: at('2026-10-01T10:00:00') },
    { id: 10, tenant: 'acme', at: at('2026-11-18T05:00:00') },
    { id: 11, tenant: 'acme', at: at('2026-11-20T06:00:00') },
    { id: 5, tenant: 'zeta', at: at('2026-11-19T12:00:00') },
    { id: 6, tenant: '', at: at('2026-11-19T12:00:00') },
    { id: 7, tenant: null, at: at('2026-11-19T13:00:00') },
    { id: 8, tenant: DEFAULT, at: at('2026-11-19T14:00:00') },
    ...HOSTILE.map((tenant, i) => ({ id: 100 + i, tenant, at: at('2026-11-21T01:00:00') })),
  ],
  order_history: [
    { id: 1, tenant: 'acme', at: at('2026-11-01T09:00:00'), op: 'create' },
    { id: 1, tenant: 'acme', at: at('2026-11-21T09:00:00'), op: 'update' },
    { id: 1, tenant: 'acme', at: at('2026-11-21T09:59:59.999'), op: 'update' },
    // The first moment of the window, and the last one before it.
    { id: 2, tenant: 'acme', at: at(`${SINCE}T00:00:00`), op: 'create' },
    { id: 9, tenant: 'acme', at: at('2026-11-16T23:59:59.999'), op: 'create' },
    { id: 9, tenant: 'acme', at: at('2026-11-17T10:00:00'), op: 'delete' },
    // Created and deleted on one day.
    { id: 3, tenant: 'acme', at: at('2026-11-20T22:00:00'), op: 'create' },
    { id: 3, tenant: 'acme', at: at('2026-11-20T23:59:59.999'), op: 'delete' },
    { id: 4, tenant: 'acme', at: at('2026-10-01T10:00:00'), op: 'create' },
    { id: 10, tenant: 'acme', at: at('2026-11-18T05:00:00'), op: 'create' },
    { id: 11, tenant: 'acme', at: at('2026-11-18T06:00:00'), op: 'create' },
    { id: 11, tenant: 'acme', at: at('2026-11-20T06:00:00'), op: 'update' },
    { id: 12, tenant: 'acme', at: at('2026-09-01T06:00:00'), op: 'create' },
    { id: 12, tenant: 'acme', at: at('2026-11-21T06:00:00'), op: 'delete' },
    // Words that are no change, and a change that is yet to come.
    { id: 4, tenant: 'acme', at: at('2026-11-20T10:00:00'), op: 'read' },
    { id: 4, tenant: 'acme', at: at('2026-11-22T00:00:00'), op: 'update' },
    { id: 5, tenant: 'zeta', at: at('2026-11-19T12:00:00'), op: 'create' },
    { id: 6, tenant: '', at: at('2026-11-19T12:00:00'), op: 'create' },
    { id: 7, tenant: null, at: at('2026-11-19T13:00:00'), op: 'create' },
    { id: 8, tenant: DEFAULT, at: at('2026-11-19T14:00:00'), op: 'create' },
    ...HOSTILE.map((tenant, i) => ({ id: 100 + i, tenant, at: at('2026-11-21T01:00:00'), op: 'create' })),
  ],
  notes: [
    { id: 1, tenant: 'acme', at: at(`${SINCE}T00:00:00`) },
    { id: 2, tenant: 'acme', at: at('2026-11-16T23:59:59.999') },
    { id: 3, tenant: 'acme', at: at('2026-11-21T23:59:59.999') },
    { id: 4, tenant: 'acme', at: at('2026-11-22T00:00:00') },
    { id: 5, tenant: 'acme', at: at('2026-11-19T04:30:00'), deleted: true },
    { id: 6, tenant: 'zeta', at: at('2026-11-19T04:30:00') },
    ...HOSTILE.map((tenant, i) => ({ id: 100 + i, tenant, at: at('2026-11-15T01:00:00') })),
  ],
  // Of nobody in particular.
  countries: [
    { id: 1, at: at('2026-11-18T07:00:00') },
    { id: 2, at: at('2020-01-01T00:00:00') },
  ],
  empty_table: [],
}

export const resources = (home: 'table' | 'collection'): readonly RecordType[] => [
  {
    type: 'Order',
    [home]: 'orders',
    tenant_column: 'tenant',
    updated_at: 'at',
    deleted_column: 'deleted',
    history_table: 'order_history',
  },
  { type: 'Note', [home]: 'notes', tenant_column: 'tenant', updated_at: 'at', deleted_column: 'deleted' },
  { type: ODD_TYPE, [home]: 'notes', tenant_column: 'tenant', updated_at: 'at' },
  { type: 'Country', [home]: 'countries', updated_at: 'at' },
  // Of which no time is known.
  { type: 'Code', [home]: 'countries' },
  { type: 'Empty', [home]: 'empty_table', tenant_column: 'tenant', updated_at: 'at' },
]

const TRAFFIC = ['acme', 'ghost'].map((tenant) => ({
  tenant,
  sample_count: 60,
  requests_per_second: 1,
  p95_ms: 12,
  error_rate: 0.5,
}))

/** Every body, by its question. */
export async function bodies(inventory: Inventory): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {}
  const tenants = ['acme', 'zeta', DEFAULT, 'nobody', ...HOSTILE]
  for (const tenant of tenants) {
    const days = tenant === 'acme' ? '5' : '3'
    found[`counts of ${tenant}`] = await resourceCounts(inventory, { days }, tenant, NOW)
    found[`distribution of ${tenant}`] = await resourceDistribution(inventory, {}, tenant, NOW)
    const week = await activity(inventory, { days }, tenant, NOW)
    // All 168 for one; those with writes for the others.
    found[`activity of ${tenant}`] =
      tenant === 'acme' ? week : { ...week, cells: week.cells.filter(({ count }) => count > 0) }
  }
  const query = { days: '1', types: ` Note ,, Unknown,Order,Note, ${ODD_TYPE},' OR 1=1 --,$k` }
  found['counts of some'] = await resourceCounts(inventory, query, 'acme', NOW)
  found['counts without days'] = await resourceCounts(inventory, { days: '1', types: 'Code' }, DEFAULT, NOW)
  found['counts of unknown types'] = await resourceCounts(inventory, { days: '1', types: 'x,y' }, 'acme', NOW)
  found['the busiest type'] = await resourceDistribution(inventory, { top: '1' }, 'acme', NOW)
  const stored = await storedTenants(inventory, DEFAULT)
  found['tenants'] = { ...stored, rows: tenantRows(stored, TRAFFIC) }
  return found
}

/** Counts as a person would: each row looked at, one after the other. */
export function naive(home: 'table' | 'collection' = 'table'): Inventory {
  const all = resources(home)
  const owner = (one: RecordType, row: Row) => (one.tenant_column === undefined ? DEFAULT : row.tenant || DEFAULT)
  const current = (one: RecordType, tenant?: string) =>
    ROWS[one[home]!]!.filter((row) => tenant === undefined || owner(one, row) === tenant).filter(
      (row) => one.deleted_column === undefined || row.deleted !== true,
    )
  const changes = (one: RecordType, tenant: string, since: string, until: string) =>
    (one.history_table === undefined
      ? current(one, one.updated_at === undefined ? 'nobody' : tenant)
      : ROWS[one.history_table]!.filter((row) => owner(one, row) === tenant)
    ).flatMap((row) => {
      const date = new Date(row.at)
      const day = date.toISOString().slice(0, 10)
      const isKnown = row.op === undefined || ['create', 'update', 'delete'].includes(row.op)
      return day >= since && day <= until && isKnown ? [{ ...row, date, day }] : []
    })
  const counts = (tenant: string, types: readonly RecordType[]) =>
    types.map((one) => ({ type: one.type, count: current(one, tenant).length }))
  const named = (types: readonly string[]) => all.filter(({ type }) => types.includes(type))
  return {
    types: all.map(({ type, history_table, updated_at }) => ({
      type,
      basis: history_table ? 'history' : updated_at ? 'last_updated' : 'none',
    })),
    isClusterShared: false,
    countByTypes: async ({ tenant, types }) => counts(tenant, named(types)),
    countAllTypes: async ({ tenant }) => counts(tenant, all),
    countByDay: async ({ tenant, types, since, until }) =>
      named(types).flatMap((one) =>
        changes(one, tenant, since, until).map(({ day, op }) => ({
          type: one.type,
          date: day,
          count: op === 'update' ? 0 : op === 'delete' ? -1 : 1,
        })),
      ),
    activityHistogram: async ({ tenant, since, until }) =>
      all.flatMap((one) =>
        changes(one, tenant, since, until).map(({ date }) => ({
          weekday: date.getUTCDay(),
          hour: date.getUTCHours(),
          count: 1,
        })),
      ),
    countByTenant: async () => all.flatMap((one) => current(one).map((row) => ({ tenant: owner(one, row), count: 1 }))),
  }
}

/** Times at and around the edges of a window of five days, as a store of text, of numbers or of times has them. */
export const INSTANTS = [
  '2026-11-16T23:59:59Z',
  '2026-11-17T00:00:00Z',
  '2026-11-17T00:30:00Z',
  '2026-11-19T23:59:59Z',
  '2026-11-20T00:00:00Z',
  '2026-11-21T23:59:59Z',
  '2026-11-22T00:00:00Z',
].map((text) => Date.parse(text))

/** The same as ISO 8601 in the ways that there are: each is in UTC another hour or day than it says. */
export const WRITTEN = [
  '2026-11-17T01:59:59+02:00',
  '2026-11-16T20:00:00-04:00',
  '2026-11-17 00:30',
  '2026-11-20T11:59:59.250+12:00',
  '2026-11-20',
  '2026-11-22T11:59:59.999+12:00',
  '2026-11-21T14:00:00-10:00',
]
/** What is no time, in a column of text: nothing of the window, and no reason to fail. */
export const NO_TIMES = [
  '',
  'yesterday',
  '2026-11-18T25:00:00Z',
  '2026-11-18T10:00:00+99:00',
  '2026-1-18',
  '2026-11-18x',
]

/** What each kind of column has to answer about those; `hours` where a day is all that it holds. */
export async function kindBodies(inventory: Inventory): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {}
  for (const { type } of inventory.types) {
    const { series } = await resourceCounts(inventory, { days: '5', types: type }, DEFAULT, NOW)
    found[type] = series[0]!.points.map(({ count }) => count).join(' ')
  }
  const { cells, total } = await activity(inventory, { days: '5' }, DEFAULT, NOW)
  found['all hours'] = {
    total,
    cells: cells.filter(({ count }) => count > 0).map((cell) => Object.values(cell).join(' ')),
  }
  return found
}

/** A client that counts how often the method is called. */
export function counting<T extends object>(client: T, method: string): { readonly client: T; calls(): number } {
  let calls = 0
  const proxy = new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        if (name === method) calls++
        return Reflect.apply(value, target, args)
      }
    },
  })
  return { client: proxy, calls: () => calls }
}

/** How many calls each question makes, once the tables are known. */
export async function queryCounts(inventory: Inventory, calls: () => number): Promise<Record<string, number>> {
  const found: Record<string, number> = {}
  const asked = { tenant: 'acme', since: '2026-11-01', until: '2026-11-21' }
  const types = inventory.types.map(({ type }) => type)
  const count = async (name: string, work: () => Promise<unknown>) => {
    const before = calls()
    await work()
    found[name] = calls() - before
  }
  await count('nothing, before anything is known', () => inventory.countByTypes({ ...asked, types: [] }))
  await inventory.countByTypes({ ...asked, types })
  await count('countByTypes', () => inventory.countByTypes({ ...asked, types }))
  await count('countByTypes of nothing', () => inventory.countByTypes({ ...asked, types: [] }))
  await count('countByTypes of unknown', () => inventory.countByTypes({ ...asked, types: ['x'] }))
  await count('countByDay', () => inventory.countByDay({ ...asked, types }))
  await count('countByDay of nothing', () => inventory.countByDay({ ...asked, types: [] }))
  await count('activityHistogram', () => inventory.activityHistogram(asked))
  await count('countAllTypes', () => inventory.countAllTypes(asked))
  await count('countByTenant', () => inventory.countByTenant())
  return found
}
