// Headers of NATS messages. We import no client, so a message that has none gets an object of ours, with as much of the
// client's interface as the client itself calls.

import { plain } from '../../base/client.ts'
import type { Carrier } from '../../context/carrier.ts'
import { beside, readable } from './client.ts'

interface Headers {
  get(key: string): string
  keys(): string[]
  delete(key: string): void
  set(key: string, value: string): void
  append(key: string, value: string): void
}

type Copy = new (code?: unknown, description?: unknown) => Headers

/** Made by us: a call of the client that gets one of these is the inner half of one that is observed. */
const ours = new WeakSet<object>()

export function areOurs(options: unknown): boolean {
  const headers = plain(options)?.['headers']
  return typeof headers === 'object' && headers !== null && ours.has(headers)
}

/** What a message says, or what one is to say, each key with its first value. */
export function carrierOf(headers: unknown): Carrier | null {
  if (plain(headers) === null) return null
  const carrier: Record<string, string> = {}
  try {
    for (const [key, values] of headers as Iterable<readonly [string, readonly string[]]>) carrier[key] = values[0]!
  } catch {
    // Something else than the client's headers: what was read so far holds.
  }
  return carrier
}

/**
 * The options of a call with a copy of their headers that says what `carried` says, where several values of one key stay;
 * as they are when those cannot be copied.
 */
export function carrying(options: unknown, carried: Carrier): unknown {
  const headers = readable('sent', () => copyOf(plain(options)?.['headers']))
  if (headers === null) return options
  for (const key of headers.keys()) if (!(key in carried)) headers.delete(key)
  for (const key in carried) if (headers.get(key) !== carried[key]) headers.set(key, String(carried[key]))
  ours.add(headers)
  return beside(plain(options), { headers })
}

function copyOf(given: unknown): Headers {
  const source = plain(given)
  if (source === null || typeof source['append'] !== 'function') return new NatsHeaders()
  const Like = source.constructor as unknown as Copy
  const copy = new Like(source['code'], source['description'])
  for (const [key, values] of source as unknown as Iterable<readonly [string, readonly string[]]>) {
    for (const value of values) copy.append(key, value)
  }
  return copy
}

/** NATS/1.0 headers, as ADR-4 of NATS has them. */
class NatsHeaders implements Headers {
  readonly code = 0
  readonly description = ''
  readonly status = ''
  readonly hasError = false
  readonly #values = new Map<string, string[]>()

  get(key: string): string {
    return this.#values.get(key)?.[0] ?? ''
  }

  values(key: string): string[] {
    return [...(this.#values.get(key) ?? [])]
  }

  has(key: string): boolean {
    return this.#values.has(key)
  }

  keys(): string[] {
    return [...this.#values.keys()]
  }

  set(key: string, value: string): void {
    this.#values.set(key, [clean(value)])
  }

  append(key: string, value: string): void {
    this.#values.set(key, [...this.values(key), clean(value)])
  }

  delete(key: string): void {
    this.#values.delete(key)
  }

  [Symbol.iterator](): Iterator<[string, string[]]> {
    return this.#values.entries()
  }

  encode(): Uint8Array {
    let text = 'NATS/1.0\r\n'
    for (const [key, values] of this) for (const value of values) text += `${key}: ${value}\r\n`
    return Buffer.from(`${text}\r\n`)
  }
}

/** What the application gave to the client and the client puts here is refused as the client refuses it. */
function clean(value: string): string {
  if (!/[\r\n]/.test(value)) return value.trim()
  const error = new Error("'header' values cannot contain \\r or \\n")
  error.name = 'InvalidArgumentError'
  throw error
}
