// Asked by a process of Node 24, which has node:sqlite: prints what the contract asks for as JSON.

import { resourceCounts } from '../../../src/inventory/counts.ts'
import { inventoryOf } from '../../../src/inventory/open.ts'
import { bodies, counting, DEFAULT, kindBodies, NOW, queryCounts, resources } from '../contract.ts'
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
} from '../tables.ts'
import { DatabaseSync } from './database.ts'

const KINDS: Kinds = {
  text: { type: 'TEXT', values: written },
  varchar: { type: 'VARCHAR(40)', values: iso },
  broken: { type: 'TEXT', values: noTimes },
  datetime: { type: 'DATETIME', values: iso },
  timestamp: { type: 'TIMESTAMP', values: milliseconds },
  untyped: { type: '', values: [...iso.slice(0, 4), ...seconds.slice(4)] },
  milliseconds: { type: 'INTEGER', values: milliseconds },
  seconds: { type: 'BIGINT', values: seconds },
}

const options = { resources: resources('table'), defaultTenant: DEFAULT }
const said = (work: () => unknown): string => {
  try {
    return String(work())
  } catch (error) {
    return (error as Error).message
  }
}
const rejected = (work: Promise<unknown>): Promise<string> => work.then(String, (error: Error) => error.message)

const db = new DatabaseSync(':memory:')
for (const text of tables('DATETIME', (ms) => `'${new Date(ms).toISOString()}'`)) db.exec(text)
for (const text of kindTables(KINDS)) db.exec(text)
db.exec(`CREATE TABLE wrong (at REAL, t TEXT); CREATE TABLE numbered (tenant INTEGER, at INTEGER, gone INTEGER);
  CREATE VIEW seen AS SELECT * FROM orders;
  INSERT INTO numbered VALUES (7, 1, 0), (7, 1, NULL), (7, 1, 1), (8, 1, 0);
  ATTACH ':memory:' AS other; CREATE TABLE other.far (at TEXT); INSERT INTO other.far VALUES ('2026-11-21')`)

const counted = counting(db, 'prepare')
const asArrays = new DatabaseSync(':memory:', { returnArrays: true, readBigInts: true } as object)
for (const text of tables('TEXT', (ms) => `'${new Date(ms).toISOString()}'`)) asArrays.exec(text)
const one = (resource: object) => inventoryOf(db, { resources: [resource as never] })
const numbered = one({
  type: 'N',
  table: 'numbered',
  tenant_column: 'tenant',
  updated_at: 'at',
  deleted_column: 'gone',
})
const countOf = async (tenant: string) => (await numbered.countAllTypes({ tenant })).map(({ count }) => count).join()

const answer = {
  bodies: await bodies(inventoryOf(db, options)),
  asArrays: await bodies(inventoryOf(asArrays, options)),
  isClusterShared: inventoryOf(db, options).isClusterShared,
  kinds: await kindBodies(inventoryOf(db, { resources: kindResources(KINDS), defaultTenant: DEFAULT })),
  queries: await queryCounts(inventoryOf(counted.client, options), counted.calls),
  faults: await rejected(
    inventoryOf(db, {
      resources: [
        { type: 'A', table: 'missing', updated_at: 'at' },
        { type: 'B', table: 'wrong', updated_at: 'at', tenant_column: 't2' },
        { type: 'C', table: 'orders', updated_at: 'at', history_table: 'wrong' },
      ],
    }).countByTenant(),
  ),
  numbered: [await countOf('7'), await countOf('07'), await countOf('7.0'), await countOf('8'), await countOf('x')],
  seen: await one({ type: 'S', table: 'seen', tenant_column: 'tenant', updated_at: 'at' }).countAllTypes({
    tenant: 'acme',
  }),
  far: (await resourceCounts(one({ type: 'F', table: 'other.far', updated_at: 'at' }), { days: '2' }, 'default', NOW))
    .series,
  refused: said(() => one({ type: 'x', table: 'a"b', updated_at: 'at' })),
}
console.log(JSON.stringify(answer))
