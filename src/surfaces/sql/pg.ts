// node-postgres: a Client, or a Pool and each client that it opens. `query` is the one method of theirs through which all
// goes, prepared or not, in a transaction or not; of a pool's own `query` only the operation of its client counts, so that
// waiting for a connection is no part of the database's time.

import { seen } from '../../base/seen.ts'
import { current, runApply } from '../../context/current.ts'
import type { Frame } from '../../context/frame.ts'
import { fault } from './guard.ts'
import { first, type Method, replace } from './mark.ts'
import { type PoolState, watchPool } from './pool.ts'
import { running } from './running.ts'
import { hasFields, settle } from './settle.ts'
import type { Operation } from './surface.ts'
import { type Target, targetOf } from './target.ts'

export interface PgClient {
  readonly host?: unknown
  readonly port?: unknown
  readonly database?: unknown
  query: Method
}

export interface PgPool {
  readonly totalCount: number
  readonly idleCount: number
  readonly waitingCount: number
  readonly ended?: boolean
  readonly options?: { readonly max?: unknown } & Record<string, unknown>
  /** Clients that it opened before it was handed over. */
  readonly _clients?: readonly PgClient[]
  connect: Method
  on(event: 'connect', listener: (client: PgClient) => void): unknown
}

/** A query that the client drives: `pg.Query`, a cursor, a stream. */
interface Submittable {
  submit: Method
  callback?: unknown
  readonly text?: unknown
  readonly cursor?: { readonly text?: unknown }
  readonly _result?: unknown
}

export function observePgPool(pool: PgPool, name: string | undefined): void {
  if (!first(pool)) return
  seen('pg')
  for (const client of pool._clients ?? []) observePgClient(client)
  pool.on('connect', observePgClient)
  // `pool.query` calls this with a callback, which the pool runs in the context of whoever gave a connection back.
  replace(
    pool,
    'connect',
    (before) =>
      function connect(...args) {
        const frame = current()
        const [callback] = args
        if (frame !== undefined && typeof callback === 'function') args[0] = bind(frame, callback as Method)
        return Reflect.apply(before, this, args)
      },
  )
  const { host, port, database } = pool.options ?? {}
  watchPool(pool, name ?? targetOf('postgresql', host, port, database).pool, read)
}

function read(pool: object): PoolState | null {
  const { totalCount, idleCount, waitingCount, ended, options } = pool as PgPool
  if (ended === true) return null
  const max = typeof options?.max === 'number' ? options.max : undefined
  return { active: totalCount - idleCount, idle: idleCount, max, pending: waitingCount }
}

export function observePgClient(client: PgClient): void {
  if (!first(client)) return
  seen('pg')
  let target: Target | null = null
  replace(
    client,
    'query',
    (before) =>
      function query(...args) {
        const { surface } = running
        const [config] = args
        if (surface === null || config === null || config === undefined) return Reflect.apply(before, this, args)
        target ??= targetOf('postgresql', client.host, client.port, client.database)
        const operation = surface.begin(target, textOf(config))
        if (operation === null) return Reflect.apply(before, this, args)
        return run(operation, before, this, args)
      },
  )
}

function textOf(config: unknown): unknown {
  if (typeof config === 'string') return config
  try {
    const { text, cursor } = config as Submittable
    return text ?? cursor?.text
  } catch {
    // The client will meet the same getter.
    return ''
  }
}

function run(operation: Operation, before: Method, self: unknown, args: unknown[]): unknown {
  const [config] = args as [Submittable]
  const submitted = typeof config.submit === 'function'
  const at =
    submitted && config.callback ? -1 : typeof args[1] === 'function' ? 1 : typeof args[2] === 'function' ? 2 : -1
  if (at > 0) args[at] = answered(operation, args[at] as Method)
  else if (typeof config.callback === 'function') {
    const given = config.callback as Method
    const callback = answered(operation, given)
    if (submitted) config.callback = callback
    // The application may use its object again.
    else if (Object.getPrototypeOf(config) === Object.prototype) args[0] = { ...config, callback }
    else return lent(operation, config, given, callback, () => Reflect.apply(before, self, args))
  } else if (submitted) watch(operation, config)
  else return settle(operation, () => Reflect.apply(before, self, args), hasFields)
  try {
    return Reflect.apply(before, self, args)
  } catch (error) {
    operation.fail(error)
    throw error
  }
}

/**
 * A configuration of a class of its own cannot be copied: it holds our callback while the client reads it. One that cannot
 * hold it is an operation that ends when it was asked.
 */
function lent(operation: Operation, config: Submittable, given: Method, ours: Method, call: () => unknown): unknown {
  const held = Reflect.set(config, 'callback', ours) && config.callback === ours
  try {
    return call()
  } catch (error) {
    operation.fail(error)
    throw error
  } finally {
    if (held) config.callback = given
    else operation.end(undefined)
  }
}

/** A callback that runs where it was given: the driver calls it in the context of its socket. */
function answered(operation: Operation, callback: Method): Method {
  return function (...args) {
    const [error, result] = args
    if (error) operation.fail(error)
    else operation.end(hasFields(result))
    return operation.frame === undefined
      ? Reflect.apply(callback, this, args)
      : runApply(operation.frame, callback, this, args)
  }
}

function bind(frame: Frame, callback: Method): Method {
  return function (...args) {
    return runApply(frame, callback, this, args)
  }
}

/** A query without a callback: the client tells it by these two how it ended. */
function watch(operation: Operation, query: Submittable): void {
  try {
    replace(
      query,
      'handleError',
      (before) =>
        function (error, ...rest) {
          operation.fail(error)
          return Reflect.apply(before, this, [error, ...rest])
        },
    )
    replace(
      query,
      'handleReadyForQuery',
      (before) =>
        function (...args) {
          operation.end(hasFields(query._result))
          return Reflect.apply(before, this, args)
        },
    )
  } catch (error) {
    fault(error)
  }
}
