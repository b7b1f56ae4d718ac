// What an exception tells: class, message and stack, of an Error or of whatever was thrown instead.

export interface Described {
  readonly type: string
  readonly message: string | undefined
  readonly stack: string | undefined
}

/** Never throws, whatever getters the thrown thing has. */
export function describe(thrown: unknown): Described {
  try {
    if (typeof thrown !== 'object' || thrown === null) {
      return { type: typeof thrown === 'string' ? 'Error' : typeof thrown, message: String(thrown), stack: undefined }
    }
    const { name, message, stack, code } = thrown as Record<string, unknown>
    const called = (thrown as object).constructor?.name
    return {
      // A class of one's own says more than the name Error that it inherits; failing both, the code does.
      type: text(name === 'Error' ? undefined : name) ?? text(called) ?? text(name) ?? text(code) ?? 'Error',
      message: text(message),
      stack: text(stack),
    }
  } catch {
    return { type: 'Error', message: undefined, stack: undefined }
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
