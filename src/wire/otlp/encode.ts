// Whole export requests from batches, for whoever has no stream: tests, files, forwarding. The exporter works with
// slabs; the bytes are the same.
import type { Batch } from '../../model/batch.ts'
import { LogSlab, MetricSlab, SpanSlab } from './slab.ts'

export type Signal = 'traces' | 'metrics' | 'logs'

/** ExportTraceServiceRequest. */
export function encodeTraces(batches: readonly Batch[]): Uint8Array {
  const parts: Uint8Array[] = []
  for (const batch of batches) {
    const slab = new SpanSlab()
    for (const span of batch.spans) slab.add(span)
    parts.push(...slab.cut(batch.resource))
  }
  return Buffer.concat(parts)
}

/** ExportMetricsServiceRequest. */
export function encodeMetrics(batches: readonly Batch[]): Uint8Array {
  const parts: Uint8Array[] = []
  for (const batch of batches) {
    const slab = new MetricSlab()
    for (const family of batch.series) slab.add(family)
    parts.push(...slab.cut(batch.resource))
  }
  return Buffer.concat(parts)
}

/** ExportLogsServiceRequest. */
export function encodeLogs(batches: readonly Batch[]): Uint8Array {
  const parts: Uint8Array[] = []
  for (const batch of batches) {
    const slab = new LogSlab()
    for (const log of batch.logs) slab.add(log)
    parts.push(...slab.cut(batch.resource))
  }
  return Buffer.concat(parts)
}
