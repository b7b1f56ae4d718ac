// How what is current crosses a wire. A format is two functions over named header fields; the propagator is the list
// of formats that the configuration names. Node's rawHeaders are scanned by length and first letter: a request
// without any of our headers costs one table look-up per header and allocates nothing.
import { noticeOnce } from '../base/notice.ts'
import { B3, B3_MULTI } from './b3.ts'
import { type BaggageEntry, MAX_BAGGAGE_BYTES, MAX_BAGGAGE_MEMBERS, percentDecode, withMembers } from './baggage.ts'
import type { Format, Getter, Setter } from './format.ts'
import type { Frame } from './frame.ts'
import { JAEGER } from './jaeger.ts'
import { formatTraceparent } from './traceparent.ts'
import { BAGGAGE, TRACECONTEXT } from './w3c.ts'

export type { Format, Getter, Setter } from './format.ts'

export type Headers = Record<string, string | readonly string[] | undefined>

/** Every format that a configuration may name. */
export const FORMATS: readonly Format[] = [TRACECONTEXT, BAGGAGE, B3, B3_MULTI, JAEGER]

const HEADERS: Setter<Record<string, string>> = {
  set(carrier, key, value) {
    carrier[key] = value
  },
}

const LONGEST = 64

export class Propagator {
  /** Names in the order given, unknown ones left out. */
  readonly names: readonly string[]
  /** Headers that are read, each once. */
  readonly fields: readonly string[]
  /** Headers that `inject` may write, but for those with a prefix. */
  readonly sent: readonly string[]
  readonly #formats: readonly Format[]
  readonly #starts: readonly number[]
  /** By length of the header name: 1 + the index of the first field of that length; `#next` chains the others. */
  readonly #byLength = new Uint8Array(LONGEST)
  readonly #next: readonly number[]
  /** Where one format reads what another reads too: its place, and that of the first. */
  readonly #same: readonly (readonly [number, number])[]
  readonly #prefix: string | null
  /** Trace context, and perhaps baggage, as W3C has them and nothing else: what most processes speak is read and written straight. */
  readonly #w3c: boolean
  readonly #baggage: boolean
  /** Scratch of one extraction; all undefined in between. */
  readonly #values: (string | undefined)[]
  #members: [string, BaggageEntry][] | null = null
  #memberBytes = 0

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
    const same: [number, number][] = []
    fields.forEach((field, i) => {
      const first = fields.indexOf(field)
      if (first < i) {
        same.push([i, first])
        return
      }
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
    this.#same = same
    this.#prefix = chosen.find((format) => format.prefix !== undefined)?.prefix ?? null
    this.#w3c = chosen.includes(TRACECONTEXT) && chosen.every((format) => format === TRACECONTEXT || format === BAGGAGE)
    this.#baggage = chosen.includes(BAGGAGE)
    this.sent = [...new Set(chosen.flatMap((format) => format.sent ?? format.fields))]
  }

  /** Whether `extract` looks at a header of that name, in any case. */
  reads(name: string): boolean {
    if (this.#prefix !== null && this.#begins(name)) return true
    if (name.length >= LONGEST) return false
    for (let at = this.#byLength[name.length]!; at !== 0; at = this.#next[at - 1]!) {
      if (sameName(name, this.fields[at - 1]!)) return true
    }
    return false
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
      if (this.#prefix !== null && this.#member(name, raw[i + 1])) found = true
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
      if (this.#prefix !== null && this.#member(key, carrier[key])) found = true
      if (length >= LONGEST) continue
      for (let at = this.#byLength[length]!; at !== 0; at = this.#next[at - 1]!) {
        if (sameName(key, this.fields[at - 1]!) && this.#keepAny(at - 1, carrier[key])) found = true
      }
    }
    if (found) this.#finish(into)
    return found
  }

  /**
   * From an object whose values are anything that `textOf` makes a text of, null where it is none. Of a name in several cases
   * the last one holds. What cannot be read ends it, and what was read so far holds. Never throws.
   */
  extractAny(carrier: Readonly<Record<string, unknown>>, textOf: (value: unknown) => string | null, into: Frame): void {
    if (this.#w3c) this.#extractW3c(carrier, textOf, into)
    else {
      const read: Headers = {}
      try {
        for (const key in carrier) {
          if (!this.reads(key)) continue
          const text = textOf(carrier[key])
          if (text !== null) read[key.toLowerCase()] = text
        }
      } catch {}
      this.extract(read, into)
    }
  }

  #extractW3c(
    carrier: Readonly<Record<string, unknown>>,
    textOf: (value: unknown) => string | null,
    into: Frame,
  ): void {
    let parent: string | null = null
    let state: string | null = null
    let baggage: string | null = null
    try {
      for (const key in carrier) {
        const { length } = key
        if (length === 11 && sameName(key, 'traceparent')) parent = textOf(carrier[key]) ?? parent
        else if (length === 10 && sameName(key, 'tracestate')) state = textOf(carrier[key]) ?? state
        else if (length === 7 && this.#baggage && sameName(key, 'baggage')) baggage = textOf(carrier[key]) ?? baggage
      }
    } catch {}
    if (parent !== null) TRACECONTEXT.extract([parent, state ?? undefined], 0, into)
    if (baggage !== null) BAGGAGE.extract([baggage], 0, into)
  }

  extractWith<Carrier>(carrier: Carrier, getter: Getter<Carrier>, into: Frame): boolean {
    let found = false
    for (let i = 0; i < this.fields.length; i++) {
      if (this.#keepAny(i, getter.get(carrier, this.fields[i]!))) found = true
    }
    if (this.#prefix !== null && getter.keys !== undefined) {
      for (const key of getter.keys(carrier)) {
        if (this.#begins(key) && this.#member(key, getter.get(carrier, key))) found = true
      }
    }
    if (found) this.#finish(into)
    return found
  }

  /** `baggage` says whether the target is on the list (`allowHosts`); trace context goes to everyone. */
  inject<Carrier>(frame: Frame, carrier: Carrier, setter: Setter<Carrier>, baggage: boolean): void {
    for (let i = 0; i < this.#formats.length; i++) this.#formats[i]!.inject(frame, carrier, setter, baggage)
  }

  /** Headers to send, as a new object. */
  headers(frame: Frame, baggage: boolean): Record<string, string> {
    if (this.#w3c && frame.traceState === null && (frame.baggage === null || !baggage)) {
      return frame.hasTrace ? { traceparent: formatTraceparent(frame) } : {}
    }
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

  #begins(name: string): boolean {
    const prefix = this.#prefix!
    if (name.length <= prefix.length || (name.charCodeAt(0) | 32) !== prefix.charCodeAt(0)) return false
    return name.slice(0, prefix.length).toLowerCase() === prefix
  }

  /** A header that holds one baggage member. Names travel in any case and mean the same (RFC 9110, 5.1). */
  #member(name: string, value: unknown): boolean {
    if (!this.#begins(name)) return false
    const text: unknown = Array.isArray(value) ? value.at(-1) : value
    if (typeof text !== 'string') return false
    this.#memberBytes += name.length + text.length
    this.#members ??= []
    if (this.#members.length === MAX_BAGGAGE_MEMBERS || this.#memberBytes > MAX_BAGGAGE_BYTES) return true
    this.#members.push([name.slice(this.#prefix!.length).toLowerCase(), { value: percentDecode(text) }])
    return true
  }

  #finish(into: Frame): void {
    for (const [to, from] of this.#same) this.#values[to] = this.#values[from]
    for (let i = 0; i < this.#formats.length; i++) this.#formats[i]!.extract(this.#values, this.#starts[i]!, into)
    this.#values.fill(undefined)
    if (this.#members === null) return
    into.baggage = withMembers(into.baggage, this.#members)
    this.#members = null
    this.#memberBytes = 0
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
