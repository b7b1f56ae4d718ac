// Where operations go, a database of a Redis server or a store inside the process, and what those of one command there have
// in common: the name and the attributes of their spans, made once, and their series, looked up once.

import { seen } from '../../base/seen.ts'
import type { BoundHistogram } from '../../metrics/histogram.ts'
import { KIND_CLIENT, KIND_INTERNAL, Template } from '../../model/span.ts'
import type { KvOp, KvSurface, Server } from './surface.ts'

const MAX_PLACES = 1024

export class Command {
  readonly namespace: string
  readonly op: KvOp
  /** Of its spans. */
  readonly name: string
  readonly kind: number
  readonly template: Template
  /** Whose series these are. */
  owner: KvSurface | null = null
  ok: BoundHistogram | null = null
  notFound: BoundHistogram | null = null
  error: BoundHistogram | null = null

  /** `server` for a command of Redis; null for a method of a store inside the process. */
  constructor(namespace: string, op: KvOp, command: string, server: Server | null) {
    this.namespace = namespace
    this.op = op
    this.name = server === null ? `${command} ${namespace}` : command
    this.kind = server === null ? KIND_INTERNAL : KIND_CLIENT
    const flat: (string | number)[] = []
    if (server !== null) {
      flat.push('db.system.name', 'redis')
      if (typeof server.serverAddress === 'string') flat.push('server.address', server.serverAddress)
      if (typeof server.serverPort === 'number') flat.push('server.port', server.serverPort)
    }
    flat.push('db.namespace', namespace, 'db.operation.name', command)
    this.template = new Template(flat)
  }
}

/** A database of a Redis server, with its commands by their number. */
export class Place {
  readonly address: unknown
  readonly port: unknown
  readonly database: unknown
  readonly #commands: (Command | undefined)[] = []

  constructor(address: unknown, port: unknown, database: unknown) {
    this.address = address
    this.port = port
    this.database = database
  }

  command(number: number, op: KvOp, name: string): Command {
    return (this.#commands[number] ??= new Command(String(this.database ?? 0), op, name, {
      serverAddress: this.address,
      serverPort: this.port,
    }))
  }
}

const held: Place[] = []
let last: Place | null = null

/** The one Place of these. A process speaks to few; past 1 024 each operation makes its own. */
export function placeOf(address: unknown, port: unknown, database: unknown): Place {
  if (last !== null && is(last, address, port, database)) return last
  for (let i = 0; i < held.length; i++) if (is(held[i]!, address, port, database)) return (last = held[i]!)
  last = new Place(address, port, database)
  seen('redis')
  if (held.length < MAX_PLACES) held.push(last)
  return last
}

function is(place: Place, address: unknown, port: unknown, database: unknown): boolean {
  return place.address === address && place.port === port && place.database === database
}
