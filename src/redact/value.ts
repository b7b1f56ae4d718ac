// Nested values keep their shape: arrays stay arrays, objects keep their keys, only leaves change. Cycles, depth and
// size are bounded, and what is not plain data (functions, class instances, getters that throw) becomes text.
import type { Value } from '../model/attribute.ts'
import { type Finding, SECRET, URL_VALUE, type Verdict } from './key.ts'
import { REDACTED } from './mark.ts'
import { isCard } from './text.ts'

export interface ValueOptions {
  judge: (key: string) => Verdict
  text: (text: string) => string
  url: (text: string) => string
  /** Levels of nesting that are kept; deeper values become `[DEPTH]`. */
  maxDepth: number
  /** Values of one tree that are kept; later ones become `[SIZE]`. */
  maxNodes: number
  /** Told of what is replaced. */
  onFound: ((found: Finding) => void) | null
}

/** One walk over one tree. */
export class Walk {
  readonly #options: ValueOptions
  readonly #above: object[] = []
  #nodes = 0

  constructor(options: ValueOptions) {
    this.#options = options
  }

  /** `key`: under which it stands, where it does. */
  value(value: unknown, verdict: Verdict, key = ''): Value {
    switch (typeof value) {
      case 'string':
        return this.#text(value, verdict, key)
      case 'number':
      case 'bigint':
        return verdict === SECRET ? this.#secret(key) : plainNumber(value, this.#options.onFound)
      case 'boolean':
        return verdict === SECRET ? this.#secret(key) : value
      case 'object':
        if (value === null) return null
        try {
          return this.#object(value, verdict, key)
        } catch {
          // A getter, a trap or toJSON of the application threw.
          return '[UNREADABLE]'
        }
      case 'undefined':
        return null
      case 'symbol':
        return this.#text(value.toString(), verdict, key)
      default:
        return '[Function]'
    }
  }

