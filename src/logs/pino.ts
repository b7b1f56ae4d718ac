// pino as the application uses it. Since 9.8 each line passes a tracing channel, `pino_asJson`: between its start and
// its end the logger's own bindings text carries ours (trace id, span id, correlation id), and what pino wrote, its
// redaction and serialisers included, is what becomes the record: a copy made of the arguments would tell more than
// the line does. Older pinos are wrapped, one function per logger, when the application hands them to `observePino`.
import { channel } from 'node:diagnostics_channel'
import { current } from '../context/current.ts'
import type { Frame } from '../context/frame.ts'
import type { Flat, Value } from '../model/attribute.ts'
import { LogRecord } from '../model/log.ts'
import { callerOf } from './caller.ts'
import { type Level, levelOfName, levelOfPino, SEVERITY, SEVERITY_TEXT } from './level.ts'
import { LinkText, linkFields, linkRecord } from './link.ts'
import type { Logs } from './logs.ts'

/** What we touch of a pino logger. */
export interface PinoLike {
  readonly levels?: { readonly labels: Readonly<Record<number, string>> }
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

type Instance = PinoLike & { [key: symbol]: unknown }

interface Line {
  readonly instance: Instance
  readonly arguments: ArrayLike<unknown>
  result?: string
  /** The bindings text to put back; undefined when it was not touched. */
  [kBefore]?: string | undefined
  [kOwn]?: boolean
  /** The line within whose writing this one is written, null when there is none; undefined when it is not ours to end. */
  [kOuter]?: Line | null
}

interface Symbols {
  readonly chindings: symbol
  readonly messageKey: symbol | undefined
  readonly asJson: symbol | undefined
}

const kBefore: unique symbol = Symbol('telltale.bindings')
const kOwn: unique symbol = Symbol('telltale.own')
const kOuter: unique symbol = Symbol('telltale.outer')
const kObserved: unique symbol = Symbol.for('telltale.observed')

/** Members of pino's line that the record has fields for, or that the resource tells. */
const OWN = new Set(['level', 'time', 'pid', 'hostname', 'trace_id', 'span_id', 'trace_flags', 'span', 'v'])

export class PinoBridge {
  readonly #logs: Logs
  readonly #link: LinkText
  /** Each copy of pino has symbols of its own; a process has few. */
  readonly #known: Symbols[] = []
  readonly #onStart = (message: unknown) => this.begin(message as Line)
  readonly #onEnd = (message: unknown) => this.end(message as Line)
  /** The application's root logger, as soon as we saw it. */
  #root: Instance | undefined
  #busy: Line | null = null
  /** We are speaking through the application's logger: the line is ours and no record is made of it. */
  #speaking = false
  #started = false

  constructor(logs: Logs) {
    this.#logs = logs
    this.#link = new LinkText(logs.options.includeSpans)
  }

