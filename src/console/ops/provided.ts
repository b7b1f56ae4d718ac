// The client that the application hands over for the operations panel, once per process and for every copy of the package.
// It may come before `start()` or after.
import { Fault } from '../../base/fault.ts'
import { shared } from '../../base/slot.ts'
import { Absent } from './source.ts'
import {
  type Database,
  type PGliteLike,
  type PoolLike,
  pgliteDatabase,
  poolDatabase,
  type SqliteLike,
  sqliteDatabase,
} from './sql.ts'

/** A `Pool` of `pg`, a `PGlite`, or a `DatabaseSync` of `node:sqlite`. */
export type OperationsClient = PoolLike | PGliteLike | SqliteLike

/** Where the database is found when somebody asks. */
export interface HeldDatabase {
  /** Throws Absent where none was handed over. */
  get(): Database
}

const held = shared('operations', () => ({ client: null as OperationsClient | null }))

/**
 * Hands over what the operations panel counts `ops.queues` with `source: sql` and `ops.outbox` with, and what its actions on
 * messages run on. What was handed over last counts. Returns a function that takes it back. Throws `OPERATIONS_CLIENT` for
 * anything else, a single `Client` of `pg` included: a transaction of ours would mix with the application's on it.
 */
export function provideOperations(client: OperationsClient): () => void {
  databaseOf(client)
  held.client = client
  return () => {
    if (held.client === client) held.client = null
  }
}

export const providedDatabase: HeldDatabase = {
  get() {
    if (held.client !== null) return databaseOf(held.client)
    throw new Absent('no client of the database was handed over: provideOperations of telltale/operations does')
  },
}

export function databaseOf(client: unknown): Database {
  const it = (typeof client === 'object' && client !== null ? client : {}) as Readonly<Record<string, unknown>>
  const has = (...methods: string[]) => methods.every((method) => typeof it[method] === 'function')
  if (has('query', 'transaction') && 'waitReady' in it) return pgliteDatabase(client as PGliteLike)
  // A pool of mysql2 can `execute`; a client of pg has no number of connections.
  if (has('query', 'connect') && !has('execute') && typeof it['totalCount'] === 'number') {
    return poolDatabase(client as PoolLike)
  }
  if (has('prepare', 'exec')) return sqliteDatabase(client as SqliteLike)
  const found = client === null ? 'null' : typeof client === 'object' ? 'an object of another shape' : typeof client
  throw new Fault('OPERATIONS_CLIENT', { found })
}
