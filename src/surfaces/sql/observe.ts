// The way in for clients that announce nothing: the driver is told by its shape, none is imported. The client comes back as
// the same object with the same type.
import { noticeOnce } from '../../base/notice.ts'
import { fault } from './guard.ts'
import { first } from './mark.ts'
import { learnServer } from './mysql2.ts'
import { observePgClient, observePgPool, type PgClient, type PgPool } from './pg.ts'
import { observePGlite, type PGliteLike } from './pglite.ts'
import { type PoolState, watchPool } from './pool.ts'
import { observeSqlite, type SqliteLike } from './sqlite.ts'
import { targetOf } from './target.ts'

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
  else if (has('query', 'connect', 'end')) observePgClient(client as PgClient)
  else return false
  return true
}

interface Mysql2Pool {
  readonly config?: {
    readonly connectionLimit?: unknown
    readonly connectionConfig?: { host?: unknown; port?: unknown; database?: unknown }
  }
  readonly _closed?: boolean
  on?(event: 'connect', listener: () => void): unknown
  readonly _allConnections?: { readonly length: number; toArray?(): unknown[] }
  readonly _freeConnections?: { readonly length: number }
  readonly _connectionQueue?: { readonly length: number }
}

/** A pool or a connection of callbacks, or the one inside those of promises. */
function observeMysql2(client: object, name: string | undefined): void {
  const { pool: inner, connection } = client as { pool?: unknown; connection?: unknown }
  const own = inner ?? connection
  const pool = (typeof own === 'object' && own !== null ? own : client) as Mysql2Pool
  if (!first(pool)) return
  if (pool._allConnections === undefined) {
    learnServer(pool)
    if (typeof pool.on === 'function') pool.on('connect', () => learnServer(pool))
    return
  }
  const open = pool._allConnections
  for (const each of Array.isArray(open) ? (open as unknown[]) : (open.toArray?.() ?? [])) learnServer(each)
  const { host, port, database } = pool.config?.connectionConfig ?? {}
  watchPool(pool, name ?? targetOf('mysql', host ?? 'localhost', port ?? 3306, database).pool, readMysql2)
}

function readMysql2(of: object): PoolState | null {
  const { config, _closed, _allConnections, _freeConnections, _connectionQueue } = of as Mysql2Pool
  if (_closed === true) return null
  const idle = _freeConnections?.length ?? 0
  const limit = config?.connectionLimit
  return {
    active: Math.max(0, (_allConnections?.length ?? 0) - idle),
    idle,
    max: typeof limit === 'number' && limit > 0 ? limit : undefined,
    pending: _connectionQueue?.length ?? 0,
  }
}
