// W3C Baggage (https://www.w3.org/TR/baggage/): what arrives is kept as text and read when somebody asks, since most
// requests only pass it on. At most 64 members and 8192 bytes, both ways; a malformed member is skipped alone.
import type { ApiBaggage } from './api.ts'

export interface BaggageEntry {
  readonly value: string
  /** The member's properties as they travel, such as `ttl=60;private`; absent when there are none. */
  readonly metadata?: BaggageMetadata
}

/** An object and not a string, as the API has it. */
export interface BaggageMetadata {
  toString(): string
}

export const MAX_BAGGAGE_MEMBERS = 64
export const MAX_BAGGAGE_BYTES = 8192

class Metadata implements BaggageMetadata {
  readonly #text: string
  constructor(text: string) {
    this.#text = text
  }
  toString(): string {
    return this.#text
  }
  toJSON(): string {
    return this.#text
  }
}

/** Immutable, and the API's Baggage. */
export class Baggage implements ApiBaggage {
  readonly #text: string
  #entries: ReadonlyMap<string, BaggageEntry> | null

  constructor(source: string | ReadonlyMap<string, BaggageEntry>) {
    this.#text = typeof source === 'string' ? source : ''
    this.#entries = typeof source === 'string' ? null : source
  }

  get entries(): ReadonlyMap<string, BaggageEntry> {
    this.#entries ??= parseBaggage(this.#text)
    return this.#entries
  }

  getEntry(key: string): BaggageEntry | undefined {
    return this.entries.get(key)
  }

  getAllEntries(): [string, BaggageEntry][] {
    return [...this.entries]
  }

  setEntry(key: string, entry: BaggageEntry): Baggage {
    return new Baggage(new Map(this.entries).set(key, entry))
  }

  removeEntry(key: string): Baggage {
    return this.removeEntries(key)
  }

  removeEntries(...keys: string[]): Baggage {
    const entries = new Map(this.entries)
    for (const key of keys) entries.delete(key)
    return new Baggage(entries)
  }

  clear(): Baggage {
    return new Baggage(new Map())
  }
}

/** tchar of RFC 9110, section 5.6.2: what a baggage key is made of. */
function isToken(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    const alphanumeric = (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 94 && c <= 122)
    if (!alphanumeric && !"!#$%&'*+-.|~".includes(text[i]!)) return false
  }
  return text.length > 0
}

/** baggage-octet: printable ASCII but space, quote, comma, semicolon and backslash. */
function isBaggageText(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c < 0x21 || c > 0x7e || c === 0x22 || c === 0x2c || c === 0x3b || c === 0x5c) return false
  }
  return true
}

/** Properties are opaque, but what goes into a header must be printable. */
function isHeaderText(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c !== 9 && (c < 0x20 || c > 0x7e || c === 0x2c)) return false
  }
  return true
}

/** Broken UTF-8 becomes U+FFFD (section 3.3.1.3), it does not lose the member. */
export function percentDecode(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return Buffer.from(
      text.replace(/%([0-9a-fA-F]{2})/g, (_, pair) => String.fromCharCode(Number.parseInt(pair, 16))),
      'latin1',
    ).toString()
  }
}

function percentEncode(text: string): string {
  try {
    return encodeURIComponent(text)
  } catch {
    // A lone surrogate; the detour over UTF-8 makes it U+FFFD.
    return encodeURIComponent(Buffer.from(text).toString())
  }
}

/** Members of a `baggage` header, the last of several with one key winning. */
export function parseBaggage(text: string): Map<string, BaggageEntry> {
  const entries = new Map<string, BaggageEntry>()
  let start = 0
  while (start < text.length && entries.size < MAX_BAGGAGE_MEMBERS) {
    let end = text.indexOf(',', start)
    if (end < 0) end = text.length
    if (end > MAX_BAGGAGE_BYTES) break
    readMember(text.slice(start, end), entries)
    start = end + 1
  }
  return entries
}

function readMember(member: string, entries: Map<string, BaggageEntry>): void {
  const semicolon = member.indexOf(';')
  const pair = semicolon < 0 ? member : member.slice(0, semicolon)
  const equals = pair.indexOf('=')
  if (equals < 0) return
  const key = pair.slice(0, equals).trim()
  const value = pair.slice(equals + 1).trim()
  if (!isToken(key) || !isBaggageText(value)) return
  const properties = semicolon < 0 ? '' : member.slice(semicolon + 1).trim()
  if (!isHeaderText(properties)) return
  entries.set(
    key,
    properties === ''
      ? { value: percentDecode(value) }
      : { value: percentDecode(value), metadata: new Metadata(properties) },
  )
}

/** The header, or '' when nothing is left: keys that are no tokens and what passes a limit are left out. */
export function formatBaggage(baggage: ApiBaggage): string {
  let text = ''
  let members = 0
  for (const [key, entry] of baggage.getAllEntries()) {
    if (members === MAX_BAGGAGE_MEMBERS) break
    if (!isToken(key)) continue
    let member = `${key}=${percentEncode(String(entry.value))}`
    const properties = entry.metadata === undefined ? '' : String(entry.metadata)
    if (properties !== '' && isHeaderText(properties)) member += `;${properties}`
    if (text.length + member.length + (members === 0 ? 0 : 1) > MAX_BAGGAGE_BYTES) continue
    text += members === 0 ? member : `,${member}`
    members++
  }
  return text
}

/** Keys with their values percent-encoded, one header each, within the limits: keys that are no tokens are left out. */
export function baggageMembers(baggage: ApiBaggage): [string, string][] {
  const members: [string, string][] = []
  let bytes = 0
  for (const [key, entry] of baggage.getAllEntries()) {
    if (members.length === MAX_BAGGAGE_MEMBERS) break
    if (!isToken(key)) continue
    const value = percentEncode(String(entry.value))
    if (bytes + key.length + value.length > MAX_BAGGAGE_BYTES) continue
    bytes += key.length + value.length
    members.push([key, value])
  }
  return members
}

/** `baggage` with members that came beside it; those that are no baggage, and what passes the limit, are left out. */
export function withMembers(baggage: ApiBaggage | null, members: readonly [string, BaggageEntry][]): ApiBaggage | null {
  const entries = new Map<string, BaggageEntry>(
    baggage === null ? [] : (baggage.getAllEntries() as [string, BaggageEntry][]),
  )
  for (const [key, entry] of members) {
    if (isToken(key) && (entries.has(key) || entries.size < MAX_BAGGAGE_MEMBERS)) entries.set(key, entry)
  }
  return entries.size === 0 ? baggage : new Baggage(entries)
}
