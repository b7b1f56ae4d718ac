// winston 3 as the application uses it. Every line passes `write` of the one Logger class, in the turn and context of the
// caller: there the ids are added to it. What its formats made of it, and nothing else, becomes the record when the logger
// hands it to its transports: a copy made of the arguments would tell more than the line does. The class is found where
// the application has installed it; one that is bundled or another copy is reached by `observeWinston`.

import { seen } from '../base/seen.ts'
import { current } from '../context/current.ts'
import type { Frame } from '../context/frame.ts'
import type { Flat, Value } from '../model/attribute.ts'
import { LogRecord } from '../model/log.ts'
import { redactValue } from '../redact/redact.ts'
import { callerOf } from './caller.ts'
import { type Level, levelOfName, SEVERITY, SEVERITY_TEXT } from './level.ts'
import { linkFields, linkRecord } from './link.ts'
import type { Logs } from './logs.ts'

/** What we touch of a winston logger. */
export interface WinstonLike {
  readonly transports?: readonly Transport[]
  isLevelEnabled(level: string): boolean
}

interface Transport {
  readonly forceConsole?: unknown
  log?(this: unknown, ...args: unknown[]): unknown
}

type Info = Record<PropertyKey, unknown>
type Write = (this: WinstonLike, info: unknown, ...rest: unknown[]) => unknown
/** The prototype of winston's Logger. */
export interface LoggerClass {
  write: Write
  push: Write
  _transform?: unknown
  configure?: unknown
  [key: symbol]: unknown
}

/** winston's own symbols (triple-beam). */
const LEVEL = Symbol.for('level')
const OBSERVED: unique symbol = Symbol.for('telltale.observed')

/** npm's levels, syslog's and the command line's; others by their name, else info. */
const LEVELS: Readonly<Record<string, Level>> = {
  emerg: 'fatal',
  alert: 'fatal',
  crit: 'fatal',
  notice: 'info',
  help: 'info',
  data: 'info',
  http: 'debug',
  verbose: 'debug',
  silly: 'trace',
  prompt: 'trace',
  input: 'trace',
}

/** Members of the line that the record has fields for. */
const OWN = new Set([
  'level',
  'message',
  'timestamp',
  'stack',
  'trace_id',
  'span_id',
  'trace_flags',
  'span',
  'thread_id',
  'line',
])

/** Nothing of the application's has been touched. */
const COPIED: readonly string[] = []

