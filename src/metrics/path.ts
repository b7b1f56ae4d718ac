// The points of a trie walk. Every point remembers its last step: most calls repeat the one before, and comparing a value
// costs less than hashing it.

const NONE: unique symbol = Symbol('none')

/** Up to this many children are compared one by one; more are in a Map. */
const FEW = 8

/** A point between two declared labels. */
export class Node {
  last: unknown = NONE
  next: unknown = undefined
  readonly values: unknown[] = []
  readonly nexts: unknown[] = []
  map: Map<unknown, unknown> | null = null

  get(value: unknown): unknown {
    if (this.last === value) return this.next
    if (this.map !== null) {
      const next = this.map.get(value)
      if (next === undefined) return undefined
      this.last = value
      this.next = next
      return next
    }
    const { values } = this
    for (let i = 0; i < values.length; i++)
      if (values[i] === value) {
        this.last = value
        return (this.next = this.nexts[i])
      }
    return undefined
  }

  set(value: unknown, next: unknown): void {
    if (this.map === null && this.values.length < FEW) {
      this.values.push(value)
      this.nexts.push(next)
    } else {
      this.map ??= new Map(this.values.map((each, i) => [each, this.nexts[i]]))
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
