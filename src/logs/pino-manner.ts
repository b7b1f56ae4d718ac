// How one logger of pino writes its lines, so far as they can be told without reading them: parsing a line costs more than
// everything else that is done for it. What the bindings of a logger say is parsed once and kept. Of a call only plain
// values are taken, which pino writes as they are; wherever the logger or the call does more than that (redaction, nested
// keys, formatters, serialisers, objects, getters, names that mean something) nobody guesses, and the line is read.
import { types } from 'node:util'
import type { Flat, Value } from '../model/attribute.ts'
import type { LogRecord } from '../model/log.ts'
import type { Link } from './link.ts'
import type { Logs } from './logs.ts'

/** Symbols of one copy of pino that its loggers keep their parts under. */
export interface PinoSymbols {
  readonly chindings: symbol
  readonly messageKey: symbol | undefined
  readonly errorKey: symbol | undefined
  readonly asJson: symbol | undefined
  readonly lsCache: symbol | undefined
  readonly nestedKey: symbol | undefined
  readonly stringifiers: symbol | undefined
  readonly serializers: symbol | undefined
  readonly formatters: symbol | undefined
}

type Keyed = Readonly<Record<string | symbol | number, unknown>>

/** Members that mean something to a record, or that we add to the line ourselves. */
const NOTED = new Set(
  `level time pid hostname v trace_id span_id trace_flags span correlation_id tenant name err line thread_id
  __proto__`.split(/\s+/),
)
/** Of bindings these may stand there: they are left out of a record, or name its scope. */
const HARMLESS = new Set(['pid', 'hostname', 'name'])
/** Lines of other major versions are read: how they are written is not known yet. */
const KNOWN = /^(?:9|10)\./
const LEVEL = '{"level":'
const TIME = ',"time":'
/** With milliseconds since 1970, from 2001 to 2286. */
const TIME_LENGTH = TIME.length + 13
/** Fields of one call whose names are remembered. */
const MOST_NAMES = 32

export class Manner {
  readonly instance: object
  readonly symbols: PinoSymbols
  /** What pino keeps of the bindings. */
  readonly text: string
  /** It is a member of the logger itself, not of one that this one inherits from. */
  readonly own: boolean
  readonly open: boolean
  /** The same as attributes; `name` is apart. */
  readonly bindings: Flat = []
  readonly name: string | undefined
  readonly messageKey: string
  readonly #errorKey: unknown
  /** False: every line is read. */
  readonly told: boolean
  readonly #keys = new Set<string>()
  /** By place in a call, a name whose values are written as they are: most calls of a logger have those of the one before. */
  readonly #names: string[] = []
  readonly #serializers: Keyed | null
  readonly #levels: Keyed | null
  /** How the line seen last began. */
  #level = ''
  #link: Link | null = null
  #linked = ''

  constructor(instance: Keyed, symbols: PinoSymbols, bindings: string) {
    const at = (symbol: symbol | undefined): unknown => (symbol === undefined ? undefined : instance[symbol])
    this.instance = instance
    this.symbols = symbols
    this.text = bindings
    this.own = Object.hasOwn(instance, symbols.chindings)
    this.open = isOpen(bindings)
    const key = at(symbols.messageKey)
    this.messageKey = typeof key === 'string' ? key : 'msg'
    this.#errorKey = at(symbols.errorKey)
    const serializers = at(symbols.serializers)
    const levels = at(symbols.lsCache)
    this.#serializers = isObject(serializers) ? serializers : null
    this.#levels = isObject(levels) ? levels : null
    let members: Readonly<Record<string, Value>> | null = null
    const { version } = instance as { version?: unknown }
    const stringifiers = at(symbols.stringifiers)
    const formatters = at(symbols.formatters)
    if (
      KNOWN.test(String(version)) &&
      this.#serializers !== null &&
      this.#levels !== null &&
      isObject(stringifiers) &&
      Reflect.ownKeys(stringifiers).length === 0 &&
      isObject(formatters) &&
      formatters['log'] === undefined &&
      symbols.nestedKey !== undefined &&
      !instance[symbols.nestedKey] &&
      // Written without escapes.
      /^[A-Za-z_][\w.-]*$/.test(this.messageKey) &&
      isPlainName(this.messageKey) &&
      this.#serializers[this.messageKey] === undefined
    )
      members = membersOf(bindings)
    let told = members !== null
    if (members !== null) {
      const { name } = members
      if (name === undefined || typeof name === 'string') this.name = name
      else told = false
      for (const member of Object.keys(members)) {
        if (HARMLESS.has(member)) continue
        if (!isPlainName(member) || member === this.messageKey) told = false
        this.#keys.add(member)
        this.bindings.push(member, members[member]!)
      }
    }
    this.told = told
  }

  /** The bindings with what ties the line to its trace. */
  linked(link: Link): string {
    if (link !== this.#link) {
      this.#link = link
      this.#linked = this.text + link.text
    }
    return this.#linked
  }

