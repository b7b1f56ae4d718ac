// A sink whose room is still being imported. Start is synchronous in what matters, so the first batches may come before
// the exporter does: a bounded number waits, the oldest are given up first and said once.
import { noticeOnce } from '../base/notice.ts'
import type { Batch, Sink } from '../model/batch.ts'

const WAITING = 64

export class LaterSink implements Sink {
  readonly name: string
  readonly #ready: Promise<void>
  #sink: Sink | null = null
  #waiting: Batch[] = []

  constructor(name: string, sink: Promise<Sink>) {
    this.name = name
    this.#ready = sink.then(
      (made) => {
        this.#sink = made
        for (const batch of this.#waiting) made.accept(batch)
        this.#waiting = []
      },
      (error: Error) => {
        this.#waiting = []
        this.#sink = { name, accept: () => {} }
        noticeOnce(`sink.${name}`, 'error', 'export.unavailable', `${name} exports nothing: ${error.message}`)
      },
    )
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

  async flush(deadlineMs: number): Promise<void> {
    await this.#ready
    await this.#sink?.flush?.(deadlineMs)
  }

  async close(deadlineMs: number): Promise<void> {
    await this.#ready
    await this.#sink?.close?.(deadlineMs)
  }
}
