// What is delivered when the process ends, by whichever way: a flush where it comes to its end by itself or by a signal, and
// a thread that sends for us where it ends in this very turn, as after process.exit() or an error that nobody handles. It
// promises that an end with everything delivered takes no longer for it, and refuses to hold one up beyond its time.
import { notice } from '../base/notice.ts'
import { sendLast } from '../egress/last.ts'
import type { SignalOptions } from '../lifecycle/signals.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'

/** Flushes on the way to a natural end: the application may record more in each of its last moments, but not for ever. */
const MOST_FLUSHES = 10

export class End {
  readonly #pipeline: Pipeline
  readonly #timeoutMs: number
  /** How much had been recorded when the last flush was over. */
  #told = -1
  #left = MOST_FLUSHES

  /** `timeoutMs`: how long an end in this very turn may be held up; 0 leaves it alone. */
  constructor(pipeline: Pipeline, timeoutMs: number) {
    this.#pipeline = pipeline
    this.#timeoutMs = timeoutMs
  }

  get bySignal(): Pick<SignalOptions, 'flush' | 'pending'> {
    return {
      flush: async (deadlineMs) => {
        await this.#pipeline.flush(deadlineMs)
        this.#told = this.#recorded()
      },
      pending: () => this.#hasNews() && this.#left-- > 0,
    }
  }

  /** Returns the undoing. */
  watchExit(): () => void {
    if (this.#timeoutMs === 0 || this.#pipeline.sinks.length === 0) return () => {}
    const deliver = () => this.#deliver()
    process.on('exit', deliver)
    return () => void process.removeListener('exit', deliver)
  }

  #deliver(): void {
    if (!this.#hasNews()) return
    const requests = this.#pipeline.last()
    const taken = sendLast(requests, this.#timeoutMs)
    if (taken < requests.length) {
      const what = `${requests.length - taken} of ${requests.length} requests with the last telemetry of this process`
      notice('warn', 'exit.lost', `${what} were not taken within ${this.#timeoutMs} ms`)
    }
  }

  #hasNews(): boolean {
    return this.#pipeline.sinks.length > 0 && this.#recorded() !== this.#told
  }

  #recorded(): number {
    const { spans, logs } = this.#pipeline.self
    return spans.processed + spans.size + logs.processed + logs.size
  }
}
