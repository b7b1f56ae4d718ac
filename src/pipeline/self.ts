// The pipeline's own numbers under the names of the semantic conventions (otel.sdk.*), read when somebody collects.
// Spans started and live are the trace room's.
import { NAMES } from '../model/names.ts'
import type { IntakeCounts } from './intake.ts'
import type { Pipeline } from './pipeline.ts'
import type { ExportCounts, Signal } from './sink.ts'

type Labels = Readonly<Record<string, string>>

export interface SelfPoint {
  /** Row of `model/names`. */
  readonly name: (typeof NAMES)[keyof typeof NAMES]
  readonly value: number
  /** By the row's short label names; an empty error type is none. */
  readonly labels: Labels
}

export function selfPoints(pipeline: Pipeline): SelfPoint[] {
  const points: SelfPoint[] = []
  const { spans, logs } = pipeline.self
  const spanQueue = {
    size: NAMES.otel_sdk_processor_span_queue_size,
    capacity: NAMES.otel_sdk_processor_span_queue_capacity,
    processed: NAMES.otel_sdk_processor_span_processed_total,
  }
  const logQueue = {
    size: NAMES.otel_sdk_processor_log_queue_size,
    capacity: NAMES.otel_sdk_processor_log_queue_capacity,
    processed: NAMES.otel_sdk_processor_log_processed_total,
  }
  if (pipeline.sinks.length === 0) return points
  queuePoints(points, spanQueue, spans, 'batching_span_processor')
  queuePoints(points, logQueue, logs, 'batching_log_processor')
  const created = logs.processed + logs.size + logs.dropped + logs.late
  points.push({ name: NAMES.otel_sdk_log_created_total, value: created, labels: {} })
  for (const sink of pipeline.sinks) {
    if (sink.counts === undefined) continue
    const component = labels(sink.component ?? 'exporter', sink.name)
    for (const signal of Object.keys(EXPORT) as Signal[]) {
      if (sink.takes === undefined || sink.takes.has(signal))
        exportPoints(points, signal, sink.counts[signal], component)
    }
  }
  return points
}

const EXPORT = {
  traces: { inflight: NAMES.otel_sdk_exporter_span_inflight, exported: NAMES.otel_sdk_exporter_span_exported_total },
  logs: { inflight: NAMES.otel_sdk_exporter_log_inflight, exported: NAMES.otel_sdk_exporter_log_exported_total },
  metrics: {
    inflight: NAMES.otel_sdk_exporter_metric_data_point_inflight,
    exported: NAMES.otel_sdk_exporter_metric_data_point_exported_total,
  },
} as const

interface QueueRows {
  readonly size: SelfPoint['name']
  readonly capacity: SelfPoint['name']
  readonly processed: SelfPoint['name']
}

function labels(type: string, name: string): Labels {
  return { otel_component_type: type, otel_component_name: name }
}

function outcome(component: Labels, error: string): Labels {
  return { ...component, error_type: error }
}

function queuePoints(points: SelfPoint[], rows: QueueRows, counts: IntakeCounts, type: string): void {
  const component = labels(type, `${type}/0`)
  points.push({ name: rows.size, value: counts.size, labels: component })
  points.push({ name: rows.capacity, value: counts.capacity, labels: component })
  points.push({ name: rows.processed, value: counts.processed, labels: outcome(component, '') })
  // Absent until it happens: an error type is a label value that really occurs (W-10).
  failed(points, rows.processed, counts.dropped, 'queue_full', component)
  failed(points, rows.processed, counts.late, 'already_shutdown', component)
  failed(points, rows.processed, counts.failed, '_OTHER', component)
}

function exportPoints(points: SelfPoint[], signal: Signal, counts: ExportCounts, component: Labels): void {
  const rows = EXPORT[signal]
  points.push({ name: rows.inflight, value: counts.inflight, labels: component })
  points.push({ name: rows.exported, value: counts.exported, labels: outcome(component, '') })
  failed(points, rows.exported, counts.rejected, 'rejected', component)
  failed(points, rows.exported, counts.failed, 'undelivered', component)
  failed(points, rows.exported, counts.dropped, 'queue_full', component)
}

function failed(points: SelfPoint[], name: SelfPoint['name'], value: number, type: string, component: Labels): void {
  if (value > 0) points.push({ name, value, labels: outcome(component, type) })
}
