// Typed access to OTLP JSON: each method reads one field under its lowerCamel or snake_case name, null and absence are
// the default value, and a value of a wrong kind is malformed at a path.
import { utf8 } from '../../base/bytes.ts'
import type { Flat, Value } from '../../model/attribute.ts'
import { objectOf } from './decoder.ts'
import { LIMITS, type Limits, MalformedOtlp, within } from './malformed.ts'

export interface Json {
  readonly [key: string]: unknown
}

/** Half of a pair is no character, as in the bytes of protobuf; `encodeURIComponent` and others throw at it. */
const LONE = /\p{Surrogate}/u
const EVERY_LONE = /\p{Surrogate}/gu

const SNAKE = new Map<string, string>()

function snake(name: string): string {
  let text = SNAKE.get(name)
  if (text === undefined) {
    text = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    SNAKE.set(name, text)
  }
  return text
}

export class JsonReader {
  readonly limits: Limits
  /** The pieces of the id read last. */
  readonly ids: number[] = [0, 0, 0, 0]
  #records = 0
  #groups = 0

  constructor(limits: Partial<Limits> | undefined) {
    this.limits = { ...LIMITS, ...limits }
  }

  /** Parses and reads; whatever goes wrong is a MalformedOtlp. */
  run<T>(input: string | Uint8Array, read: (root: Json) => T): T {
    let root: unknown
    try {
      root = JSON.parse(typeof input === 'string' ? input : utf8(input))
    } catch (error) {
      throw new MalformedOtlp(`not JSON: ${error instanceof Error ? error.message.slice(0, 100) : 'unreadable'}`)
    }
    try {
      return read(object(root))
    } catch (error) {
      throw error instanceof MalformedOtlp ? error : within(error, '')
    }
  }

