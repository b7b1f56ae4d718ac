// OTLP protobuf to batches, one per resource. It takes what real senders send and the Collector accepts: unknown fields
// are skipped, ids may be empty, lists may be packed or not; anything malformed is a MalformedOtlp, never a crash.
import type { Batch } from '../../model/batch.ts'
import type { LogRecord } from '../../model/log.ts'
import type { Family } from '../../model/metric.ts'
import type { SpanRecord } from '../../model/span.ts'
import { readLog } from './decode-log.ts'
import { readMetric } from './decode-metric.ts'
import { readSpan } from './decode-span.ts'
import { Decoder } from './decoder.ts'
import type { Limits } from './malformed.ts'

/** ExportTraceServiceRequest. */
export function decodeTraces(bytes: Uint8Array, limits?: Partial<Limits>): Batch[] {
  const spans: SpanRecord[][] = []
  const resources = new Decoder(bytes, limits).request('resourceSpans', 'scopeSpans', 'spans', (d, scope, group) => {
    ;(spans[group] ??= []).push(readSpan(d, scope))
  })
  return resources.map((resource, i) => ({ resource, spans: spans[i] ?? [], series: [], logs: [] }))
}

/** ExportLogsServiceRequest. */
export function decodeLogs(bytes: Uint8Array, limits?: Partial<Limits>): Batch[] {
  const logs: LogRecord[][] = []
  const resources = new Decoder(bytes, limits).request('resourceLogs', 'scopeLogs', 'logRecords', (d, scope, group) => {
    ;(logs[group] ??= []).push(readLog(d, scope))
  })
  return resources.map((resource, i) => ({ resource, spans: [], series: [], logs: logs[i] ?? [] }))
}

/** ExportMetricsServiceRequest. */
export function decodeMetrics(bytes: Uint8Array, limits?: Partial<Limits>): Batch[] {
  const series: Family[][] = []
  const decoder = new Decoder(bytes, limits)
  const resources = decoder.request('resourceMetrics', 'scopeMetrics', 'metrics', (d, scope, group) => {
    for (const family of readMetric(d, scope)) (series[group] ??= []).push(family)
  })
  return resources.map((resource, i) => ({ resource, spans: [], series: series[i] ?? [], logs: [] }))
}
