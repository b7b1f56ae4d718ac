// Zipkin's JSON v2 (zipkin2-api.yaml), one span as one JSON object, by OpenTelemetry's mapping (specification,
// trace/sdk_exporters/zipkin). What Zipkin has no field for becomes a tag, so that nothing is lost: scope, resource, status,
// and by the names of the OpenTelemetry Collector links and tracestate. Fields that would be empty are left out.
import { spanIdHex, traceIdHex } from '../../base/ids.ts'
import { attributeOf, attributesObject, type Flat, type Resource, type Value } from '../../model/attribute.ts'
import {
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
import { endpointText, remoteEndpoint } from './endpoint.ts'
import { plain, tagText } from './tag.ts'

const KINDS: Readonly<Record<number, string>> = {
  [KIND_CLIENT]: 'CLIENT',
  [KIND_SERVER]: 'SERVER',
  [KIND_PRODUCER]: 'PRODUCER',
  [KIND_CONSUMER]: 'CONSUMER',
}

/** Who speaks, as far as it is the same for all spans of a resource. */
export interface Speaker {
  readonly localEndpoint: string
  readonly tags: ReadonlyMap<string, string>
}

export function speakerOf(resource: Resource): Speaker {
  const name = attributeOf(resource.attributes, 'service.name')
  const tags = new Map<string, string>()
  addTags(tags, resource.attributes)
  tags.delete('service.name')
  return {
    localEndpoint: endpointText({ serviceName: typeof name === 'string' && name !== '' ? name : 'unknown_service' }),
    tags,
  }
}

/** JSON text of `span`. */
export function zipkinSpan(span: SpanRecord, speaker: Speaker): string {
  const { rare } = span
  const attributes = spanAttributes(span)
  let text = `{"traceId":"${traceIdHex(span.t0, span.t1, span.t2, span.t3)}","id":"${spanIdHex(span.s0, span.s1)}"`
  if ((span.p0 | span.p1) !== 0) text += `,"parentId":"${spanIdHex(span.p0, span.p1)}"`
  const kind = KINDS[span.kind]
  if (kind !== undefined) text += `,"kind":"${kind}"`
  text += `,"name":${JSON.stringify(span.name)},"timestamp":${micros(span.startTime)}`
  // Zero is no duration to Zipkin.
  if (!Number.isNaN(span.endTime)) text += `,"duration":${Math.max(1, micros(span.endTime - span.startTime))}`
  text += `,"localEndpoint":${speaker.localEndpoint}`
  if (span.kind === KIND_CLIENT || span.kind === KIND_PRODUCER) {
    const remote = remoteEndpoint(attributes)
    if (remote !== undefined) text += `,"remoteEndpoint":${endpointText(remote)}`
  }
  if (rare?.events && rare.events.length > 0) text += `,"annotations":[${rare.events.map(annotation).join(',')}]`
  return `${text},"tags":{${tagsOf(span, attributes, speaker)}}}`
}

function tagsOf(span: SpanRecord, attributes: Flat, speaker: Speaker): string {
  const tags = new Map(speaker.tags)
  addTags(tags, attributes)
  const { rare, scope, status } = span
  // Zipkin takes any span with an error tag for failed, whatever it says.
  tags.delete('error')
  if (status === STATUS_OK) tags.set('otel.status_code', 'OK')
  if (status === STATUS_ERROR) {
    tags.set('otel.status_code', 'ERROR')
    tags.set('error', rare?.statusMessage ?? '')
  }
  if (scope.name !== '') tags.set('otel.scope.name', scope.name)
  if (scope.version !== '') tags.set('otel.scope.version', scope.version)
  if (rare !== null) {
    if (rare.traceState !== null) tags.set('w3c.tracestate', rare.traceState)
    if (rare.droppedAttributes > 0) tags.set('otel.dropped_attributes_count', String(rare.droppedAttributes))
    if (rare.droppedEvents > 0) tags.set('otel.dropped_events_count', String(rare.droppedEvents))
    if (rare.droppedLinks > 0) tags.set('otel.dropped_links_count', String(rare.droppedLinks))
    rare.links?.forEach((link, i) => {
      tags.set(`otlp.link.${i}`, linkText(link))
    })
  }
  let text = ''
  for (const [key, value] of tags) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${JSON.stringify(value)}`
  return text
}

function addTags(tags: Map<string, string>, flat: Flat): void {
  for (let i = 0; i < flat.length; i += 2) tags.set(flat[i] as string, tagText(flat[i + 1] as Value))
}

/** The event's name, and its attributes as the specification shows them. */
function annotation(event: SpanEvent): string {
  const { name, attributes } = event
  const value = attributes === null || attributes.length === 0 ? name : `${JSON.stringify(name)}: ${object(attributes)}`
  return `{"timestamp":${micros(event.time)},"value":${JSON.stringify(value)}}`
}

function linkText(link: SpanLink): string {
  const trace = traceIdHex(link.t0, link.t1, link.t2, link.t3)
  return `${trace}|${spanIdHex(link.s0, link.s1)}|${link.traceState ?? ''}|${object(link.attributes)}|${link.dropped}`
}

function object(attributes: Flat | null): string {
  return JSON.stringify(attributesObject(attributes), plain)
}

/** Whole microseconds. */
function micros(ms: number): number {
  return Math.max(0, Math.round(ms * 1000))
}
