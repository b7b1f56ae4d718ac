// Where telemetry goes and whether it arrives there: for each sink and signal what waits, what was sent, what was lost and
// why, and what went wrong last. It promises that no credential, query or foreign text that was not sanitised is told.
import type { IntakeCounts } from '../../pipeline/intake.ts'
import { SIGNALS, type Signal, type SignalSink, type SinkError, takes } from '../../pipeline/sink.ts'
import type {
  ExportErrorAnswer,
  ExporterAnswer,
  ExporterSignalAnswer,
  ExportersAnswer,
  OfThisProcess,
  QueueAnswer,
} from './answers.ts'

/** What of the pipeline is asked. */
export interface ExportersSource {
  readonly pipeline: {
    readonly sinks: readonly SignalSink[]
    readonly self: { readonly spans: IntakeCounts; readonly logs: IntakeCounts }
  }
  /** Takes out what must not be shown. */
  readonly redact: (text: string) => string
}

const MESSAGE = 300

export function exportersOf({ pipeline, redact }: ExportersSource, head: OfThisProcess): ExportersAnswer {
  const { sinks, self } = pipeline
  return {
    ...head,
    queues: sinks.length === 0 ? [] : [queue('traces', self.spans), queue('logs', self.logs)],
    exporters: sinks.map((sink) => exporter(sink, redact)),
  }
}

function queue(signal: QueueAnswer['signal'], counts: IntakeCounts): QueueAnswer {
  return {
    signal,
    waiting: counts.size,
    capacity: counts.capacity,
    processed_total: counts.processed,
    dropped_total: { queue_full: counts.dropped, after_stop: counts.late, unencodable: counts.failed },
  }
}

function exporter(sink: SignalSink, redact: (text: string) => string): ExporterAnswer {
  const signals = SIGNALS.filter((signal) => takes(sink, signal))
  return {
    name: sink.name || 'custom',
    type: sink.component ?? 'custom',
    state: sink.state ?? 'ready',
    signals: signals.map((signal) => signalOf(sink, signal, redact)),
  }
}

function signalOf(sink: SignalSink, signal: Signal, redact: (text: string) => string): ExporterSignalAnswer {
  const counts = sink.counts?.[signal]
  const reading = sink.look?.(signal) ?? null
  const waiting = reading?.waiting
  return {
    signal,
    endpoint: reading?.place == null ? null : redact(reading.place),
    delivering: reading?.delivering ?? null,
    queue:
      waiting === undefined
        ? null
        : {
            records: counts?.inflight ?? 0,
            records_limit: Number.isFinite(waiting.mostRecords) ? waiting.mostRecords : null,
            requests: waiting.requests,
            requests_limit: waiting.mostRequests,
            bytes: waiting.bytes,
            bytes_limit: waiting.mostBytes,
          },
    sent_total: counts?.exported ?? null,
    lost_total: counts ? { undelivered: counts.failed, rejected: counts.rejected, queue_full: counts.dropped } : null,
    requests_total: reading?.requests ?? null,
    retries_total: reading?.retries ?? null,
    last_success_at: reading?.acceptedAt == null ? null : new Date(reading.acceptedAt).toISOString(),
    last_error: reading?.error ? errorOf(reading.error, redact) : null,
  }
}

function errorOf({ at, kind, reason }: SinkError, redact: (text: string) => string): ExportErrorAnswer {
  const message = redact(reason).replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ')
  return {
    at: new Date(at).toISOString(),
    kind,
    message: message.length > MESSAGE ? `${message.slice(0, MESSAGE - 1)}…` : message,
  }
}
