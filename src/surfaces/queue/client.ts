// What adapters share beside `base/client.ts`: what is no client of theirs, and what cannot be read.
import { mark as markAs } from '../../base/client.ts'
import { noticeOnce } from '../../base/notice.ts'
import { unreadable } from './surface.ts'

const OBSERVED: unique symbol = Symbol.for('telltale.queue.observed') as never

/** False when the client is observed already, or cannot be. */
export function mark(client: object): boolean {
  return markAs(client, OBSERVED)
}

/** A client whose shape we do not know stays as it is, and that is said once. */
export function unknownClient(adapter: string, wanted: string): void {
  const text = `${adapter} was given something that is no ${wanted}: it is not observed`
  noticeOnce(`queue.client\n${adapter}`, 'warn', 'queue.client', text)
}

/** Null when it throws: what a caller gave, or a broker, cannot be read, and goes its way without us. */
export function readable<T>(what: 'sent' | 'processed', read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    unreadable(what, error)
    return null
  }
}

/**
 * A plain copy with other fields. Behind a literal that begins with a spread, Node 20 gives each object a hidden class of its own
 * for what is added: 0.5 µs, and as much again for everybody who reads a field of it.
 */
export function beside(record: object | null, fields: object): object {
  return { __proto__: Object.prototype, ...record, ...fields }
}

/** A copy with other fields; what it has from its class it has still, and what its getters say as values. */
export function changed<T extends object>(record: T, fields: object): T {
  const prototype = Object.getPrototypeOf(record) as object | null
  if (prototype === Object.prototype) return beside(record, fields) as T
  const copy = Object.create(prototype) as T
  const values: Record<string, unknown> = {}
  for (let level = prototype; level !== null && level !== Object.prototype; level = Object.getPrototypeOf(level)) {
    for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      if (get !== undefined && name !== '__proto__') values[name] = (record as Record<string, unknown>)[name]
    }
  }
  for (const [name, value] of Object.entries({ ...values, ...record, ...fields })) {
    Object.defineProperty(copy, name, { value, writable: true, enumerable: true, configurable: true })
  }
  return copy
}
