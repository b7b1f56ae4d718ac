// The order in which things let go. Rooms register what they have to stop, `start` runs it once: readiness flips
// first, then group after group, each stop with a deadline of its own. It promises that a stop which fails or hangs
// is said and holds nothing up, and that a second stop is the first one's promise.
import { monotonic, timers } from '../base/clock.ts'
import { notice, thrownText } from '../base/notice.ts'

/** Groups in their order: logs are flushed after the failures of metrics and traces were logged. */
export const STOP = { drain: 10, producers: 20, metrics: 30, traces: 40, logs: 50, close: 60 } as const

export interface StopResult {
  readonly name: string
  readonly outcome: 'ok' | 'failed' | 'late'
  /** Milliseconds it took, or its deadline. */
  readonly ms: number
}

export type StopReport = readonly StopResult[]

interface Stop {
  readonly name: string
  readonly order: number
  readonly work: (deadlineMs: number) => unknown
  readonly deadlineMs: number
}

export class Lifecycle {
  readonly #stops = new Set<Stop>()
  #ready = false
  #stopped: Promise<StopReport> | undefined

  /** False before `begin` and from the first moment of a stop. */
  get ready(): boolean {
    return this.#ready
  }

  get stopping(): boolean {
    return this.#stopped !== undefined
  }

  /** Ready to serve; after a stop it makes the lifecycle usable again. */
  begin(): void {
    this.#stopped = undefined
    this.#ready = true
  }

  /**
   * Registers what is to be stopped; those of one `order` stop together, lower orders first. `work` gets its deadline
   * in milliseconds and is given up after it. Returns the removal.
   */
  onStop(name: string, order: number, work: (deadlineMs: number) => unknown, deadlineMs = 5000): () => void {
    const stop = { name, order, work, deadlineMs }
    this.#stops.add(stop)
    return () => void this.#stops.delete(stop)
  }

  /** Runs every stop once, in order; never rejects. */
  stop(): Promise<StopReport> {
    this.#ready = false
    this.#stopped ??= this.#run()
    return this.#stopped
  }

  async #run(): Promise<StopReport> {
    const stops = [...this.#stops].sort((a, b) => a.order - b.order)
    this.#stops.clear()
    const report: StopResult[] = []
    for (let i = 0; i < stops.length; ) {
      const group: Stop[] = []
      for (const { order } = stops[i]!; i < stops.length && stops[i]!.order === order; i++) group.push(stops[i]!)
      report.push(...(await Promise.all(group.map(runStop))))
    }
    return report
  }
}

async function runStop({ name, work, deadlineMs }: Stop): Promise<StopResult> {
  const begun = monotonic()
  let timer: ReturnType<typeof setTimeout> | undefined
  // Referenced on purpose: the process must live until the deadline has passed or the work is done.
  const late = new Promise<StopResult>((resolve) => {
    timer = timers.setTimeout(() => resolve({ name, outcome: 'late', ms: deadlineMs }), deadlineMs)
  })
  const done = async (): Promise<StopResult> => {
    await work(deadlineMs)
    return { name, outcome: 'ok', ms: monotonic() - begun }
  }
  const failed = (error: unknown): StopResult => {
    notice('warn', 'stop.failed', `stopping ${name} failed: ${thrownText(error)}`)
    return { name, outcome: 'failed', ms: monotonic() - begun }
  }
  try {
    const result = await Promise.race([done().catch(failed), late])
    if (result.outcome === 'late')
      notice('warn', 'stop.late', `stopping ${name} took more than ${deadlineMs} ms and was given up`)
    return result
  } finally {
    timers.clearTimeout(timer)
  }
}
