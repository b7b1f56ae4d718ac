// mysql2 3.20 and newer announce `query` and `execute` on channels of their own, in each of their three manners: callbacks,
// promises and events. Nothing is wrapped. A callback of mysql2 runs where its connection was made, and one that waited for
// a connection where that was given back: both go on where they were asked for. Whether a server is MySQL or MariaDB it says
// when a connection is made, which pools tell; the channel of connections themselves would take the error of one that fails
// away from an application that does not listen.
import { type Channel, tracingChannel } from 'node:diagnostics_channel'
import { seen } from '../../base/seen.ts'
import { current, enter } from '../../context/current.ts'
import type { Frame } from '../../context/frame.ts'
import { fault } from './guard.ts'
import type { Operation, SqlSurface } from './surface.ts'
import { type Target, targetOf } from './target.ts'

const QUERY = tracingChannel<object>('mysql2:query')
const EXECUTE = tracingChannel<object>('mysql2:execute')
const CONNECTION = tracingChannel<object>('mysql2:pool:connect')
const OPERATION: unique symbol = Symbol.for('telltale.sql.operation') as never
const ASKED: unique symbol = Symbol.for('telltale.sql.asked') as never
const LEFT: unique symbol = Symbol.for('telltale.sql.left') as never

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

/** A connection, by shape. */
export interface Greeted {
  readonly config?: {
    readonly socketPath?: unknown
    readonly host?: unknown
    readonly port?: unknown
    readonly database?: unknown
  }
  /** What the server said first. */
  readonly _handshakePacket?: { readonly serverVersion?: unknown } | null
}

/** What is current where it was asked for, and where the answer came, while they differ; an operation knows the first. */
interface Asked {
  [OPERATION]?: Operation | null
  [ASKED]?: Frame | undefined
  [LEFT]?: Frame | typeof NOTHING
}

const NOTHING: unique symbol = Symbol('telltale.sql.nothing') as never

/** Servers that said that they are MariaDB, as `address:port`. */
const maria = new Set<string>()
const MAX_SERVERS = 1024
const told = new WeakSet<object>()

let surface: SqlSurface | null = null

/** Each channel that says something, and who hears it. */
const HEARD: readonly (readonly [Channel, (message: unknown) => void])[] = [
  ...[QUERY, EXECUTE].flatMap(
    ({ start, asyncStart, asyncEnd, error }) =>
      [
        [start, onStart],
        [asyncStart, onCallback],
        [asyncEnd, leave],
        [error, onAnswer],
      ] as const,
  ),
  [CONNECTION.start, ask],
  [CONNECTION.asyncStart, onConnection],
  [CONNECTION.asyncEnd, leave],
]

export function startMysql2(to: SqlSurface): void {
  if (surface === null) for (const [channel, hear] of HEARD) channel.subscribe(hear)
  surface = to
}

export function stopMysql2(from: SqlSurface): void {
  if (surface !== from) return
  surface = null
  for (const [channel, hear] of HEARD) channel.unsubscribe(hear)
}

function onConnection(message: unknown): void {
  learnServer((message as Said).result)
  resume(message)
}

/** What a connection's server said about itself, once for each. Never throws. */
export function learnServer(of: unknown): void {
  if (typeof of !== 'object' || of === null || told.has(of)) return
  try {
    const { config, _handshakePacket } = of as Greeted
    const version = _handshakePacket?.serverVersion
    if (typeof version !== 'string') return
    told.add(of)
    last = null
    const { address, port } = placeOf(config)
    const server = `${address}:${port}`
    if (!/mariadb/i.test(version)) maria.delete(server)
    else if (maria.size < MAX_SERVERS) maria.add(server)
  } catch (error) {
    fault(error)
  }
}

/** As mysql2 says them on its channels. */
function placeOf(config: Greeted['config']): { readonly address: unknown; readonly port: unknown } {
  const { socketPath, host, port } = config ?? {}
  return socketPath ? { address: socketPath, port: '' } : { address: host || 'localhost', port: port || 3306 }
}

export function targetFor({ config }: Greeted): Target {
  const { address, port } = placeOf(config)
  return targetOf(systemOf({ serverAddress: address, serverPort: port }), address, port, config?.database)
}

function systemOf({ serverAddress, serverPort }: Said): 'mysql' | 'mariadb' {
  return maria.size > 0 && maria.has(`${serverAddress}:${serverPort ?? ''}`) ? 'mariadb' : 'mysql'
}

/** The server that was spoken to last, until one says what it is. */
let last: Target | null = null
let lastSaid: Said = {}

function targetIn(said: Said): Target {
  if (
    last === null ||
    lastSaid.serverAddress !== said.serverAddress ||
    lastSaid.serverPort !== said.serverPort ||
    lastSaid.database !== said.database
  ) {
    const { serverAddress, serverPort, database } = said
    lastSaid = { serverAddress, serverPort, database }
    seen('mysql2')
    last = targetOf(systemOf(said), serverAddress, serverPort, database)
  }
  return last
}

function ask(message: unknown): void {
  const asked = message as Asked
  asked[ASKED] = current()
}

/** The callback is called after this, and before `leave`. */
function resume(message: unknown): void {
  const asked = message as Asked
  const operation = asked[OPERATION]
  const before = operation ? operation.frame : asked[ASKED]
  const frame = current()
  if (frame === before) return
  asked[LEFT] = frame ?? NOTHING
  enter(before)
}

function leave(message: unknown): void {
  const { [LEFT]: left } = message as Asked
  if (left !== undefined) enter(left === NOTHING ? undefined : left)
}

function onStart(message: unknown): void {
  const said = message as Said
  try {
    const operation = surface?.begin(targetIn(said), said.query) ?? null
    if (operation === null) ask(message)
    else said[OPERATION] = operation
  } catch (error) {
    ask(message)
    fault(error)
  }
}

/** `error` alone is told when the call itself threw; of an answer that is one, both are. */
function onAnswer(message: unknown): void {
  const said = message as Said
  const operation = said[OPERATION]
  if (!operation) return
  try {
    const target = targetIn(said)
    if (target.system !== operation.verb.target.system) operation.moves(target)
    if (said.error === undefined || said.error === null) operation.end(rowsOf(said.result))
    else operation.fail(said.error)
  } catch (error) {
    fault(error)
  }
}

function onCallback(message: unknown): void {
  onAnswer(message)
  resume(message)
}

/** Rows are a list; what an INSERT answers is one header. Of several statements the first says it. Never throws. */
export function rowsOf(result: unknown): boolean | undefined {
  try {
    if (result === undefined) return undefined
    if (!Array.isArray(result)) return false
    const [one] = result as unknown[]
    return !(one !== null && typeof one === 'object' && 'affectedRows' in one && 'warningStatus' in one)
  } catch {
    return undefined
  }
}