  group(): void {
    if (++this.#groups > this.limits.groups)
      throw new MalformedOtlp(`more than ${this.limits.groups} resources and scopes`)
  }

  record(): void {
    if (++this.#records > this.limits.records) throw new MalformedOtlp(`more than ${this.limits.records} records`)
  }

  field(json: Json, name: string): unknown {
    if (Object.hasOwn(json, name)) return json[name]
    const other = snake(name)
    return Object.hasOwn(json, other) ? json[other] : undefined
  }

  text(json: Json, name: string): string {
    const value = this.field(json, name)
    if (value === undefined || value === null) return ''
    if (typeof value !== 'string') throw new MalformedOtlp(`is ${kindOf(value)} where text belongs`, name)
    return LONE.test(value) ? value.replaceAll(EVERY_LONE, '\ufffd') : value
  }

  /** An integer or double, as number or text; 0 when absent. */
  number(json: Json, name: string, absent = 0): number {
    const value = this.field(json, name)
    if (value === undefined || value === null) return absent
    return numberOf(value, name)
  }

  flag(json: Json, name: string): boolean {
    const value = this.field(json, name)
    if (value === undefined || value === null) return false
    if (typeof value !== 'boolean') throw new MalformedOtlp(`is ${kindOf(value)} where true or false belongs`, name)
    return value
  }

  /** An enum by number or name; a number that is not known yet reads as 0, a name that is not known is malformed. */
  enumerated(json: Json, name: string, names: readonly string[]): number {
    const value = this.field(json, name)
    if (value === undefined || value === null) return 0
    const index = typeof value === 'string' && !/^\d+$/.test(value) ? names.indexOf(value) : numberOf(value, name)
    if (index < 0) throw new MalformedOtlp(`unknown name ${JSON.stringify(value).slice(0, 60)}`, name)
    return index < names.length ? index : 0
  }

  /** Nanoseconds as text or number, in float milliseconds. */
  time(json: Json, name: string): number {
    const value = this.field(json, name)
    if (value === undefined || value === null || value === '') return 0
    if (typeof value === 'number' && value >= 0) return value / 1e6
    if (typeof value !== 'string' || !/^\d{1,20}$/.test(value)) {
      throw new MalformedOtlp('is not a number of nanoseconds', name)
    }
    // Split before the conversion: a double keeps 16 digits, milliseconds and their fraction fit it best apart.
    const cut = Math.max(0, value.length - 6)
    return Number(value.slice(0, cut)) + Number(value.slice(cut)) / 1e6
  }

  /** True when there is an id; its 32-bit pieces are in `ids`. */
  id(json: Json, name: string, size: number): boolean {
    const text = this.text(json, name)
    if (text === '') return false
    if (text.length !== size * 2) {
      throw new MalformedOtlp(`has ${text.length} characters where ${size * 2} belong`, name)
    }
    if (!/^[0-9a-fA-F]+$/.test(text)) throw new MalformedOtlp('is not hexadecimal', name)
    for (let i = 0; i < size / 4; i++) this.ids[i] = Number.parseInt(text.slice(i * 8, i * 8 + 8), 16) | 0
    return true
  }

  /** A nested message; undefined when absent. */
  one<T>(json: Json, name: string, read: (json: Json) => T): T | undefined {
    const value = this.field(json, name)
    if (value === undefined || value === null) return undefined
    try {
      return read(object(value))
    } catch (error) {
      throw within(error, name)
    }
  }

  each(json: Json, name: string, read: (json: Json) => void): void {
    const value = this.field(json, name)
    if (value === undefined || value === null) return
    if (!Array.isArray(value)) throw new MalformedOtlp(`is ${kindOf(value)} where a list belongs`, name)
    const records = name === 'spans' || name === 'logRecords' || name === 'metrics' || name === 'dataPoints'
    const most = records
      ? this.limits.records
      : name.endsWith('s') && name.startsWith('resource')
        ? this.limits.groups
        : this.limits.list
    if (value.length > most) throw new MalformedOtlp(`more than ${most} entries`, name)
    for (let i = 0; i < value.length; i++) {
      try {
        read(object(value[i]))
      } catch (error) {
        throw within(error, `${name}[${i}]`)
      }
    }
  }

  numbers(json: Json, name: string): number[] {
    const value = this.field(json, name)
    if (value === undefined || value === null) return []
    if (!Array.isArray(value)) throw new MalformedOtlp(`is ${kindOf(value)} where a list belongs`, name)
    if (value.length > this.limits.list) throw new MalformedOtlp(`more than ${this.limits.list} numbers`, name)
    return value.map((item, i) => numberOf(item, `${name}[${i}]`))
  }

  /** The `attributes` of a message. */
  attributes(json: Json, name = 'attributes'): Flat {
    return this.#pairs(json, name, 0)
  }

  #pairs(json: Json, name: string, depth: number): Flat {
    const flat: Flat = []
    this.each(json, name, (pair) => {
      flat.push(this.text(pair, 'key'), this.one(pair, 'value', (value) => this.any(value, depth)) ?? null)
    })
    return flat
  }

  any(json: Json, depth: number): Value {
    if (depth > this.limits.depth) throw new MalformedOtlp(`values nested deeper than ${this.limits.depth}`)
    if (this.#has(json, 'stringValue')) return this.text(json, 'stringValue')
    if (this.#has(json, 'intValue')) return int64Of(this.field(json, 'intValue'))
    if (this.#has(json, 'boolValue')) return this.flag(json, 'boolValue')
    if (this.#has(json, 'doubleValue')) return this.number(json, 'doubleValue')
    if (this.#has(json, 'bytesValue')) {
      const text = this.text(json, 'bytesValue')
      if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(text)) throw new MalformedOtlp('is not base64', 'bytesValue')
      return Uint8Array.from(Buffer.from(text, 'base64'))
    }
    if (this.#has(json, 'arrayValue')) {
      const values: Value[] = []
      this.one(json, 'arrayValue', (list) => {
        this.each(list, 'values', (item) => {
          values.push(this.any(item, depth + 1))
        })
      })
      return values
    }
    if (this.#has(json, 'kvlistValue')) {
      return this.one(json, 'kvlistValue', (list) => objectOf(this.#pairs(list, 'values', depth + 1))) ?? {}
    }
    return null
  }

  #has(json: Json, name: string): boolean {
    const value = this.field(json, name)
    return value !== undefined && value !== null
  }
}

function object(value: unknown): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new MalformedOtlp(`is ${kindOf(value)} where an object belongs`)
  }
  return value as Json
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`
}

/** Protobuf JSON writes 64-bit integers and the doubles that JSON lacks as text. */
function numberOf(value: unknown, name: string): number {
  if (typeof value === 'number') return value
  if (value === 'NaN') return Number.NaN
  if (value === 'Infinity') return Number.POSITIVE_INFINITY
  if (value === '-Infinity') return Number.NEGATIVE_INFINITY
  if (typeof value === 'string' && /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value)) return Number(value)
  throw new MalformedOtlp(`is ${kindOf(value)} where a number belongs`, name)
}

function int64Of(value: unknown): number | bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  if (typeof value !== 'string' || !/^-?\d{1,19}$/.test(value)) throw new MalformedOtlp('is not an int64', 'intValue')
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  const exact = BigInt(value)
  if (exact !== BigInt.asIntN(64, exact)) throw new MalformedOtlp('is not an int64', 'intValue')
  return exact
}
