// The key-value surface: get, set, delete and put, and whether they found what they were for. node-redis and ioredis
// announce their commands themselves; a Map, a Keyv or any store with these methods is handed over and comes back as it
// was. It promises that each operation counts once; it refuses keys and values anywhere, and has no spans unless they are
// asked for, since a trace of every look-up is a flood (W-16).
import { now } from '../../base/clock.ts'
import { errorType } from '../../base/error-type.ts'
import { current } from '../../context/current.ts'
import type { Frame } from '../../context/frame.ts'
import { declare } from '../../metrics/declare.ts'
import type { BoundHistogram } from '../../metrics/histogram.ts'
import type { Registry } from '../../metrics/registry.ts'
import { NAMES } from '../../model/names.ts'
import type { Span } from '../../trace/span.ts'
import type { Tracer } from '../../trace/tracer.ts'
import { fault } from './guard.ts'
import type { Command } from './place.ts'
import { startRedis, stopRedis } from './redis.ts'
import { running } from './running.ts'

export type KvOp = 'get' | 'set' | 'delete' | 'put'
export type KvResult = 'ok' | 'not_found' | 'error'

export interface KvOptions {
  /** Null: no metrics. */
  readonly registry: Registry | null
  /** Null: no spans. */
  readonly tracer: Tracer | null
}

/** Where a Redis server is. */
export interface Server {
  readonly serverAddress?: unknown
  readonly serverPort?: unknown
}

const NO_IDS = { t0: 0, t1: 0, t2: 0, t3: 0, s0: 0, s1: 0, flags: 0 }

/** One operation while it runs. */
export class Operation {
  readonly surface: KvSurface
  readonly command: Command
  readonly start: number
  readonly frame: Frame | undefined
  span: Span | null
  open: boolean

  constructor(surface: KvSurface, command: Command, frame: Frame | undefined, span: Span | null) {
    this.surface = surface
    this.command = command
    this.start = span === null ? now() : span.startTime
    this.frame = frame
    this.span = span
    this.open = true
  }

  /** Once. `error` is what failed it, with the result `error` alone. */
  end(result: KvResult, error?: unknown): void {
    if (this.open) this.surface.finish(this, result, error)
  }
}

export class KvSurface {
  readonly #options: KvOptions
  readonly #duration
  readonly #errors

  constructor(options: KvOptions) {
    this.#options = options
    const { registry } = options
    this.#duration = registry && declare(registry, NAMES.kv_op_duration_seconds)
    this.#errors = registry && declare(registry, NAMES.errors_total)
  }

  start(): void {
    const { registry, tracer } = this.#options
    if (running.surface !== null || (registry === null && tracer === null)) return
    running.surface = this
    startRedis(this)
  }

  /** Nothing new is begun; stores that were handed over go on without us. */
  stop(): void {
    if (running.surface !== this) return
    running.surface = null
    stopRedis(this)
  }

  /** Null when nothing is recorded. */
  begin(command: Command): Operation | null {
    try {
      const frame = current()
      if (frame?.suppressed) return null
      const { tracer } = this.#options
      if (tracer === null) return new Operation(this, command, frame, null)
      const started = tracer.start(command.name, command.kind, frame ?? null)
      if (!started.recording) return new Operation(this, command, frame, null)
      const span = started as Span
      span.peer = command.template
      return new Operation(this, command, frame, span)
    } catch (error) {
      fault(error)
      return null
    }
  }

  finish(operation: Operation, result: KvResult, error: unknown): void {
    operation.open = false
    try {
      const { command, span, frame } = operation
      const time = now()
      const ids = span ?? frame ?? NO_IDS
      const seconds = Math.max(0, time - operation.start) / 1000
      if (this.#duration !== null) this.#series(command, result).observeFor(seconds, ids)
      const type = result === 'error' ? errorType(error) : ''
      if (type !== '') this.#errors?.with({ surface: 'kv', error_type: type }).addFor(1, ids)
      if (span === null) return
      operation.span = null
      if (type !== '') {
        // Not the message: servers quote keys in theirs.
        span.set('error.type', type)
        span.fail()
      }
      span.end(time)
    } catch (problem) {
      fault(problem)
    }
  }

  /** A series appears with its first operation (W-10). */
  #series(command: Command, result: KvResult): BoundHistogram {
    if (command.owner !== this) {
      command.owner = this
      command.ok = command.notFound = command.error = null
    }
    switch (result) {
      case 'ok':
        return (command.ok ??= this.#bind(command, result))
      case 'not_found':
        return (command.notFound ??= this.#bind(command, result))
      default:
        return (command.error ??= this.#bind(command, result))
    }
  }

  #bind({ namespace, op }: Command, result: KvResult): BoundHistogram {
    return this.#duration!.with({ namespace, op, result })
  }
}
