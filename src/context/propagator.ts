// How what is current crosses a wire. A format is two functions over named header fields; the propagator is the list
// of formats that the configuration names. Node's rawHeaders are scanned by length and first letter: a request
// without any of our headers costs one table look-up per header and allocates nothing.
import { noticeOnce } from '../base/notice.ts'
import { Baggage, formatBaggage } from './baggage.ts'
import type { Frame } from './frame.ts'
import { formatTraceparent, parseTraceparent } from './traceparent.ts'
import { acceptTracestate } from './tracestate.ts'

export interface Setter<Carrier> {
  set(carrier: Carrier, key: string, value: string): void
}

export interface Getter<Carrier> {
  get(carrier: Carrier, key: string): string | readonly string[] | undefined
}

export type Headers = Record<string, string | readonly string[] | undefined>

export interface Format {
  readonly name: string
  /** Header names in lower case. */
  readonly fields: readonly string[]
  /** `values[at + i]` is the text of `fields[i]`, several headers joined by commas, undefined when absent. */
  extract(values: readonly (string | undefined)[], at: number, into: Frame): void
  inject<Carrier>(frame: Frame, carrier: Carrier, setter: Setter<Carrier>): void
}

const TRACECONTEXT: Format = {
  name: 'tracecontext',
  fields: ['traceparent', 'tracestate'],
  extract(values, at, into) {
    const parent = values[at]
    // Two traceparent headers arrive joined and are malformed by that; then tracestate is not looked at either.
    if (parent === undefined || !parseTraceparent(trimmed(parent), into)) return
    const state = values[at + 1]
    into.traceState = state === undefined ? null : acceptTracestate(state)
    into.span = null
  },
  inject(frame, carrier, setter) {
    if (!frame.hasTrace) return
    setter.set(carrier, 'traceparent', formatTraceparent(frame))
    if (frame.traceState !== null) setter.set(carrier, 'tracestate', frame.traceState)
  },
}

const BAGGAGE: Format = {
  name: 'baggage',
  fields: ['baggage'],
  extract(values, at, into) {
    const text = values[at]
    if (text !== undefined && text !== '') into.baggage = new Baggage(text)
  },
  inject(frame, carrier, setter) {
    if (frame.baggage === null) return
    const text = formatBaggage(frame.baggage)
    if (text !== '') setter.set(carrier, 'baggage', text)
  },
}

/** Every format that a configuration may name. */
export const FORMATS: readonly Format[] = [TRACECONTEXT, BAGGAGE]

/** Optional white space of RFC 9110; Node strips it from headers, a message broker may not. */
function trimmed(text: string): string {
  const { length } = text
  let start = 0
  let end = length
  while (start < end && isSpace(text.charCodeAt(start))) start++
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--
  return start === 0 && end === length ? text : text.slice(start, end)
}

function isSpace(code: number): boolean {
  return code === 32 || code === 9
}

const HEADERS: Setter<Record<string, string>> = {
  set(carrier, key, value) {
    carrier[key] = value
  },
}

const LONGEST = 64

export class Propagator {
  /** Names in the order given, unknown ones left out. */
  readonly names: readonly string[]
  readonly fields: readonly string[]
  readonly #formats: readonly Format[]
  readonly #starts: readonly number[]
  /** By length of the header name: 1 + the index of the first field of that length; `#next` chains the others. */
  readonly #byLength = new Uint8Array(LONGEST)
  readonly #next: readonly number[]
  /** Scratch of one extraction; all undefined in between. */
  readonly #values: (string | undefined)[]

