// A bounded queue that drops its oldest item when full: fresh telemetry is worth more than stale. The capacity is a
// power of two, so that a place is found by a mask.

export class Ring<T> {
  readonly capacity: number
  /** How many items were pushed out by newer ones since the start. */
  dropped = 0
  #items: (T | undefined)[]
  readonly #mask: number
  #head = 0
  #size = 0

  /** Holds at least `capacity` items: the number is rounded up to a power of two, up to 2^24. */
  constructor(capacity: number) {
    let size = 1
    while (size < capacity && size < 1 << 24) size <<= 1
    this.capacity = size
    this.#mask = size - 1
    this.#items = new Array<T | undefined>(size).fill(undefined)
  }

  get size(): number {
    return this.#size
  }

  /** Adds at the young end; false when the oldest item had to go for it. */
  push(item: T): boolean {
    const items = this.#items
    if (this.#size > this.#mask) {
      items[this.#head] = item
      this.#head = (this.#head + 1) & this.#mask
      this.dropped++
      return false
    }
    items[(this.#head + this.#size) & this.#mask] = item
    this.#size++
    return true
  }

  /** The oldest item, left in place. */
  peek(): T | undefined {
    return this.#size === 0 ? undefined : this.#items[this.#head]
  }

  /** Takes the oldest item. */
  shift(): T | undefined {
    if (this.#size === 0) return undefined
    const item = this.#items[this.#head]
    this.#items[this.#head] = undefined
    this.#head = (this.#head + 1) & this.#mask
    this.#size--
    return item
  }
}
