// How a client that was handed over is changed: its own methods in front of those of its class, each once. What cannot be
// changed stays as it is, and that is said once.
import { fault } from './guard.ts'

const OBSERVED: unique symbol = Symbol.for('telltale.sql.observed') as never

/** Whether `client` is seen for the first time; it is known from then on. Never throws. */
export function first(client: object): boolean {
  try {
    if (Object.hasOwn(client, OBSERVED)) return false
    Object.defineProperty(client, OBSERVED, { value: true })
    return true
  } catch (error) {
    fault(error)
    return false
  }
}

export type Method = (this: unknown, ...args: unknown[]) => unknown

/** Puts what `make` returns in the place of a method; a client without it stays as it is. Never throws. */
export function replace(client: object, name: string, make: (before: Method) => Method): void {
  try {
    const before = (client as Record<string, unknown>)[name]
    if (typeof before !== 'function') return
    const value = make(before as Method)
    Object.defineProperties(value, { name: { value: before.name }, length: { value: before.length } })
    Object.defineProperty(client, name, {
      value,
      writable: true,
      configurable: true,
      enumerable: Object.getOwnPropertyDescriptor(client, name)?.enumerable ?? false,
    })
  } catch (error) {
    fault(error)
  }
}
