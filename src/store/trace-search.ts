// Which traces match. Conditions about a span (service, name, route, kind, attributes) must hold for one and the same
// span; the time, the duration, the status and the number of errors are the trace's.
import type { SpanRecord } from '../model/span.ts'
import type { Page, TraceRow } from './answers.ts'
import { Best } from './best.ts'
import { type Condition, holds } from './condition.ts'
import { isCorrelated } from './correlated.ts'
import { type Place, readCursor, writeCursor } from './cursor.ts'
import type { Identity } from './identity.ts'
import { isoTime } from './plain.ts'
import type { Store } from './store.ts'
import type { StoredSpan, Trace } from './trace.ts'
import { kindName, spanText } from './words.ts'

export const TRACE_ORDERS = ['newest', 'slowest', 'errors'] as const
export type TraceOrder = (typeof TRACE_ORDERS)[number]

const PLACES: Readonly<Record<TraceOrder, (trace: Trace) => number>> = {
  newest: (trace) => trace.start,
  slowest: (trace) => trace.duration,
  errors: (trace) => trace.errors,
}

export interface TraceSearch {
  readonly service?: string
  /** Part of a span's name, whatever its case. */
  readonly name?: string
  /** `http.route`, exactly. */
  readonly route?: string
  readonly kind?: string
  /** `error`: a span failed; `ok`: none did. */
  readonly status?: 'ok' | 'error'
  /** Milliseconds, of the whole trace. */
  readonly minDuration?: number
  readonly maxDuration?: number
  readonly where?: readonly Condition[]
  /** Given by a caller, or made of the trace id. */
  readonly correlation?: string
  /** Start of the trace, float milliseconds: from (inclusive) and to (exclusive). */
  readonly from?: number
  readonly to?: number
  readonly order?: TraceOrder
  readonly limit?: number
  readonly cursor?: string
}

export function searchTraces(store: Store, tenant: string, search: TraceSearch): Page<TraceRow> {
  const order = search.order ?? 'newest'
  const place = PLACES[order]
  const after = search.cursor === undefined ? undefined : readCursor(order, search.cursor)
  const best = new Best<Trace>(
    search.limit ?? 50,
    (a, b) => place(a) > place(b) || (place(a) === place(b) && a.id < b.id),
  )
  for (const trace of store.traces.newestFirst(tenant)) {
    if (after !== undefined && !isAfter(place(trace), trace, after)) continue
    if (matchesTrace(trace, search)) best.offer(trace)
  }
  const { page } = best
  const last = page[page.length - 1]
  return {
    items: page.map(traceRow),
    next_cursor: best.more && last ? writeCursor(order, { value: place(last), tie: last.id }) : null,
  }
}

function isAfter(value: number, trace: Trace, place: Place): boolean {
  return value < place.value || (value === place.value && trace.id > place.tie)
}

/** The time, the duration and the correlation id are as asked. */
export function inReach(trace: Trace, { from, to, minDuration, maxDuration, correlation }: TraceSearch): boolean {
  if (from !== undefined && trace.start < from) return false
  if (to !== undefined && trace.start >= to) return false
  if (minDuration !== undefined && trace.duration < minDuration) return false
  if (maxDuration !== undefined && trace.duration > maxDuration) return false
  return correlation === undefined || isCorrelated(trace, correlation)
}

export function matchesTrace(trace: Trace, search: TraceSearch): boolean {
  if (!inReach(trace, search)) return false
  if (search.status === 'error' && trace.errors === 0) return false
  if (search.status === 'ok' && trace.errors > 0) return false
  if (asksSpans(search)) return trace.spans.some((span) => matchesSpan(span, search))
  return true
}

function asksSpans(search: TraceSearch): boolean {
  return (
    search.service !== undefined ||
    search.name !== undefined ||
    search.route !== undefined ||
    search.kind !== undefined ||
    (search.where?.length ?? 0) > 0
  )
}

export function matchesSpan({ record, identity }: StoredSpan, search: TraceSearch): boolean {
  if (search.service !== undefined && identity.service !== search.service) return false
  if (search.kind !== undefined && kindName(record.kind) !== search.kind) return false
  if (search.name !== undefined && !record.name.toLowerCase().includes(search.name.toLowerCase())) return false
  if (search.route !== undefined && spanText(record, 'http.route') !== search.route) return false
  if (!search.where?.length) return true
  return spanHolds(search.where, record, identity)
}

export function spanHolds(where: readonly Condition[], record: SpanRecord, { attributes }: Identity): boolean {
  return holds(
    where,
    [record.attributes, record.peer?.attributes ?? null, record.template?.attributes ?? null],
    attributes,
  )
}

export function traceRow(trace: Trace): TraceRow {
  const { record, identity } = trace.head!
  const services = new Map<string, number>()
  for (const [who, spans] of trace.identities()) services.set(who.service, (services.get(who.service) ?? 0) + spans)
  return {
    trace_id: trace.id,
    name: record.name,
    service: identity.service,
    kind: kindName(record.kind),
    route: spanText(record, 'http.route'),
    rooted: trace.rooted,
    start_ms: trace.start,
    start_time: isoTime(trace.start),
    duration_ms: trace.duration,
    spans: trace.spans.length,
    errors: trace.errors,
    logs: trace.logs.length,
    services: [...services].sort().map(([service, spans]) => ({ service, spans })),
  }
}
