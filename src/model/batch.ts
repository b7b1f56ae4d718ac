// The one currency between rooms: what the pipeline drains, what OTLP bytes decode to, what Prometheus text is
// written from, what the store accepts, what tests capture.
import type { Resource } from './attribute.ts'
import type { LogRecord } from './log.ts'
import type { Family } from './metric.ts'
import type { SpanRecord } from './span.ts'

export interface Batch {
  readonly resource: Resource
  readonly spans: readonly SpanRecord[]
  readonly series: readonly Family[]
  readonly logs: readonly LogRecord[]
}

/** Anything that takes batches: the OTLP sender, the store, stdout, a test. `accept` never throws. */
export interface Sink {
  readonly name: string
  accept(batch: Batch): void
  /** Resolves when everything accepted so far is delivered or given up, at the latest after `deadlineMs`. */
  flush?(deadlineMs: number): Promise<void>
  /** Flushes, then lets go of sockets and timers; a second call is a no-op. */
  close?(deadlineMs: number): Promise<void>
}
