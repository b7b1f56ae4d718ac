// What is put into every message of one call.
import { type Carrier, headersOf } from '../../context/carrier.ts'
import type { Frame } from '../../context/frame.ts'
import type { Propagator } from '../../context/propagator.ts'
import { beside } from './client.ts'

const MAX_NAME = 64

export type { Carrier } from '../../context/carrier.ts'

/** What one message carries: `given` with what says `frame`, as a new object. */
export function carried(frame: Frame | null, propagator: Propagator, given?: Carrier | null): Record<string, string> {
  if (given === undefined || given === null) return headersOf(frame, propagator)
  return new Context(frame, propagator).with(given)
}

/** What the messages of one call carry: it is put together once. */
export class Context {
  readonly #headers: Record<string, string>
  readonly #stale: readonly string[]

  constructor(frame: Frame | null, propagator: Propagator) {
    this.#headers = headersOf(frame, propagator)
    this.#stale = frame?.hasTrace ? propagator.fields : []
  }

  /** It says nothing, and replaces nothing. */
  get empty(): boolean {
    for (const _ in this.#headers) return false
    return true
  }

  /** `given` with it, as a new object. */
  with(given?: Carrier | null): Record<string, string> {
    if (given === undefined || given === null) return { ...this.#headers }
    const headers = beside(given, {}) as Record<string, string>
    for (const key in headers) if (this.#replaces(key)) delete headers[key]
    return Object.assign(headers, this.#headers)
  }

  /** Whether a header of a message speaks of a context too: one that is handed on says nothing of two. */
  #replaces(key: string): boolean {
    if (key.length > MAX_NAME) return false
    const name = key.toLowerCase()
    if (Object.hasOwn(this.#headers, name)) return true
    return !name.includes('baggage') && this.#stale.includes(name)
  }
}
