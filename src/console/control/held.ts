// Something that is otherwise than configured for a while: it goes back by itself, by the word of whoever asks, or at stop,
// whichever comes first. A second change takes the place of the first.

export interface HeldClock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Must not keep the process alive. */
  setTimeout(work: () => void, ms: number): unknown
  clearTimeout(timer: unknown): void
}

export interface Change<T> {
  readonly value: T
  /** Milliseconds since the epoch. */
  readonly since: number
  readonly until: number
  /** Subject or token id; null for nobody who is known. */
  readonly by: string | null
}

export class Held<T> {
  readonly #apply: (value: T | null) => void
  readonly #clock: HeldClock
  readonly #ended: (change: Change<T>) => void
  #change: Change<T> | null = null
  #timer: unknown

  /** `apply` gets null for what is configured; `ended` hears of a change whose time is over. */
  constructor(apply: (value: T | null) => void, clock: HeldClock, ended: (change: Change<T>) => void) {
    this.#apply = apply
    this.#clock = clock
    this.#ended = ended
  }

  get change(): Change<T> | null {
    return this.#change
  }

  /** `until`: milliseconds since the epoch. */
  hold(value: T, until: number, by: string | null): void {
    this.#clock.clearTimeout(this.#timer)
    const since = this.#clock.now()
    this.#change = { value, since, until, by }
    this.#apply(value)
    this.#timer = this.#clock.setTimeout(() => this.#end(), Math.max(1, until - since))
  }

  /** Back to what is configured; false when that holds already. */
  release(): boolean {
    if (this.#change === null) return false
    this.#clock.clearTimeout(this.#timer)
    this.#change = null
    this.#apply(null)
    return true
  }

  #end(): void {
    const change = this.#change
    if (change !== null && this.release()) this.#ended(change)
  }
}
