// The way in for clients that announce nothing: the driver is told by its shape, none is imported. The client comes back as
// the same object with the same type.
import { noticeOnce } from '../../base/notice.ts'
import { fault } from './guard.ts'
import { observeMysql2 } from './mysql2-client.ts'
import { observePgClient, observePgPool, type PgClient, type PgPool } from './pg.ts'
import { observePGlite, type PGliteLike } from './pglite.ts'
import { observeSqlite, type SqliteLike } from './sqlite.ts'

export interface SqlObserveOptions {
  /** What its pool is called in `db.client.connection.pool.name`; `host:port/database` unless given. */
  readonly name?: string
}

/**
 * Observes a client before or after start, once however often it is called, and returns it: a Pool or Client of `pg`, a
 * `DatabaseSync` of `node:sqlite`, a `PGlite`. Operations of mysql2 are observed without this; its pools are given here
 * for their gauges. Anything else comes back untouched, and that is said once. Never throws.
 */
export function observe<C extends object>(client: C, options: SqlObserveOptions = {}): C {
  try {
    if (!known(client, options.name)) {
      const text =
        'a client that is none of pg, mysql2, node:sqlite and PGlite was handed to observe() and is not observed'
      noticeOnce('sql.unknown', 'warn', 'sql.unknown', text)
    }
  } catch (error) {
    fault(error)
  }
  return client
}

type Shape = Partial<Record<string, unknown>>

function known(client: object, name: string | undefined): boolean {
  if ((typeof client !== 'object' && typeof client !== 'function') || client === null) return false
  const it = client as Shape
  const has = (...methods: string[]) => methods.every((method) => typeof it[method] === 'function')
  if (has('connect', 'query', 'on') && typeof it['totalCount'] === 'number' && typeof it['idleCount'] === 'number')
    observePgPool(client as PgPool, name)
  else if (has('query', 'exec', 'transaction') && 'waitReady' in client) observePGlite(client as object as PGliteLike)
  else if (has('exec', 'prepare', 'close')) observeSqlite(client as SqliteLike)
  else if (has('execute', 'query')) observeMysql2(client, name)
  // A connection of mysql (the first one) has the other three.
  else if (has('query', 'connect', 'end', 'setTypeParser')) observePgClient(client as PgClient)
  else return false
  return true
}
