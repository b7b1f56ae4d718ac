import { parseHex32 } from '../../src/base/ids.ts'
import { type Flat, Resource, Scope } from '../../src/model/attribute.ts'
import type { Batch } from '../../src/model/batch.ts'
import { LogRecord, SEVERITY } from '../../src/model/log.ts'
import { Family, type MetricType, Series } from '../../src/model/metric.ts'
import { KIND_SERVER, SpanRare, SpanRecord, STATUS_ERROR } from '../../src/model/span.ts'

export const T0 = 1_767_225_600_000
export const SCOPE = new Scope('test')

/** Small numbers become ids: `trace(7)` is 31 zeros and a 7. */
export const traceHex = (n: number): string => n.toString(16).padStart(32, '0')
export const spanHex = (n: number): string => n.toString(16).padStart(16, '0')

export interface SpanInit {
  trace?: number
  span: number
  parent?: number
  name?: string
  kind?: number
  start?: number
  /** Milliseconds; undefined: it is still running. */
  took?: number | undefined
  error?: boolean | string
  attributes?: Flat
  scope?: Scope
}

export function span(init: SpanInit): SpanRecord {
  const { trace = 1, start = T0 } = init
  const record = new SpanRecord(init.scope ?? SCOPE, init.name ?? 'GET /orders', init.kind ?? KIND_SERVER, start)
  const hex = traceHex(trace)
  record.t0 = parseHex32(hex, 0)
  record.t1 = parseHex32(hex, 8)
  record.t2 = parseHex32(hex, 16)
  record.t3 = parseHex32(hex, 24)
  record.s1 = init.span
  record.p1 = init.parent ?? 0
  const took = 'took' in init ? init.took : 10
  if (took !== undefined) record.endTime = start + took
  record.attributes = init.attributes ?? null
  if (init.error) {
    record.status = STATUS_ERROR
    if (typeof init.error === 'string') {
      record.rare = new SpanRare()
      record.rare.statusMessage = init.error
    }
  }
  return record
}

export interface LogInit {
  body?: string
  time?: number
  severity?: keyof typeof SEVERITY
  trace?: number
  span?: number
  attributes?: Flat
}

export function log(init: LogInit = {}): LogRecord {
  const severity = init.severity ?? 'info'
  const record = new LogRecord(SCOPE, init.time ?? T0, SEVERITY[severity], severity.toUpperCase(), init.body ?? 'hello')
  record.attributes = init.attributes ?? null
  record.t3 = init.trace ?? 0
  record.s1 = init.span ?? 0
  return record
}

export interface SeriesInit {
  attributes?: Flat
  value?: number
  count?: number
  buckets?: readonly number[]
  time?: number
  start?: number
}

export function series(init: SeriesInit = {}): Series {
  const one = new Series(init.attributes ?? [], init.buckets ? Float64Array.from(init.buckets) : null, init.start ?? T0)
  one.value = init.value ?? 0
  one.count = init.count ?? 0
  one.time = init.time ?? T0
  return one
}

export function family(
  name: string,
  type: MetricType,
  list: readonly SeriesInit[],
  more: { bounds?: readonly number[]; unit?: string; help?: string; delta?: boolean } = {},
): Family {
  return new Family({
    name,
    short: '',
    type,
    unit: more.unit ?? '',
    help: more.help ?? '',
    bounds: more.bounds ? Float64Array.from(more.bounds) : null,
    delta: more.delta ?? false,
    scope: SCOPE,
    series: list.map(series),
  })
}

export function resource(service = 'shop', more: Flat = []): Resource {
  return new Resource(['service.name', service, 'service.instance.id', `${service}-1`, ...more])
}

export function batch(parts: Partial<Batch>): Batch {
  return { resource: resource(), spans: [], series: [], logs: [], ...parts }
}
