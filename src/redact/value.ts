// Nested values keep their shape: arrays stay arrays, objects keep their keys, only leaves change. Cycles, depth and
// size are bounded, and what is not plain data (functions, class instances, getters that throw) becomes text.
import type { Value } from '../model/attribute.ts'
import { CLEAN, SECRET, URL_VALUE, type Verdict } from './key.ts'
import { isCard, REDACTED } from './text.ts'

export interface ValueOptions {
  judge: (key: string) => Verdict
  text: (text: string) => string
  url: (text: string) => string
  /** Levels of nesting that are kept; deeper values become `[DEPTH]`. */
  maxDepth: number
  /** Values of one tree that are kept; later ones become `[SIZE]`. */
  maxNodes: number
}

/** One walk over one tree. */
export class Walk {
  readonly #options: ValueOptions
  readonly #above: object[] = []
  #nodes = 0

  constructor(options: ValueOptions) {
    this.#options = options
  }

  value(value: unknown, verdict: Verdict): Value {
    switch (typeof value) {
      case 'string':
        return this.#text(value, verdict)
      case 'number':
      case 'bigint':
        return number(value, verdict)
      case 'boolean':
        return verdict === SECRET ? REDACTED : value
      case 'object':
        return value === null ? null : this.#object(value, verdict)
      case 'undefined':
        return null
      case 'symbol':
        return this.#text(value.toString(), verdict)
      default:
        return '[Function]'
    }
  }

  #text(text: string, verdict: Verdict): string {
    if (verdict === CLEAN) return text
    if (verdict === SECRET) return text === '' ? text : REDACTED
    return verdict === URL_VALUE ? this.#options.url(text) : this.#options.text(text)
  }

  #object(value: object, verdict: Verdict): Value {
    if (value instanceof Uint8Array) return bytes(value, verdict, this.#options.text)
    if (value instanceof Date)
      return verdict === SECRET ? REDACTED : Number.isNaN(value.getTime()) ? '' : value.toISOString()
    if (value instanceof URL) return this.#text(value.href, verdict === SECRET ? SECRET : URL_VALUE)
    if (value instanceof RegExp) return this.#text(String(value), verdict)
    if (this.#above.includes(value)) return '[CYCLE]'
    if (this.#above.length >= this.#options.maxDepth) return '[DEPTH]'
    this.#above.push(value)
    try {
      if (Array.isArray(value)) return this.#array(value, verdict)
      if (value instanceof Error) return this.#error(value, verdict)
      if (value instanceof Map) return this.#entries(value.entries(), verdict)
      if (value instanceof Set) return this.#array([...value], verdict)
      const toJSON = (value as { toJSON?: unknown }).toJSON
      if (typeof toJSON === 'function') {
        const plain: unknown = toJSON.call(value)
        if (plain !== value) return this.value(plain, verdict)
      }
      return this.#entries(ownEntries(value), verdict)
    } catch {
      // A getter or toJSON of the application threw.
      return '[UNREADABLE]'
    } finally {
      this.#above.pop()
    }
  }

  #array(values: readonly unknown[], verdict: Verdict): Value {
    const out: Value[] = []
    for (let i = 0; i < values.length; i++) {
      if (++this.#nodes > this.#options.maxNodes) {
        out.push('[SIZE]')
        break
      }
      out.push(this.value(values[i], verdict))
    }
    return out
  }

  #entries(entries: Iterable<[unknown, unknown]>, verdict: Verdict): Value {
    const out: Record<string, Value> = {}
    for (const [name, value] of entries) {
      if (++this.#nodes > this.#options.maxNodes) {
        out['…'] = '[SIZE]'
        break
      }
      if (value === undefined) continue
      const key = String(name)
      // Everything under a secret key is secret; under a URL key the values below are judged by their own keys.
      const own = verdict === SECRET ? SECRET : this.#options.judge(key)
      // A key may be a secret itself: a map from token to user.
      put(out, this.#options.text(key), this.value(value, own))
    }
    return out
  }

  #error(error: Error, verdict: Verdict): Value {
    // What libraries hang on an error (a code, a query, a config with headers) is judged like any object.
    const out = this.#entries(ownEntries(error), verdict) as Record<string, Value>
    put(out, 'type', this.#text(String(error.name), verdict))
    put(out, 'message', this.#text(String(error.message), verdict))
    if (typeof error.stack === 'string') put(out, 'stack', this.#text(error.stack, verdict))
    if (error.cause !== undefined) put(out, 'cause', this.value(error.cause, verdict))
    return out
  }
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
function number(value: number | bigint, verdict: Verdict): Value {
  if (verdict === SECRET) return REDACTED
  if (verdict === CLEAN || value < 3e11 || value > 1e19) return value
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return value
  return isCard(String(value)) ? REDACTED : value
}

/** Bytes stay bytes while they hold nothing readable that is secret. */
function bytes(value: Uint8Array, verdict: Verdict, text: (text: string) => string): Value {
  if (verdict === SECRET) return REDACTED
  const readable = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1')
  return text(readable) === readable ? value : REDACTED
}
