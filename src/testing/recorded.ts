// Finished spans and log records as plain things that a test compares.
import { spanIdHex, traceIdHex } from '../base/ids.ts'
import { attributesObject, type Value } from '../model/attribute.ts'
import type { LogRecord } from '../model/log.ts'
import { type SpanRecord, spanAttributes } from '../model/span.ts'
import type { Kind } from '../trace/active.ts'

const KINDS: readonly Kind[] = ['internal', 'internal', 'server', 'client', 'producer', 'consumer']
const STATUS = ['unset', 'ok', 'error'] as const
const NO_PARENT = '0000000000000000'

export interface RecordedEvent {
  readonly name: string
  readonly time: number
  readonly attributes: Readonly<Record<string, Value>>
}

export class RecordedSpan {
  readonly name: string
  readonly kind: Kind
  readonly status: (typeof STATUS)[number]
  readonly statusMessage: string | undefined
  readonly traceId: string
  readonly spanId: string
  /** Undefined for a root. */
  readonly parentSpanId: string | undefined
  /** Milliseconds since the epoch. */
  readonly start: number
  readonly end: number
  readonly scope: string
  readonly attributes: Readonly<Record<string, Value>>
  readonly events: readonly RecordedEvent[]
  /** Trace and span id of each linked span. */
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[]

  constructor(span: SpanRecord) {
    const { rare } = span
    const parent = spanIdHex(span.p0, span.p1)
    this.name = span.name
    this.kind = KINDS[span.kind] ?? 'internal'
    this.status = STATUS[span.status] ?? 'unset'
    this.statusMessage = rare?.statusMessage ?? undefined
    this.traceId = traceIdHex(span.t0, span.t1, span.t2, span.t3)
    this.spanId = spanIdHex(span.s0, span.s1)
    this.parentSpanId = parent === NO_PARENT ? undefined : parent
    this.start = span.startTime
    this.end = span.endTime
    this.scope = span.scope.name
    this.attributes = attributesObject(spanAttributes(span))
    this.events = (rare?.events ?? []).map(({ name, time, attributes }) => ({
      name,
      time,
      attributes: attributesObject(attributes),
    }))
    this.links = (rare?.links ?? []).map(({ t0, t1, t2, t3, s0, s1 }) => ({
      traceId: traceIdHex(t0, t1, t2, t3),
      spanId: spanIdHex(s0, s1),
    }))
  }

  attribute(key: string): Value | undefined {
    return this.attributes[key]
  }

  /** Whether the attribute is this very text. */
  hasString(key: string, value: string): boolean {
    return this.attributes[key] === value
  }

  /** Whether the attribute is this whole number, which OTLP sends as an int. */
  hasInt(key: string, value: number | bigint): boolean {
    const held = this.attributes[key]
    const whole = typeof held === 'bigint' || (typeof held === 'number' && Number.isInteger(held))
    return whole && BigInt(held as number) === BigInt(value)
  }
}

export interface RecordedLog {
  readonly severity: string
  readonly body: Value
  /** Undefined outside of any trace. */
  readonly traceId: string | undefined
  readonly spanId: string | undefined
  readonly scope: string
  readonly attributes: Readonly<Record<string, Value>>
}

export function recordedLog(record: LogRecord): RecordedLog {
  const { t0, t1, t2, t3, s0, s1 } = record
  const linked = (s0 | s1) !== 0
  return {
    severity: record.severityText,
    body: record.body,
    traceId: linked ? traceIdHex(t0, t1, t2, t3) : undefined,
    spanId: linked ? spanIdHex(s0, s1) : undefined,
    scope: record.scope.name,
    attributes: attributesObject(record.attributes),
  }
}

/** Spans in the order in which they ended. */
export class RecordedSpans {
  readonly #spans: RecordedSpan[]

  constructor(spans: RecordedSpan[]) {
    this.#spans = spans
  }

  get all(): readonly RecordedSpan[] {
    return this.#spans
  }

  get count(): number {
    return this.#spans.length
  }

  /** Those of that name. */
  withName(name: string): readonly RecordedSpan[] {
    return this.#spans.filter((span) => span.name === name)
  }

  /** The one of that name; throws, naming what is there, when there is none or more than one. */
  named(name: string): RecordedSpan {
    const found = this.withName(name)
    if (found.length === 1) return found[0]!
    const there = this.#spans.map((span) => span.name).join(', ') || 'none'
    throw new Error(`${found.length} spans are called "${name}"; recorded are: ${there}`)
  }

  /** `kind name < parent` of each span, sorted: what a golden file keeps of a run. */
  edges(): string[] {
    const byId = new Map(this.#spans.map((span) => [`${span.traceId} ${span.spanId}`, span]))
    return this.#spans
      .map((span) => {
        const parent = byId.get(`${span.traceId} ${span.parentSpanId}`)
        const above = span.parentSpanId === undefined ? '' : ` < ${parent?.name ?? 'elsewhere'}`
        return `${span.kind} ${span.name}${above}`
      })
      .sort()
  }
}
