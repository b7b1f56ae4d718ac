// Databases and key-value stores, as the configuration wants them observed. Where neither metrics nor spans are wanted,
// nothing listens.
import type { Config } from '../config/config.ts'
import type { Registry } from '../metrics/registry.ts'
import { KvSurface } from '../surfaces/kv/surface.ts'
import { SqlSurface } from '../surfaces/sql/surface.ts'
import type { TraceEngine } from '../trace/engine.ts'

/** Starts both; returns what stops them. */
export function startData(config: Config, recorded: Registry, engine: TraceEngine | null): () => void {
  if (config.mode === 'off') return () => {}
  const { connection_pool, query_duration, track_queries } = config.observability.prometheus.metrics.database
  const registry = config.metrics.enabled && config.metrics.families.database ? recorded : null
  const spans = config.observability.tracing.database ? engine : null
  const sql = new SqlSurface({
    registry,
    tracer: spans?.tracer('telltale/sql') ?? null,
    shapes: track_queries,
    durations: query_duration,
    pools: connection_pool,
  })
  const kv = new KvSurface({ registry, tracer: spans?.tracer('telltale/kv') ?? null })
  sql.start()
  kv.start()
  return () => {
    sql.stop()
    kv.stop()
  }
}
