// How a client that was handed over is changed: its own methods in front of those of its class, on that object alone, each
// once. One that cannot be changed stays as it is, and that is said once.
import { noticeOnce } from './notice.ts'

export type Method = (this: unknown, ...args: unknown[]) => unknown

/** Whether `client` gets the mark `key` now; false when it has it, or cannot be changed. */
export function mark(client: object, key: symbol): boolean {
  return !Object.hasOwn(client, key) && put(client, key, { value: true })
}

/** Puts what `around` returns in the place of a method, with its name and length; whether there is one and it could be. */
export function replace(client: object, name: string, around: (original: Method) => Method): boolean {
  const original = (client as Record<string, unknown>)[name]
  if (typeof original !== 'function') return false
  const value = around(original as Method)
  // Some clients look at how many arguments a function takes.
  Object.defineProperties(value, {
    name: { value: original.name, configurable: true },
    length: { value: original.length, configurable: true },
  })
  const enumerable = Object.getOwnPropertyDescriptor(client, name)?.enumerable ?? false
  return put(client, name, { value, writable: true, configurable: true, enumerable })
}

function put(client: object, name: string | symbol, property: PropertyDescriptor): boolean {
  if (Reflect.defineProperty(client, name, property)) return true
  const text = 'a client that nobody can change, as by Object.freeze, is not observed'
  noticeOnce('client.frozen', 'warn', 'client.frozen', text)
  return false
}

/** As fields to be read; null when it is no object, or a list. */
export function plain(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null
}
