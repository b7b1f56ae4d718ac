// An inventory for whatever client an application has: told by its shape, no driver is imported.
import { Fault } from '../base/fault.ts'
import { noticeOnce } from '../base/notice.ts'
import { completed, countsItself, type Inventory } from './inventory.ts'
import { joinedInventory } from './joined.ts'
import { type MongoLike, mongoInventory } from './mongo.ts'
import { type PostgresLike, pgliteInventory, postgresInventory } from './postgres.ts'
import type { InventoryOptions } from './record-type.ts'
import { type SqliteLike, sqliteInventory } from './sqlite.ts'

/** What records are counted with. */
export type InventoryClient = PostgresLike | SqliteLike | MongoLike

/**
 * Counts the declared record types with a client of the application's: a Pool or Client of `pg`, a `PGlite`, a
 * `DatabaseSync` of `node:sqlite`, a `Db` of `mongodb`. Opens nothing and asks nothing yet. Throws `INVENTORY_CLIENT` for
 * anything else and `INVENTORY_RECORDS` for declarations that cannot be counted; what the database has otherwise than it
 * is declared rejects the first count. Declarations of the other kind of database, SQL or MongoDB, are left out.
 */
export function inventoryOf(client: InventoryClient, options: InventoryOptions): Inventory {
  const it = (typeof client === 'object' && client !== null ? client : {}) as Partial<Record<string, unknown>>
  const has = (...methods: string[]) => methods.every((method) => typeof it[method] === 'function')
  // PGlite counts for this process alone.
  if (has('query', 'exec', 'transaction') && 'waitReady' in it) return pgliteInventory(client as PostgresLike, options)
  // A mysql2 client can `query` and `execute`, a mysql one alone has `getConnection` or `threadId`.
  if (has('query', 'connect') && !has('execute') && !('threadId' in it)) {
    return postgresInventory(client as PostgresLike, options)
  }
  if (has('prepare', 'exec')) return sqliteInventory(client as SqliteLike, options)
  if (has('collection', 'aggregate')) return mongoInventory(client as MongoLike, options)
  const found = client === null ? 'null' : typeof client === 'object' ? 'an object of another shape' : typeof client
  throw new Fault('INVENTORY_CLIENT', { found })
}

export type InventorySource = InventoryClient | Partial<Inventory>

/** Clients and inventories of one's own as one. A declared type that none of them counts is said once, and not counted. */
export function openInventory(sources: readonly InventorySource[], options: InventoryOptions): Inventory {
  const parts = sources.map((source) =>
    typeof source === 'object' && source !== null && countsItself(source)
      ? completed(source)
      : inventoryOf(source as InventoryClient, options),
  )
  const order = options.resources.map(({ type }) => type)
  const counted = new Set(parts.flatMap(({ types }) => types.map(({ type }) => type)))
  for (const type of order) {
    if (counted.has(type)) continue
    const text = `no client of the database that has the record type ${type} was handed over: it is not counted`
    noticeOnce(`inventory.uncounted ${type}`, 'warn', 'inventory.uncounted', text)
  }
  return parts.length === 1 ? parts[0]! : joinedInventory(parts, order)
}
