// node-redis 5.12 and newer and ioredis 5.11 and newer announce each command on a channel of their own. Nothing is wrapped.
// The namespace is the number of the database, as the conventions for Redis have it. A command that ioredis holds back
// while it is offline is announced when it is written; one that never is written is not announced. Inside MULTI ioredis
// announces each command, whose answer is that it is queued; node-redis announces the batch alone.
import { type Channel, tracingChannel } from 'node:diagnostics_channel'
import { resultOf, verbOf } from './command.ts'
import { fault } from './guard.ts'
import { placeOf } from './place.ts'
import type { KvSurface, Operation, Server } from './surface.ts'

const CHANNELS = [tracingChannel<object>('node-redis:command'), tracingChannel<object>('ioredis:command')]
const OPERATION: unique symbol = Symbol.for('telltale.kv.operation') as never

/** What both say; they also have keys, which are not read. */
interface Said extends Server {
  readonly command?: unknown
  readonly database?: unknown
  readonly result?: unknown
  readonly error?: unknown
  [OPERATION]?: Operation | null
}

let surface: KvSurface | null = null

/** Each channel that says something, and who hears it. */
const HEARD: readonly (readonly [Channel, (message: unknown) => void])[] = CHANNELS.flatMap(
  ({ start, asyncStart, error }) =>
    [
      [start, onStart],
      [asyncStart, onAnswer],
      [error, onAnswer],
    ] as const,
)

export function startRedis(to: KvSurface): void {
  if (surface === null) for (const [channel, hear] of HEARD) channel.subscribe(hear)
  surface = to
}

export function stopRedis(from: KvSurface): void {
  if (surface !== from) return
  surface = null
  for (const [channel, hear] of HEARD) channel.unsubscribe(hear)
}

function onStart(message: unknown): void {
  const said = message as Said
  try {
    const verb = verbOf(said.command)
    if (verb === undefined || surface === null) return
    const place = placeOf(said.serverAddress, said.serverPort, said.database)
    said[OPERATION] = surface.begin(place.command(verb.number, verb.op, verb.name))
  } catch (error) {
    fault(error)
  }
}

/** `error` alone is told when the call itself threw; of an answer that is one, both are. */
function onAnswer(message: unknown): void {
  const said = message as Said
  const operation = said[OPERATION]
  if (!operation) return
  try {
    if (said.error !== undefined && said.error !== null) operation.end('error', said.error)
    else operation.end(resultOf(operation.command.op, operation.command.name, said.result))
  } catch (error) {
    fault(error)
  }
}
