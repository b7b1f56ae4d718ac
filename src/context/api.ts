// The shapes of `@opentelemetry/api` that our objects have, written down as types of our own: the package is a peer
// that may be absent, so neither the code nor the emitted types may name it. test/otel/types.test.ts compares the two.

/** Epoch milliseconds, a `performance.now()` reading, a Date, or `[seconds, nanoseconds]`. */
export type TimeInput = number | Date | readonly [number, number]

export interface ApiContext {
  getValue(key: symbol): unknown
  setValue(key: symbol, value: unknown): ApiContext
  deleteValue(key: symbol): ApiContext
}

export interface ApiTraceState {
  get(key: string): string | undefined
  set(key: string, value: string): ApiTraceState
  unset(key: string): ApiTraceState
  serialize(): string
}

export interface SpanContext {
  traceId: string
  spanId: string
  traceFlags: number
  isRemote?: boolean
  traceState?: ApiTraceState
}

export interface ApiLink {
  context: SpanContext
  attributes?: object
  droppedAttributesCount?: number
}

export interface ApiBaggageEntry {
  value: string
  metadata?: { toString(): string }
}

export interface ApiBaggage {
  getEntry(key: string): ApiBaggageEntry | undefined
  getAllEntries(): [string, ApiBaggageEntry][]
}

/** What every current span can do, ours or one that other code put into a context. */
export interface CurrentSpan {
  readonly name?: string
  spanContext(): SpanContext
  // biome-ignore lint/suspicious/noExplicitAny: the API and we type values differently; both take what the other gives
  setAttribute(key: string, value: any): unknown
  // biome-ignore lint/suspicious/noExplicitAny: as above
  setAttributes(attributes: any): unknown
  // biome-ignore lint/suspicious/noExplicitAny: as above
  addEvent(name: string, attributesOrTime?: any, time?: any): unknown
  setStatus(status: { code: number; message?: string }): unknown
  updateName(name: string): unknown
  isRecording(): boolean
  // biome-ignore lint/suspicious/noExplicitAny: as above
  recordException(exception: any, time?: any): void
  // biome-ignore lint/suspicious/noExplicitAny: as above
  end(time?: any): void
}

/** Ids as they are kept everywhere: signed 32-bit integers, most significant first. */
export interface Ids {
  t0: number
  t1: number
  t2: number
  t3: number
  s0: number
  s1: number
  flags: number
}
