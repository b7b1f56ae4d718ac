// Keys of the console.
import { PGlite } from '@electric-sql/pglite'
import type * as inventory from '../../../src/inventory.ts'
import { type Row, row } from './row.ts'
import type { Service } from './service.ts'

const asks = (path: string, seen: (response: Response) => unknown) => async (service: Service) => {
  const { address } = await service.start()
  return seen(await fetch(`${address}/console/${path}`))
}

/** Eight orders of one tenant or another, some of them deleted, with a history of their own or by their last change. */
let orders: Promise<PGlite> | undefined
const database = () => {
  orders ??= PGlite.create().then(async (db) => {
    await db.exec(`
      CREATE TABLE orders (id int, tenant text, owner text, gone boolean, lost boolean, at timestamptz, made timestamptz);
      CREATE TABLE others (LIKE orders);
      CREATE TABLE changes (id int, tenant text, at timestamptz, op text);
      INSERT INTO orders SELECT n, CASE WHEN n < 4 THEN 'default' ELSE 'acme' END, 'default', n < 2, n < 3, now(), 'epoch'
        FROM generate_series(1, 8) n;
      INSERT INTO changes SELECT n, 'default', now(), 'create' FROM generate_series(1, 5) n`)
    return db
  })
  return orders
}

const figure =
  (path: string, read: (body: never) => unknown, client: () => unknown = database) =>
  async (service: Service) => {
    const { provideInventory } = service.door<typeof inventory>('inventory')
    service.later(provideInventory((await client()) as never))
    const { address } = await service.start()
    return read((await (await fetch(`${address}/console/metrics/${path}`)).json()) as never)
  }

const totals = figure('resource-distribution', ({ types }: { types: { resource_type: string; count: number }[] }) =>
  types.map(({ resource_type, count }) => `${resource_type} ${count}`).join(),
)
/** Of two days: midnight may come between the change and the question. */
const changed = figure('resource-counts?days=2', ({ series }: { series: { points: { count: number }[] }[] }) =>
  series.map(({ points }) => points.reduce((sum, { count }) => sum + count, 0)),
)
/** A database that counts three records in one collection and four in the other. */
const collections = figure(
  'resource-distribution',
  ({ total_resources }: { total_resources: number }) => total_resources,
  () => ({
    aggregate() {},
    collection: (name: string) => ({
      aggregate: () => ({ toArray: async () => [{ _id: null, k: 0, n: name === 'orders' ? 3 : 4 }] }),
    }),
  }),
)

const order = (more: object) => ({
  base: { console: { resources: [{ type: 'Order', table: 'orders', ...more }] } },
})
const resource = (key: string) => `console.resources[].${key}`

/** Whoever asks until it is counted a second time; or does not live to see it. */
async function countsTwice(service: Service): Promise<unknown> {
  const { provideInventory } = service.door<typeof inventory>('inventory')
  let counts = 0
  service.later(provideInventory({ countAllTypes: async () => [{ type: 'Order', count: ++counts }] }))
  const { address } = await service.start()
  const ask = () => fetch(`${address}/console/metrics/resource-distribution`)
  await ask()
  return service.settled(async () => {
    if (counts < 2) await ask()
    return counts
  })
}

export const CONSOLE: readonly Row[] = [
  row(
    'console.enabled',
    [true, false],
    asks('metrics/uptime', ({ status }) => status),
    [200, 404],
  ),
  row(
    'console.instance',
    ['shop-1', 'shop-2'],
    asks('session', async (response) => (await response.json()).instance),
    ['shop-1', 'shop-2'],
  ),
  row('console.reconcile_interval', ['1ms', '1h'], countsTwice, [2, 1]),
  row(resource('type'), ['Order', 'Basket'], totals, ['Order 8', 'Basket 8'], order({})),
  row(resource('table'), ['orders', 'others'], totals, ['Order 8', ''], order({})),
  row(resource('tenant_column'), ['tenant', 'owner'], totals, ['Order 3', 'Order 8'], order({})),
  row(resource('deleted_column'), ['gone', 'lost'], totals, ['Order 7', 'Order 6'], order({})),
  row(resource('updated_at'), ['at', 'made'], changed, [[8], [0]], order({})),
  row(resource('history_table'), ['changes', undefined], changed, [[5], [8]], order({ updated_at: 'at' })),
  row(resource('collection'), ['orders', 'visits'], collections, [3, 4], {
    base: { console: { resources: [{ type: 'Order' }] } },
  }),
]
