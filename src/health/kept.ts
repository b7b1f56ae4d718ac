// An answer that costs something, found once for all who ask together and kept for a moment: a flood of probes is one
// run of the checks.

export class Kept<T> {
  readonly #work: () => Promise<T>
  readonly #ms: number
  readonly #now: () => number
  #answer: Promise<T> | undefined
  #until = 0

  /** `work` must not reject. The answer is kept for `ms` after it was found. */
  constructor(work: () => Promise<T>, ms: number, now: () => number) {
    this.#work = work
    this.#ms = ms
    this.#now = now
  }

  get(): Promise<T> {
    if (this.#answer !== undefined && this.#now() < this.#until) return this.#answer
    const answer = this.#work()
    this.#answer = answer
    this.#until = Number.POSITIVE_INFINITY
    answer.then(() => {
      if (this.#answer === answer) this.#until = this.#now() + this.#ms
    })
    return answer
  }

  /** The next `get` asks anew; who waits now gets what is under way. */
  forget(): void {
    this.#answer = undefined
  }
}
