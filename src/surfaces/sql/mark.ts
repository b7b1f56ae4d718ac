// How a client that was handed over is changed: its own methods in front of those of its class, each once.

const OBSERVED: unique symbol = Symbol.for('telltale.sql.observed') as never

/** Whether `client` is seen for the first time; it is known from then on. */
export function first(client: object): boolean {
  if (Object.hasOwn(client, OBSERVED)) return false
  Object.defineProperty(client, OBSERVED, { value: true })
  return true
}

export type Method = (this: unknown, ...args: unknown[]) => unknown

/** Puts what `make` returns in the place of a method; a client without it stays as it is. */
export function replace(client: object, name: string, make: (before: Method) => Method): void {
  const before = (client as Record<string, unknown>)[name]
  if (typeof before !== 'function') return
  Object.defineProperty(client, name, {
    value: make(before as Method),
    writable: true,
    configurable: true,
    enumerable: Object.getOwnPropertyDescriptor(client, name)?.enumerable ?? false,
  })
}
