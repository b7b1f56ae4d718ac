// The first `limit` of many in a given order, without sorting the many; one more is kept to know whether there is a next page.

export class Best<T> {
  readonly items: T[] = []
  readonly #limit: number
  readonly #before: (a: T, b: T) => boolean

  constructor(limit: number, before: (a: T, b: T) => boolean) {
    this.#limit = limit
    this.#before = before
  }

  offer(item: T): void {
    const { items } = this
    if (items.length > this.#limit && !this.#before(item, items[items.length - 1]!)) return
    let low = 0
    let high = items.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#before(item, items[middle]!)) high = middle
      else low = middle + 1
    }
    items.splice(low, 0, item)
    if (items.length > this.#limit + 1) items.pop()
  }

  get page(): T[] {
    return this.items.slice(0, this.#limit)
  }

  get more(): boolean {
    return this.items.length > this.#limit
  }
}
