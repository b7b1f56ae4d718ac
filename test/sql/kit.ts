// What the tests of databases share: a surface with real metrics and spans, and plain views of both, whole.
import { Registry } from '../../src/metrics/registry.ts'
import { attributesObject } from '../../src/model/attribute.ts'
import { type SpanRecord, spanAttributes } from '../../src/model/span.ts'
import { KvSurface } from '../../src/surfaces/kv/surface.ts'
import { type SqlOptions, SqlSurface } from '../../src/surfaces/sql/surface.ts'
import { TraceEngine } from '../../src/trace/engine.ts'

export interface Kit {
  readonly registry: Registry
  readonly engine: TraceEngine
  readonly spans: SpanRecord[]
  /** Series of a metric by their labels, without those of the server: the number of operations, or the value of a gauge. */
  counts(short: string): Record<string, number>
  stop(): void
}

export interface KitOptions extends Partial<SqlOptions> {
  readonly spans?: boolean
}

export function kit(options: KitOptions = {}): Kit {
  const spans: SpanRecord[] = []
  const engine = new TraceEngine({ finish: (span) => void spans.push(span) })
  const registry = options.registry ?? new Registry()
  const tracer = options.spans === true ? engine.tracer('data') : null
  const sql = new SqlSurface({ registry, tracer, shapes: false, durations: true, pools: true, ...options })
  const kv = new KvSurface({ registry, tracer })
  sql.start()
  kv.start()
  return {
    registry,
    engine,
    spans,
    counts: (short) => counts(registry, short),
    stop() {
      sql.stop()
      kv.stop()
    },
  }
}

const SERVER = new Set(['server_address', 'server_port'])

function counts(registry: Registry, short: string): Record<string, number> {
  const found: Record<string, number> = {}
  for (const family of registry.exposition()) {
    if (family.short !== short) continue
    for (const { attributes, buckets, count, value } of family.series) {
      const values: unknown[] = []
      for (let i = 0; i < attributes.length; i += 2) {
        if (!SERVER.has(attributes[i] as string) && attributes[i + 1] !== '') values.push(attributes[i + 1])
      }
      const name = values.join(' ')
      found[name] = (found[name] ?? 0) + (buckets === null ? value : count)
    }
  }
  return found
}

/** Name, kind and status of a span, and its attributes; ports of the day read `PORT`. */
export function view(span: SpanRecord): object {
  const attributes = attributesObject(spanAttributes(span))
  if (typeof attributes['server.port'] === 'number') attributes['server.port'] = 'PORT'
  return {
    name: span.name,
    kind: span.kind,
    status: span.status,
    ...attributes,
    events: span.rare?.events?.length ?? 0,
  }
}
