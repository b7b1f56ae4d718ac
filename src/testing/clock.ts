// Time and ids that a test decides on.

/** 2026-01-01T00:00:00Z. */
const START = Date.UTC(2026, 0, 1)

export class TestClock {
  #now = START

  /** Float milliseconds since the epoch; stands still until it is moved. */
  readonly now = (): number => this.#now

  advance(ms: number): void {
    this.#now += ms
  }

  /** Back to 2026-01-01T00:00:00Z. */
  reset(): void {
    this.#now = START
  }
}
