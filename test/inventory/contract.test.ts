// The five counts of every store by the same cases, whole bodies compared: SQLite under Node 24, PGlite, a real PostgreSQL
// with a session far from UTC, MongoDB's protocol, and MongoDB's expressions.
import { spawnSync } from 'node:child_process'
import { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inventoryOf } from '../../src/inventory/open.ts'
import { POSTGRES, type Postgres, postgres, REQUIRED } from '../otel/servers.ts'
import {
  bodies,
  counting,
  DEFAULT,
  INSTANTS,
  kindBodies,
  NO_TIMES,
  naive,
  queryCounts,
  ROWS,
  resources,
  WRITTEN,
} from './contract.ts'
import { expected, FIVE_DAYS, QUERIES } from './kit.ts'
import { evaluated, MONGODB, type MongoServer, mongodb } from './mongodb.ts'
import {
  iso,
  type Kinds,
  kindResources,
  kindTables,
  milliseconds,
  noTimes,
  seconds,
  tables,
  written,
} from './tables.ts'

const noPostgres = POSTGRES === undefined && !REQUIRED
const NODE24 = process.env['TELLTALE_NODE24']
const noNode24 = NODE24 === undefined && !REQUIRED
const options = { resources: resources('table'), defaultTenant: DEFAULT }

test('whoever counts row by row comes to the bodies that are checked in', async () => {
  await expect(`${JSON.stringify(await bodies(naive()), null, 1)}\n`).toMatchFileSnapshot('bodies.txt')
})

test.skipIf(noNode24)('SQLite, under Node 24 [H-41] [H-42] [H-59]', () => {
  const ran = spawnSync(NODE24!, ['--no-warnings', 'test/inventory/apps/sqlite.ts'], { encoding: 'utf8' })
  expect(ran.stderr).toBe('')
  const answer = JSON.parse(ran.stdout)
  const records = 'A record type cannot be counted as it is declared; found'
  const todo = 'Declare it in console.resources as the database has it.'
  const times = 'a column declared as DATE, DATETIME, TIMESTAMP, TEXT or INTEGER'
  expect(answer).toEqual({
    bodies: expected('single-instance'),
    // Whatever the application has the database answer with.
    asArrays: expected('single-instance'),
    isClusterShared: false,
    kinds: {
      text: FIVE_DAYS,
      varchar: FIVE_DAYS,
      broken: '0 0 0 0 0',
      datetime: FIVE_DAYS,
      timestamp: FIVE_DAYS,
      untyped: FIVE_DAYS,
      milliseconds: FIVE_DAYS,
      seconds: FIVE_DAYS,
      'all hours': { total: 35, cells: ['2 0 14', '4 23 7', '5 0 7', '6 23 7'] },
    },
    queries: QUERIES,
    faults: [
      `INVENTORY_RECORDS console.resources[0].table: ${records} no table missing; allowed: a table that this client sees. ${todo}`,
      `INVENTORY_RECORDS console.resources[1].updated_at: ${records} at of type REAL; allowed: ${times}. ${todo}`,
      `INVENTORY_RECORDS console.resources[1].tenant_column: ${records} no column t2 in wrong; allowed: a column that is there. ${todo}`,
      `INVENTORY_RECORDS console.resources[2].history_table: ${records} at of type REAL; allowed: ${times}. ${todo}`,
      `INVENTORY_RECORDS console.resources[2].history_table: ${records} no column op in wrong; allowed: a column that is there. ${todo}`,
    ].join('\n'),
    // 7 is no tenant called 07.
    numbered: ['2', '', '', '1', ''],
    seen: [{ type: 'S', count: 6 }],
    far: [
      {
        resource_type: 'F',
        basis: 'last_updated',
        total: 1,
        points: [
          { date: '2026-11-20', count: 0, cumulative: 0 },
          { date: '2026-11-21', count: 1, cumulative: 1 },
        ],
      },
    ],
    refused: `INVENTORY_RECORDS console.resources[0].table: ${records} "a\\"b"; allowed: letters, digits, _ and dots between them. ${todo}`,
  })
})

