// How often each value of a key occurs: what stands beside a list to narrow it. Bounded in distinct values and in their length.
import type { Facet } from './answers.ts'

const MOST_VALUES = 200
const SHOWN = 50
const LONGEST = 200

export class Tally {
  readonly #counts = new Map<string, number>()
  #more = false

  add(value: string): void {
    const short = value.length > LONGEST ? value.slice(0, LONGEST) : value
    const count = this.#counts.get(short)
    if (count !== undefined) this.#counts.set(short, count + 1)
    else if (this.#counts.size < MOST_VALUES) this.#counts.set(short, 1)
    else this.#more = true
  }

  facet(key: string): Facet {
    const values = [...this.#counts].map(([value, count]) => ({ value, count }))
    values.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    return { key, values: values.slice(0, SHOWN), more: this.#more || values.length > SHOWN }
  }
}
