// The SQL surface: what databases are asked, as the client sees it. Each operation is one observation, and one CLIENT span
// where that is asked for; pools are gauges. mysql2 announces its operations itself; pg, PGlite and node:sqlite clients
// are handed over and come back as they were. It promises that a client answers, fails and calls back as if it were not
// there, and that each operation counts once. It refuses query text, values and error messages: a shape without literals
// goes on spans when it is asked for, never into a label.
import { now } from '../../base/clock.ts'
import { errorType } from '../../base/error-type.ts'
import { OWN_STATEMENT } from '../../base/own.ts'
import { current } from '../../context/current.ts'
import type { Frame } from '../../context/frame.ts'
import { declare } from '../../metrics/declare.ts'
import type { BoundHistogram } from '../../metrics/histogram.ts'
import type { Registry } from '../../metrics/registry.ts'
import { NAMES } from '../../model/names.ts'
import { KIND_CLIENT } from '../../model/span.ts'
import type { Span } from '../../trace/span.ts'
import type { Tracer } from '../../trace/tracer.ts'
import { fault } from './guard.ts'
import { startMysql2, stopMysql2 } from './mysql2.ts'
import { collectPools } from './pool.ts'
import { running } from './running.ts'
import { shapeOf, verbOf } from './statement.ts'
import type { Target, Verb } from './target.ts'

export interface SqlOptions {
  /** Null: no metrics. */
  readonly registry: Registry | null
  /** Null: no spans. */
  readonly tracer: Tracer | null
  /** The shape of the statement on its span. */
  readonly shapes: boolean
  readonly durations: boolean
  readonly pools: boolean
}

const NO_IDS = { t0: 0, t1: 0, t2: 0, t3: 0, s0: 0, s1: 0, flags: 0 }

/** One operation while it runs. */
export class Operation {
  readonly surface: SqlSurface
  verb: Verb
  readonly start: number
  /** The context that asked, for what ends in another. */
  readonly frame: Frame | undefined
  span: Span | null
  open: boolean

  constructor(surface: SqlSurface, verb: Verb, frame: Frame | undefined, span: Span | null) {
    this.surface = surface
    this.verb = verb
    this.start = span === null ? now() : span.startTime
    this.frame = frame
    this.span = span
    this.open = true
  }

  /** The server turned out to be another system than it was taken for. */
  moves(target: Target): void {
    this.verb = target.verb(this.verb.word)
    if (this.span === null) return
    this.span.peer = this.verb.template
    this.span.updateName(this.verb.name)
  }

  /** Once. `rows`: whether it answered rows; undefined when nobody can say, and then its first word does. */
  end(rows: boolean | undefined): void {
    if (this.open) this.surface.finish(this, rows, false, undefined)
  }

  fail(error: unknown, rows?: boolean): void {
    if (this.open) this.surface.finish(this, rows, true, error)
  }
}

export class SqlSurface {
  readonly #options: SqlOptions
  readonly #duration
  readonly #errors
  #uncollect: (() => void) | null = null

  constructor(options: SqlOptions) {
    this.#options = options
    const { registry } = options
    this.#duration = registry && options.durations ? declare(registry, NAMES.sql_op_duration_seconds) : null
    this.#errors = registry && declare(registry, NAMES.errors_total)
  }

  start(): void {
    const { registry, pools, tracer } = this.#options
    if (running.surface !== null || (registry === null && tracer === null)) return
    running.surface = this
    if (registry !== null && pools) this.#uncollect = collectPools(registry)
    startMysql2(this)
  }

  /** Nothing new is begun; clients that were handed over go on without us. */
  stop(): void {
    if (running.surface !== this) return
    running.surface = null
    stopMysql2(this)
    this.#uncollect?.()
  }

  /** Null when nothing is recorded. */
  begin(target: Target, sql: unknown): Operation | null {
    try {
      const frame = current()
      if (frame?.suppressed) return null
      const text = typeof sql === 'string' ? sql : ''
      if (text.startsWith(OWN_STATEMENT)) return null
      const verb = target.verb(verbOf(text))
      const { tracer, shapes } = this.#options
      if (tracer === null) return new Operation(this, verb, frame, null)
      const started = tracer.start(verb.name, KIND_CLIENT, frame ?? null)
      if (!started.recording) return new Operation(this, verb, frame, null)
      const span = started as Span
      span.peer = verb.template
      if (shapes && text !== '') span.set('db.query.text', shapeOf(text, target.system))
      return new Operation(this, verb, frame, span)
    } catch (error) {
      fault(error)
      return null
    }
  }

  finish(operation: Operation, rows: boolean | undefined, failed: boolean, error: unknown): void {
    operation.open = false
    try {
      const { verb, span, frame } = operation
      const time = now()
      const type = failed ? errorType(error) : ''
      if (this.#duration !== null) {
        const answered = rows ?? verb.rows
        const series = failed ? this.#bind(verb, answered, type) : this.#series(verb, answered)
        series.observeFor(Math.max(0, time - operation.start) / 1000, span ?? frame ?? NO_IDS)
      }
      if (failed && this.#errors !== null) {
        this.#errors.with({ surface: 'sql', error_type: type }).addFor(1, span ?? frame ?? NO_IDS)
      }
      if (span === null) return
      operation.span = null
      if (failed) {
        // Not the message: databases quote values and statements in theirs.
        span.set('error.type', type)
        const status = statusOf(error)
        if (status !== undefined) span.set('db.response.status_code', status)
        span.fail()
      }
      span.end(time)
    } catch (problem) {
      fault(problem)
    }
  }

  /** A series appears with its first operation (W-10). */
  #series(verb: Verb, rows: boolean): BoundHistogram {
    if (verb.owner !== this) {
      verb.owner = this
      verb.query = verb.exec = null
    }
    return rows ? (verb.query ??= this.#bind(verb, true, '')) : (verb.exec ??= this.#bind(verb, false, ''))
  }

  #bind({ target, word }: Verb, rows: boolean, error: string): BoundHistogram {
    return this.#duration!.with({
      op: rows ? 'query' : 'exec',
      result: error === '' ? 'ok' : 'error',
      db_system: target.system,
      db_operation: word,
      server_address: target.address,
      server_port: target.port,
      error_type: error,
    })
  }
}

/** SQLSTATE of PostgreSQL, the error number of MySQL, the extended result code of SQLite. Never throws. */
function statusOf(error: unknown): string | undefined {
  try {
    const { code, errno, errcode } = (error ?? {}) as { code?: unknown; errno?: unknown; errcode?: unknown }
    if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) return code
    if (typeof errcode === 'number') return String(errcode)
    return typeof errno === 'number' && errno > 0 ? String(errno) : undefined
  } catch {
    return undefined
  }
}
