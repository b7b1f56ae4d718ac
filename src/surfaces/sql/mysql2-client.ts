// What mysql2 announces on no channel: the gauges of a pool, and statements that are prepared first and executed later. A pool
// or a connection is handed over for them.

import { seen } from '../../base/seen.ts'
import { runApply } from '../../context/current.ts'
import { fault } from './guard.ts'
import { first, type Method, replace } from './mark.ts'
import { type Greeted, learnServer, rowsOf, targetFor } from './mysql2.ts'
import { type PoolState, watchPool } from './pool.ts'
import { running } from './running.ts'
import type { Operation } from './surface.ts'
import { targetOf } from './target.ts'

interface Mysql2Pool {
  readonly config?: {
    readonly connectionLimit?: unknown
    readonly connectionConfig?: { host?: unknown; port?: unknown; database?: unknown }
  }
  readonly _closed?: boolean
  readonly _allConnections?: { readonly length: number; toArray?(): object[] }
  readonly _freeConnections?: { readonly length: number }
  readonly _connectionQueue?: { readonly length: number }
  on(event: 'connection', listener: (connection: object) => void): unknown
}

interface Mysql2Connection extends Greeted {
  on?(event: 'connect', listener: () => void): unknown
}

/** A pool or a connection of callbacks, or the one inside those of promises. */
export function observeMysql2(client: object, name: string | undefined): void {
  const { pool: inner, connection } = client as { pool?: unknown; connection?: unknown }
  const own = inner ?? connection
  const it = typeof own === 'object' && own !== null ? own : client
  const pool = it as Mysql2Pool
  if (pool._allConnections === undefined) return observeConnection(it)
  if (!first(pool)) return
  seen('mysql2')
  const open = pool._allConnections
  for (const each of Array.isArray(open) ? (open as object[]) : (open.toArray?.() ?? [])) observeConnection(each)
  pool.on('connection', observeConnection)
  const { host, port, database } = pool.config?.connectionConfig ?? {}
  watchPool(pool, name ?? targetOf('mysql', host ?? 'localhost', port ?? 3306, database).pool, readPool)
}

function readPool(of: object): PoolState | null {
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

function observeConnection(connection: object): void {
  if (!first(connection)) return
  learnServer(connection)
  const { on } = connection as Mysql2Connection
  if (typeof on === 'function') on.call(connection, 'connect', () => learnServer(connection))
  replace(
    connection,
    'prepare',
    (before) =>
      function prepare(options, ...rest) {
        const [callback] = rest
        if (typeof callback === 'function') {
          const sql = typeof options === 'string' ? options : (options as { sql?: unknown } | null)?.sql
          rest[0] = function (this: unknown, ...args: unknown[]) {
            const [error, statement] = args
            if (error) begin(connection, sql)?.fail(error)
            else if (typeof statement === 'object' && statement !== null) observeStatement(statement, connection, sql)
            return Reflect.apply(callback as Method, this, args)
          }
        }
        return Reflect.apply(before, this, [options, ...rest])
      },
  )
}

function begin(connection: Greeted, sql: unknown): Operation | null {
  return running.surface?.begin(targetFor(connection), sql) ?? null
}

/** A statement is kept by its connection and given again to whoever prepares the same. */
function observeStatement(statement: object, connection: Greeted, sql: unknown): void {
  if (!first(statement)) return
  replace(
    statement,
    'execute',
    (before) =>
      function execute(...args) {
        const operation = begin(connection, sql)
        if (operation === null) return Reflect.apply(before, this, args)
        const at = args.findIndex((each) => typeof each === 'function')
        if (at >= 0) args[at] = answered(operation, args[at] as Method)
        try {
          const command = Reflect.apply(before, this, args)
          if (at < 0 && typeof command === 'object' && command !== null) watch(operation, command)
          return command
        } catch (error) {
          operation.fail(error)
          throw error
        }
      },
  )
}

function answered(operation: Operation, callback: Method): Method {
  return function (...args) {
    const [error, result] = args
    if (error) operation.fail(error)
    else operation.end(rowsOf(result))
    return operation.frame === undefined
      ? Reflect.apply(callback, this, args)
      : runApply(operation.frame, callback, this, args)
  }
}

/** Heard where it emits: a listener of ours for `error` would silence one that nobody else has. */
function watch(operation: Operation, command: object): void {
  replace(
    command,
    'emit',
    (before) =>
      function emit(...args) {
        try {
          if (args[0] === 'error') operation.fail(args[1])
          else if (args[0] === 'end') operation.end(undefined)
        } catch (error) {
          fault(error)
        }
        return Reflect.apply(before, this, args)
      },
  )
}
