// What we say about ourselves as metrics: the `otel.sdk.*` families of the semantic conventions, read at collection from
// numbers that the trace room and the pipeline keep anyway. Counters go on over a stop and a new start, although the
// engine and the pipeline are new ones then.
import { shared } from '../base/slot.ts'
import type { ObserveCallback, Report } from '../metrics/observable.ts'
import type { Registry } from '../metrics/registry.ts'
import { NAMES, type Name } from '../model/names.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { type SelfPoint, selfPoints } from '../pipeline/self.ts'
import type { TraceEngine } from '../trace/engine.ts'

/** Where the counters of the instances before stood, by name and labels. */
const before = shared('self', () => new Map<string, number>())

const ORIGINS = ['none', 'local', 'remote']
const DECISIONS = ['DROP', 'RECORD_ONLY', 'RECORD_AND_SAMPLE']

/** Shows them in `registry` until the function that it returns is called. */
export function observeOurselves(registry: Registry, pipeline: Pipeline, engine: TraceEngine | null): () => void {
  const undo: (() => void)[] = []
  let points: readonly SelfPoint[] = []
  const observe = (row: Name, read: (report: Report) => void) => {
    const key = (labels: object | undefined) => `${row.short} ${JSON.stringify(labels)}`
    const callback: ObserveCallback =
      row.type === 'counter'
        ? (report) => read((value, labels) => report(value + (before.get(key(labels)) ?? 0), labels))
        : read
    const instrument = registry.observe(row, callback)
    undo.push(() => {
      instrument.remove(callback)
      if (row.type !== 'counter') return
      points = selfPoints(pipeline)
      read((value, labels) => void before.set(key(labels), value + (before.get(key(labels)) ?? 0)))
    })
  }
  undo.push(
    registry.onCollect(() => {
      points = selfPoints(pipeline)
    }),
  )
  for (const row of Object.values(NAMES) as Name[]) {
    if (!/^otel_sdk_(log_created|processor|exporter_\w+_(inflight|exported_total))/.test(row.short)) continue
    observe(row, (report) => {
      for (const point of points) if (point.name === row) report(point.value, point.labels)
    })
  }
  if (engine !== null) {
    observe(NAMES.otel_sdk_span_started_total, (report) => {
      for (const [i, count] of engine.started.entries()) {
        if (count === 0) continue
        report(count, {
          otel_span_parent_origin: ORIGINS[Math.floor(i / 3)]!,
          otel_span_sampling_result: DECISIONS[i % 3]!,
        })
      }
    })
    observe(NAMES.otel_sdk_span_live, (report) => {
      DECISIONS.forEach((result, decision) => {
        if (decision > 0 && everStarted(engine, decision))
          report(engine.live[decision]!, { otel_span_sampling_result: result })
      })
    })
  }
  return () => {
    for (const each of undo) each()
  }
}

/** A sampling result is shown from its first occurrence on (W-10). */
function everStarted({ started }: TraceEngine, decision: number): boolean {
  return started[decision]! + started[3 + decision]! + started[6 + decision]! > 0
}
