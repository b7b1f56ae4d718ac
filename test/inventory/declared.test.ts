// Declarations and clients as they are handed over: what cannot be counted is a fault before anything is asked.
import { afterEach, expect, test } from 'vitest'
import { Faults } from '../../src/base/fault.ts'
import { onNotice } from '../../src/base/notice.ts'
import type { Inventory } from '../../src/inventory/inventory.ts'
import { type InventoryClient, inventoryOf } from '../../src/inventory/open.ts'
import { providedInventory, provideInventory } from '../../src/inventory/provided.ts'
import type { RecordType } from '../../src/inventory/record-type.ts'

const asked: string[] = []
afterEach(() => void asked.splice(0))
const method = (name: string) => async () => {
  asked.push(name)
  return { rows: [] }
}
const pool = { query: method('query'), connect() {} }

function faultsOf(resources: readonly RecordType[], client: InventoryClient = pool): string[] {
  try {
    inventoryOf(client, { resources })
    return []
  } catch (error) {
    return (error as Faults).faults.map(({ detail }) => `${detail.subject}: ${detail.found}; ${detail.allowed}`)
  }
}

const ORDERS: RecordType = { type: 'Order', table: 'orders', updated_at: 'updated_at' }

test.each([
  'a"b',
  'a b',
  '1a',
  '',
  'a;b',
  "a'b",
  'a--',
  'a.',
  '.a',
  'a..b',
  'ä',
  'a`b',
  'a$b',
  'a\0b',
  'a\n',
  '*',
  'a/b',
])('the name %j is refused wherever a name stands, and never asked for [H-42]', (name) => {
  for (const key of ['table', 'tenant_column', 'updated_at', 'deleted_column', 'history_table'] as const)
    expect(faultsOf([{ ...ORDERS, [key]: name }])).toEqual([
      `console.resources[0].${key}: ${JSON.stringify(name)}; letters, digits, _ and dots between them`,
    ])
  expect(asked).toEqual([])
})

test('all that is wrong with declarations is said at once', () => {
  const wrong = [
    ORDERS,
    { type: ' ', table: 'a.b.c', updated_at: 'a' },
    { type: 'Order', table: 'a', updated_at: 'a' },
    { type: 'x', updated_at: 'a' },
    // Of another database.
    { type: 'y', collection: 'y' },
    { type: 'z', table: 'z', collection: 'z' },
    { type: 7 as unknown as string, table: ['t'] as unknown as string, updated_at: 'a' },
  ]
  expect(faultsOf(wrong)).toEqual([
    'console.resources[1].type: " "; text that is not blank',
    'console.resources[1].table: "a.b.c"; table or schema.table',
    'console.resources[2].type: "Order" a second time; each type once',
    'console.resources[3]: neither table nor collection; one of the two',
    'console.resources[5]: table and collection; one of the two',
    'console.resources[6].type: 7; text that is not blank',
    'console.resources[6].table: ["t"]; letters, digits, _ and dots between them',
  ])
  expect(() => inventoryOf(pool, { resources: wrong })).toThrow(Faults)
})

test.each([
  ['a pool or client of pg', { query() {}, connect() {} }, true],
  ['a PGlite', { query() {}, exec() {}, transaction() {}, waitReady: Promise.resolve() }, false],
  ['a DatabaseSync', { prepare() {}, exec() {} }, false],
  ['a Db of mongodb', { collection() {}, aggregate() {} }, true],
])('%s is known by its shape, and whether others count the same [H-40]', (_, client, isClusterShared) => {
  const home = 'collection' in client ? 'collection' : 'table'
  const inventory = inventoryOf(client as never, { resources: [{ type: 'a', [home]: 'a', updated_at: 'b' }] })
  expect([inventory.isClusterShared, inventory.types]).toEqual([
    isClusterShared,
    [{ type: 'a', basis: 'last_updated' }],
  ])
})

test.each([
  ['null', null, 'null'],
  ['undefined', undefined, 'undefined'],
  ['a URL', 'postgres://localhost', 'string'],
  ['a pool of mysql2', { query() {}, execute() {}, connect() {} }, 'an object of another shape'],
  ['a connection of mysql', { query() {}, connect() {}, threadId: 1 }, 'an object of another shape'],
  ['nothing', {}, 'an object of another shape'],
])('%s is none to count with', (_, client, found) => {
  expect(() => inventoryOf(client as never, { resources: [] })).toThrow(
    `INVENTORY_CLIENT Records cannot be counted with what was handed over; found ${found}. Hand over`,
  )
})

test('no declared types: nothing is asked', async () => {
  const inventory = inventoryOf(pool, { resources: [] })
  const days = { since: '2026-01-01', until: '2026-01-02', tenant: 't' }
  expect([
    await inventory.countByTypes({ tenant: 't', types: ['a'] }),
    await inventory.countByDay({ ...days, types: ['a'] }),
    await inventory.activityHistogram(days),
    await inventory.countAllTypes(days),
    await inventory.countByTenant(),
    asked,
  ]).toEqual([[], [], [], [], [], []])
})

test('what is handed over for the console is there before and after, once for the same declarations, until it is taken back', async () => {
  const resources = [ORDERS]
  expect(providedInventory(resources, 'default')).toBe(null)
  const back = provideInventory(pool)
  const first = providedInventory(resources, 'default')
  expect(first?.types).toEqual([{ type: 'Order', basis: 'last_updated' }])
  expect(providedInventory(resources, 'default')).toBe(first)
  expect(providedInventory(resources, 'main')).not.toBe(first)

  const own: Partial<Inventory> = { isClusterShared: true, countByTenant: async () => [{ tenant: 'a', count: 1 }] }
  const ownBack = provideInventory(own)
  back()
  const second = providedInventory(resources, 'default')
  expect([second?.isClusterShared, await second?.countByTenant(), second?.types]).toEqual([
    true,
    [{ tenant: 'a', count: 1 }],
    [],
  ])
  ownBack()
  expect(providedInventory(resources, 'default')).toBe(null)
})

test('databases of two kinds count together; what none of them has is said once', async () => {
  const said: string[] = []
  onNotice(({ text }) => void said.push(text))
  const basket: RecordType = { type: 'Basket', collection: 'baskets', updated_at: 'at' }
  const resources = [basket, ORDERS, { ...basket, type: 'Visit' }]
  const rows = (n: number) => ({ aggregate: () => ({ toArray: async () => [{ k: 1, n }] }) })
  const mongo = { collection: () => rows(3), aggregate() {} }
  const table = [{ at: '1', name: 'updated_at', type: 'timestamptz' }]
  const sql = {
    connect() {},
    query: async (text: string) => ({
      rows: text.includes('UNION') || text.includes('count') ? [{ t: 'Order', n: '2' }] : table,
    }),
  }
  const back = provideInventory(sql, mongo)
  const both = providedInventory(resources, 'default')!
  expect([both.types.map(({ type }) => type), both.isClusterShared]).toEqual([['Basket', 'Order', 'Visit'], true])
  expect(await both.countAllTypes({ tenant: 'default' })).toEqual([
    { type: 'Order', count: 2 },
    { type: 'Visit', count: 3 },
  ])
  back()
  const sqlBack = provideInventory(sql)
  for (const one of [resources, [...resources]]) {
    expect(providedInventory(one, 'default')!.types).toEqual([{ type: 'Order', basis: 'last_updated' }])
  }
  const uncounted = (type: string) =>
    `no client of the database that has the record type ${type} was handed over: it is not counted`
  expect(said).toEqual([uncounted('Basket'), uncounted('Visit')])
  sqlBack()
  onNotice(undefined)
})
