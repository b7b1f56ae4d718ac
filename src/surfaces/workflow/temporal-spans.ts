// Spans of workflow code. It runs in a sandbox with OpenTelemetry's own SDK, and what that ends comes out as its
// `ReadableSpan`; here it becomes one of our records.
import { parseHex32 } from '../../base/ids.ts'
import type { Flat, Scope, Value } from '../../model/attribute.ts'
import { FLAG_HAS_REMOTE, KIND_INTERNAL, SpanRare, SpanRecord } from '../../model/span.ts'

/** Seconds and nanoseconds. */
type HrTime = readonly [number, number]

/** `ReadableSpan` of the SDK 1 or 2, by shape. */
export interface ReadableSpan {
  readonly name: string
  readonly kind?: number
  spanContext(): Ids
  readonly parentSpanId?: string
  readonly parentSpanContext?: Ids
  readonly startTime: HrTime
  readonly endTime: HrTime
  readonly status?: { readonly code?: number; readonly message?: string }
  readonly attributes?: object
  readonly links?: readonly { readonly context: Ids; readonly attributes?: object }[]
  readonly events?: readonly { readonly name: string; readonly time: HrTime; readonly attributes?: object }[]
}

interface Ids {
  readonly traceId: string
  readonly spanId: string
  readonly traceFlags?: number
  readonly traceState?: { serialize(): string }
}

export interface SpanLimits {
  readonly attributes: number
  readonly valueLength: number
}

/** Null for what has no valid ids. */
export function recordOf(span: ReadableSpan, scope: Scope, limits: SpanLimits): SpanRecord | null {
  const { traceId, spanId, traceFlags = 1, traceState } = span.spanContext()
  const trace = words(traceId, 4)
  const own = words(spanId, 2)
  if (trace === null || own === null) return null
  const record = new SpanRecord(scope, String(span.name), (span.kind ?? 0) + KIND_INTERNAL, epochMs(span.startTime))
  ;[record.t0, record.t1, record.t2, record.t3] = trace as [number, number, number, number]
  ;[record.s0, record.s1] = own as [number, number]
  const parent = words(span.parentSpanContext?.spanId ?? span.parentSpanId, 2)
  if (parent !== null) [record.p0, record.p1] = parent as [number, number]
  record.flags = (traceFlags & 0xff) | FLAG_HAS_REMOTE
  record.endTime = epochMs(span.endTime)
  const { flat, dropped } = flatOf(span.attributes, limits)
  record.attributes = flat
  record.status = span.status?.code ?? 0
  const rare = new SpanRare()
  rare.droppedAttributes = dropped
  rare.statusMessage = span.status?.message ?? null
  rare.traceState = traceState?.serialize() || null
  rare.events = (span.events ?? []).map(({ name, time, attributes }) => {
    const { flat, dropped } = flatOf(attributes, limits)
    return { name, time: epochMs(time), attributes: flat, dropped }
  })
  rare.links = []
  for (const { context, attributes } of span.links ?? []) {
    const [t0, t1, t2, t3] = words(context.traceId, 4) ?? []
    const [s0, s1] = words(context.spanId, 2) ?? []
    if (t0 === undefined || s0 === undefined) continue
    const { flat, dropped } = flatOf(attributes, limits)
    const link = { t0, t1: t1!, t2: t2!, t3: t3!, s0, s1: s1!, flags: context.traceFlags ?? 0, traceState: null }
    rare.links.push({ ...link, attributes: flat, dropped })
  }
  record.rare = rare
  return record
}

function words(hex: string | undefined, count: number): number[] | null {
  if (typeof hex !== 'string' || hex.length !== 8 * count) return null
  const found = Array.from({ length: count }, (_, i) => parseHex32(hex, 8 * i))
  return found.some(Number.isNaN) || found.every((word) => word === 0) ? null : found
}

function epochMs([seconds, nanos]: HrTime): number {
  return seconds * 1000 + nanos / 1e6
}

/** Plain values alone: the sandbox adds all that it knows of the workflow, and its memo is the application's data. */
function flatOf(attributes: object | undefined, limits: SpanLimits): { flat: Flat | null; dropped: number } {
  const flat: Flat = []
  let dropped = 0
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (key === '' || !isPlain(value)) continue
    if (flat.length < 2 * limits.attributes) flat.push(key, fitting(value, limits.valueLength))
    else dropped++
  }
  return { flat: flat.length === 0 ? null : flat, dropped }
}

function isPlain(value: unknown): value is Value {
  if (Array.isArray(value)) return value.every((item) => typeof item !== 'object' && isPlain(item))
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

function fitting(value: Value, limit: number): Value {
  if (typeof value === 'string') return value.slice(0, limit)
  return Array.isArray(value) ? value.map((item) => fitting(item, limit)) : value
}
