// The points of a trie walk. Every point remembers its last step: most calls repeat the one before, and comparing a value
// costs less than hashing it.

const NONE: unique symbol = Symbol('none')

/** A point between two declared labels. Without a map, `last` is the only child. */
export class Node {
  last: unknown = NONE
  next: unknown = undefined
  map: Map<unknown, unknown> | null = null

  get(value: unknown): unknown {
    if (this.last === value) return this.next
    if (this.map === null) return undefined
    const next = this.map.get(value)
    if (next === undefined) return undefined
    this.last = value
    this.next = next
    return next
  }

  set(value: unknown, next: unknown): void {
    if (this.last !== NONE) {
      this.map ??= new Map([[this.last, this.next]])
      this.map.set(value, next)
    }
    this.last = value
    this.next = next
  }
}

/** A point between two attributes of any-attribute walks. */
export class Place<T> {
  readonly keys = new Map<string, Map<unknown, Place<T>>>()
  lastKey = ''
  lastValue: unknown = NONE
  lastPlace: Place<T> | null = null
  leaf: T | null = null

  get(key: string, value: unknown): Place<T> | undefined {
    if (this.lastValue === value && this.lastKey === key) return this.lastPlace!
    const next = this.keys.get(key)?.get(value)
    if (next === undefined) return undefined
    this.lastKey = key
    this.lastValue = value
    this.lastPlace = next
    return next
  }
}
