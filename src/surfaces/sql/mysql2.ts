// mysql2 3.20 and newer announce `query` and `execute` on channels of their own, in each of their three manners: callbacks,
// promises and events. Nothing is wrapped.
import { tracingChannel } from 'node:diagnostics_channel'
import { fault } from './guard.ts'
import type { Operation, SqlSurface } from './surface.ts'
import { targetOf } from './target.ts'

const QUERY = tracingChannel<object>('mysql2:query')
const EXECUTE = tracingChannel<object>('mysql2:execute')
const OPERATION: unique symbol = Symbol.for('telltale.sql.operation') as never

/** What mysql2 says; it also has the text with its values, of which only the first word, or the shape, is read. */
interface Said {
  readonly query?: unknown
  readonly database?: unknown
  readonly serverAddress?: unknown
  readonly serverPort?: unknown
  readonly result?: unknown
  readonly error?: unknown
  [OPERATION]?: Operation | null
}

let surface: SqlSurface | null = null

export function startMysql2(to: SqlSurface): void {
  if (surface === null) {
    QUERY.subscribe(SUBSCRIBERS)
    EXECUTE.subscribe(SUBSCRIBERS)
  }
  surface = to
}

export function stopMysql2(from: SqlSurface): void {
  if (surface !== from) return
  surface = null
  QUERY.unsubscribe(SUBSCRIBERS)
  EXECUTE.unsubscribe(SUBSCRIBERS)
}

const SUBSCRIBERS = { start: onStart, end: onEnd, asyncStart: onAnswer, asyncEnd: nothing, error: nothing }

function onStart(message: object): void {
  const said = message as Said
  try {
    const target = targetOf('mysql', said.serverAddress, said.serverPort, said.database)
    said[OPERATION] = surface?.begin(target, said.query) ?? null
  } catch (error) {
    fault(error)
  }
}

/** The call itself threw: there will be no answer. */
function onEnd(message: object): void {
  if ((message as Said).error !== undefined) onAnswer(message)
}

function onAnswer(message: object): void {
  const said = message as Said
  const operation = said[OPERATION]
  if (!operation) return
  try {
    if (said.error === undefined || said.error === null) operation.end(rowsOf(said.result))
    else operation.fail(said.error)
  } catch (error) {
    fault(error)
  }
}

/** Rows are a list; what an INSERT answers is one header. Of several statements the first says it. */
function rowsOf(result: unknown): boolean | undefined {
  if (result === undefined) return undefined
  if (!Array.isArray(result)) return false
  const [one] = result as unknown[]
  return !(one !== null && typeof one === 'object' && 'affectedRows' in one && 'warningStatus' in one)
}

function nothing(): void {}
