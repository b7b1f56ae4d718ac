// Log records that know their trace. They come from our own logger, from pino (by its diagnostics channel, no code
// needed), winston and the console, from `@opentelemetry/api` (`forward`); each is counted by level, sampled, and handed to the sink. It promises
// that warnings and errors are never sampled away and that what we say about ourselves never comes back as telemetry,
// and refuses to write anything that the redactor has not seen.
import { now } from '../base/clock.ts'
import { current } from '../context/current.ts'
import { declare } from '../metrics/declare.ts'
import type { Registry } from '../metrics/registry.ts'
import { type Flat, Scope, type Value } from '../model/attribute.ts'
import { LogRecord } from '../model/log.ts'
import { NAMES } from '../model/names.ts'
import { cutText, shownText } from '../redact/cut.ts'
import { redactLog, redactValue } from '../redact/redact.ts'
import { callerOf } from './caller.ts'
import { ConsoleBridge } from './console.ts'
import { LEVELS, type Level, rankOf, SEVERITY, SEVERITY_TEXT } from './level.ts'
import { jsonLine, type LineFacts, prettyLine } from './line.ts'
import { linkRecord } from './link.ts'
import { PinoBridge } from './pino.ts'
import { WinstonBridge } from './winston.ts'

/** `config.logs`. */
export interface LogOptions {
  readonly level: Exclude<Level, 'fatal'>
  readonly format: 'json' | 'pretty'
  /** Lowest level of what we say about ourselves. */
  readonly selfLevel?: 'none' | 'debug' | 'info' | 'warn' | 'error'
  /** Adds the name of the current span to its ids. */
  readonly includeSpans: boolean
  /** Adds the name of the logger. */
  readonly includeTargets: boolean
  readonly includeThreadIds: boolean
  /** Adds the caller's file and line; costs a stack per record. */
  readonly includeLineNumbers: boolean
  /** Of what is below warn, this part is kept; a trace is kept or dropped whole. */
  readonly sampling: { readonly enabled: boolean; readonly rate: number }
  readonly limits?: { readonly attributes: number; readonly valueLength: number }
  /** Loggers of the application whose lines are linked to their traces and made records. */
  readonly bridges?: { readonly pino: boolean; readonly winston: boolean; readonly console: boolean }
}

export const DEFAULTS: LogOptions = {
  level: 'info',
  format: 'json',
  selfLevel: 'warn',
  includeSpans: true,
  includeTargets: true,
  includeThreadIds: false,
  includeLineNumbers: false,
  sampling: { enabled: false, rate: 0.1 },
  limits: { attributes: 128, valueLength: 32_768 },
  bridges: { pino: true, winston: true, console: false },
}

export interface LogsInit {
  /** Where emissions are counted; null counts nothing. */
  readonly registry: Registry | null
  /** Takes the records, which the pipeline sanitises; null when nothing exports logs. */
  readonly sink: ((record: LogRecord) => void) | null
  readonly options?: LogOptions
  /** Sanitises what our own logger writes. */
  readonly redact?: (record: LogRecord) => void
  /** Takes our own logger's lines; stdout unless given. */
  readonly write?: (line: string) => void
  readonly service?: string
  /** 0 in the main thread. */
  readonly threadId?: number
  readonly now?: () => number
  readonly random?: () => number
}

const KEPT_SCOPES = 256

export class Logs {
  readonly options: LogOptions
  readonly pino: PinoBridge
  readonly winston: WinstonBridge
  readonly console: ConsoleBridge
  /** Our own logger was used: then it is the application's. */
  used = false
  readonly #sink: ((record: LogRecord) => void) | null
  readonly #redact: (record: LogRecord) => void
  readonly #write: (line: string) => void
  readonly #service: string | undefined
  readonly #threadId: number
  readonly #now: () => number
  readonly #random: () => number
  readonly #counts: readonly { add(n: number): void }[]
  #least: number
  /** Elements of a list of attributes. */
  readonly #places: number
  readonly #longest: number
  readonly #scopes = new Map<string, Scope>()

  constructor(init: LogsInit) {
    const { registry, options = DEFAULTS } = init
    this.options = options
    const { attributes, valueLength } = options.limits ?? DEFAULTS.limits!
    this.#places = attributes * 2
    this.#longest = valueLength
    this.#sink = init.sink
    this.#redact = init.redact ?? redactLog
    this.#write = init.write ?? ((line) => void process.stdout.write(line))
    this.#service = init.service
    this.#threadId = init.threadId ?? 0
    this.#now = init.now ?? now
    this.#random = init.random ?? Math.random
    this.#least = SEVERITY[options.level]
    // Every level can occur, so each has its series from the start (ruling 12).
    const counter = registry === null ? null : declare(registry, NAMES.runtime_log_emissions_total)
    this.#counts = LEVELS.map((level) => counter?.with({ level }) ?? { add() {} })
    this.pino = new PinoBridge(this)
    this.winston = new WinstonBridge(this)
    this.console = new ConsoleBridge(this)
  }