const KINDS: Kinds = {
  timestamptz: { type: 'timestamptz', values: iso },
  timestamp: { type: 'timestamp', values: iso.map((one) => one.replace('Z', '')) },
  date: { type: 'date', values: iso },
  text: { type: 'text', values: written },
  varchar: { type: 'varchar(40)', values: iso },
  broken: { type: 'text', values: noTimes },
  milliseconds: { type: 'bigint', values: milliseconds },
  seconds: { type: 'integer', values: seconds },
  domain: { type: 'moment', values: iso },
}
const KIND_BODIES = {
  ...Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, FIVE_DAYS])),
  broken: '0 0 0 0 0',
  // All but one of eight have hours.
  'all hours': { total: 40, cells: ['2 0 16', '4 0 1', '4 23 7', '5 0 8', '6 0 1', '6 23 7'] },
}

const SCHEMA = [
  'CREATE DOMAIN moment AS timestamptz',
  "CREATE TYPE change AS ENUM ('create', 'delete')",
  `CREATE TABLE owned (whole bigint, unique_id uuid, one "char", gone_at timestamptz, gone int, at double precision)`,
  `INSERT INTO owned VALUES (7, '0b5b1c9e-0f5a-4d0e-9a57-0c1c6f0d5a11', 'a', NULL, 0, 1), (7, NULL, 'a', now(), 1, 1)`,
  'CREATE TABLE enum_history (at timestamptz, op change)',
  `INSERT INTO enum_history VALUES ('2026-11-21T00:00:00Z', 'create'), ('infinity', 'create'), ('-infinity', 'create')`,
  'CREATE SCHEMA far; CREATE VIEW far.orders_seen AS SELECT * FROM orders',
]

type Client = Parameters<typeof inventoryOf>[0] & {
  query(text: string, values?: unknown[]): PromiseLike<{ rows: object[] }>
}

async function fill(run: (text: string) => PromiseLike<unknown>, timeType: string): Promise<void> {
  const time = (ms: number) => `'${new Date(ms).toISOString()}'::timestamptz`
  for (const text of tables(timeType, time)) await run(text)
  for (const text of SCHEMA) await run(text)
  for (const text of kindTables(KINDS)) await run(text)
}

/** What both PostgreSQLs have to do besides the bodies. */
async function postgresCases(client: Client): Promise<void> {
  const kinds = inventoryOf(client, { resources: kindResources(KINDS), defaultTenant: DEFAULT })
  expect(await kindBodies(kinds)).toEqual(KIND_BODIES)

  const counted = counting(client, 'query')
  expect(await queryCounts(inventoryOf(counted.client, options), counted.calls)).toEqual(QUERIES)

  const owned = (column: string, more: object = {}) =>
    inventoryOf(client, {
      resources: [{ type: 'T', table: 'owned', tenant_column: column, history_table: 'enum_history', ...more }],
    })
  const refused = owned('missing', { table: 'nowhere', updated_at: 'at', history_table: undefined })
  await expect(refused.countByTenant()).rejects.toThrow(
    /^INVENTORY_RECORDS console.resources\[0\].table: .* found no table nowhere; allowed: a table that this client sees/,
  )
  const ofFloat = owned('whole', { updated_at: 'at', history_table: undefined })
  await expect(ofFloat.countByTenant()).rejects.toThrow(
    'found at of type float8; allowed: timestamptz, timestamp, date, text as ISO 8601, or int8 and int4 as seconds or milliseconds since 1970.',
  )

  // A tenant is compared as what its column is, and one that the column cannot hold has nothing.
  const plain = (tenant_column: string, more: object = {}) =>
    inventoryOf(client, { resources: [{ type: 'T', table: 'far_owned', tenant_column, updated_at: 'day', ...more }] })
  await client.query("CREATE VIEW far_owned AS SELECT *, DATE '2026-11-21' AS day FROM owned")
  const count = async (column: string, tenant: string, more?: object) =>
    (await plain(column, more).countByTypes({ tenant, types: ['T'] })).map(({ count: n }) => n).join()
  const uuid = '0b5b1c9e-0f5a-4d0e-9a57-0c1c6f0d5a11'
  expect([
    await count('whole', '7'),
    await count('whole', '07'),
    await count('whole', 'x'),
    await count('whole', '99999999999999999999'),
    await count('unique_id', uuid),
    await count('unique_id', uuid.toUpperCase()),
    await count('unique_id', 'x'),
    await count('unique_id', 'default'),
    await count('one', 'a'),
    await count('one', '\0'),
    await count('whole', '7', { deleted_column: 'gone_at' }),
    await count('whole', '7', { deleted_column: 'gone' }),
  ]).toEqual(['2', '', '', '', '1', '', '', '1', '2', '', '1', '1'])
  expect(await plain('unique_id').countByTenant()).toEqual([
    { tenant: uuid, count: 1 },
    { tenant: 'default', count: 1 },
  ])

  // Words of an enumeration that has not all three, times that never end, and a view in another schema.
  const events = inventoryOf(client, {
    resources: [{ type: 'E', table: 'far.orders_seen', history_table: 'enum_history' }],
    defaultTenant: DEFAULT,
  })
  const asked = { tenant: DEFAULT, since: '2026-11-20', until: '2026-11-21' }
  expect(await events.countByDay({ ...asked, types: ['E'] })).toEqual([{ type: 'E', date: '2026-11-21', count: 1 }])
  expect(await events.countAllTypes(asked)).toEqual([{ type: 'E', count: 21 }])

  // What was migrated meanwhile is looked at again.
  await client.query('CREATE TABLE moved (at timestamptz)')
  await client.query("INSERT INTO moved VALUES ('2026-11-21T23:00:00Z')")
  const moved = inventoryOf(client, { resources: [{ type: 'M', table: 'moved', updated_at: 'at' }] })
  const day = () => moved.countByDay({ ...asked, tenant: 'default', types: ['M'] })
  expect(await day()).toEqual([{ type: 'M', date: '2026-11-21', count: 1 }])
  await client.query('ALTER TABLE moved ALTER COLUMN at TYPE bigint USING extract(epoch FROM at)')
  await expect(day()).rejects.toThrow()
  expect(await day()).toEqual([{ type: 'M', date: '2026-11-21', count: 1 }])
}

