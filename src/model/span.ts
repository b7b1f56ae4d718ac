// A span is one flat record: ids as signed 32-bit integers, times as float milliseconds since the epoch, every field
// assigned in the constructor in one order. What few spans have (events, links, a status message) is in `rare`;
// what many spans share (a route with its status, a connection) is in templates, encoded once.
import type { Flat, Scope } from './attribute.ts'

/** OTLP span kinds (trace.proto, SpanKind). `@opentelemetry/api` counts from 0: its kind is ours minus one. */
export const KIND_INTERNAL = 1
export const KIND_SERVER = 2
export const KIND_CLIENT = 3
export const KIND_PRODUCER = 4
export const KIND_CONSUMER = 5

/** OTLP status codes (trace.proto, StatusCode). */
export const STATUS_UNSET = 0
export const STATUS_OK = 1
export const STATUS_ERROR = 2

/** W3C trace flags in the low eight bits; above them OTLP's two bits about the parent (trace.proto, SpanFlags). */
export const FLAG_SAMPLED = 0x01
export const FLAG_RANDOM = 0x02
export const FLAG_HAS_REMOTE = 0x100
export const FLAG_REMOTE = 0x200
/** Of a context alone, never on a span: the caller left the sampling decision to whoever receives it (B3). */
export const FLAG_DEFERRED = 0x400

/** Attributes that many spans share; `bytes` is the OTLP encoder's cache of them. Never changed once a span uses it. */
export class Template {
  readonly attributes: Flat
  bytes: Uint8Array | null = null
  /** Set by redact when it has looked at them, which it does once, before the first encoding. */
  judged = false

  constructor(attributes: Flat) {
    this.attributes = attributes
  }
}

export interface SpanEvent {
  readonly name: string
  readonly time: number
  readonly attributes: Flat | null
  readonly dropped: number
}

export interface SpanLink {
  readonly t0: number
  readonly t1: number
  readonly t2: number
  readonly t3: number
  readonly s0: number
  readonly s1: number
  readonly flags: number
  readonly traceState: string | null
  readonly attributes: Flat | null
  readonly dropped: number
}

/** What most spans do not have. */
export class SpanRare {
  events: SpanEvent[] | null = null
  links: SpanLink[] | null = null
  statusMessage: string | null = null
  traceState: string | null = null
  droppedAttributes = 0
  droppedEvents = 0
  droppedLinks = 0
}

export class SpanRecord {
  t0: number
  t1: number
  t2: number
  t3: number
  s0: number
  s1: number
  /** Parent span id; both 0 for a root. */
  p0: number
  p1: number
  name: string
  kind: number
  flags: number
  status: number
  startTime: number
  /** NaN while the span is running. Not `end`: that is the method of the API's Span. */
  endTime: number
  scope: Scope
  attributes: Flat | null
  template: Template | null
  peer: Template | null
  rare: SpanRare | null

  constructor(scope: Scope, name: string, kind: number, startTime: number) {
    this.t0 = 0
    this.t1 = 0
    this.t2 = 0
    this.t3 = 0
    this.s0 = 0
    this.s1 = 0
    this.p0 = 0
    this.p1 = 0
    this.name = name
    this.kind = kind
    this.flags = 0
    this.status = STATUS_UNSET
    this.startTime = startTime
    this.endTime = Number.NaN
    this.scope = scope
    this.attributes = null
    this.template = null
    this.peer = null
    this.rare = null
  }
}

/** All attributes of a span in emission order: templates first, then its own. For readers that are not hot. */
export function spanAttributes(span: SpanRecord): Flat {
  return [...(span.template?.attributes ?? []), ...(span.peer?.attributes ?? []), ...(span.attributes ?? [])]
}
