// A bounded sequence, oldest first: every item has a number that never comes back, so that a reader can go on
// where it stopped. Grows in powers of two up to what the limits let it hold.

export class History<T> {
  #slots: (T | undefined)[] = new Array(64)
  #first = 0
  #next = 0

  /** Number of the oldest item held. */
  get first(): number {
    return this.#first
  }

  /** Number that the next item will get. */
  get next(): number {
    return this.#next
  }

  get size(): number {
    return this.#next - this.#first
  }

  /** The item with this number, or undefined when it is gone or not there yet. */
  at(number: number): T | undefined {
    if (number < this.#first || number >= this.#next) return undefined
    return this.#slots[number % this.#slots.length]
  }

  push(item: T): number {
    if (this.size === this.#slots.length) this.#grow()
    this.#slots[this.#next % this.#slots.length] = item
    return this.#next++
  }

  /** Puts another item in a place that is held. */
  set(number: number, item: T): void {
    if (number >= this.#first && number < this.#next) this.#slots[number % this.#slots.length] = item
  }

  shift(): T | undefined {
    if (this.size === 0) return undefined
    const place = this.#first++ % this.#slots.length
    const item = this.#slots[place]
    this.#slots[place] = undefined
    return item
  }

  #grow(): void {
    const from = this.#slots
    const to: (T | undefined)[] = new Array(from.length * 2)
    for (let n = this.#first; n < this.#next; n++) to[n % to.length] = from[n % from.length]
    this.#slots = to
  }
}
