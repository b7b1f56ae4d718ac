// Texts that come again and again and in which nothing was found: messages of log lines, ids of a request. A text is kept
// when it is seen for the second time in a row at its place, so that what never returns costs no copy.
import { detached } from './key.ts'

/** A power of two. */
const PLACES = 256
const LONGEST = 64

export class Passed {
  readonly #texts: string[] = new Array<string>(PLACES).fill('')
  /** By place: the sign of the text seen last. */
  readonly #seen = new Int32Array(PLACES)

  /** Whether nothing was found in it before. */
  has(text: string): boolean {
    return this.#texts[signOf(text) & (PLACES - 1)] === text
  }

  /** Nothing was found in it. */
  saw(text: string): void {
    if (text.length > LONGEST) return
    const sign = signOf(text)
    const place = sign & (PLACES - 1)
    if (this.#seen[place] === sign) this.#texts[place] = detached(text)
    else this.#seen[place] = sign
  }
}

/** Three characters and the length. */
function signOf(text: string): number {
  const { length } = text
  const ends = text.charCodeAt(0) * 7 + text.charCodeAt(length - 1)
  return (ends * 31 + text.charCodeAt(length >> 1)) * 61 + length
}