test('PGlite [H-41] [H-42] [H-59]', async () => {
  const db = new PGlite()
  await db.exec("SET TIME ZONE 'Pacific/Kiritimati'; SET DateStyle = 'SQL, DMY'")
  await fill((text) => db.exec(text), 'timestamptz')
  const inventory = inventoryOf(db, options)
  expect(inventory.isClusterShared).toBe(false)
  expect(await bodies(inventory)).toEqual(expected('single-instance'))
  await postgresCases(db)
  await db.close()
})

let server: Postgres | undefined
beforeAll(async () => {
  if (!noPostgres) server = await postgres()
})
afterAll(() => server?.stop())

test.skipIf(noPostgres)('PostgreSQL, a pool whose sessions are far from UTC [H-40] [H-41] [H-42] [H-59]', async () => {
  const settings = { connectionString: server!.url, options: '-c TimeZone=America/St_Johns -c DateStyle=SQL,DMY' }
  const pool = new pg.Pool({ ...settings, max: 3 })
  pool.on('error', () => {})
  await fill((statement) => pool.query(statement), 'timestamptz')
  const inventory = inventoryOf(pool, options)
  expect(inventory.isClusterShared).toBe(true)
  expect(await bodies(inventory)).toEqual(expected('cluster'))
  await postgresCases(pool)
  await pool.end()
  const client = new pg.Client(settings)
  await client.connect()
  expect(await bodies(inventoryOf(client, options))).toEqual(expected('cluster'))
  await client.end()
})

const DATES = INSTANTS.map((ms) => new Date(ms))
const MONGO_KINDS: Record<string, readonly unknown[]> = {
  dates: DATES,
  texts: WRITTEN,
  broken: NO_TIMES,
  milliseconds: INSTANTS,
  seconds: INSTANTS.map((ms) => ms / 1000),
  mixed: [
    ...DATES.slice(0, 2),
    ...WRITTEN.slice(2, 4),
    ...INSTANTS.slice(4, 6),
    INSTANTS[6]! / 1000,
    null,
    [],
    {},
    true,
  ],
}
const DOCUMENTS = {
  ...Object.fromEntries(
    // An absent field is as good as null.
    Object.entries(ROWS).map(([name, rows]) => [name, rows.map((row) => ({ ...row, at: new Date(row.at) }))]),
  ),
  ...Object.fromEntries(
    Object.entries(MONGO_KINDS).map(([kind, values]) => [`kind.${kind}`, values.map((at) => ({ meta: { at } }))]),
  ),
  owned: [
    { owner: { id: 7 }, gone: 0, at: DATES[5] },
    { owner: { id: '7' }, gone: 1, at: DATES[5] },
    { owner: { id: '07' }, gone: false, at: DATES[5] },
    { owner: { id: ['7'] }, gone: true, at: DATES[5] },
    { owner: { id: { $ne: null } }, gone: new Date(), at: DATES[5] },
    { owner: {}, at: DATES[5] },
  ],
}

