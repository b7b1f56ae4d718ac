// What is put into every message of one call.
import { type Carrier, headersOf } from '../../context/carrier.ts'
import type { Frame } from '../../context/frame.ts'
import type { Propagator } from '../../context/propagator.ts'

const MAX_NAME = 64

export type { Carrier } from '../../context/carrier.ts'

export class Context {
  readonly #headers: Record<string, string>
  /** Headers of a message that speak of a context too: one that is handed on says nothing of two. */
  readonly #stale: ReadonlySet<string>

  constructor(frame: Frame | null, propagator: Propagator) {
    this.#headers = headersOf(frame, propagator)
    const stale = new Set(Object.keys(this.#headers))
    if (frame?.hasTrace) for (const field of propagator.fields) if (!field.includes('baggage')) stale.add(field)
    this.#stale = stale
  }

  /** `given` with it, as a new object. */
  with(given?: Carrier | null): Record<string, string> {
    const headers: Record<string, string> = { ...(given as Record<string, string> | null | undefined) }
    if (this.#stale.size === 0) return headers
    for (const key in headers) {
      if (key.length <= MAX_NAME && this.#stale.has(key.toLowerCase())) delete headers[key]
    }
    return Object.assign(headers, this.#headers)
  }
}
