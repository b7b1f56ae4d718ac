// Answers that take a while: who asks the same meanwhile, or within a second, is given the same. Bounded.

const MS = 1000
const MOST = 32

export class Recent<T> {
  readonly #held = new Map<string, { at: number; readonly value: Promise<T> }>()
  readonly #monotonic: () => number

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic
  }

  of(key: string, make: () => Promise<T>): Promise<T> {
    const held = this.#held.get(key)
    if (held !== undefined && this.#monotonic() - held.at < MS) return held.value
    if (this.#held.size >= MOST) this.#held.clear()
    const made = { at: Number.POSITIVE_INFINITY, value: make() }
    this.#held.set(key, made)
    made.value.then(
      () => {
        made.at = this.#monotonic()
      },
      () => {
        if (this.#held.get(key) === made) this.#held.delete(key)
      },
    )
    return made.value
  }
}
