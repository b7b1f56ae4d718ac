// One trace whole: its spans in the order of a waterfall (a parent before its children, children by start), with what
// each did itself and the logs written inside it. Cycles and missing parents, which senders do produce, show as roots.
import { spanIdHex } from '../base/ids.ts'
import { spanAttributes } from '../model/span.ts'
import type { LogRow, SpanRow, TraceAnswer } from './answers.ts'
import { linkedBy, linkRow } from './links.ts'
import { logRow } from './log-search.ts'
import { plainObject } from './plain.ts'
import type { Store } from './store.ts'
import { isRoot, type StoredSpan, type Trace } from './trace.ts'
import { traceRow } from './trace-search.ts'
import { kindName, STATUSES } from './words.ts'

export function traceView(store: Store, trace: Trace): TraceAnswer {
  const children = new Map<StoredSpan, StoredSpan[]>()
  const tops: StoredSpan[] = []
  for (const span of trace.spans) {
    const parent = isRoot(span.record) ? undefined : trace.span(span.record.p0, span.record.p1)
    if (parent === undefined) tops.push(span)
    else if (children.has(parent)) children.get(parent)!.push(span)
    else children.set(parent, [span])
  }
  const { inSpan, loose } = logsBySpan(trace)
  const tree: SpanRow[] = []
  const shown = new Set<StoredSpan>()
  const walk = (top: StoredSpan): void => {
    const open: { span: StoredSpan; depth: number }[] = [{ span: top, depth: 0 }]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { span, depth } = next
      if (shown.has(span)) continue
      shown.add(span)
      const below = children.get(span)?.sort(byStart) ?? []
      tree.push(spanRow(store, trace, span, depth, below, inSpan.get(span) ?? []))
      for (let i = below.length - 1; i >= 0; i--) open.push({ span: below[i]!, depth: depth + 1 })
    }
  }
  for (const top of tops.sort(byStart)) walk(top)
  for (const span of [...trace.spans].sort(byStart)) if (!shown.has(span)) walk(span)
  return {
    ...traceRow(trace),
    resources: [...trace.identities().keys()].map(({ service, instance, attributes }) => ({
      service,
      instance,
      attributes: plainObject(attributes),
    })),
    tree,
    loose_logs: loose,
    ...linkedBy(store, trace),
  }
}

function byStart(a: StoredSpan, b: StoredSpan): number {
  return a.record.startTime - b.record.startTime || b.duration - a.duration
}

function logsBySpan(trace: Trace): { inSpan: Map<StoredSpan, LogRow[]>; loose: LogRow[] } {
  const inSpan = new Map<StoredSpan, LogRow[]>()
  const loose: LogRow[] = []
  for (const log of [...trace.logs].sort((a, b) => a.time - b.time || a.number - b.number)) {
    const span = trace.span(log.record.s0, log.record.s1)
    if (span === undefined) loose.push(logRow(log))
    else if (inSpan.has(span)) inSpan.get(span)!.push(logRow(log))
    else inSpan.set(span, [logRow(log)])
  }
  return { inSpan, loose }
}

/** `below` is ordered by start: one walk adds up what the children cover, overlaps once. */
function selfTime(span: StoredSpan, below: readonly StoredSpan[]): number {
  const { startTime } = span.record
  const end = startTime + span.duration
  let covered = 0
  let until = startTime
  for (const child of below) {
    const from = Math.max(until, child.record.startTime)
    const to = Math.min(end, child.record.startTime + child.duration)
    if (to > from) {
      covered += to - from
      until = to
    }
  }
  return Math.max(0, span.duration - covered)
}

function spanRow(
  store: Store,
  trace: Trace,
  span: StoredSpan,
  depth: number,
  below: readonly StoredSpan[],
  logs: LogRow[],
): SpanRow {
  const { record, identity } = span
  const { rare } = record
  return {
    span_id: spanIdHex(record.s0, record.s1),
    parent_span_id: isRoot(record) ? null : spanIdHex(record.p0, record.p1),
    name: record.name,
    kind: kindName(record.kind),
    service: identity.service,
    instance: identity.instance,
    scope: record.scope.name,
    start_ms: record.startTime,
    duration_ms: span.duration,
    self_ms: selfTime(span, below),
    running: !(record.endTime > 0),
    depth,
    orphan: !isRoot(record) && trace.span(record.p0, record.p1) === undefined,
    status: STATUSES[record.status] ?? 'unset',
    status_message: rare?.statusMessage ?? '',
    trace_state: rare?.traceState ?? '',
    attributes: plainObject(spanAttributes(record)),
    events: (rare?.events ?? []).map(({ name, time, attributes }) => ({
      name,
      time_ms: time,
      attributes: plainObject(attributes),
    })),
    links: (rare?.links ?? []).map((link) => linkRow(store, trace.tenant, link)),
    logs,
    dropped: {
      attributes: rare?.droppedAttributes ?? 0,
      events: rare?.droppedEvents ?? 0,
      links: rare?.droppedLinks ?? 0,
    },
  }
}
