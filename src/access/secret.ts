// A secret that callers prove they know. It is kept as its hash, and compared hash with hash in constant time, so that
// neither the length nor a common beginning shows.
import { createHash, timingSafeEqual } from 'node:crypto'

export class Secret {
  readonly #hash: Buffer

  constructor(text: string) {
    if (text === '') throw new RangeError('an empty secret would let everybody in')
    this.#hash = hashOf(text)
  }

  is(text: string): boolean {
    return timingSafeEqual(this.#hash, hashOf(text))
  }
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest()
}
