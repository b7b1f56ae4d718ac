// What is current: one small record that an async context carries. It is OpenTelemetry's Context too (getValue,
// setValue, deleteValue), so code behind `@opentelemetry/api` and ours see the same thing without translation.
// A request's frame is entered once; at the end of the request `span` is set to null, so that a context which leaks
// (a keep-alive socket, a forgotten timer) holds ids and no record, and late work still joins the trace.
import { parseHex32 } from '../base/ids.ts'
import { FLAG_REMOTE } from '../model/span.ts'
import type { ApiBaggage, ApiContext, CurrentSpan, Ids, SpanContext } from './api.ts'
import { NonRecordingSpan } from './non-recording.ts'

export type { CurrentSpan } from './api.ts'

export const SPAN_KEY: symbol = Symbol.for('OpenTelemetry Context Key SPAN')
export const BAGGAGE_KEY: symbol = Symbol.for('OpenTelemetry Baggage Key')
/** Contrib exporters put `true` here around their own calls; nothing below makes spans or headers then. */
export const SUPPRESS_KEY: symbol = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

/** One value set on a context, before those that were set earlier; at the end perhaps a context that is not ours. */
class Held {
  readonly key: symbol
  readonly value: unknown
  readonly next: Held | Foreign | null

  constructor(key: symbol, value: unknown, next: Held | Foreign | null) {
    this.key = key
    this.value = value
    this.next = next
  }
}

/** A context made by the API itself (ROOT_CONTEXT and what grew from it). */
class Foreign {
  readonly context: ApiContext

  constructor(context: ApiContext) {
    this.context = context
  }
}

export class Frame implements ApiContext, Ids {
  t0: number
  t1: number
  t2: number
  t3: number
  /** Id of the current span, or of the remote parent; both 0 when there is none. */
  s0: number
  s1: number
  /** W3C flags, and FLAG_REMOTE when the ids came over a wire. */
  flags: number
  traceState: string | null
  span: CurrentSpan | null
  correlationId: string | null
  tenant: string | null
  baggage: ApiBaggage | null
  values: Held | Foreign | null

  constructor(from: Frame | null) {
    if (from === null) {
      this.t0 = 0
      this.t1 = 0
      this.t2 = 0
      this.t3 = 0
      this.s0 = 0
      this.s1 = 0
      this.flags = 0
      this.traceState = null
      this.span = null
      this.correlationId = null
      this.tenant = null
      this.baggage = null
      this.values = null
    } else {
      this.t0 = from.t0
      this.t1 = from.t1
      this.t2 = from.t2
      this.t3 = from.t3
      this.s0 = from.s0
      this.s1 = from.s1
      this.flags = from.flags
      this.traceState = from.traceState
      this.span = from.span
      this.correlationId = from.correlationId
      this.tenant = from.tenant
      this.baggage = from.baggage
      this.values = from.values
    }
  }

  /** There is a trace to join: a span that is current, or ids that came over a wire. */
  get hasTrace(): boolean {
    return (this.s0 | this.s1) !== 0 && (this.t0 | this.t1 | this.t2 | this.t3) !== 0
  }

  /** Inside `suppressTracing` of contrib code. */
  get suppressed(): boolean {
    return this.values !== null && this.getValue(SUPPRESS_KEY) === true
  }

  /** Makes `span` the current one of this frame, which is not entered yet. */
  hold(span: CurrentSpan): this {
    this.span = span
    const own = span as unknown as Ids & { traceState?: string | null; rare?: { traceState: string | null } | null }
    if (typeof own.t0 === 'number') {
      this.t0 = own.t0
      this.t1 = own.t1
      this.t2 = own.t2
      this.t3 = own.t3
      this.s0 = own.s0
      this.s1 = own.s1
      // On a record the bits above the W3C flags speak of its parent; on a carrier of ids they are its own.
      const carrier = own.rare === undefined
      this.flags = carrier ? own.flags : own.flags & 0xff
      this.traceState = (carrier ? own.traceState : own.rare?.traceState) ?? null
    } else {
      readContext(span.spanContext(), this)
    }
    return this
  }

  /** Ties a record to its trace, when there is one: the ids, and of the flags those of W3C. */
  link(record: Ids): void {
    if (!this.hasTrace) return
    record.t0 = this.t0
    record.t1 = this.t1
    record.t2 = this.t2
    record.t3 = this.t3
    record.s0 = this.s0
    record.s1 = this.s1
    record.flags = this.flags & 0xff
  }

