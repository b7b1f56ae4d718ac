// Rate, errors and duration over time, by service, operation or route, with the same length of time before beside it.
import type { RedAnswer, RedRow } from './answers.ts'
import type { Condition } from './condition.ts'
import { Grid } from './grid.ts'
import { type Range, RateGatherer } from './rates.ts'
import { eachSpan, heldFrom, rangeOf } from './service-rates.ts'
import type { Store } from './store.ts'
import type { StoredSpan, Trace } from './trace.ts'
import { spanHolds } from './trace-search.ts'
import { isEntry, kindName, spanText } from './words.ts'

export const RED_BY = ['service', 'operation', 'route'] as const

export interface RedQuestion {
  readonly service?: string
  readonly by?: (typeof RED_BY)[number]
  /** Default: what comes into a service. */
  readonly kind?: string
  readonly where?: readonly Condition[]
  readonly from?: number
  readonly to?: number
  readonly moments?: number
  /** Beside the same length of time directly before. */
  readonly compare?: boolean
  readonly limit?: number
}

class Row {
  readonly service: string
  readonly name: string | null
  readonly kind: string | null
  readonly route: string | null
  readonly now: RateGatherer
  readonly before: RateGatherer
  slowest: { duration: number; trace: Trace } | null = null

  constructor(labels: readonly [string, string | null, string | null, string | null], now: Range, before: Range) {
    ;[this.service, this.name, this.kind, this.route] = labels
    this.now = new RateGatherer(now)
    this.before = new RateGatherer(before)
  }

  answer(now: Grid, before: Grid | null): RedRow {
    return {
      service: this.service,
      name: this.name,
      kind: this.kind,
      route: this.route,
      slowest_trace_id: this.slowest?.trace.id ?? null,
      now: this.now.rates(),
      before: before && this.before.rates(),
      timeline: this.now.line(now),
      before_timeline: before && this.before.line(before),
    }
  }
}

export function redAnswer(store: Store, tenant: string, question: RedQuestion): RedAnswer {
  const { by = 'service', compare = false, moments = 60, limit = 50, where = [] } = question
  const range = rangeOf(store, tenant, question)
  const now = new Grid(range, moments)
  const before = new Grid({ from: range.from - (range.to - range.from), to: range.from }, moments)
  // Service, then kind, then name or route: joined texts would merge what is distinct.
  const rows = new Map<string, Map<string, Map<string, Row>>>()
  const all: Row[] = []
  const rowOf = (span: StoredSpan): Row | undefined => {
    const { service } = span.identity
    const kind = by === 'operation' ? kindName(span.record.kind) : ''
    const route = by === 'service' ? null : spanText(span.record, 'http.route')
    if (by === 'route' && route === null) return undefined
    const name = by === 'operation' ? span.record.name : (route ?? '')
    const kinds = inner(rows, service)
    const names = inner(kinds, kind)
    let row = names.get(name)
    if (row === undefined) {
      row = new Row([service, by === 'operation' ? name : null, kind || null, route], range, before)
      names.set(name, row)
      all.push(row)
    }
    return row
  }
  eachSpan(store, tenant, { from: compare ? before.from : range.from, to: range.to }, (span, trace) => {
    const { record, identity, duration } = span
    if (question.service !== undefined && identity.service !== question.service) return
    if (question.kind === undefined ? !isEntry(record) : kindName(record.kind) !== question.kind) return
    if (where.length > 0 && !spanHolds(where, record, identity)) return
    const row = rowOf(span)
    if (row === undefined) return
    if (record.startTime < range.from) return row.before.add(span)
    row.now.add(span)
    if (row.slowest === null || duration > row.slowest.duration) row.slowest = { duration, trace }
  })
  all.sort((a, b) => b.now.requests - a.now.requests || b.before.requests - a.before.requests || byLabels(a, b))
  return {
    from_ms: now.from,
    to_ms: now.to,
    step_ms: now.step,
    times_ms: now.times,
    before: compare ? { from_ms: before.from, to_ms: before.to } : null,
    held_from_ms: heldFrom(store, tenant),
    items: all.slice(0, limit).map((row) => row.answer(now, compare ? before : null)),
    left_out: Math.max(0, all.length - limit),
  }
}

function inner<T>(map: Map<string, Map<string, T>>, key: string): Map<string, T> {
  let held = map.get(key)
  if (held === undefined) {
    held = new Map()
    map.set(key, held)
  }
  return held
}

function byLabels(a: Row, b: Row): number {
  for (const key of ['service', 'name', 'kind', 'route'] as const) {
    const [x, y] = [a[key] ?? '', b[key] ?? '']
    if (x !== y) return x < y ? -1 : 1
  }
  return 0
}
