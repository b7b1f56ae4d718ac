// How many there were and what they come to, altogether and over the last minutes: in steps of ten seconds, so that nothing
// grows and nothing has to be thrown away later.

const STEP_MS = 10_000
/** Five minutes. */
const STEPS = 30

export interface Sums {
  readonly count: number
  readonly sum: number
}

export class Recent {
  count = 0
  sum = 0
  readonly #counts = new Float64Array(STEPS)
  readonly #sums = new Float64Array(STEPS)
  /** Which step each place holds. */
  readonly #steps = new Float64Array(STEPS).fill(-1)

  /** `at`: monotonic milliseconds. */
  add(value: number, at: number): void {
    this.count++
    this.sum += value
    const step = Math.floor(at / STEP_MS)
    const place = step % STEPS
    if (this.#steps[place] !== step) {
      this.#steps[place] = step
      this.#counts[place] = 0
      this.#sums[place] = 0
    }
    this.#counts[place]!++
    this.#sums[place]! += value
  }

  /** Over the last `ms`, five minutes at most; the step that is under way is a part of them. */
  over(ms: number, now: number): Sums {
    const last = Math.floor(now / STEP_MS)
    const first = last - Math.min(STEPS, Math.ceil(ms / STEP_MS)) + 1
    let count = 0
    let sum = 0
    for (let place = 0; place < STEPS; place++) {
      const step = this.#steps[place]!
      if (step < first || step > last) continue
      count += this.#counts[place]!
      sum += this.#sums[place]!
    }
    return { count, sum }
  }
}
