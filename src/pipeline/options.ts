// What a pipeline is built from.
import { monotonic, timers } from '../base/clock.ts'
import type { Resource } from '../model/attribute.ts'
import type { Sink } from '../model/batch.ts'
import type { LogRecord } from '../model/log.ts'
import type { Family } from '../model/metric.ts'
import type { SpanRecord } from '../model/span.ts'

export interface QueueOptions {
  /** Records that wait at most; rounded up to a power of two. */
  readonly queue?: number
  /** A drain begins when this many wait. */
  readonly batch?: number
  /** Sinks send what they gathered after this long, ms. */
  readonly delayMs?: number
}

/** Functions that take out what must not leave, in place. */
export interface Redaction {
  readonly span?: (span: SpanRecord) => void
  readonly log?: (log: LogRecord) => void
}

export interface PipelineClock {
  monotonic(): number
  setInterval(work: () => void, ms: number): { unref(): unknown }
  clearInterval(timer: { unref(): unknown }): void
  setImmediate(work: () => void): unknown
}

export interface PipelineOptions {
  readonly resource: Resource
  readonly sinks: readonly Sink[]
  /** Families as they stand now; called for metric pushes only. */
  readonly collect?: () => readonly Family[]
  readonly redact?: Redaction
  readonly spans?: QueueOptions
  readonly logs?: QueueOptions
  /** Default 10 000. */
  readonly metricsIntervalMs?: number
  readonly clock?: PipelineClock
}

export const systemClock: PipelineClock = {
  monotonic,
  setInterval: (work, ms) => timers.setInterval(work, ms),
  clearInterval: (timer) => timers.clearInterval(timer as NodeJS.Timeout),
  setImmediate: (work) => timers.setImmediate(work),
}
