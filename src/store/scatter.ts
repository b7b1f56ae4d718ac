// Duration of each trace over time, as points that fit a screen: errors and the slowest stay, of the rest a sample that
// depends on the trace alone, so that points do not flicker while more arrive. It says how many it leaves out.
import type { ScatterAnswer, ScatterPoint } from './answers.ts'
import { rangeOf } from './service-rates.ts'
import type { Store } from './store.ts'
import type { Trace } from './trace.ts'
import { matchesTrace, type TraceSearch } from './trace-search.ts'

export function scatterAnswer(store: Store, tenant: string, search: TraceSearch): ScatterAnswer {
  const { limit = 1000 } = search
  const { from, to } = rangeOf(store, tenant, search)
  const failed: Trace[] = []
  const rest: Trace[] = []
  for (const trace of store.traces.newestFirst(tenant))
    if (matchesTrace(trace, search)) (trace.errors > 0 ? failed : rest).push(trace)
  const matched = failed.length + rest.length
  // At least a quarter is left for what went well, or nobody sees what is usual.
  const errors = sample(failed, Math.max(limit - rest.length, limit - (limit >> 2)))
  const chosen = [...errors, ...sample(rest, limit - errors.length)]
  return {
    from_ms: from,
    to_ms: to,
    matched,
    left_out: matched - chosen.length,
    errors_left_out: failed.length - errors.length,
    points: chosen.sort((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1)).map(pointOf),
  }
}

/** The slowest third, and of the others those with the lowest hash. */
function sample(traces: readonly Trace[], most: number): readonly Trace[] {
  if (traces.length <= most) return traces
  const slowest = firstOf(traces, Math.ceil(most / 3), (trace) => -trace.duration)
  const taken = new Set(slowest)
  const others = traces.filter((trace) => !taken.has(trace))
  return [...slowest, ...firstOf(others, most - slowest.length, scatter)]
}

/** Those of the lowest rank; among equals the first. */
function firstOf(traces: readonly Trace[], most: number, rank: (trace: Trace) => number): Trace[] {
  const ranks = Float64Array.from(traces, rank)
  const last = ranks.slice().sort()[most - 1]!
  let equals = most
  for (const one of ranks) if (one < last) equals--
  return traces.filter((_, i) => ranks[i]! < last || (ranks[i] === last && equals-- > 0))
}

/** Ids may count up: their low bits are mixed. */
function scatter({ t0, t1, t2, t3 }: Trace): number {
  let hash = Math.imul(t3 ^ Math.imul(t2, 0x9e3779b1), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13) ^ t1 ^ Math.imul(t0, 0x27d4eb2f), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

function pointOf(trace: Trace): ScatterPoint {
  const { record, identity } = trace.head!
  return {
    trace_id: trace.id,
    name: record.name,
    service: identity.service,
    time_ms: trace.start,
    duration_ms: trace.duration,
    error: trace.errors > 0,
  }
}
