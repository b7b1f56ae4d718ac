// pino as the application uses it. Since 9.8 each line passes a tracing channel, `pino_asJson`: between its start and
// its end the logger's own bindings text carries ours (trace id, span id, correlation id), and what pino wrote, its
// redaction and serialisers included, is what becomes the record. A call of plain values is told without reading the line
// again (pino-manner.ts): the record is the same. Older pinos are wrapped, one function per logger, when the application hands them to `observePino`.
import { channel } from 'node:diagnostics_channel'
import { seen } from '../base/seen.ts'
import { current } from '../context/current.ts'
import type { Frame } from '../context/frame.ts'
import type { Flat, Value } from '../model/attribute.ts'
import { LogRecord } from '../model/log.ts'
import { callerOf } from './caller.ts'
import { levelOfName, levelOfPino, SEVERITY, severityText } from './level.ts'
import { type Link, Links, linkFields, linkRecord } from './link.ts'
import type { Logs } from './logs.ts'
import { arePlain, isOpen, Manner, type PinoSymbols } from './pino-manner.ts'
import { settle } from './pino-shape.ts'

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
}

/** A line while pino writes it. */
class Writing {
  readonly line: Line
  /** The line within whose writing this one is written. */
  readonly outer: Writing | null
  readonly frame: Frame | undefined
  symbols: PinoSymbols | undefined = undefined
  /** Bindings of a line that may be told without reading it. */
  bindings: string | null = null
  /** The bindings text to put back; undefined when it was not touched. */
  before: string | undefined = undefined
  own = false
  /** The line says the ids of `frame`. */
  link: Link | null = null

  constructor(line: Line, outer: Writing | null, frame: Frame | undefined) {
    this.line = line
    this.outer = outer
    this.frame = frame
  }
}

const kObserved: unique symbol = Symbol.for('telltale.observed')

/** Members of pino's line that the record has fields for, or that the resource tells. */
const OWN = new Set(['level', 'time', 'pid', 'hostname', 'trace_id', 'span_id', 'trace_flags', 'span', 'v'])

export class PinoBridge {
  readonly #logs: Logs
  readonly #links: Links
  /** Each copy of pino has symbols of its own; a process has few. */
  readonly #known: PinoSymbols[] = []
  readonly #manners = new WeakMap<Instance, Manner>()
  #last: Manner | null = null
  /** The level of the line seen last, as pino has it and as we do. */
  #number = 0
  #label: string | undefined = undefined
  #severity = 0
  readonly #onStart = (message: unknown) => this.begin(message as Line, true)
  readonly #onEnd = (message: unknown) => this.end(message as Line)
  /** The application's root logger, as soon as we saw it. */
  #root: Instance | undefined
  #busy: Writing | null = null
  /** We are speaking through the application's logger: the line is ours and no record is made of it. */
  #speaking = false
  #started = false

  constructor(logs: Logs) {
    this.#logs = logs
    this.#links = new Links(logs.options.includeSpans)
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
    seen('pino')
  }

  /** Before pino writes a line. `told`: it is pino's own function that does. Never throws. */
  begin(line: Line, told = false): void {
    try {
      const { instance } = line
      const outer = this.#busy
      // A wrapped logger of a pino with the channel comes by twice.
      if (outer !== null && outer.line.instance === instance) return
      const writing = new Writing(line, outer, current())
      this.#busy = writing
      const symbols = this.#symbols(instance)
      if (symbols === undefined) return
      writing.symbols = symbols
      if (this.#root === undefined) this.meet(instance)
      const bindings = instance[symbols.chindings]
      if (typeof bindings !== 'string' || this.#speaking) return
      if (told) writing.bindings = bindings
      const last = this.#last
      const manner = last !== null && last.instance === instance && last.text === bindings ? last : null
      const text = this.#text(line, writing, bindings, manner)
      if (text === bindings) return
      writing.before = bindings
      writing.own = manner === null ? Object.hasOwn(instance, symbols.chindings) : manner.own
      instance[symbols.chindings] = text
    } catch {}
  }

  /** After it was written. Never throws. */
  end(line: Line): void {
    let writing = this.#busy
    while (writing !== null && writing.line !== line) writing = writing.outer
    if (writing === null) return
    this.#busy = writing.outer
    try {
      const { symbols, before } = writing
      if (symbols !== undefined && before !== undefined) {
        if (writing.own) line.instance[symbols.chindings] = before
        else delete line.instance[symbols.chindings]
      }
      if (!this.#speaking) this.#record(line, writing)
    } catch {}
  }

  /** Undefined when it is not known yet. */
  #manner(instance: Instance, bindings: string): Manner | undefined {
    const last = this.#last
    if (last !== null && last.instance === instance && last.text === bindings) return last
    const manner = this.#manners.get(instance)
    if (manner === undefined || manner.text !== bindings) return undefined
    this.#last = manner
    return manner
  }

  #learn(instance: Instance, symbols: PinoSymbols, bindings: string): Manner {
    // A child is settled, and so is whose child it is.
    if ((Object.getPrototypeOf(instance) as Instance)[symbols.chindings] === undefined) settle(instance)
    const manner = new Manner(instance as never, symbols, bindings)
    this.#manners.set(instance, manner)
    this.#last = manner
    return manner
  }

  /** The bindings as this line shall have them. */
  #text(line: Line, writing: Writing, bindings: string, manner: Manner | null): string {
    const { includeThreadIds, includeLineNumbers } = this.#logs.options
    const { frame } = writing
    let text = bindings
    if (frame !== undefined) {
      const given = line.arguments[0] as { trace_id?: unknown; correlation_id?: unknown } | null
      if (given?.trace_id === undefined && given?.correlation_id === undefined) {
        if (manner === null ? isOpen(bindings) : manner.open) {
          writing.link = this.#links.of(frame)
          text = manner === null ? bindings + writing.link.text : manner.linked(writing.link)
        }
      }
    }
    if (includeThreadIds) text += `,"thread_id":${this.#logs.threadId}`
    if (includeLineNumbers) {
      const caller = callerOf(this.begin as never)
      if (caller !== undefined) text += `,"line":${JSON.stringify(`${caller.file}:${caller.line}`)}`
    }
    return text
  }

