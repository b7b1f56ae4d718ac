// What adapters share: methods of one client object are replaced on that object alone, each once.
import { noticeOnce } from '../../base/notice.ts'
import { unreadable } from './surface.ts'

const OBSERVED: unique symbol = Symbol.for('telltale.queue.observed') as never

export type Method = (this: unknown, ...args: unknown[]) => unknown

/** False when the client is observed already, or cannot be. */
export function mark(client: object): boolean {
  if ((client as { [OBSERVED]?: true })[OBSERVED] === true) return false
  return put(client, OBSERVED, { value: true })
}

/** Puts `around` in the place of a method, if the client has it; whether it has. */
export function replace(client: object, name: string, around: (original: Method) => Method): boolean {
  const original = (client as Record<string, unknown>)[name]
  if (typeof original !== 'function') return false
  const value = around(original as Method)
  // Some clients look at how many arguments a function takes.
  Object.defineProperty(value, 'length', { value: original.length, configurable: true })
  return put(client, name, { value, writable: true, configurable: true, enumerable: false })
}

function put(client: object, name: string | symbol, property: PropertyDescriptor): boolean {
  if (Reflect.defineProperty(client, name, property)) return true
  noticeOnce(
    'queue.client\nfrozen',
    'warn',
    'queue.client',
    'a client that nobody can change, as by Object.freeze, is not observed',
  )
  return false
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

export function plain(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null
}

/** A copy with other fields; what it has from its class it has still, and what its getters say as values. */
export function changed<T extends object>(record: T, fields: object): T {
  const prototype = Object.getPrototypeOf(record) as object | null
  if (prototype === Object.prototype) return { ...record, ...fields }
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
