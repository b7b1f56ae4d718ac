// Ends an operation with what a driver's method gave back, which the application gets as it is.
import type { Operation } from './surface.ts'

type RowsOf = (answer: unknown) => boolean | undefined

/** Calls, and ends the operation when its promise is settled. A rejection that nobody handles stays one. */
export function settle(operation: Operation, call: () => unknown, rowsOf: RowsOf): unknown {
  let answer: unknown
  try {
    answer = call()
  } catch (error) {
    operation.fail(error)
    throw error
  }
  if (typeof (answer as PromiseLike<unknown> | null)?.then !== 'function') {
    operation.end(rowsOf(answer))
    return answer
  }
  return (answer as PromiseLike<unknown>).then(
    (value) => {
      operation.end(rowsOf(value))
      return value
    },
    (error) => {
      operation.fail(error)
      throw error
    },
  )
}

/** Whether answers in the form of pg and PGlite have columns; one of several is enough. Never throws. */
export function hasFields(answer: unknown): boolean | undefined {
  try {
    const answers = Array.isArray(answer) ? (answer as unknown[]) : [answer]
    let known = false
    for (const each of answers) {
      const { fields } = (each ?? {}) as { fields?: unknown }
      if (!Array.isArray(fields)) continue
      if (fields.length > 0) return true
      known = true
    }
    return known ? false : undefined
  } catch {
    return undefined
  }
}
