// `LogicalReplicationService` of pg-logical-replication 2. It tells everything through `emit`, which is where it is heard:
// a listener of ours for `error` would be one more that is there, and an error that nobody handles would be silent.
import { type Method, mark, replace } from '../../base/client.ts'
import { now } from '../../base/clock.ts'
import { errorType } from '../../base/error-type.ts'
import { noticeOnce } from '../../base/notice.ts'
import { whenEnded } from '../../base/outcome.ts'
import { seen } from '../../base/seen.ts'
import { read } from './change.ts'
import { failed, fault } from './failure.ts'
import { surface } from './surface.ts'

/** A `LogicalReplicationService`, by shape. */
export interface ReplicationService {
  subscribe(...args: never[]): unknown
  stop(...args: never[]): unknown
  emit(...args: never[]): unknown
}

export interface ReplicationOptions {
  /** What the slot is called in its series; the name that `subscribe` is given unless said here. */
  readonly slot?: string
}

const OBSERVED: unique symbol = Symbol.for('telltale.cdc.observed') as never

/** One subscription, from the call of `subscribe` to the end of its stream. */
class Stream {
  readonly slot: string
  running = false
  /** The error that counted last: one failure is told as an event and by the promise. */
  told: unknown

  constructor(slot: string) {
    this.slot = slot
  }
}

/**
 * Observes one service: changes by operation, the age of commits, failures. Returns the same object, typed the same. Call
 * it before `subscribe`, or say its slot. Never throws.
 */
export function observeReplication<T extends ReplicationService>(service: T, options: ReplicationOptions = {}): T {
  try {
    if (!known(service)) {
      const text = 'observeReplication was given something that is no LogicalReplicationService: it is not observed'
      noticeOnce('cdc.client', 'warn', 'cdc.client', text)
    } else if (mark(service, OBSERVED)) {
      seen('cdc')
      new Observation(service, options?.slot)
    }
  } catch (error) {
    fault(error)
  }
  return service
}

function known(service: unknown): service is object {
  if (typeof service !== 'object' || service === null) return false
  const { subscribe, stop, emit } = service as Record<string, unknown>
  return [subscribe, stop, emit].every((method) => typeof method === 'function')
}

class Observation {
  readonly #service: object
  readonly #name: string | undefined
  #opening: Stream | null = null
  #running: Stream | null = null
  #last: Stream | null = null
  /** The last stream has failed, and what its connection says afterwards is the same failure. */
  #over = false

  constructor(service: object, name: string | undefined) {
    this.#service = service
    this.#name = typeof name === 'string' ? name : undefined
    replace(service, 'subscribe', (before) => this.#subscribing(before))
    replace(service, 'emit', (before) => this.#emitting(before))
    replace(service, 'emitAsync', (before) => this.#emitting(before))
  }

  #subscribing(before: Method): Method {
    const observation = this
    return function subscribe(...args) {
      const stream = new Stream(observation.#name ?? String(args[1]))
      observation.#opening = observation.#last = stream
      observation.#over = false
      watchParse(args[0], observation)
      return whenEnded(
        () => Reflect.apply(before, this, args),
        (failed, error) => observation.#ended(stream, error, failed),
      )
    }
  }

  #emitting(before: Method): Method {
    const observation = this
    return function emit(...args) {
      const [event] = args
      if (event === 'error') observation.erred(args[1])
      else if (event === 'start') observation.#started()
      else if (event === 'data') {
        observation.#heard(args[2])
        try {
          return Reflect.apply(before, this, args)
        } catch (error) {
          observation.erred(error)
          throw error
        }
      }
      return Reflect.apply(before, this, args)
    }
  }

  #started(): void {
    this.#running = this.#opening
    this.#opening = null
    if (this.#running !== null) this.#running.running = true
  }

  #heard(message: unknown): void {
    try {
      const all = surface()
      if (all === null) return
      const told = read(message)
      if (told === null) return unknownShape()
      const { changes, committed } = told
      if (changes.length === 0 && committed === null) return
      const slot = all.slot(this.#stream().slot)
      for (const op of changes) slot.changed(op, 1)
      // Clocks of two hosts differ: what seems to come from the future is new.
      if (committed !== null) slot.committed(Math.max(0, now() - committed) / 1000)
    } catch (error) {
      fault(error)
    }
  }

  /** The stream that speaks. A service that was observed while it ran has none that we saw begin. */
  #stream(): Stream {
    const seen = this.#running ?? this.#opening ?? this.#last
    if (seen !== null) return seen
    const stream = new Stream(this.#name ?? '')
    stream.running = true
    this.#last = stream
    if (this.#name === undefined) {
      const text =
        'a replication service was observed after subscribe without { slot }: its series have no name of a slot'
      noticeOnce('cdc.slot', 'warn', 'cdc.slot', text)
    }
    return stream
  }

  /** An error that was emitted, or that a listener or the plugin threw. */
  erred(error: unknown): void {
    if (this.#over) return
    const stream = this.#stream()
    if (stream.told !== undefined && stream.told === error) return
    stream.told = error ?? null
    failed(stream.slot, errorType(error))
  }

  /** The promise of `subscribe` settled. While it opens, an error is emitted and then rejects: that is one failure. */
  #ended(stream: Stream, error: unknown, rejected: boolean): void {
    const stop = !rejected && stopped(this.#service)
    // A plugin that does not wait for its stream resolves before it has begun.
    if (stop && !stream.running) return
    if (this.#running === stream) this.#running = null
    if (this.#opening === stream) this.#opening = null
    if (stop) return
    if (this.#last === stream) this.#over = true
    const told = stream.told !== undefined && (!stream.running || !rejected || stream.told === error)
    if (!told) failed(stream.slot, rejected ? errorType(error) : 'ended')
  }
}

/** Whether it was the application that ended it; what cannot say so is believed. */
function stopped(service: object): boolean {
  try {
    const { isStop } = service as { isStop?: unknown }
    return typeof isStop !== 'function' || (isStop as Method).call(service) !== false
  } catch (error) {
    fault(error)
    return true
  }
}

const parsing = new WeakMap<object, { observation: Observation }>()

/** A message that the plugin cannot read is thrown out of the socket's listener, and nothing else tells of it. */
function watchParse(plugin: unknown, observation: Observation): void {
  try {
    if (typeof plugin !== 'object' || plugin === null) return
    const seen = parsing.get(plugin)
    if (seen !== undefined) {
      seen.observation = observation
      return
    }
    const held = { observation }
    parsing.set(plugin, held)
    replace(plugin, 'parse', (before) => {
      return function parse(...args) {
        try {
          return Reflect.apply(before, this, args)
        } catch (error) {
          held.observation.erred(error)
          throw error
        }
      }
    })
  } catch (error) {
    fault(error)
  }
}

function unknownShape(): void {
  const text = 'messages of logical replication have a shape that is not known: pgoutput, wal2json, test_decoding are'
  noticeOnce('cdc.shape', 'warn', 'cdc.shape', `${text}; such changes are not counted`)
}