  #severityOf(line: Line): number {
    const number = line.arguments[2] as number
    const label = line.instance.levels?.labels[number]
    if (number !== this.#number || label !== this.#label) {
      this.#number = number
      this.#label = label
      this.#severity = SEVERITY[(label === undefined ? undefined : levelOfName(label)) ?? levelOfPino(number)]
    }
    return this.#severity
  }

  #record(line: Line, writing: Writing): void {
    const logs = this.#logs
    const severity = this.#severityOf(line)
    logs.count(severity)
    const { frame } = writing
    const { result } = line
    if (result === undefined || !logs.wants(severity) || !logs.sampled(severity, frame === undefined ? 0 : frame.t3))
      return
    logs.hand(
      this.#tell(line, result, writing, severity) ?? this.#parse(line, result, severity, frame, writing.symbols),
    )
  }

  /** The record of a line that nobody needs to read; null when somebody does. */
  #tell(line: Line, text: string, writing: Writing, severity: number): LogRecord | null {
    const logs = this.#logs
    const { symbols, bindings, frame, link } = writing
    const { includeLineNumbers, includeThreadIds, includeTargets } = logs.options
    if (bindings === null || symbols === undefined || includeLineNumbers || includeThreadIds) return null
    // Taken apart by a pattern, each would be looked for by its name.
    const { instance, arguments: given } = line
    const fields = given[0]
    const message = given[1] === undefined ? '' : given[1]
    if (typeof message !== 'string') return null
    let manner = this.#manner(instance, bindings)
    if (manner === undefined) {
      // Most children of a request write objects alone: of those nothing is kept.
      if (!arePlain(fields)) return null
      manner = this.#learn(instance, symbols, bindings)
    }
    if (!manner.told || (manner.name !== undefined && !includeTargets)) return null
    const time = manner.timeOf(given[2] as number, given[3], text)
    if (Number.isNaN(time)) return null
    const scope = logs.scope(manner.name ?? 'pino')
    const record = new LogRecord(scope, time ?? logs.now(), severity, severityText(severity), message)
    const flat: Flat = []
    const bound = manner.bindings
    for (let i = 0; i < bound.length; i += 2) logs.put(record, flat, bound[i] as string, bound[i + 1]!)
    if (link !== null) {
      const { correlation, tenant } = link
      if (correlation !== undefined) logs.put(record, flat, 'correlation_id', correlation)
      if (tenant !== undefined) logs.put(record, flat, 'tenant', tenant)
    }
    if (!manner.takes(fields, logs, record, flat)) return null
    // Its attributes say all of the link, unless some were too many.
    if (record.dropped > 0 || link === null) linkRecord(record, frame, flat)
    else frame!.link(record)
    if (flat.length > 0) record.attributes = flat
    return record
  }

  #parse(
    line: Line,
    text: string,
    severity: number,
    frame: Frame | undefined,
    symbols: PinoSymbols | undefined,
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
      severityText(severity),
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

  #symbols(instance: Instance): PinoSymbols | undefined {
    if (this.#last !== null && this.#last.instance === instance) return this.#last.symbols
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
function symbolsOf(instance: object): PinoSymbols | undefined {
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
  if (chindings === undefined) return undefined
  const of = (name: string): symbol | undefined => found.get(`pino.${name}`)
  return {
    chindings,
    messageKey: of('messageKey'),
    errorKey: of('errorKey'),
    asJson: of('asJson'),
    lsCache: of('lsCache'),
    nestedKey: of('nestedKey'),
    stringifiers: of('stringifiers'),
    serializers: of('serializers'),
    formatters: of('formatters'),
  }
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