  #secret(key: string): string {
    this.#options.onFound?.({ by: 'key', key })
    return REDACTED
  }

  #text(text: string, verdict: Verdict, key: string): string {
    if (verdict === SECRET) return text === '' || text === REDACTED ? text : this.#secret(key)
    return verdict === URL_VALUE ? this.#options.url(text) : this.#options.text(text)
  }

  #object(value: object, verdict: Verdict, key: string): Value {
    if (value instanceof Uint8Array) return this.#bytes(value, verdict, key)
    if (value instanceof Date)
      return verdict === SECRET ? this.#secret(key) : Number.isNaN(value.getTime()) ? '' : value.toISOString()
    if (value instanceof URL) return this.#text(value.href, verdict === SECRET ? SECRET : URL_VALUE, key)
    if (value instanceof RegExp) return this.#text(String(value), verdict, key)
    // Boxed: a text would else be told letter by letter.
    if (value instanceof String || value instanceof Number || value instanceof Boolean)
      return this.value(value.valueOf(), verdict, key)
    if (this.#above.includes(value)) return '[CYCLE]'
    if (this.#above.length >= this.#options.maxDepth) return '[DEPTH]'
    this.#above.push(value)
    try {
      if (Array.isArray(value)) return this.#array(value, verdict, key)
      if (value instanceof Error) return this.#error(value, verdict, key)
      if (value instanceof Map) return this.#entries(value.entries(), verdict, key)
      if (value instanceof Set) return this.#array([...value], verdict, key)
      const toJSON = (value as { toJSON?: unknown }).toJSON
      if (typeof toJSON === 'function') {
        const plain: unknown = toJSON.call(value)
        if (plain !== value) return this.value(plain, verdict, key)
      }
      return this.#entries(ownEntries(value), verdict, key)
    } finally {
      this.#above.pop()
    }
  }

  #array(values: readonly unknown[], verdict: Verdict, key: string): Value {
    const out: Value[] = []
    const flat = FLAT_PAIRS.test(key)
    const pairs = flat || values.length === 0 ? false : arePairs(values)
    for (let i = 0; i < values.length; i++) {
      if (++this.#nodes > this.#options.maxNodes) {
        out.push('[SIZE]')
        break
      }
      if (pairs) out.push(this.#pair(values[i] as readonly [string, unknown], verdict))
      else if (flat && i % 2 === 1 && typeof values[i - 1] === 'string')
        out.push(this.#under(values[i - 1] as string, values[i], verdict))
      else out.push(this.value(values[i], verdict, key))
    }
    return out
  }

  /** Headers and entries are often told as pairs. */
  #pair([name, value]: readonly [string, unknown], verdict: Verdict): Value {
    this.#nodes += 2
    return [this.#options.text(name), this.#under(name, value, verdict)]
  }

  /** Everything under a secret key is secret; under another the values are judged by their own keys. */
  #under(key: string, value: unknown, verdict: Verdict): Value {
    return this.value(value, verdict === SECRET ? SECRET : this.#options.judge(key), key)
  }

  #entries(entries: Iterable<[unknown, unknown]>, verdict: Verdict, above: string): Value {
    const out: Record<string, Value> = {}
    for (const [name, value] of entries) {
      if (++this.#nodes > this.#options.maxNodes) {
        out['…'] = '[SIZE]'
        break
      }
      if (value === undefined) continue
      const key = String(name)
      // A key may be a secret itself: a map from token to user.
      const shown = this.#options.text(key)
      put(out, shown, verdict === SECRET ? this.value(value, SECRET, above) : this.#under(key, value, verdict))
    }
    return out
  }

  #error(error: Error, verdict: Verdict, key: string): Value {
    // What libraries hang on an error (a code, a query, a config with headers) is judged like any object.
    const out = this.#entries(ownEntries(error), verdict, key) as Record<string, Value>
    put(out, 'type', this.#text(String(error.name), verdict, key))
    put(out, 'message', this.#text(String(error.message), verdict, key))
    if (typeof error.stack === 'string') put(out, 'stack', this.#text(error.stack, verdict, key))
    if (error.cause !== undefined) put(out, 'cause', this.value(error.cause, verdict, key))
    return out
  }

  /** Bytes stay bytes while they hold nothing readable that is secret; so many that nobody can look are left out. */
  #bytes(value: Uint8Array, verdict: Verdict, key: string): Value {
    if (verdict === SECRET) return this.#secret(key)
    if (value.byteLength > MOST_BYTES) return '[SIZE]'
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    const { text } = this.#options
    const isPlain = (readable: string) => text(readable) === readable
    // Texts of two bytes a letter have a zero in every other place.
    const wide = bytes.length > 3 && bytes.includes(0)
    if (isPlain(bytes.toString('latin1')) && (!wide || isPlain(bytes.toString('latin1').replaceAll('\0', ''))))
      return value
    return REDACTED
  }
}

/** Bytes of one value that are looked at; within the bound of texts, so that none is cut. */
const MOST_BYTES = 65_536
/** Node tells the headers of a message as they came: name, value, name, value. */
const FLAT_PAIRS = /^raw_?(?:headers|trailers)$/i
/** Pairs looked at to know that a list is one of pairs. */
const LOOKED_AT = 100

function arePairs(values: readonly unknown[]): boolean {
  for (let i = 0; i < values.length && i < LOOKED_AT; i++) {
    const pair = values[i]
    if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== 'string') return false
  }
  return values.length <= LOOKED_AT || values.every((pair) => Array.isArray(pair) && typeof pair[0] === 'string')
}

/** `__proto__` as an own key, never as the prototype. */
function put(object: Record<string, Value>, key: string, value: Value): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
  else object[key] = value
}

function* ownEntries(value: object): Generator<[string, unknown]> {
  for (const key of Object.keys(value)) {
    let found: unknown
    try {
      found = (value as Record<string, unknown>)[key]
    } catch {
      found = '[UNREADABLE]'
    }
    yield [key, found]
  }
}

/** Card numbers travel as numbers too. */
export function plainNumber(value: number | bigint, onFound: ((found: Finding) => void) | null): Value {
  if (value < 3e11 || value > 1e19) return value
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return value
  if (!isCard(String(value))) return value
  onFound?.({ by: 'card' })
  return REDACTED
}
