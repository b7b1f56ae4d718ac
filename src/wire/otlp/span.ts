// One Span (trace.proto) from a flat record in a single pass: two copies of templates, ids, times, its own attributes.
import type { SpanEvent, SpanLink, SpanRare, SpanRecord } from '../../model/span.ts'
import { flatBound, SPAN_ATTRIBUTE, templateBytes } from './attributes.ts'
import { viewOf } from './known.ts'
import {
  attributeBound,
  patchLength,
  putAttributes,
  putBytes,
  putFixed32,
  putId,
  putString,
  putTime,
  putVarint,
  varintSize,
} from './put.ts'

/** Upper bound of the bytes that `putSpan` needs. */
export function spanBound(span: SpanRecord): number {
  let bound = 112 + 3 * span.name.length
  if (span.template !== null) bound += templateBytes(span.template).length
  if (span.peer !== null) bound += templateBytes(span.peer).length
  const { attributes } = span
  if (attributes !== null) {
    for (let i = 0; i < attributes.length; i += 2) bound += attributeBound(attributes[i] as string, attributes[i + 1])
  }
  return span.rare === null ? bound : bound + rareBound(span.rare)
}

/** The span as field 2 of ScopeSpans, with tag and length. */
export function putSpan(b: Buffer, p: number, span: SpanRecord): number {
  b[p] = 0x12
  // Two bytes of length fit 128 to 16 383 bytes, which is nearly every span.
  const from = p + 3
  const into = viewOf(b)
  b[from] = 0x0a
  b[from + 1] = 16
  into.setInt32(from + 2, span.t0)
  into.setInt32(from + 6, span.t1)
  into.setInt32(from + 10, span.t2)
  into.setInt32(from + 14, span.t3)
  b[from + 18] = 0x12
  b[from + 19] = 8
  into.setInt32(from + 20, span.s0)
  into.setInt32(from + 24, span.s1)
  p = from + 28
  const { rare } = span
  if (rare !== null && rare.traceState !== null && rare.traceState !== '') {
    b[p] = 0x1a
    p = putString(b, p + 1, rare.traceState)
  }
  if ((span.p0 | span.p1) !== 0) {
    b[p] = 0x22
    b[p + 1] = 8
    into.setInt32(p + 2, span.p0)
    into.setInt32(p + 6, span.p1)
    p += 10
  }
  b[p] = 0x2a
  p = putString(b, p + 1, span.name)
  b[p] = 0x30
  b[p + 1] = span.kind
  b[p + 2] = 0x39
  p = putTime(b, p + 3, span.startTime)
  b[p] = 0x41
  p = putTime(b, p + 1, span.endTime)
  if (span.template !== null) p = putBytes(b, p, templateBytes(span.template))
  if (span.peer !== null) p = putBytes(b, p, templateBytes(span.peer))
  const { attributes } = span
  if (attributes !== null) p = putAttributes(b, p, SPAN_ATTRIBUTE, attributes)
  if (rare !== null) p = putRare(b, p, rare)
  const message = rare === null ? null : rare.statusMessage
  if (span.status !== 0 || message !== null) p = putStatus(b, p, span.status, message)
  if (span.flags !== 0) {
    b[p] = 0x85
    b[p + 1] = 0x01
    into.setInt32(p + 2, span.flags, true)
    p += 6
  }
  const length = p - from
  if (length > 0x7f && length < 0x4000) {
    b[from - 2] = (length & 0x7f) | 0x80
    b[from - 1] = length >>> 7
    return p
  }
  const size = varintSize(length)
  b.copyWithin(from - 2 + size, from, p)
  putVarint(b, from - 2, length)
  return p - 2 + size
}

function putStatus(b: Buffer, p: number, code: number, message: string | null): number {
  b[p++] = 0x7a
  const from = p++
  if (message !== null && message !== '') {
    b[p++] = 0x12
    p = putString(b, p, message)
  }
  if (code !== 0) {
    b[p++] = 0x18
    b[p++] = code
  }
  return patchLength(b, from, p)
}

function rareBound(rare: SpanRare): number {
  let bound = 64 + 3 * ((rare.statusMessage?.length ?? 0) + (rare.traceState?.length ?? 0))
  if (rare.events !== null) {
    for (const event of rare.events) {
      bound += 48 + 3 * event.name.length + (event.attributes === null ? 0 : flatBound(event.attributes))
    }
  }
  if (rare.links !== null) {
    for (const link of rare.links) {
      bound += 64 + 3 * (link.traceState?.length ?? 0) + (link.attributes === null ? 0 : flatBound(link.attributes))
    }
  }
  return bound
}

function putRare(b: Buffer, p: number, rare: SpanRare): number {
  p = putCount(b, p, 0x50, rare.droppedAttributes)
  if (rare.events !== null) for (let i = 0; i < rare.events.length; i++) p = putEvent(b, p, rare.events[i]!)
  p = putCount(b, p, 0x60, rare.droppedEvents)
  if (rare.links !== null) for (let i = 0; i < rare.links.length; i++) p = putLink(b, p, rare.links[i]!)
  return putCount(b, p, 0x70, rare.droppedLinks)
}

function putCount(b: Buffer, p: number, tag: number, count: number): number {
  if (count === 0) return p
  b[p] = tag
  return putVarint(b, p + 1, count)
}

function putEvent(b: Buffer, p: number, event: SpanEvent): number {
  b[p++] = 0x5a
  const from = p++
  b[p++] = 0x09
  p = putTime(b, p, event.time)
  b[p++] = 0x12
  p = putString(b, p, event.name)
  if (event.attributes !== null) p = putAttributes(b, p, 0x1a, event.attributes)
  return patchLength(b, from, putCount(b, p, 0x20, event.dropped))
}

function putLink(b: Buffer, p: number, link: SpanLink): number {
  b[p++] = 0x6a
  const from = p++
  b[p++] = 0x0a
  b[p++] = 16
  p = putId(b, putId(b, putId(b, putId(b, p, link.t0), link.t1), link.t2), link.t3)
  b[p++] = 0x12
  b[p++] = 8
  p = putId(b, putId(b, p, link.s0), link.s1)
  if (link.traceState !== null && link.traceState !== '') {
    b[p++] = 0x1a
    p = putString(b, p, link.traceState)
  }
  if (link.attributes !== null) p = putAttributes(b, p, 0x22, link.attributes)
  p = putCount(b, p, 0x28, link.dropped)
  if (link.flags !== 0) {
    b[p++] = 0x35
    p = putFixed32(b, p, link.flags)
  }
  return patchLength(b, from, p)
}
