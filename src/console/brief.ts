// Answers that are good for a second. Bounded: whoever asks for ever other windows makes others calculate again, not more be
// held.

const MS = 1000
export class Brief<T> {
  readonly #most: number
  readonly #held = new Map<string, { readonly at: number; readonly value: T }>()

  constructor(most = 64) {
    this.#most = most
  }

  /** What was made for `key` within the last second, else what `make` makes now. */
  of(key: string, now: number, make: () => T): T {
    const held = this.#held.get(key)
    if (held !== undefined && now >= held.at && now - held.at < MS) return held.value
    const value = make()
    if (this.#held.size >= this.#most) this.#held.clear()
    this.#held.set(key, { at: now, value })
    return value
  }
}
