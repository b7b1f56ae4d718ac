// Jaeger's model in Thrift (jaeger.thrift: Batch, Process, Span, Log, Tag, SpanRef), by OpenTelemetry's mapping
// (specification, trace/sdk_exporters/jaeger). A Batch is one process and its spans; times are whole microseconds.
import { spanIdHex, traceIdHex } from '../../base/ids.ts'
import { attributeOf, type Flat, type Resource, type Value } from '../../model/attribute.ts'
import {
  FLAG_SAMPLED,
  KIND_CLIENT,
  KIND_CONSUMER,
  KIND_PRODUCER,
  KIND_SERVER,
  type SpanEvent,
  type SpanLink,
  type SpanRecord,
  STATUS_ERROR,
  STATUS_OK,
  spanAttributes,
} from '../../model/span.ts'
import { type Tag, writeTags } from './tag.ts'
import { T_I32, T_I64, T_LIST, T_STRING, T_STRUCT, ThriftWriter } from './thrift.ts'

const FOLLOWS_FROM = 1

/** An internal span has no such tag. */
const KINDS: Readonly<Record<number, string>> = {
  [KIND_CLIENT]: 'client',
  [KIND_SERVER]: 'server',
  [KIND_PRODUCER]: 'producer',
  [KIND_CONSUMER]: 'consumer',
}

/** Everything of a Batch that comes before its spans but for their number: the process, and what kind of list follows. */
export function batchHead(resource: Resource, spans: number): Buffer {
  const out = new ThriftWriter(512)
  const name = attributeOf(resource.attributes, 'service.name')
  out.field(T_STRUCT, 1)
  out.field(T_STRING, 1)
  out.text(typeof name === 'string' && name !== '' ? name : 'unknown_service')
  const tags = tagsOf(resource.attributes).filter(([key]) => key !== 'service.name')
  if (tags.length > 0) writeTags(out, 2, tags)
  out.stop()
  out.field(T_LIST, 2)
  out.list(T_STRUCT, spans)
  return out.take()
}

/** What comes after the last span. */
export const BATCH_END: Uint8Array = Uint8Array.of(0)

export function writeSpan(out: ThriftWriter, span: SpanRecord): void {
  const { rare } = span
  out.field(T_I64, 1)
  out.pair(span.t2, span.t3)
  out.field(T_I64, 2)
  out.pair(span.t0, span.t1)
  out.field(T_I64, 3)
  out.pair(span.s0, span.s1)
  out.field(T_I64, 4)
  out.pair(span.p0, span.p1)
  out.field(T_STRING, 5)
  out.text(span.name)
  const links = rare?.links ?? []
  if (links.length > 0) {
    out.field(T_LIST, 6)
    out.list(T_STRUCT, links.length)
    for (const link of links) writeReference(out, link)
  }
  out.field(T_I32, 7)
  out.i32(span.flags & FLAG_SAMPLED)
  out.field(T_I64, 8)
  out.i64(micros(span.startTime))
  out.field(T_I64, 9)
  out.i64(Number.isNaN(span.endTime) ? 0 : micros(span.endTime - span.startTime))
  const tags = spanTags(span)
  if (tags.length > 0) writeTags(out, 10, tags)
  const told = links.filter((link) => link.attributes !== null && link.attributes.length > 0)
  const events = rare?.events ?? []
  if (events.length + told.length > 0) {
    out.field(T_LIST, 11)
    out.list(T_STRUCT, events.length + told.length)
    for (const event of events) writeLog(out, event.time, eventFields(event))
    for (const link of told) writeLog(out, span.startTime, linkFields(link))
  }
  out.stop()
}

function writeReference(out: ThriftWriter, link: SpanLink): void {
  out.field(T_I32, 1)
  out.i32(FOLLOWS_FROM)
  out.field(T_I64, 2)
  out.pair(link.t2, link.t3)
  out.field(T_I64, 3)
  out.pair(link.t0, link.t1)
  out.field(T_I64, 4)
  out.pair(link.s0, link.s1)
  out.stop()
}

function writeLog(out: ThriftWriter, time: number, fields: readonly Tag[]): void {
  out.field(T_I64, 1)
  out.i64(micros(time))
  writeTags(out, 2, fields)
  out.stop()
}

function spanTags(span: SpanRecord): Tag[] {
  const { rare, scope, status } = span
  const tags = tagsOf(spanAttributes(span))
  if (scope.name !== '') tags.push(['otel.scope.name', scope.name])
  if (scope.version !== '') tags.push(['otel.scope.version', scope.version])
  const kind = KINDS[span.kind]
  if (kind !== undefined) tags.push(['span.kind', kind])
  if (status === STATUS_OK) tags.push(['otel.status_code', 'OK'])
  if (status === STATUS_ERROR) tags.push(['otel.status_code', 'ERROR'], ['error', true])
  if (rare === null) return once(tags)
  if (rare.statusMessage !== null && rare.statusMessage !== '')
    tags.push(['otel.status_description', rare.statusMessage])
  if (rare.traceState !== null) tags.push(['w3c.tracestate', rare.traceState])
  if (rare.droppedAttributes > 0) tags.push(['otel.dropped_attributes_count', rare.droppedAttributes])
  if (rare.droppedEvents > 0) tags.push(['otel.dropped_events_count', rare.droppedEvents])
  if (rare.droppedLinks > 0) tags.push(['otel.dropped_links_count', rare.droppedLinks])
  return once(tags)
}

/** A key stands once, with the value that was set last. */
function once(tags: Tag[]): Tag[] {
  const held = new Map(tags)
  return held.size === tags.length ? tags : [...held]
}

/** An attribute named `event` takes the place of the event's name. */
function eventFields({ name, attributes, dropped }: SpanEvent): Tag[] {
  const fields = tagsOf(attributes)
  if (!fields.some(([key]) => key === 'event')) fields.unshift(['event', name])
  if (dropped > 0) fields.push(['otel.event.dropped_attributes_count', dropped])
  return fields
}

function linkFields(link: SpanLink): Tag[] {
  return [
    ['event', 'link'],
    ['trace_id', traceIdHex(link.t0, link.t1, link.t2, link.t3)],
    ['span_id', spanIdHex(link.s0, link.s1)],
    ...tagsOf(link.attributes),
  ]
}

function tagsOf(flat: Flat | null): Tag[] {
  const tags: Tag[] = []
  if (flat !== null) for (let i = 0; i < flat.length; i += 2) tags.push([flat[i] as string, flat[i + 1] as Value])
  return tags
}

function micros(ms: number): number {
  return Math.max(0, Math.round(ms * 1000))
}
