// An engine whose ids count up from 1 and whose clock steps by one millisecond a reading, and its finished spans as
// plain objects, so that a test compares whole records.
import { spanIdHex, traceIdHex } from '../../src/base/ids.ts'
import { attributesObject, type Value } from '../../src/model/attribute.ts'
import { type SpanRecord, spanAttributes } from '../../src/model/span.ts'
import { type EngineOptions, TraceEngine } from '../../src/trace/engine.ts'

export interface Plain {
  name: string
  trace: string
  id: string
  parent: string
  kind: string
  flags: string
  status: string
  message?: string
  times: [number, number]
  scope: string
  attributes: Record<string, Value>
  events?: unknown[]
  links?: unknown[]
  state?: string
  dropped?: [attributes: number, events: number, links: number]
}

const KINDS = ['', 'internal', 'server', 'client', 'producer', 'consumer']
const STATUS = ['unset', 'ok', 'error']

export function plain(span: SpanRecord): Plain {
  const { rare } = span
  const out: Plain = {
    name: span.name,
    trace: traceIdHex(span.t0, span.t1, span.t2, span.t3),
    id: spanIdHex(span.s0, span.s1),
    parent: spanIdHex(span.p0, span.p1),
    kind: KINDS[span.kind] ?? `? ${span.kind}`,
    flags: span.flags.toString(16),
    status: STATUS[span.status] ?? `? ${span.status}`,
    times: [span.startTime, span.endTime],
    scope: `${span.scope.name}@${span.scope.version}`,
    attributes: attributesObject(spanAttributes(span)),
  }
  if (rare === null) return out
  if (rare.statusMessage !== null) out.message = rare.statusMessage
  if (rare.events !== null) {
    out.events = rare.events.map((e) => ({
      name: e.name,
      time: e.time,
      ...(e.attributes && { attributes: attributesObject(e.attributes) }),
      ...(e.dropped && { dropped: e.dropped }),
    }))
  }
  if (rare.links !== null) {
    out.links = rare.links.map((l) => ({
      trace: traceIdHex(l.t0, l.t1, l.t2, l.t3),
      id: spanIdHex(l.s0, l.s1),
      flags: l.flags.toString(16),
      ...(l.traceState && { state: l.traceState }),
      ...(l.attributes && { attributes: attributesObject(l.attributes) }),
      ...(l.dropped && { dropped: l.dropped }),
    }))
  }
  if (rare.traceState !== null) out.state = rare.traceState
  if (rare.droppedAttributes + rare.droppedEvents + rare.droppedLinks > 0) {
    out.dropped = [rare.droppedAttributes, rare.droppedEvents, rare.droppedLinks]
  }
  return out
}

export function recorder(options: EngineOptions = {}) {
  const finished: SpanRecord[] = []
  const calls = { ids: 0, now: 0 }
  const engine = new TraceEngine({
    finish: (span) => void finished.push(span),
    ids: () => ++calls.ids,
    now: () => 1_700_000_000_000 + ++calls.now,
    ...options,
  })
  return {
    engine,
    calls,
    finished,
    tracer: engine.tracer('test', '1'),
    /** Finished spans, oldest first, times counted from the first reading of the clock. */
    spans(): Plain[] {
      return finished.map((span) => {
        const out = plain(span)
        out.times = [out.times[0] - 1_700_000_000_000, out.times[1] - 1_700_000_000_000]
        for (const event of (out.events ?? []) as { time: number }[]) event.time -= 1_700_000_000_000
        return out
      })
    },
  }
}