  constructor(names: readonly string[], formats: readonly Format[] = FORMATS) {
    const chosen: Format[] = []
    for (const name of new Set(names)) {
      const format = formats.find((known) => known.name === name)
      if (format) chosen.push(format)
      else if (name !== 'none')
        noticeOnce(`propagator:${name}`, 'warn', 'context.propagator', unknownText(name, formats))
    }
    const fields = chosen.flatMap((format) => format.fields)
    const next = fields.map(() => 0)
    fields.forEach((field, i) => {
      next[i] = this.#byLength[field.length]!
      this.#byLength[field.length] = i + 1
    })
    let start = 0
    this.#starts = chosen.map((format) => (start += format.fields.length) - format.fields.length)
    this.#formats = chosen
    this.#next = next
    this.#values = fields.map(() => undefined)
    this.names = chosen.map((format) => format.name)
    this.fields = fields
  }

  /**
   * From Node's `rawHeaders`, `[name, value, …]` as sent. What is absent or malformed leaves `into` as it is; true when
   * any of our headers was there.
   */
  extractRaw(raw: readonly string[], into: Frame): boolean {
    let found = false
    for (let i = 0; i < raw.length; i += 2) {
      const name = raw[i]!
      const { length } = name
      if (length >= LONGEST) continue
      for (let at = this.#byLength[length]!; at !== 0; at = this.#next[at - 1]!) {
        if (!sameName(name, this.fields[at - 1]!)) continue
        this.#keep(at - 1, raw[i + 1]!)
        found = true
        break
      }
    }
    if (found) this.#finish(into)
    return found
  }

  /** From a plain object of headers, whatever the case of its keys. */
  extract(carrier: Headers, into: Frame): boolean {
    let found = false
    for (const key in carrier) {
      const { length } = key
      if (length >= LONGEST) continue
      for (let at = this.#byLength[length]!; at !== 0; at = this.#next[at - 1]!) {
        if (sameName(key, this.fields[at - 1]!) && this.#keepAny(at - 1, carrier[key])) found = true
      }
    }
    if (found) this.#finish(into)
    return found
  }

  extractWith<Carrier>(carrier: Carrier, getter: Getter<Carrier>, into: Frame): boolean {
    let found = false
    for (let i = 0; i < this.fields.length; i++) {
      if (this.#keepAny(i, getter.get(carrier, this.fields[i]!))) found = true
    }
    if (found) this.#finish(into)
    return found
  }

  /** `baggage` says whether the target is on the list (`allowHosts`); trace context goes to everyone. */
  inject<Carrier>(frame: Frame, carrier: Carrier, setter: Setter<Carrier>, baggage: boolean): void {
    for (let i = 0; i < this.#formats.length; i++) {
      const format = this.#formats[i]!
      if (format !== BAGGAGE || baggage) format.inject(frame, carrier, setter)
    }
  }

  /** Headers to send, as a new object. */
  headers(frame: Frame, baggage: boolean): Record<string, string> {
    const headers: Record<string, string> = {}
    this.inject(frame, headers, HEADERS, baggage)
    return headers
  }

  #keep(at: number, value: string): void {
    const held = this.#values[at]
    this.#values[at] = held === undefined ? value : `${held},${value}`
  }

  #keepAny(at: number, value: unknown): boolean {
    if (typeof value === 'string') {
      this.#keep(at, value)
      return true
    }
    if (!Array.isArray(value)) return false
    for (const one of value) if (typeof one === 'string') this.#keep(at, one)
    return this.#values[at] !== undefined
  }

  #finish(into: Frame): void {
    for (let i = 0; i < this.#formats.length; i++) this.#formats[i]!.extract(this.#values, this.#starts[i]!, into)
    this.#values.fill(undefined)
  }
}

function unknownText(name: string, formats: readonly Format[]): string {
  return `propagator "${name}" is not known and is ignored; known are ${formats.map((known) => known.name).join(', ')}`
}

/** `name` in any case equals `field`, which is lower case and as long. */
function sameName(name: string, field: string): boolean {
  if ((name.charCodeAt(0) | 32) !== field.charCodeAt(0)) return false
  if (name === field) return true
  for (let i = 1; i < field.length; i++) {
    let c = name.charCodeAt(i)
    if (c >= 65 && c <= 90) c |= 32
    if (c !== field.charCodeAt(i)) return false
  }
  return true
}
