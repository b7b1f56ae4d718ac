// A span that only carries ids: the remote parent, a span that was not sampled, and "none" as one shared constant.
// Every method is there and does nothing, so that no caller asks first.
import { spanIdHex, traceIdHex } from '../base/ids.ts'
import { FLAG_REMOTE } from '../model/span.ts'
import type { Ids, SpanContext } from './api.ts'
import { TraceState } from './tracestate.ts'

export class NonRecordingSpan implements Ids {
  t0: number
  t1: number
  t2: number
  t3: number
  s0: number
  s1: number
  flags: number
  traceState: string | null
  declare readonly recording: false

  constructor(
    t0: number,
    t1: number,
    t2: number,
    t3: number,
    s0: number,
    s1: number,
    flags: number,
    state: string | null,
  ) {
    this.t0 = t0
    this.t1 = t1
    this.t2 = t2
    this.t3 = t3
    this.s0 = s0
    this.s1 = s1
    this.flags = flags
    this.traceState = state
  }

  spanContext(): SpanContext {
    return spanContextOf(this, this.traceState)
  }

  set(_key: string, _value: unknown): this {
    return this
  }
  setAttribute(_key: string, _value: unknown): this {
    return this
  }
  setAttributes(_attributes: object): this {
    return this
  }
  event(_name: string, _attributes?: unknown, _time?: unknown): this {
    return this
  }
  addEvent(_name: string, _attributesOrTime?: unknown, _time?: unknown): this {
    return this
  }
  link(_to: unknown, _attributes?: unknown): this {
    return this
  }
  addLink(_link: unknown): this {
    return this
  }
  addLinks(_links: unknown): this {
    return this
  }
  setStatus(_status: unknown): this {
    return this
  }
  fail(_error?: unknown): this {
    return this
  }
  updateName(_name: string): this {
    return this
  }
  recordException(_exception: unknown, _time?: unknown): void {}
  end(_time?: unknown): void {}
  isRecording(): boolean {
    return false
  }
}

Object.defineProperty(NonRecordingSpan.prototype, 'recording', { value: false })

/** No span at all: ids of zero, which nothing propagates and nobody takes as a parent. */
export const NO_SPAN: NonRecordingSpan = new NonRecordingSpan(0, 0, 0, 0, 0, 0, 0, null)

/** Hexadecimal ids and W3C flags, as the API wants them; about 200 ns, so only for whoever asks. */
export function spanContextOf(ids: Readonly<Ids>, state: string | null): SpanContext {
  const context: SpanContext = {
    traceId: traceIdHex(ids.t0, ids.t1, ids.t2, ids.t3),
    spanId: spanIdHex(ids.s0, ids.s1),
    traceFlags: ids.flags & 0xff,
  }
  if ((ids.flags & FLAG_REMOTE) !== 0) context.isRemote = true
  if (state !== null) context.traceState = new TraceState(state)
  return context
}
