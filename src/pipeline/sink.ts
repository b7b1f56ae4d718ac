// What a sink may tell the pipeline beyond `accept`: which signals it takes, whether it can take a span at its end.
import type { LastRequest } from '../egress/last.ts'
import type { Resource } from '../model/attribute.ts'
import type { Sink } from '../model/batch.ts'
import type { SpanRecord } from '../model/span.ts'
import type { Signal } from '../wire/otlp/encode.ts'

export type { Signal }

export const SIGNALS: readonly Signal[] = ['traces', 'metrics', 'logs']

/** What became of the records (data points for metrics) that a sink took over. */
export class ExportCounts {
  /** Handed over and not settled: gathered, waiting or on the way. */
  inflight = 0
  /** Accepted by the other side. */
  exported = 0
  /** Refused by the other side: a 4xx, or a partial success. */
  rejected = 0
  /** Given up after all attempts, or at the deadline of close. */
  failed = 0
  /** Pushed out of a full queue by newer ones. */
  dropped = 0
}

/** How one signal's way to its place stands. */
export interface SinkReading {
  /** Origin and path, without credentials or query; null where it goes nowhere. */
  readonly place: string | null
  /** Requests that were sent, each attempt counted. */
  readonly requests: number
  /** Attempts beyond the first. */
  readonly retries: number
  /** Whether the last one was accepted; null before the first. */
  readonly delivering: boolean | null
  /** Milliseconds since the epoch. */
  readonly acceptedAt: number | null
  readonly error: SinkError | null
  readonly waiting: {
    /** Request bodies, besides the one on the way. */
    readonly requests: number
    readonly mostRequests: number
    readonly bytes: number
    readonly mostBytes: number
    /** Infinity without a limit of their own. */
    readonly mostRecords: number
  }
}

/** The last thing that went wrong. */
export interface SinkError {
  /** Milliseconds since the epoch. */
  readonly at: number
  /** `again`: was, or will be, tried again. `refused`: the other side does not want it. `partial`: it took a part. */
  readonly kind: 'again' | 'refused' | 'partial'
  /** May quote the other side. */
  readonly reason: string
}

export interface SignalSink extends Sink {
  /** Everything when absent. */
  readonly takes?: ReadonlySet<Signal>
  /** Takes a span at its end, keeping nothing of it: the span may change afterwards. */
  encode?(span: SpanRecord, resource: Resource): void
  /** The delay is over: what was gathered of this signal shall leave. */
  ship?(signal: Signal): void
  flush?(deadlineMs: number, signal?: Signal): Promise<void>
  /** The process ends in this turn: takes out what waits, as requests that somebody else sends. Of what is on the way nothing. */
  last?(): readonly LastRequest[]
  readonly counts?: Readonly<Record<Signal, ExportCounts>>
  /** Null for a signal that it does not take. */
  look?(signal: Signal): SinkReading | null
  /** Why it takes nothing yet, or ever; ready when absent. */
  readonly state?: 'loading' | 'unavailable' | undefined
  /** `otel.component.type` of its self telemetry, such as `otlp_http_exporter`. */
  readonly component?: string
}

export function takes(sink: SignalSink, signal: Signal): boolean {
  return sink.takes === undefined || sink.takes.has(signal)
}
