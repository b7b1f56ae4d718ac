// A sink whose room is still being imported. Start is synchronous in what matters, so the first batches may come before
// the exporter does: a bounded number waits, the oldest are given up first and said once.
import { noticeOnce } from '../base/notice.ts'
import type { LastRequest } from '../egress/last.ts'
import type { Batch } from '../model/batch.ts'
import type { ExportCounts, Signal, SignalSink, SinkReading } from '../pipeline/sink.ts'

const WAITING = 64

export class LaterSink implements SignalSink {
  readonly name: string
  readonly takes: ReadonlySet<Signal>
  readonly #ready: Promise<void>
  #sink: SignalSink | null = null
  #waiting: Batch[] = []

  constructor(name: string, takes: readonly Signal[], sink: Promise<SignalSink>) {
    this.name = name
    this.takes = new Set(takes)
    this.#ready = sink.then(
      (made) => {
        this.#sink = made
        for (const batch of this.#waiting) made.accept(batch)
        this.#waiting = []
      },
      (error: Error) => {
        this.#waiting = []
        this.#sink = { name, accept: () => {}, state: 'unavailable' }
        noticeOnce(`sink.${name}`, 'error', 'export.unavailable', `${name} exports nothing: ${error.message}`)
      },
    )
  }

  get counts(): Readonly<Record<Signal, ExportCounts>> | undefined {
    return this.#sink?.counts
  }

  get component(): string | undefined {
    return this.#sink?.component
  }

  get state(): SignalSink['state'] {
    return this.#sink === null ? 'loading' : this.#sink.state
  }

  look(signal: Signal): SinkReading | null {
    return this.#sink?.look?.(signal) ?? null
  }

  accept(batch: Batch): void {
    if (this.#sink !== null) {
      this.#sink.accept(batch)
      return
    }
    if (this.#waiting.length === WAITING) {
      this.#waiting.shift()
      noticeOnce(
        `sink.${this.name}.late`,
        'warn',
        'export.late',
        `${this.name} is not there yet: its oldest batches are dropped`,
      )
    }
    this.#waiting.push(batch)
  }

  ship(signal: Signal): void {
    this.#sink?.ship?.(signal)
  }

  async flush(deadlineMs: number, signal?: Signal): Promise<void> {
    await this.#ready
    await this.#sink?.flush?.(deadlineMs, signal)
  }

  last(): readonly LastRequest[] {
    return this.#sink?.last?.() ?? []
  }

  async close(deadlineMs: number): Promise<void> {
    await this.#ready
    await this.#sink?.close?.(deadlineMs)
  }
}