  start(): void {
    if (this.#started) return
    this.#started = true
    channel('tracing:pino_asJson:start').subscribe(this.#onStart)
    channel('tracing:pino_asJson:end').subscribe(this.#onEnd)
  }

  stop(): void {
    if (!this.#started) return
    this.#started = false
    channel('tracing:pino_asJson:start').unsubscribe(this.#onStart)
    channel('tracing:pino_asJson:end').unsubscribe(this.#onEnd)
  }

  /** Says something about ourselves through the application's own logger; false when we have not met it. */
  say(level: 'debug' | 'info' | 'warn' | 'error', text: string, fields: object): boolean {
    if (this.#root === undefined) return false
    this.#speaking = true
    try {
      this.#root[level](fields, text)
    } finally {
      this.#speaking = false
    }
    return true
  }

  meet(instance: PinoLike): void {
    if (this.#root !== undefined) return
    const symbols = this.#symbols(instance as Instance)
    if (symbols === undefined) return
    // Children inherit from their parents; the root is the last one with bindings of its own.
    let root = instance as Instance
    for (let up = root; up !== null && Object.hasOwn(up, symbols.chindings); up = Object.getPrototypeOf(up) as Instance)
      root = up
    this.#root = root
  }

  /** Before pino writes a line. Never throws. */
  begin(line: Line): void {
    try {
      // A wrapped logger of a pino with the channel comes by twice.
      if (this.#busy?.instance === line.instance) return
      line[kOuter] = this.#busy
      this.#busy = line
      const { instance } = line
      const symbols = this.#symbols(instance)
      if (symbols === undefined) return
      this.meet(instance)
      const bindings = instance[symbols.chindings]
      if (typeof bindings !== 'string' || this.#speaking) return
      const text = this.#text(line, bindings)
      if (text === '') return
      line[kBefore] = bindings
      line[kOwn] = Object.hasOwn(instance, symbols.chindings)
      instance[symbols.chindings] = bindings + text
    } catch {}
  }

  /** After it was written. Never throws. */
  end(line: Line): void {
    if (line[kOuter] === undefined) return
    this.#busy = line[kOuter]
    try {
      const { instance } = line
      const symbols = this.#symbols(instance)
      const before = line[kBefore]
      if (symbols !== undefined && before !== undefined) {
        if (line[kOwn]) instance[symbols.chindings] = before
        else delete instance[symbols.chindings]
      }
      if (!this.#speaking) this.#record(line, symbols)
    } catch {}
  }

  #text(line: Line, bindings: string): string {
    const { options } = this.#logs
    let text = ''
    // Whoever put ids there already, a mixin or contrib code, keeps them.
    const given = line.arguments[0] as { trace_id?: unknown; correlation_id?: unknown } | null
    const frame = current()
    if (
      frame !== undefined &&
      given?.trace_id === undefined &&
      given?.correlation_id === undefined &&
      !bindings.includes('"trace_id":')
    )
      text = this.#link.of(frame)
    if (options.includeThreadIds) text += `,"thread_id":${this.#logs.threadId}`
    if (options.includeLineNumbers) {
      const caller = callerOf(this.begin as never)
      if (caller !== undefined) text += `,"line":${JSON.stringify(`${caller.file}:${caller.line}`)}`
    }
    return text
  }

  #record(line: Line, symbols: Symbols | undefined): void {
    const logs = this.#logs
    const number = line.arguments[2] as number
    const label = line.instance.levels?.labels[number]
    const level: Level = (label === undefined ? undefined : levelOfName(label)) ?? levelOfPino(number)
    logs.count(level)
    const severity = SEVERITY[level]
    const frame = current()
    if (line.result === undefined || !logs.wants(severity) || !logs.sampled(severity, frame?.hasTrace ? frame.t3 : 0))
      return
    logs.hand(this.#parse(line, line.result, severity, level, frame, symbols))
  }

  #parse(
    line: Line,
    text: string,
    severity: number,
    level: Level,
    frame: Frame | undefined,
    symbols: Symbols | undefined,
  ): LogRecord {
    const logs = this.#logs
    const parsed = parse(text, line.arguments[1])
    const messageKey =
      (symbols?.messageKey !== undefined ? (line.instance[symbols.messageKey] as string) : undefined) ?? 'msg'
    const { time } = parsed
    const at = typeof time === 'number' ? time : typeof time === 'string' ? Date.parse(time) : Number.NaN
    const name = parsed['name']
    const scope = logs.scope(logs.options.includeTargets && typeof name === 'string' ? name : 'pino')
    const record = new LogRecord(
      scope,
      Number.isFinite(at) ? at : logs.now(),
      severity,
      SEVERITY_TEXT[level],
      parsed[messageKey] ?? '',
    )
    const flat: Flat = []
    for (const key of Object.keys(parsed)) {
      if (key === messageKey || OWN.has(key) || (key === 'name' && logs.options.includeTargets)) continue
      const value = parsed[key]!
      if (key === 'err' && isError(value))
        logs.exception(record, flat, { name: value['type'], message: value['message'], stack: value['stack'] })
      else if (key === 'line' && logs.options.includeLineNumbers && typeof value === 'string')
        this.#caller(record, flat, value)
      else logs.put(record, flat, key === 'thread_id' ? 'thread.id' : key, value)
    }
    linkRecord(record, frame, flat)
    if (flat.length > 0) record.attributes = flat
    return record
  }

  #caller(record: LogRecord, flat: Flat, text: string): void {
    const colon = text.lastIndexOf(':')
    this.#logs.put(record, flat, 'code.file.path', text.slice(0, colon))
    this.#logs.put(record, flat, 'code.line.number', Number(text.slice(colon + 1)))
  }

  #symbols(instance: Instance): Symbols | undefined {
    for (const known of this.#known) if (instance[known.chindings] !== undefined) return known
    if (this.#known.length >= 8) return undefined
    const found = symbolsOf(instance)
    if (found !== undefined) this.#known.push(found)
    return found
  }
}

/** What a logger with a format of its own wrote is taken as it stands. */
function parse(text: string, message: unknown): Record<string, Value> {
  try {
    return JSON.parse(text) as Record<string, Value>
  } catch {
    return { msg: typeof message === 'string' ? message : text }
  }
}

function isError(value: Value): value is { [key: string]: Value } {
  return typeof value === 'object' && value !== null && 'message' in value
}

/** pino keeps its parts under symbols of its own; their descriptions are what can be known of them. */
function symbolsOf(instance: object): Symbols | undefined {
  const found = new Map<string, symbol>()
  for (
    let up: object | null = instance;
    up !== null && up !== Object.prototype;
    up = Object.getPrototypeOf(up) as object | null
  )
    for (const symbol of Object.getOwnPropertySymbols(up)) {
      const { description } = symbol
      if (description?.startsWith('pino.') && !found.has(description)) found.set(description, symbol)
    }
  const chindings = found.get('pino.chindings')
  return chindings === undefined
    ? undefined
    : { chindings, messageKey: found.get('pino.messageKey'), asJson: found.get('pino.asJson') }
}

type AsJson = (this: Instance, fields: unknown, message: unknown, level: number, time: string) => string

/**
 * Wraps the one function through which a logger and its children write, for a pino without the channel; returns the
 * same logger. `bridge` is asked at each line, so that a logger may be handed over before the start.
 */
export function wrapPino<Logger>(logger: Logger, bridge: () => PinoBridge | undefined): Logger {
  const instance = logger as unknown as Instance & { [kObserved]?: true }
  const symbols = symbolsOf(instance)
  if (symbols?.asJson === undefined || instance[kObserved]) return logger
  const original = instance[symbols.asJson] as AsJson
  const asJson: AsJson = function (fields, message, level, time) {
    const there = bridge()
    if (there === undefined) return original.call(this, fields, message, level, time)
    const line: Line = { instance: this, arguments: [fields, message, level, time] }
    there.begin(line)
    try {
      line.result = original.call(this, fields, message, level, time)
      return line.result
    } finally {
      there.end(line)
    }
  }
  instance[symbols.asJson] = asJson
  instance[kObserved] = true
  bridge()?.meet(instance)
  return logger
}

/** For pino's `mixin` option: the ids of the current span and request, `{}` outside of one. */
export function pinoMixin(options: { span?: boolean } = {}): () => object {
  const { span = true } = options
  return () => linkFields(current(), span)
}
