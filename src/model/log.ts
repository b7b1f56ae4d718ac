// A log record, flat like a span. Ids are all zero when no span was current.
import type { Flat, Scope, Value } from './attribute.ts'

/** OTLP severity numbers of the six common levels (logs.proto, SeverityNumber). */
export const SEVERITY = { trace: 1, debug: 5, info: 9, warn: 13, error: 17, fatal: 21 } as const

export class LogRecord {
  /** Float milliseconds since the epoch; 0 when the source gave none. */
  time: number
  observed: number
  severity: number
  severityText: string
  body: Value
  attributes: Flat | null
  t0: number
  t1: number
  t2: number
  t3: number
  s0: number
  s1: number
  flags: number
  scope: Scope
  eventName: string
  dropped: number

  constructor(scope: Scope, time: number, severity: number, severityText: string, body: Value) {
    this.time = time
    this.observed = time
    this.severity = severity
    this.severityText = severityText
    this.body = body
    this.attributes = null
    this.t0 = 0
    this.t1 = 0
    this.t2 = 0
    this.t3 = 0
    this.s0 = 0
    this.s1 = 0
    this.flags = 0
    this.scope = scope
    this.eventName = ''
    this.dropped = 0
  }
}