const COLOURS = /\x1b\[[\d;]*m/g

export class WinstonBridge {
  readonly #logs: Logs
  /** Under which frame a line was written; it may be formatted later, when the logger was busy. */
  readonly #frames = new WeakMap<object, Frame>()
  /** Lines that are records: a logger may be the transport of another, which gets the same object. */
  readonly #told = new WeakSet<object>()
  readonly #hushed = new WeakSet<object>()
  #met = false

  constructor(logs: Logs) {
    this.#logs = logs
  }

  /** What is written in place of `info`, with our fields. Never throws. */
  begin(info: unknown, above: Write): { info: unknown; undo: readonly string[] } {
    try {
      if (typeof info !== 'object' || info === null || this.#told.has(info)) return { info, undo: COPIED }
      const frame = current()
      const fields = this.#fields(info as Info, frame, above)
      const line = this.#with(info as Info, fields)
      if (frame !== undefined) this.#frames.set(line, frame)
      return { info: line, undo: line === info ? Object.keys(fields) : COPIED }
    } catch {
      return { info, undo: COPIED }
    }
  }

  /** The application's own object, such as an Error, gets back the shape that it had, and may be logged again. */
  end(info: unknown, undo: readonly string[]): void {
    if (undo === COPIED) return
    try {
      this.#told.delete(info as Info)
      for (const key of undo) delete (info as Info)[key]
    } catch {}
  }

  /** What the logger hands to its transports. Never throws. */
  record(logger: WinstonLike, info: unknown, above: Write): void {
    try {
      if (typeof info !== 'object' || info === null || this.#told.has(info)) return
      const name = (info as Info)[LEVEL]
      // Transports filter: a line that none of them takes was not written.
      if (typeof name !== 'string' || !logger.isLevelEnabled(name) || this.#isTold(logger)) return
      this.#told.add(info)
      if (!this.#met) this.#meet()
      const logs = this.#logs
      const level = LEVELS[name] ?? levelOfName(name) ?? 'info'
      const severity = SEVERITY[level]
      logs.count(severity)
      const frame = this.#frames.get(info) ?? current()
      if (!logs.wants(severity) || !logs.sampled(severity, frame?.hasTrace ? frame.t3 : 0)) return
      logs.hand(this.#make(info as Info, level, frame, above))
    } catch {}
  }

  #meet(): void {
    this.#met = true
    seen('winston')
  }

  /** OpenTelemetry's own transport makes records of the same lines, which come to us through its API. */
  #isTold(logger: WinstonLike): boolean {
    let told = false
    for (const transport of logger.transports ?? []) {
      if (transport.constructor?.name === 'OpenTelemetryTransportV3') told = true
      else if (transport.forceConsole === true && !this.#hushed.has(transport)) this.#hush(transport)
    }
    return told
  }

  /** What a transport writes through `console` is told already. */
  #hush(transport: Transport): void {
    const { log } = transport
    if (typeof log !== 'function') return
    const { console } = this.#logs
    this.#hushed.add(transport)
    transport.log = function (...args) {
      return console.quietly(() => log.apply(this, args))
    }
  }

  #fields(info: Info, frame: Frame | undefined, above: Write): Record<string, unknown> {
    const { options } = this.#logs
    const fields: Record<string, unknown> =
      // Whoever put ids there already, contrib code or a format, keeps them.
      info['trace_id'] !== undefined || info['correlation_id'] !== undefined
        ? {}
        : { ...linkFields(frame, options.includeSpans) }
    if (options.includeThreadIds) fields['thread_id'] = this.#logs.threadId
    if (options.includeLineNumbers) {
      const caller = callerOf(above as never)
      if (caller !== undefined) fields['line'] = `${caller.file}:${caller.line}`
    }
    return fields
  }

  /** A plain object is the caller's and stays as it was; anything else keeps its class, and has our fields for a while. */
  #with(info: Info, fields: Record<string, unknown>): Info {
    const prototype: unknown = Object.getPrototypeOf(info)
    if (prototype === Object.prototype || prototype === null) return { ...info, ...fields }
    return Object.assign(info, fields)
  }

  #make(info: Info, level: Level, frame: Frame | undefined, above: Write): LogRecord {
    const logs = this.#logs
    const { message, label, stack } = info
    const named = logs.options.includeTargets && typeof label === 'string' && label !== ''
    const body = typeof message === 'string' ? logs.text(message.replace(COLOURS, '')) : redactValue(message ?? '')
    const record = new LogRecord(
      logs.scope(named ? label : 'winston'),
      logs.now(),
      SEVERITY[level],
      SEVERITY_TEXT[level],
      body,
    )
    const flat: Flat = []
    for (const key of Object.keys(info)) {
      const value = info[key]
      if (OWN.has(key) || value === undefined || (named && key === 'label')) continue
      const plain = typeof value === 'object' || typeof value === 'function' ? redactValue(value) : value
      logs.put(record, flat, key, plain as Value)
    }
    if (typeof stack === 'string') logs.exception(record, flat, exceptionIn(info, stack))
    linkRecord(record, frame, flat)
    logs.facts(record, flat, above as never)
    if (flat.length > 0) record.attributes = flat
    return record
  }
}

/** winston keeps the stack of an error and joins its message to the line's. */
function exceptionIn(info: Info, stack: string): { name?: unknown; message?: unknown; stack: string } {
  if (info instanceof Error) return { name: info.name, message: info.message, stack }
  const [, name, message] = /^([\w$.]+)(?:: (.*))?$/m.exec(stack.slice(0, 2000)) ?? []
  return { name, message, stack }
}

/** The class prototype in the chain of a logger, a child or the class itself; undefined when it is no winston 3. */
export function loggerClassOf(given: unknown): LoggerClass | undefined {
  const start: unknown = typeof given === 'function' ? given.prototype : given
  for (let up = start; typeof up === 'object' && up !== null; up = Object.getPrototypeOf(up)) {
    if (Object.hasOwn(up, '_transform') && Object.hasOwn(up, 'configure') && Object.hasOwn(up, 'add'))
      return up as LoggerClass
  }
  return undefined
}

/** Once per class; what is put there stays, asks the last `bridge` at each line and is silent without one. */
export function wrapWinston(prototype: LoggerClass, bridge: () => WinstonBridge | undefined): void {
  const held = prototype[OBSERVED] as { bridge: typeof bridge } | undefined
  if (held !== undefined) {
    held.bridge = bridge
    return
  }
  const ask = { bridge }
  const inherited = Object.getPrototypeOf(prototype) as LoggerClass
  const before = { write: own(prototype, 'write'), push: own(prototype, 'push') }
  const write: Write = function (info, ...rest) {
    const original = before.write ?? inherited.write
    const there = ask.bridge()
    if (there === undefined) return original.call(this, info, ...rest)
    const begun = there.begin(info, write)
    try {
      return original.call(this, begun.info, ...rest)
    } finally {
      there.end(begun.info, begun.undo)
    }
  }
  const push: Write = function (info, ...rest) {
    ask.bridge()?.record(this, info, write)
    return (before.push ?? inherited.push).call(this, info, ...rest)
  }
  const member = (value: unknown) => ({ value, writable: true, configurable: true, enumerable: false })
  Object.defineProperties(prototype, { write: member(write), push: member(push), [OBSERVED]: member(ask) })
}

function own(prototype: LoggerClass, name: 'write' | 'push'): Write | undefined {
  return Object.hasOwn(prototype, name) ? prototype[name] : undefined
}
