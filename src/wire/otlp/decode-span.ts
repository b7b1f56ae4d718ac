// One Span (trace.proto) to a flat record.
import type { Flat, Scope } from '../../model/attribute.ts'
import { type SpanEvent, type SpanLink, SpanRare, SpanRecord } from '../../model/span.ts'
import { type Decoder, smallEnum } from './decoder.ts'
import { MalformedOtlp, within } from './malformed.ts'

export function readSpan(d: Decoder, scope: Scope): SpanRecord {
  d.record()
  const outer = d.enter()
  const span = new SpanRecord(scope, '', 0, 0)
  span.endTime = 0
  while (d.next()) {
    switch (d.field) {
      case 1: {
        const at = d.idAt(16, 'traceId')
        if (at >= 0) {
          span.t0 = d.id(at)
          span.t1 = d.id(at + 4)
          span.t2 = d.id(at + 8)
          span.t3 = d.id(at + 12)
        }
        break
      }
      case 2: {
        const at = d.idAt(8, 'spanId')
        if (at >= 0) {
          span.s0 = d.id(at)
          span.s1 = d.id(at + 4)
        }
        break
      }
      case 3: {
        const state = d.string()
        if (state !== '') rareOf(span).traceState = state
        break
      }
      case 4: {
        const at = d.idAt(8, 'parentSpanId')
        if (at >= 0) {
          span.p0 = d.id(at)
          span.p1 = d.id(at + 4)
        }
        break
      }
      case 5:
        span.name = d.string()
        break
      case 6:
        span.kind = smallEnum(d.u32(), 5)
        break
      case 7:
        span.startTime = d.when()
        break
      case 8:
        span.endTime = d.when()
        break
      case 9:
        d.attribute((span.attributes ??= []))
        break
      case 10:
        rareOf(span).droppedAttributes = d.u32()
        break
      case 11:
        readEvent(d, rareOf(span))
        break
      case 12:
        rareOf(span).droppedEvents = d.u32()
        break
      case 13:
        readLink(d, rareOf(span))
        break
      case 14:
        rareOf(span).droppedLinks = d.u32()
        break
      case 15:
        readStatus(d, span)
        break
      case 16:
        span.flags = d.bits32() | 0
        break
      default:
        d.skip()
    }
  }
  d.leave(outer)
  return span
}

function rareOf(span: SpanRecord): SpanRare {
  return (span.rare ??= new SpanRare())
}

function readStatus(d: Decoder, span: SpanRecord): void {
  const outer = d.enter()
  while (d.next()) {
    if (d.field === 2) rareOf(span).statusMessage = d.string()
    else if (d.field === 3) span.status = smallEnum(d.u32(), 2)
    else d.skip()
  }
  d.leave(outer)
}

function readEvent(d: Decoder, rare: SpanRare): void {
  const events: SpanEvent[] = (rare.events ??= [])
  if (events.length >= d.limits.list) throw new MalformedOtlp(`more than ${d.limits.list} events`)
  const outer = d.enter()
  let name = ''
  let time = 0
  let attributes: Flat | null = null
  let dropped = 0
  try {
    while (d.next()) {
      if (d.field === 1) time = d.when()
      else if (d.field === 2) name = d.string()
      else if (d.field === 3) d.attribute((attributes ??= []))
      else if (d.field === 4) dropped = d.u32()
      else d.skip()
    }
  } catch (error) {
    throw within(error, `events[${events.length}]`)
  }
  d.leave(outer)
  events.push({ name, time, attributes, dropped })
}

function readLink(d: Decoder, rare: SpanRare): void {
  const links: SpanLink[] = (rare.links ??= [])
  if (links.length >= d.limits.list) throw new MalformedOtlp(`more than ${d.limits.list} links`)
  const outer = d.enter()
  let trace = -1
  let span = -1
  let traceState: string | null = null
  let attributes: Flat | null = null
  let dropped = 0
  let flags = 0
  try {
    while (d.next()) {
      if (d.field === 1) trace = d.idAt(16, 'traceId')
      else if (d.field === 2) span = d.idAt(8, 'spanId')
      else if (d.field === 3) traceState = d.string() || null
      else if (d.field === 4) d.attribute((attributes ??= []))
      else if (d.field === 5) dropped = d.u32()
      else if (d.field === 6) flags = d.bits32() | 0
      else d.skip()
    }
  } catch (error) {
    throw within(error, `links[${links.length}]`)
  }
  d.leave(outer)
  links.push({
    t0: trace < 0 ? 0 : d.id(trace),
    t1: trace < 0 ? 0 : d.id(trace + 4),
    t2: trace < 0 ? 0 : d.id(trace + 8),
    t3: trace < 0 ? 0 : d.id(trace + 12),
    s0: span < 0 ? 0 : d.id(span),
    s1: span < 0 ? 0 : d.id(span + 4),
    flags,
    traceState,
    attributes,
    dropped,
  })
}
