// Services and their operations with rate, errors and duration, from the spans that are held.
import { SEVERITY } from '../model/log.ts'
import type { OperationRow, ServiceRow } from './answers.ts'
import { type Range, RateGatherer } from './rates.ts'
import type { Store } from './store.ts'
import type { StoredSpan, Trace } from './trace.ts'
import { isEntry, kindName, spanText } from './words.ts'

export interface RateQuestion {
  /** Float milliseconds; default: from the first span held to now. */
  readonly from?: number
  readonly to?: number
  /** Parts of the timeline, 0 for none; only the `MOST_TIMELINES` rows with the most requests have one. */
  readonly moments?: number
}

/** Names of services and operations may be any number: with a timeline each, an answer would be hundreds of megabytes. */
export const MOST_TIMELINES = 200

export interface OperationQuestion extends RateQuestion {
  readonly service: string
  /** Default: what comes into the service. */
  readonly kind?: string
}

/** Spans that started in the range, with their traces. */
export function eachSpan(
  store: Store,
  tenant: string,
  range: Range,
  visit: (span: StoredSpan, trace: Trace) => void,
): void {
  for (const trace of store.traces.newestFirst(tenant)) {
    if (trace.start > range.to || trace.end < range.from) continue
    for (const span of trace.spans) {
      const { startTime } = span.record
      if (startTime >= range.from && startTime <= range.to) visit(span, trace)
    }
  }
}

export function rangeOf(store: Store, tenant: string, question: { from?: number; to?: number }): Range {
  const to = question.to ?? store.now()
  return { from: question.from ?? Math.min(to, heldFrom(store, tenant) ?? to), to }
}

/** Start of the earliest trace that is held. */
export function heldFrom(store: Store, tenant: string): number | null {
  let from = Number.POSITIVE_INFINITY
  for (const trace of store.traces.newestFirst(tenant)) if (trace.start < from) from = trace.start
  return Number.isFinite(from) ? from : null
}

export function serviceRows(store: Store, tenant: string, question: RateQuestion): ServiceRow[] {
  const range = rangeOf(store, tenant, question)
  const rows = new Map<string, { row: ServiceRow; rates: RateGatherer }>()
  const of = (service: string): { row: ServiceRow; rates: RateGatherer } => {
    let held = rows.get(service)
    if (held === undefined) {
      held = { row: emptyRow(service), rates: new RateGatherer(range) }
      rows.set(service, held)
    }
    return held
  }
  for (const identity of store.identities.values(tenant)) {
    const { row } = of(identity.service)
    row.instances++
    row.namespace ||= identity.namespace
    row.last_seen_ms = Math.max(row.last_seen_ms, identity.lastSeen)
  }
  eachSpan(store, tenant, range, (span) => {
    const { row, rates } = of(span.identity.service)
    row.spans++
    if (isEntry(span.record)) rates.add(span)
  })
  for (const log of store.logs.newestFirst(tenant)) {
    if (log.time < range.from || log.time > range.to) continue
    const { row } = of(log.identity.service)
    row.logs++
    if (log.record.severity >= SEVERITY.error) row.log_errors++
  }
  for (const metric of store.metrics.all(tenant)) of(metric.identity.service).row.series += metric.trie.size
  const all = [...rows.values()].sort((a, b) => (a.row.service < b.row.service ? -1 : 1))
  const drawn = busiest(all)
  return all.map((one) => ({
    ...one.row,
    ...one.rates.rates(),
    timeline: drawn.has(one) ? one.rates.timeline(question.moments) : [],
  }))
}

function busiest<T extends { readonly rates: RateGatherer }>(all: readonly T[]): ReadonlySet<T> {
  return new Set([...all].sort((a, b) => b.rates.requests - a.rates.requests).slice(0, MOST_TIMELINES))
}

function emptyRow(service: string): ServiceRow {
  return {
    service,
    namespace: '',
    instances: 0,
    spans: 0,
    logs: 0,
    log_errors: 0,
    series: 0,
    last_seen_ms: 0,
    requests: 0,
    errors: 0,
    error_rate: 0,
    per_second: 0,
    p50_ms: null,
    p95_ms: null,
    p99_ms: null,
    max_ms: null,
    timeline: [],
  }
}

interface Operation {
  readonly name: string
  readonly kind: string
  readonly route: string | null
  readonly rates: RateGatherer
  slowest: { duration: number; trace: Trace }
}

export function operationRows(store: Store, tenant: string, question: OperationQuestion): OperationRow[] {
  const range = rangeOf(store, tenant, question)
  const byKind = new Map<string, Map<string, Operation>>()
  eachSpan(store, tenant, range, (span, trace) => {
    const { record, identity, duration } = span
    const kind = kindName(record.kind)
    if (identity.service !== question.service) return
    if (question.kind === undefined ? !isEntry(record) : kind !== question.kind) return
    const byName = byKind.get(kind) ?? new Map<string, Operation>()
    byKind.set(kind, byName)
    let operation = byName.get(record.name)
    if (operation === undefined) {
      const rates = new RateGatherer(range)
      operation = {
        name: record.name,
        kind,
        route: spanText(record, 'http.route'),
        rates,
        slowest: { duration, trace },
      }
      byName.set(record.name, operation)
    }
    operation.rates.add(span)
    if (duration > operation.slowest.duration) operation.slowest = { duration, trace }
  })
  const all = [...byKind.values()].flatMap((byName) => [...byName.values()])
  const drawn = busiest(all)
  const rows = all.map((one): OperationRow => {
    const { name, kind, route, rates, slowest } = one
    const timeline = drawn.has(one) ? rates.timeline(question.moments) : []
    return { name, kind, route, slowest_trace_id: slowest.trace.id, ...rates.rates(), timeline }
  })
  return rows.sort((a, b) => b.requests - a.requests || (a.name < b.name ? -1 : 1))
}
