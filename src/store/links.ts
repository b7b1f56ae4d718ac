// Links between traces, in both directions. Who links here is found by looking at every span that has links: an index
// would cost each span that comes in, for a question that is asked once a page.
import { spanIdHex, traceIdHex } from '../base/ids.ts'
import type { SpanLink } from '../model/span.ts'
import type { LinkedByRow, LinkRow } from './answers.ts'
import { plainObject } from './plain.ts'
import type { Store } from './store.ts'
import type { Trace } from './trace.ts'

const MOST = 100

export function linkRow(store: Store, tenant: string, link: SpanLink): LinkRow {
  const trace = store.traces.find(tenant, link.t0, link.t1, link.t2, link.t3)
  const span = trace?.span(link.s0, link.s1)
  return {
    trace_id: traceIdHex(link.t0, link.t1, link.t2, link.t3),
    span_id: spanIdHex(link.s0, link.s1),
    attributes: plainObject(link.attributes),
    held: trace !== undefined && trace.spans.length > 0,
    name: span?.record.name ?? null,
    service: span?.identity.service ?? null,
  }
}

export function linkedBy(store: Store, to: Trace): { linked_by: LinkedByRow[]; linked_by_left_out: number } {
  const rows: LinkedByRow[] = []
  let found = 0
  for (const trace of store.traces.newestFirst(to.tenant)) {
    if (trace === to) continue
    for (const { record, identity } of trace.spans) {
      for (const link of record.rare?.links ?? []) {
        if (!to.is(to.tenant, link.t0, link.t1, link.t2, link.t3) || ++found > MOST) continue
        rows.push({
          trace_id: trace.id,
          span_id: spanIdHex(record.s0, record.s1),
          name: record.name,
          service: identity.service,
          start_ms: record.startTime,
          to_span_id: spanIdHex(link.s0, link.s1),
        })
      }
    }
  }
  return { linked_by: rows, linked_by_left_out: found - rows.length }
}
