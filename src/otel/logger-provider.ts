// The provider behind `@opentelemetry/api-logs`: records with the current ids, handed to one function. There is one
// provider per process, so that a logger which a library keeps works again after a stop and a start.
import { now } from '../base/clock.ts'
import { noticeOnce, thrownText } from '../base/notice.ts'
import { shared } from '../base/slot.ts'
import type { ApiContext, TimeInput } from '../context/api.ts'
import { current } from '../context/current.ts'
import { frameOf } from '../context/frame.ts'
import type { Flat, Scope, Value } from '../model/attribute.ts'
import { LogRecord } from '../model/log.ts'
import { describe } from '../trace/exception.ts'
import { epochMs } from '../trace/time.ts'
import { attributeValue } from '../trace/value.ts'
import { type ScopeOptions, scopeOf } from './tracer-provider.ts'

export interface ApiLogRecord {
  eventName?: string
  timestamp?: TimeInput
  observedTimestamp?: TimeInput
  severityNumber?: number
  severityText?: string
  body?: unknown
  attributes?: object
  exception?: unknown
  context?: ApiContext
}

export interface LogLimits {
  readonly attributes: number
  readonly valueLength: number
}

type Take = (record: LogRecord) => void

const DEFAULT_LIMITS: LogLimits = { attributes: 128, valueLength: Number.POSITIVE_INFINITY }

export class LoggerProvider {
  /** Where records go; null while nothing runs. */
  take: Take | null = null
  limits: LogLimits = DEFAULT_LIMITS

  getLogger(name: string, version?: string, options?: ScopeOptions & { includeTraceContext?: boolean }): Logger {
    return new Logger(scopeOf(name, version, options), this, options?.includeTraceContext !== false)
  }
}

export class Logger {
  readonly scope: Scope
  readonly #provider: LoggerProvider
  readonly #linked: boolean

  constructor(scope: Scope, provider: LoggerProvider, linked: boolean) {
    this.scope = scope
    this.#provider = provider
    this.#linked = linked
  }

  enabled(): boolean {
    return this.#provider.take !== null
  }

  emit(given: ApiLogRecord): void {
    const { take } = this.#provider
    if (take === null) return
    try {
      take(this.#record(given))
    } catch (error) {
      noticeOnce('otel.log', 'warn', 'otel.log', `a log record could not be handed on: ${thrownText(error)}`)
    }
  }

  #record(given: ApiLogRecord): LogRecord {
    const { valueLength } = this.#provider.limits
    const time = given.timestamp === undefined ? 0 : epochMs(given.timestamp)
    const record = new LogRecord(
      this.scope,
      Number.isNaN(time) ? 0 : time,
      given.severityNumber ?? 0,
      given.severityText ?? '',
      attributeValue(given.body, valueLength) ?? null,
    )
    const observed = given.observedTimestamp === undefined ? Number.NaN : epochMs(given.observedTimestamp)
    record.observed = Number.isNaN(observed) ? now() : observed
    record.eventName = given.eventName ?? ''
    const flat: Flat = []
    for (const key of Object.keys(given.attributes ?? {})) {
      const value = (given.attributes as Record<string, unknown>)[key]
      // Unlike a span's, a log's attribute may be an empty value.
      this.#set(record, flat, key, value === null ? null : attributeValue(value, valueLength))
    }
    if (given.exception !== undefined && given.exception !== null) this.#exception(record, flat, given.exception)
    if (flat.length > 0) record.attributes = flat
    const frame = given.context === undefined ? current() : frameOf(given.context)
    if (this.#linked) frame?.link(record)
    return record
  }

  /** What the caller set under the same key stays. */
  #exception(record: LogRecord, flat: Flat, thrown: unknown): void {
    const { type, message, stack } = describe(thrown)
    const facts = { 'exception.type': type, 'exception.message': message, 'exception.stacktrace': stack }
    for (const [key, value] of Object.entries(facts)) {
      if (!flat.includes(key)) this.#set(record, flat, key, attributeValue(value, this.#provider.limits.valueLength))
    }
  }

  #set(record: LogRecord, flat: Flat, key: string, value: Value | undefined): void {
    if (value === undefined || key === '') return
    if (flat.length >= this.#provider.limits.attributes * 2) record.dropped++
    else flat.push(key, value)
  }
}

/** The process's provider, whoever asks. */
export function loggerProvider(): LoggerProvider {
  return LOGGERS
}

const LOGGERS = shared('otel.loggers', () => new LoggerProvider())

/** Sends the process's records to `take`, or nowhere. */
export function installLogs(take: Take | null, limits: LogLimits = DEFAULT_LIMITS): void {
  LOGGERS.take = take
  LOGGERS.limits = limits
}
