// OTLP JSON to batches, one per resource. It is as lenient as the Collector: lowerCamel and snake_case names, enums as
// numbers or names, 64-bit integers as text or numbers, unknown fields passed over; ids of a wrong length are malformed.
import { type Flat, Resource, Scope } from '../../model/attribute.ts'
import type { Batch } from '../../model/batch.ts'
import { LogRecord } from '../../model/log.ts'
import { type SpanEvent, type SpanLink, SpanRare, SpanRecord } from '../../model/span.ts'
import { metricOf } from './decode-json-metric.ts'
import { type Json, JsonReader } from './json-reader.ts'
import type { Limits } from './malformed.ts'

const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map((name) => `SPAN_KIND_${name}`)
const STATUSES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR']
const SEVERITIES = ['SEVERITY_NUMBER_UNSPECIFIED']
for (const level of ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']) {
  for (const step of ['', '2', '3', '4']) SEVERITIES.push(`SEVERITY_NUMBER_${level}${step}`)
}

/** ExportTraceServiceRequest. */
export function decodeTracesJson(input: string | Uint8Array, limits?: Partial<Limits>): Batch[] {
  const reader = new JsonReader(limits)
  return request(reader, input, 'resourceSpans', 'scopeSpans', 'spans', spanOf).map(([resource, spans]) => ({
    resource,
    spans,
    series: [],
    logs: [],
  }))
}

/** ExportMetricsServiceRequest. */
export function decodeMetricsJson(input: string | Uint8Array, limits?: Partial<Limits>): Batch[] {
  const reader = new JsonReader(limits)
  return request(reader, input, 'resourceMetrics', 'scopeMetrics', 'metrics', metricOf).map(([resource, families]) => ({
    resource,
    spans: [],
    series: families.flat(),
    logs: [],
  }))
}

/** ExportLogsServiceRequest. */
export function decodeLogsJson(input: string | Uint8Array, limits?: Partial<Limits>): Batch[] {
  const reader = new JsonReader(limits)
  return request(reader, input, 'resourceLogs', 'scopeLogs', 'logRecords', logOf).map(([resource, logs]) => ({
    resource,
    spans: [],
    series: [],
    logs,
  }))
}

function request<T>(
  r: JsonReader,
  input: string | Uint8Array,
  resources: string,
  scopes: string,
  records: string,
  read: (r: JsonReader, json: Json, scope: Scope) => T,
): [Resource, T[]][] {
  return r.run(input, (root) => {
    const found: [Resource, T[]][] = []
    r.each(root, resources, (group) => {
      r.group()
      const list: T[] = []
      const resource = new Resource(
        r.one(group, 'resource', (json) => r.attributes(json)) ?? [],
        r.text(group, 'schemaUrl'),
      )
      r.each(group, scopes, (part) => {
        r.group()
        const scope = scopeOf(r, part)
        r.each(part, records, (json) => {
          list.push(read(r, json, scope))
        })
      })
      found.push([resource, list])
    })
    return found
  })
}

function scopeOf(r: JsonReader, part: Json): Scope {
  const schemaUrl = r.text(part, 'schemaUrl')
  const scope = r.one(
    part,
    'scope',
    (json) => new Scope(r.text(json, 'name'), r.text(json, 'version'), schemaUrl, some(r.attributes(json))),
  )
  return scope ?? new Scope('', '', schemaUrl)
}

function some(flat: Flat): Flat | null {
  return flat.length === 0 ? null : flat
}

function spanOf(r: JsonReader, json: Json, scope: Scope): SpanRecord {
  r.record()
  const span = new SpanRecord(
    scope,
    r.text(json, 'name'),
    r.enumerated(json, 'kind', KINDS),
    r.time(json, 'startTimeUnixNano'),
  )
  span.endTime = r.time(json, 'endTimeUnixNano')
  if (r.id(json, 'traceId', 16)) {
    span.t0 = r.ids[0]!
    span.t1 = r.ids[1]!
    span.t2 = r.ids[2]!
    span.t3 = r.ids[3]!
  }
  if (r.id(json, 'spanId', 8)) {
    span.s0 = r.ids[0]!
    span.s1 = r.ids[1]!
  }
  if (r.id(json, 'parentSpanId', 8)) {
    span.p0 = r.ids[0]!
    span.p1 = r.ids[1]!
  }
  span.flags = r.number(json, 'flags') | 0
  span.attributes = some(r.attributes(json))
  const rare = new SpanRare()
  rare.traceState = r.text(json, 'traceState') || null
  rare.droppedAttributes = r.number(json, 'droppedAttributesCount')
  rare.droppedEvents = r.number(json, 'droppedEventsCount')
  rare.droppedLinks = r.number(json, 'droppedLinksCount')
  const events: SpanEvent[] = []
  r.each(json, 'events', (event) => {
    events.push({
      name: r.text(event, 'name'),
      time: r.time(event, 'timeUnixNano'),
      attributes: some(r.attributes(event)),
      dropped: r.number(event, 'droppedAttributesCount'),
    })
  })
  if (events.length > 0) rare.events = events
  const links: SpanLink[] = []
  r.each(json, 'links', (link) => {
    links.push(linkOf(r, link))
  })
  if (links.length > 0) rare.links = links
  r.one(json, 'status', (status) => {
    span.status = r.enumerated(status, 'code', STATUSES)
    rare.statusMessage = r.text(status, 'message') || null
  })
  const { droppedAttributes, droppedEvents, droppedLinks } = rare
  if (
    rare.events !== null ||
    rare.links !== null ||
    rare.statusMessage !== null ||
    rare.traceState !== null ||
    droppedAttributes + droppedEvents + droppedLinks > 0
  ) {
    span.rare = rare
  }
  return span
}

function linkOf(r: JsonReader, json: Json): SpanLink {
  const trace = r.id(json, 'traceId', 16) ? r.ids.slice(0, 4) : [0, 0, 0, 0]
  const span = r.id(json, 'spanId', 8) ? r.ids.slice(0, 2) : [0, 0]
  return {
    t0: trace[0]!,
    t1: trace[1]!,
    t2: trace[2]!,
    t3: trace[3]!,
    s0: span[0]!,
    s1: span[1]!,
    flags: r.number(json, 'flags') | 0,
    traceState: r.text(json, 'traceState') || null,
    attributes: some(r.attributes(json)),
    dropped: r.number(json, 'droppedAttributesCount'),
  }
}

function logOf(r: JsonReader, json: Json, scope: Scope): LogRecord {
  r.record()
  const log = new LogRecord(
    scope,
    r.time(json, 'timeUnixNano'),
    r.enumerated(json, 'severityNumber', SEVERITIES),
    r.text(json, 'severityText'),
    r.one(json, 'body', (body) => r.any(body, 0)) ?? null,
  )
  log.observed = r.time(json, 'observedTimeUnixNano')
  log.attributes = some(r.attributes(json))
  log.dropped = r.number(json, 'droppedAttributesCount')
  log.flags = r.number(json, 'flags') | 0
  log.eventName = r.text(json, 'eventName')
  if (r.id(json, 'traceId', 16)) {
    log.t0 = r.ids[0]!
    log.t1 = r.ids[1]!
    log.t2 = r.ids[2]!
    log.t3 = r.ids[3]!
  }
  if (r.id(json, 'spanId', 8)) {
    log.s0 = r.ids[0]!
    log.s1 = r.ids[1]!
  }
  return log
}
