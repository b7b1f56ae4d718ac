// An inventory for whatever client an application has: told by its shape, no driver is imported.
import { Fault } from '../base/fault.ts'
import { completed, countsItself, type Inventory } from './inventory.ts'
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
 * is declared rejects the first count.
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

/** A client, or an inventory of one's own. */
export function openInventory(source: InventoryClient | Partial<Inventory>, options: InventoryOptions): Inventory {
  if (typeof source === 'object' && source !== null && countsItself(source)) return completed(source)
  return inventoryOf(source as InventoryClient, options)
}
