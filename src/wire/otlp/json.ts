// OTLP JSON: lowerCamel names, hex ids, 64-bit integers as text, enums as numbers, bytes as base64 (protocol
// specification, "JSON Protobuf Encoding"). Text is built directly; this path is for people and hubs, not for speed.
import { spanIdHex, traceIdHex } from '../../base/ids.ts'
import type { Flat, Scope } from '../../model/attribute.ts'
import type { Batch } from '../../model/batch.ts'
import type { LogRecord } from '../../model/log.ts'
import type { Family } from '../../model/metric.ts'
import { type SpanRecord, spanAttributes } from '../../model/span.ts'
import { metricJson } from './json-metric.ts'
import { bodyJson, flatJson, nanos } from './json-value.ts'
import { inOtlp } from './metric.ts'

/** ExportTraceServiceRequest. */
export function encodeTracesJson(batches: readonly Batch[]): string {
  return requestJson('resourceSpans', 'scopeSpans', 'spans', batches, (batch) => batch.spans, spanJson)
}

/** ExportMetricsServiceRequest. */
export function encodeMetricsJson(batches: readonly Batch[]): string {
  const families = (batch: Batch): readonly Family[] => batch.series.filter(inOtlp)
  return requestJson('resourceMetrics', 'scopeMetrics', 'metrics', batches, families, metricJson)
}

/** ExportLogsServiceRequest. */
export function encodeLogsJson(batches: readonly Batch[]): string {
  return requestJson('resourceLogs', 'scopeLogs', 'logRecords', batches, (batch) => batch.logs, logJson)
}

function requestJson<T extends { readonly scope: Scope }>(
  resources: string,
  scopes: string,
  records: string,
  batches: readonly Batch[],
  of: (batch: Batch) => readonly T[],
  write: (record: T) => string,
): string {
  const groups: string[] = []
  for (const batch of batches) {
    const byScope = new Map<Scope, string[]>()
    for (const record of of(batch)) {
      const list = byScope.get(record.scope)
      if (list === undefined) byScope.set(record.scope, [write(record)])
      else list.push(write(record))
    }
    if (byScope.size === 0) continue
    const inner: string[] = []
    for (const [scope, list] of byScope) {
      inner.push(`{"scope":${scopeJson(scope)},"${records}":[${list.join(',')}]${schemaJson(scope.schemaUrl)}}`)
    }
    const resource = `{"attributes":${flatJson(batch.resource.attributes)}}`
    groups.push(`{"resource":${resource},"${scopes}":[${inner.join(',')}]${schemaJson(batch.resource.schemaUrl)}}`)
  }
  return `{"${resources}":[${groups.join(',')}]}`
}

function scopeJson(scope: Scope): string {
  let text = `{"name":${JSON.stringify(scope.name)}`
  if (scope.version !== '') text += `,"version":${JSON.stringify(scope.version)}`
  if (scope.attributes !== null) text += `,"attributes":${flatJson(scope.attributes)}`
  return `${text}}`
}

function schemaJson(url: string): string {
  return url === '' ? '' : `,"schemaUrl":${JSON.stringify(url)}`
}

function counted(name: string, count: number): string {
  return count === 0 ? '' : `,"${name}":${count}`
}

function spanJson(span: SpanRecord): string {
  const { rare } = span
  let text = `{"traceId":"${traceIdHex(span.t0, span.t1, span.t2, span.t3)}","spanId":"${spanIdHex(span.s0, span.s1)}"`
  if (rare?.traceState) text += `,"traceState":${JSON.stringify(rare.traceState)}`
  if ((span.p0 | span.p1) !== 0) text += `,"parentSpanId":"${spanIdHex(span.p0, span.p1)}"`
  if (span.flags !== 0) text += `,"flags":${span.flags >>> 0}`
  text += `,"name":${JSON.stringify(span.name)},"kind":${span.kind}`
  text += `,"startTimeUnixNano":${nanos(span.startTime)},"endTimeUnixNano":${nanos(span.endTime)}`
  const attributes = spanAttributes(span)
  if (attributes.length > 0) text += `,"attributes":${flatJson(attributes)}`
  if (rare !== null) {
    text += counted('droppedAttributesCount', rare.droppedAttributes)
    if (rare.events !== null) {
      const events = rare.events.map(
        (event) =>
          `{"timeUnixNano":${nanos(event.time)},"name":${JSON.stringify(event.name)}${listed(event.attributes)}${counted('droppedAttributesCount', event.dropped)}}`,
      )
      text += `,"events":[${events.join(',')}]`
    }
    text += counted('droppedEventsCount', rare.droppedEvents)
    if (rare.links !== null) {
      const links = rare.links.map(
        (link) =>
          `{"traceId":"${traceIdHex(link.t0, link.t1, link.t2, link.t3)}","spanId":"${spanIdHex(link.s0, link.s1)}"${link.traceState ? `,"traceState":${JSON.stringify(link.traceState)}` : ''}${listed(link.attributes)}${counted('droppedAttributesCount', link.dropped)}${counted('flags', link.flags >>> 0)}}`,
      )
      text += `,"links":[${links.join(',')}]`
    }
    text += counted('droppedLinksCount', rare.droppedLinks)
  }
  const message = rare?.statusMessage
  if (span.status !== 0 || message) {
    text += `,"status":{${message ? `"message":${JSON.stringify(message)},` : ''}"code":${span.status}}`
  }
  return `${text}}`
}

function listed(attributes: Flat | null): string {
  return attributes === null ? '' : `,"attributes":${flatJson(attributes)}`
}

function logJson(log: LogRecord): string {
  let text = `{"timeUnixNano":${nanos(log.time)},"observedTimeUnixNano":${nanos(log.observed)}`
  text += counted('severityNumber', log.severity)
  if (log.severityText !== '') text += `,"severityText":${JSON.stringify(log.severityText)}`
  if (log.body !== null && log.body !== undefined) text += `,"body":${bodyJson(log.body)}`
  text += listed(log.attributes)
  text += counted('droppedAttributesCount', log.dropped)
  text += counted('flags', log.flags >>> 0)
  if ((log.t0 | log.t1 | log.t2 | log.t3) !== 0) text += `,"traceId":"${traceIdHex(log.t0, log.t1, log.t2, log.t3)}"`
  if ((log.s0 | log.s1) !== 0) text += `,"spanId":"${spanIdHex(log.s0, log.s1)}"`
  if (log.eventName !== '') text += `,"eventName":${JSON.stringify(log.eventName)}`
  return `${text}}`
}
