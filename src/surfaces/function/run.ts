// One passage of a call through what is ours: consecutive steps of the chain begin together and end together, so that a
// promise is waited for once and the clock is read twice, however many there are.
import { whenSettled } from '../../base/outcome.ts'
import { current, runIn } from '../../context/current.ts'
import type { Frame } from '../../context/frame.ts'
import type { Call, Interceptor } from './call.ts'
import type { Handles } from './counting.ts'

type Clock = () => number

export class Run {
  readonly call: Call
  /** What is current outside. */
  readonly parent: Frame | null
  /** What is current inside, where that is another. */
  frame: Frame | null = null
  handles: Handles | null = null
  /** Of the span where there is one; milliseconds. */
  clock: Clock | null = null
  begun = 0
  ended = 0

  constructor(call: Call, parent: Frame | null) {
    this.call = call
    this.parent = parent
  }
}

/** Lower is further out; the end is told from the inside out. */
export interface Step {
  readonly order: number
  begin(run: Run): void
  end(run: Run, failed: boolean, error: unknown): void
}

export class Steps implements Interceptor {
  readonly order: number
  readonly #steps: readonly Step[]
  readonly #clock: Clock

  constructor(steps: readonly Step[], clock: Clock) {
    this.order = steps[0]!.order
    this.#steps = steps
    this.#clock = clock
  }

  intercept(call: Call, next: () => unknown): unknown {
    const run = new Run(call, current() ?? null)
    const steps = this.#steps
    for (let i = 0; i < steps.length; i++) steps[i]!.begin(run)
    if (run.clock === null) {
      run.clock = this.#clock
      run.begun = run.clock()
    }
    let result: unknown
    try {
      result = run.frame === null ? next() : runIn(run.frame, next)
    } catch (error) {
      this.#end(run, true, error)
      throw error
    }
    return whenSettled(
      result,
      (value) => {
        const error = call.errorIn(value)
        this.#end(run, error !== undefined, error)
      },
      (error) => this.#end(run, true, error),
    )
  }

  #end(run: Run, failed: boolean, error: unknown): void {
    run.ended = run.clock!()
    const steps = this.#steps
    for (let i = steps.length - 1; i >= 0; i--) steps[i]!.end(run, failed, error)
  }
}
