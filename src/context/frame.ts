// What is current: one small record that an async context carries. It is OpenTelemetry's Context too (getValue,
// setValue, deleteValue), so code behind `@opentelemetry/api` and ours see the same thing without translation.
// A request's frame is entered once; at the end of the request `span` is set to null, so that a context which leaks
// (a keep-alive socket, a forgotten timer) holds ids and no record, and late work still joins the trace.
import type { Baggage } from './baggage.ts'

export const SPAN_KEY: symbol = Symbol.for('OpenTelemetry Context Key SPAN')
export const BAGGAGE_KEY: symbol = Symbol.for('OpenTelemetry Baggage Key')

/** What a frame needs of a span; `trace/span.ts` has the class, foreign spans of the API are wrapped by `otel/`. */
export interface CurrentSpan {
  readonly name?: string
  spanContext(): { traceId: string; spanId: string; traceFlags: number }
}

export class Frame {
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
  baggage: Baggage | null
  values: ReadonlyMap<symbol, unknown> | null

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
}
