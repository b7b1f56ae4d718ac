// How a client of a database is changed; what cannot be changed or read stays as it is.
import { type Method, mark, replace as replaceMethod } from '../../base/client.ts'
import { fault } from './guard.ts'

export type { Method } from '../../base/client.ts'

const OBSERVED: unique symbol = Symbol.for('telltale.sql.observed') as never

/** Whether `client` is seen for the first time; it is known from then on. Never throws. */
export function first(client: object): boolean {
  try {
    return mark(client, OBSERVED)
  } catch (error) {
    fault(error)
    return false
  }
}

/** Puts what `make` returns in the place of a method; a client without it stays as it is. Never throws. */
export function replace(client: object, name: string, make: (before: Method) => Method): void {
  try {
    replaceMethod(client, name, make)
  } catch (error) {
    fault(error)
  }
}
