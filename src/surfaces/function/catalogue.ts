// The error codes that an application promises (G-06). A failure carries one of them or `fallback`; a code that is not in
// the catalogue is remembered, so that a test can refuse it.
import { noticeOnce } from '../../base/notice.ts'

/** Codes that are remembered. */
const MAX_UNKNOWN = 100
const CODE = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/

export class ErrorCatalogue<Code extends string = string> {
  readonly codes: ReadonlySet<string>
  /** What a failure is called whose code is missing or unknown. */
  readonly fallback: string
  readonly #unknown = new Set<string>()

  /** Made by `errorCatalogue()`. */
  constructor(codes: readonly Code[], fallback: string) {
    const wrong = [...codes, fallback].find((code) => typeof code !== 'string' || !CODE.test(code))
    if (wrong !== undefined) {
      throw new TypeError(
        `"${wrong}" is no error code: write a letter, then letters, digits, dots, dashes and underscores, at most 64`,
      )
    }
    this.codes = new Set<string>([...codes, fallback])
    this.fallback = fallback
  }

  /** An error of that code; its `code` is what spans, lines and answers show. */
  error(code: Code, message: string, options?: ErrorOptions): Error & { readonly code: Code } {
    return Object.assign(new Error(message, options), { code })
  }

  /** The code of what was thrown, in the catalogue for certain. Never throws. */
  codeOf(thrown: unknown): string {
    const code = read(thrown)
    if (code === undefined) return this.fallback
    if (this.codes.has(code)) return code
    const name = code.slice(0, 64)
    if (this.#unknown.size < MAX_UNKNOWN) this.#unknown.add(name)
    noticeOnce(
      `function.code ${name}`,
      'warn',
      'function.code',
      `the error code ${name} is not in the catalogue and is told as ${this.fallback}`,
    )
    return this.fallback
  }

  /** The guard: throws, naming them, when codes were met that the catalogue does not have. For the end of a test run. */
  check(): void {
    if (this.#unknown.size === 0) return
    throw new Error(`error codes that are not in the catalogue: ${[...this.#unknown].sort().join(', ')}`)
  }
}

function read(thrown: unknown): string | undefined {
  try {
    const { code } = (thrown ?? {}) as { code?: unknown }
    return typeof code === 'string' && code !== '' ? code : undefined
  } catch {
    return undefined
  }
}

/** The code of what was thrown, where there is a catalogue. Never throws, whatever was given as one. */
export function codeIn(errors: ErrorCatalogue | undefined, thrown: unknown): string | undefined {
  return typeof errors?.codeOf === 'function' ? errors.codeOf(thrown) : undefined
}

/** A catalogue of these codes and `fallback`. Throws a TypeError for what is no code. */
export function errorCatalogue<const Code extends string>(
  codes: readonly Code[],
  fallback = 'internal_error',
): ErrorCatalogue<Code> {
  return new ErrorCatalogue(codes, fallback)
}
