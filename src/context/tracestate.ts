// W3C Trace Context Level 2, section 3.3: `tracestate` stays the text that arrived. It is scanned once against the
// grammar when it arrives, and taken apart only when somebody asks for a member or changes one.
import type { ApiTraceState } from './api.ts'

const MAX_MEMBERS = 32
const MAX_KEY = 256
const MAX_VALUE = 256
/** What we propagate at most; longer text loses whole members, those over 128 characters first (3.3.1.5). */
export const MAX_TRACESTATE = 512
const LONG_MEMBER = 128
/** Beyond this a header is not worth scanning; Node's own limit for all headers together is 16 KB. */
const PROHIBITIVE = 8192

const COMMA = 44
const EQUALS = 61
const SPACE = 32
const TAB = 9

function isKeyStart(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 48 && c <= 57)
}

function isKeyChar(c: number): boolean {
  return isKeyStart(c) || c === 95 || c === 45 || c === 42 || c === 47 || c === 64
}

/** Where the member that starts at `at` ends (a comma or the end of the text), or -1 when it breaks the grammar. */
function scanMember(text: string, at: number): number {
  const { length } = text
  let i = at
  if (!isKeyStart(text.charCodeAt(i))) return -1
  while (i < length && isKeyChar(text.charCodeAt(i))) i++
  if (i - at > MAX_KEY || text.charCodeAt(i) !== EQUALS) return -1
  const value = ++i
  let last = -1
  for (; i < length; i++) {
    const c = text.charCodeAt(i)
    if (c === COMMA) break
    if (c === SPACE) continue
    if (c === TAB) {
      // A tab can only be white space after the value.
      for (let j = i + 1; j < length && text.charCodeAt(j) !== COMMA; j++) {
        const after = text.charCodeAt(j)
        if (after !== SPACE && after !== TAB) return -1
      }
      continue
    }
    if (c < 0x21 || c > 0x7e || c === EQUALS) return -1
    last = i
  }
  if (last < 0 || last - value >= MAX_VALUE) return -1
  return i
}

/** True when the text keeps the grammar and has 1 to 32 members; empty members are allowed and not counted. */
export function isTracestate(text: string): boolean {
  const { length } = text
  if (length > PROHIBITIVE) return false
  let members = 0
  let i = 0
  while (i < length) {
    const c = text.charCodeAt(i)
    if (c === SPACE || c === TAB || c === COMMA) {
      i++
      continue
    }
    i = scanMember(text, i)
    if (i < 0 || ++members > MAX_MEMBERS) return false
  }
  return members > 0
}

/** `text` as it may travel on, or null when it must be dropped; the same string when nothing has to change. */
export function acceptTracestate(text: string): string | null {
  if (!isTracestate(text)) return null
  return text.length <= MAX_TRACESTATE ? text : shorten(members(text))
}

type Member = readonly [key: string, value: string]

/** Members in order; the first of several with one key is kept, being the most recent (3.3.1.4). */
function members(text: string): Member[] {
  const list: Member[] = []
  for (const part of text.split(',')) {
    const equals = part.indexOf('=')
    if (equals < 0) continue
    const key = part.slice(0, equals).trim()
    // Leading spaces belong to the value, trailing ones do not.
    const value = part.slice(equals + 1).replace(/[ \t]+$/, '')
    if (!list.some(([held]) => held === key)) list.push([key, value])
  }
  return list
}

function join(list: readonly Member[]): string {
  return list.map(([key, value]) => `${key}=${value}`).join(',')
}

function shorten(list: Member[]): string | null {
  let text = join(list)
  while (text.length > MAX_TRACESTATE) {
    let drop = list.length - 1
    for (let i = drop; i >= 0; i--) {
      const [key, value] = list[i]!
      if (key.length + value.length + 1 > LONG_MEMBER) {
        drop = i
        break
      }
    }
    list.splice(drop, 1)
    text = join(list)
  }
  return text === '' ? null : text
}

/** Immutable; `set` puts the member first, as the specification wants of whoever changed it last (3.5). */
export class TraceState implements ApiTraceState {
  readonly #text: string
  #members: readonly Member[] | null = null

  /** `text` is what `acceptTracestate` let through; anything else counts as empty. */
  constructor(text = '') {
    this.#text = text === '' || isTracestate(text) ? text : ''
  }

  #list(): readonly Member[] {
    this.#members ??= members(this.#text)
    return this.#members
  }

  get(key: string): string | undefined {
    return this.#list().find(([held]) => held === key)?.[1]
  }

  /** The same object when key or value break the grammar. The right-most member leaves when there would be 33. */
  set(key: string, value: string): TraceState {
    if (scanMember(`${key}=${value}`, 0) !== key.length + 1 + value.length || value.endsWith(' ')) return this
    const rest = this.#list().filter(([held]) => held !== key)
    return new TraceState(join([[key, value] as const, ...rest].slice(0, MAX_MEMBERS)))
  }

  unset(key: string): TraceState {
    return new TraceState(join(this.#list().filter(([held]) => held !== key)))
  }

  serialize(): string {
    return this.#text.length <= MAX_TRACESTATE ? this.#text : (shorten([...this.#list()]) ?? '')
  }
}