  /**
   * The time at the beginning of a line, which has nothing before it but the level: milliseconds, null when there is none,
   * NaN when only the line tells.
   */
  timeOf(level: number, time: unknown, line: string): number | null {
    const start = this.#levels![level]
    if (start !== this.#level) {
      if (typeof start !== 'string' || !start.startsWith(LEVEL) || start.includes(',')) return Number.NaN
      this.#level = start
    }
    if (time === '') return null
    return typeof time === 'string' ? millisecondsOf(time, line, this.#level.length) : Number.NaN
  }

  /** Puts plain fields after the last of `flat`; false when what the logger does with one of them only the line tells. */
  takes(fields: unknown, logs: Logs, record: LogRecord, flat: Flat): boolean {
    if (!isReadable(fields)) return false
    const names = Object.keys(fields)
    const known = this.#names
    for (let i = 0; i < names.length; i++) {
      const name = names[i]!
      const value = plainValue(fields, name)
      if (value === undefined) continue
      if (value === READ || (known[i] !== name && !this.#knows(name, i))) return false
      logs.put(record, flat, name, value)
    }
    return true
  }

  /** Whether the logger writes plain values under that name as they are. */
  #knows(name: string, place: number): boolean {
    if (!isPlainName(name) || name === this.messageKey || name === this.#errorKey) return false
    if (this.#keys.has(name) || this.#serializers![name] !== undefined) return false
    if (place <= this.#names.length && place < MOST_NAMES) this.#names[place] = name
    return true
  }
}

/** Whether a line with these bindings may be given ids: there are none yet. */
export function isOpen(bindings: string): boolean {
  return !bindings.includes('"trace_id":')
}

/** Only the line tells. */
const READ: unique symbol = Symbol('read')

function isReadable(given: unknown): given is object {
  return typeof given === 'object' && given !== null && !types.isProxy(given)
}

/** Whether all fields of a call are plain, so far as no logger makes something else of them. */
export function arePlain(fields: unknown): boolean {
  return isReadable(fields) && Object.keys(fields).every((name) => plainValue(fields, name) !== READ)
}

/** A field as the line has it; undefined when it is left out. */
function plainValue(given: object, name: string): Value | undefined | typeof READ {
  // What a getter says the next time may be something else.
  const own = Object.getOwnPropertyDescriptor(given, name)
  if (own === undefined || own.get !== undefined || own.set !== undefined) return READ
  const value: unknown = own.value
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return value
    case 'number':
      // JSON knows no −0, and nothing that is not finite.
      return Number.isFinite(value) ? value + 0 : null
    default:
      // A function is left out, unless a serialiser makes something of it.
      return value === null ? null : READ
  }
}

/** Lines of ten seconds have the same time but for its last four digits. It is kept in two parts: so short ones are quick to cut and compare. */
let tenSeconds: readonly [string, string] = ['', '']
let tens = 0
const CUT = 9

/**
 * Of digits, or of a date between quotes; NaN for all else. It stands at `at` of the line, which is made one piece to be
 * written anyhow.
 */
function millisecondsOf(time: string, line: string, at: number): number {
  const { length } = time
  const end = at + TIME_LENGTH - 4
  if (
    length === TIME_LENGTH &&
    line.slice(at + CUT, end) === tenSeconds[1] &&
    line.slice(at, at + CUT) === tenSeconds[0]
  ) {
    const last = digitsOf(line, end, end + 4)
    if (last >= 0) return tens + last
  }
  if (!time.startsWith(TIME)) return Number.NaN
  const from = TIME.length
  if (time.charCodeAt(from) === 34) {
    const date = time.slice(from + 1, -1)
    const whole = time.charCodeAt(length - 1) === 34 && /^[\w:.+-]+$/.test(date)
    return whole ? Date.parse(date) : Number.NaN
  }
  const value =
    time.charCodeAt(from) === 48 || length === from || length - from > 15 ? -1 : digitsOf(time, from, length)
  if (value < 0) return Number.NaN
  if (length === TIME_LENGTH) {
    tens = value - (value % 10_000)
    tenSeconds = [time.slice(0, CUT), time.slice(CUT, -4)]
  }
  return value
}

/** What the digits there say; -1 when there is anything else. */
function digitsOf(text: string, from: number, to: number): number {
  let value = 0
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 48
    if (!(digit >= 0 && digit <= 9)) return -1
    value = value * 10 + digit
  }
  return value
}

/** No index, which an object would put first; no name that means something; nothing that JSON writes in another way. */
function isPlainName(name: string): boolean {
  const first = name.charCodeAt(0)
  return !(first >= 48 && first <= 57) && first > 32 && !NOTED.has(name)
}

/** Members of the text that pino keeps of bindings; null when it is none. */
function membersOf(bindings: string): Readonly<Record<string, Value>> | null {
  try {
    return JSON.parse(`{${bindings.slice(1)}}`) as Record<string, Value>
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Keyed {
  return typeof value === 'object' && value !== null
}
