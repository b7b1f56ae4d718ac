// Messages that an application takes with `for await`. What the body of such a loop does cannot be put into a context
// from outside of it: that is what `handle` is for. What a loop does show is when it asks for the next one, and its end.
import type { Held } from './held.ts'

type Messages = AsyncIterable<object>

/** Each message that is iterated over is taken by `take`. */
export function iterating(messages: unknown, take: (message: object) => Held | null): void {
  const original = (messages as Partial<Messages> | null | undefined)?.[Symbol.asyncIterator]
  if (typeof original !== 'function') return
  const value = function (this: Messages): AsyncIterator<object> {
    return new Taking(original.call(this), take)
  }
  Object.defineProperty(messages, Symbol.asyncIterator, { value, writable: true, configurable: true })
}

class Taking implements AsyncIterableIterator<object> {
  readonly #inner: AsyncIterator<object>
  readonly #take: (message: object) => Held | null
  #last: Held | null = null

  constructor(inner: AsyncIterator<object>, take: (message: object) => Held | null) {
    this.#inner = inner
    this.#take = take
  }

  async next(...given: [] | [undefined]): Promise<IteratorResult<object>> {
    this.#pass()
    const result = await this.#inner.next(...given)
    if (result.done !== true) this.#last = this.#take(result.value)
    return result
  }

  async return(value?: unknown): Promise<IteratorResult<object>> {
    this.#pass()
    return (await this.#inner.return?.(value)) ?? { done: true, value }
  }

  async throw(error?: unknown): Promise<IteratorResult<object>> {
    this.#pass()
    if (this.#inner.throw === undefined) throw error
    return this.#inner.throw(error)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** One that nothing settles was processed when the next is asked for. */
  #pass(): void {
    this.#last?.pass()
    this.#last = null
  }
}