async function mongoCases(db: Parameters<typeof inventoryOf>[0]): Promise<void> {
  const mongo = { resources: resources('collection'), defaultTenant: DEFAULT }
  const inventory = inventoryOf(db, mongo)
  expect(inventory.isClusterShared).toBe(true)
  expect(await bodies(inventory)).toEqual(expected('cluster'))

  const kinds = Object.keys(MONGO_KINDS).map((type) => ({ type, collection: `kind.${type}`, updated_at: 'meta.at' }))
  expect(await kindBodies(inventoryOf(db, { resources: kinds, defaultTenant: DEFAULT }))).toEqual({
    dates: FIVE_DAYS,
    texts: FIVE_DAYS,
    broken: '0 0 0 0 0',
    milliseconds: FIVE_DAYS,
    seconds: FIVE_DAYS,
    mixed: FIVE_DAYS,
    'all hours': { total: 25, cells: ['2 0 10', '4 23 5', '5 0 5', '6 23 5'] },
  })

  const owned = (more: object = {}) =>
    inventoryOf(db, {
      resources: [{ type: 'T', collection: 'owned', tenant_column: 'owner.id', updated_at: 'at', ...more }],
    })
  const count = async (tenant: string, more?: object) =>
    (await owned(more).countByTypes({ tenant, types: ['T'] })).map(({ count: n }) => n).join()
  const deleted_column = 'gone'
  expect([await count('07'), await count('default'), await count('x'), await count('{"$ne":null}')]).toEqual([
    ...['1', '1', '', ''],
  ])
  expect([await count('7', { deleted_column }), await count('07', { deleted_column })]).toEqual(['1', '1'])
  expect(await owned({ deleted_column }).countByTenant()).toEqual(
    expect.arrayContaining(['7', '07', 'default'].map((tenant) => ({ tenant, count: 1 }))),
  )
}

const noMongo = MONGODB === undefined && !REQUIRED
let mongo: MongoServer | undefined
beforeAll(async () => {
  if (!noMongo) mongo = await mongodb(DOCUMENTS)
})
afterAll(() => mongo?.stop())

/** A `Db` that counts aggregations. */
function countingDb(db: object): { readonly client: Parameters<typeof inventoryOf>[0]; calls(): number } {
  let calls = 0
  const collection = (name: string) => ({
    aggregate(pipeline: Record<string, unknown>[]) {
      calls++
      return (db as Parameters<typeof inventoryOf>[0] & MongoServer['db']).collection(name).aggregate(pipeline)
    },
  })
  return { client: { collection, aggregate: () => {} } as never, calls: () => calls }
}

test.skipIf(noMongo)("MongoDB's protocol, by its driver [H-40] [H-41] [H-42] [H-59]", async () => {
  await mongoCases(mongo!.db)
  const { client, calls } = countingDb(mongo!.db)
  const inventory = inventoryOf(client, { resources: resources('collection'), defaultTenant: DEFAULT })
  // This server does not calculate: the first question by time is asked again in another way, and then no more.
  const asked = { tenant: 'acme', since: '2026-11-01', until: '2026-11-21' }
  await inventory.activityHistogram(asked)
  expect(calls()).toBe(2)
  expect(await queryCounts(inventory, calls)).toEqual(QUERIES)
})

test.skipIf(noMongo)("MongoDB's expressions, evaluated [H-41] [H-42]", async () => {
  const db = evaluated(DOCUMENTS)
  await mongoCases(db)
  const { client, calls } = countingDb(db)
  const inventory = inventoryOf(client, { resources: resources('collection'), defaultTenant: DEFAULT })
  await inventory.activityHistogram({ tenant: 'acme', since: '2026-11-01', until: '2026-11-21' })
  expect(calls()).toBe(1)
  expect(await queryCounts(inventory, calls)).toEqual(QUERIES)
})