  /** Lets go of the record and keeps its ids: the request is over, what it started may not be. */
  release(): void {
    this.span = null
  }

  getValue(key: symbol): unknown {
    if (key === SPAN_KEY) {
      if (this.span === null && this.hasTrace) {
        this.span = new NonRecordingSpan(
          this.t0,
          this.t1,
          this.t2,
          this.t3,
          this.s0,
          this.s1,
          this.flags,
          this.traceState,
        )
      }
      return this.span ?? undefined
    }
    if (key === BAGGAGE_KEY) return this.baggage ?? undefined
    for (let held = this.values; held !== null; held = held.next) {
      if (held instanceof Foreign) return held.context.getValue(key)
      if (held.key === key) return held.value
    }
    return undefined
  }

  setValue(key: symbol, value: unknown): Frame {
    const frame = new Frame(this)
    if (key === SPAN_KEY) {
      if (value === undefined || value === null) frame.#drop()
      else frame.hold(value as CurrentSpan)
    } else if (key === BAGGAGE_KEY) {
      frame.baggage = (value ?? null) as ApiBaggage | null
    } else {
      frame.values = new Held(key, value, without(this.values, key))
    }
    return frame
  }

  deleteValue(key: symbol): Frame {
    if (key === SPAN_KEY || key === BAGGAGE_KEY) return this.setValue(key, undefined)
    const frame = new Frame(this)
    frame.values = without(this.values, key)
    // A value that a foreign context holds cannot be taken out of it, only hidden.
    if (frame.getValue(key) !== undefined) frame.values = new Held(key, undefined, frame.values)
    return frame
  }

  #drop(): void {
    this.t0 = this.t1 = this.t2 = this.t3 = this.s0 = this.s1 = this.flags = 0
    this.span = null
    this.traceState = null
  }
}

/** The chain without `key`, so that setting one key again and again does not grow it. */
function without(values: Held | Foreign | null, key: symbol): Held | Foreign | null {
  if (values === null || values instanceof Foreign) return values
  if (values.key === key) return values.next
  const rest = without(values.next, key)
  return rest === values.next ? values : new Held(values.key, values.value, rest)
}

/** Ids of a span context of the API, with hexadecimal of either case as the API allows; all zero when not valid. */
export function readContext(context: SpanContext, into: Ids & { traceState: string | null }): void {
  const trace = String(context.traceId).toLowerCase()
  const span = String(context.spanId).toLowerCase()
  const t0 = parseHex32(trace, 0)
  const t1 = parseHex32(trace, 8)
  const t2 = parseHex32(trace, 16)
  const t3 = parseHex32(trace, 24)
  const s0 = parseHex32(span, 0)
  const s1 = parseHex32(span, 8)
  const valid = trace.length === 32 && span.length === 16 && !Number.isNaN(t0 + t1 + t2 + t3 + s0 + s1)
  into.t0 = valid ? t0 : 0
  into.t1 = valid ? t1 : 0
  into.t2 = valid ? t2 : 0
  into.t3 = valid ? t3 : 0
  into.s0 = valid ? s0 : 0
  into.s1 = valid ? s1 : 0
  into.flags = valid ? (context.traceFlags & 0xff) | (context.isRemote === true ? FLAG_REMOTE : 0) : 0
  const state = context.traceState?.serialize()
  into.traceState = valid && state ? state : null
}

/** Nothing is current. Never changed. */
export const ROOT: Frame = new Frame(null)

const FRAMES = new WeakMap<ApiContext, Frame>()

/** `context` as a frame: itself when it is one, else a frame with its span, its baggage and its other values. */
export function frameOf(context: ApiContext): Frame {
  if (typeof (context as Frame).t0 === 'number') return context as Frame
  let frame = FRAMES.get(context)
  if (frame === undefined) {
    frame = new Frame(null)
    const span = context.getValue(SPAN_KEY)
    if (span !== undefined && span !== null) frame.hold(span as CurrentSpan)
    frame.baggage = (context.getValue(BAGGAGE_KEY) ?? null) as ApiBaggage | null
    frame.values = new Foreign(context)
    FRAMES.set(context, frame)
  }
  return frame
}

/** What the API calls active in `frame`: the very context that was entered, also when the API made it. */
export function contextOf(frame: Frame | undefined): ApiContext {
  if (frame === undefined) return ROOT
  return frame.values instanceof Foreign && FRAMES.get(frame.values.context) === frame ? frame.values.context : frame
}
