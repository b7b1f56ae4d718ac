// What was thrown, in words. Anything can be thrown: an object without a prototype, a revoked proxy, an error whose getters
// throw in turn; whoever says that something failed must not fail by it.

/** The message of an error, else the thing as text; never throws. */
export function thrownText(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message || thrown.name) : String(thrown)
  } catch {
    return 'something that cannot be read was thrown'
  }
}

/** The same with the stack of an error. */
export function thrownStack(thrown: unknown): string {
  try {
    if (thrown instanceof Error && typeof thrown.stack === 'string') return thrown.stack
  } catch {}
  return thrownText(thrown)
}