  /** The lowest level that is recorded. */
  get level(): LogOptions['level'] {
    return LEVELS.find((level) => SEVERITY[level] === this.#least) as LogOptions['level']
  }

  /** From now on records of `level` and above are written and handed on; null goes back to what is configured. */
  hold(level: LogOptions['level'] | null): void {
    this.#least = SEVERITY[level ?? this.options.level]
  }

  get bridges(): NonNullable<LogOptions['bridges']> {
    return this.options.bridges ?? DEFAULTS.bridges!
  }

  /** Subscribes pino's channel, and takes the console where that is asked for. */
  start(): void {
    if (this.bridges.pino) this.pino.start()
    if (this.bridges.console) this.console.start()
  }

  stop(): void {
    this.pino.stop()
    this.console.stop()
  }

  /** Takes the records somebody else made, such as those of `@opentelemetry/api`. Never throws. */
  readonly forward = (record: LogRecord): void => {
    this.count(record.severity)
    // Severity 0 is unspecified: nothing says that it is too low.
    if (
      this.#sink === null ||
      (record.severity !== 0 && record.severity < this.#least) ||
      !this.sampled(record.severity, record.t3)
    )
      return
    this.hand(record)
  }

  count(severity: number): void {
    this.#counts[rankOf(severity)]!.add(1)
  }

  /** Whether somebody takes records of this severity at all. */
  wants(severity: number): boolean {
    return this.#sink !== null && severity >= this.#least
  }

  /** Warnings and errors always; below, by the last 32 bits of the trace id, so that a trace is told whole, or by chance. */
  sampled(severity: number, t3: number): boolean {
    const { enabled, rate } = this.options.sampling
    if (!enabled || severity === 0 || severity >= SEVERITY.warn) return true
    return (t3 === 0 ? this.#random() : (t3 >>> 0) / 0x1_0000_0000) < rate
  }

  hand(record: LogRecord): void {
    try {
      this.#sink?.(record)
    } catch {}
  }

  now(): number {
    return this.#now()
  }

  /** One scope per logger name. */
  scope(name: string): Scope {
    const known = this.#scopes.get(name)
    if (known !== undefined) return known
    const scope = new Scope(name)
    if (this.#scopes.size < KEPT_SCOPES) this.#scopes.set(name, scope)
    return scope
  }

  /** A message within the limit of values. */
  text(message: string): string {
    return cutText(message, this.#longest)
  }

  /** Adds an attribute within the limits; a record tells how many it dropped. */
  put(record: LogRecord, flat: Flat, key: string, value: Value): void {
    const at = flat.length
    if (at >= this.#places) record.dropped++
    else {
      flat[at] = key
      flat[at + 1] = typeof value === 'string' && value.length > this.#longest ? cutText(value, this.#longest) : value
    }
  }

  /** What our own logger says: counted, written as a line, handed to the sink. Never throws. */
  emit(
    level: Level,
    message: string,
    fields: unknown,
    target = 'app',
    above: (...args: never[]) => unknown = this.emit,
  ): void {
    try {
      this.used = true
      const severity = SEVERITY[level]
      if (severity < this.#least) return
      this.count(severity)
      const frame = current()
      if (!this.sampled(severity, frame?.hasTrace ? frame.t3 : 0)) return
      const record = new LogRecord(this.scope(target), this.#now(), severity, SEVERITY_TEXT[level], message)
      const flat: Flat = []
      this.#fields(record, flat, fields)
      linkRecord(record, frame, flat)
      this.facts(record, flat, above)
      if (flat.length > 0) record.attributes = flat
      this.#redact(record)
      this.#write(this.#line(record, target, frame?.span?.name))
      this.hand(record)
    } catch {}
  }

  /** A line about ourselves, which no sink takes. */
  say(level: Level, text: string, fields: Readonly<Record<string, Value>>): void {
    const record = new LogRecord(this.scope('telltale'), this.#now(), SEVERITY[level], SEVERITY_TEXT[level], text)
    record.attributes = Object.entries(fields).flat()
    this.#redact(record)
    this.#write(this.#line(record, 'telltale', undefined))
  }

  /** The thread and the caller, where they are asked for. */
  facts(record: LogRecord, flat: Flat, above: (...args: never[]) => unknown): void {
    if (this.options.includeThreadIds) this.put(record, flat, 'thread.id', this.#threadId)
    if (!this.options.includeLineNumbers) return
    const caller = callerOf(above)
    if (caller === undefined) return
    this.put(record, flat, 'code.file.path', caller.file)
    this.put(record, flat, 'code.line.number', caller.line)
  }

  get threadId(): number {
    return this.#threadId
  }

  #fields(record: LogRecord, flat: Flat, fields: unknown): void {
    if (fields === undefined || fields === null) return
    if (typeof fields !== 'object') {
      this.put(record, flat, 'value', redactValue(fields))
      return
    }
    if (fields instanceof Error) {
      this.exception(record, flat, fields)
      return
    }
    for (const key of Object.keys(fields)) {
      const value = read(fields, key)
      if (value === undefined) continue
      if (value instanceof Error && (key === 'err' || key === 'error')) this.exception(record, flat, value)
      else
        this.put(
          record,
          flat,
          key,
          typeof value === 'object' || typeof value === 'function' ? redactValue(value) : (value as Value),
        )
    }
  }

  exception(record: LogRecord, flat: Flat, error: { name?: unknown; message?: unknown; stack?: unknown }): void {
    if (typeof error.name === 'string') this.put(record, flat, 'exception.type', error.name)
    if (typeof error.message === 'string') this.put(record, flat, 'exception.message', error.message)
    if (typeof error.stack === 'string') this.put(record, flat, 'exception.stacktrace', error.stack)
  }

  #line(record: LogRecord, target: string, span: string | undefined): string {
    const { includeTargets, includeSpans, format } = this.options
    const facts: LineFacts = {
      service: this.#service,
      target: includeTargets ? target : undefined,
      span: includeSpans && span !== undefined ? shownText(span) : undefined,
    }
    return format === 'pretty' ? prettyLine(record, facts) : jsonLine(record, facts)
  }
}

/** A getter of the application may throw; the line is written all the same. */
function read(fields: object, key: string): unknown {
  try {
    return (fields as Record<string, unknown>)[key]
  } catch {
    return '[UNREADABLE]'
  }
}
