// The span of a call (W-28), and the line that says how it went, linked to that span.
import { whenSettled } from '../../base/outcome.ts'
import { current, runIn } from '../../context/current.ts'
import { Frame } from '../../context/frame.ts'
import type { Logs } from '../../logs/logs.ts'
import {
  FLAG_REMOTE,
  KIND_CLIENT,
  KIND_CONSUMER,
  KIND_INTERNAL,
  KIND_PRODUCER,
  KIND_SERVER,
  STATUS_OK,
} from '../../model/span.ts'
import type { Kind } from '../../trace/active.ts'
import type { Started, Tracer } from '../../trace/tracer.ts'
import { isDelivered } from './arrival.ts'
import { type Call, type Interceptor, type Kept, kept } from './call.ts'
import { codeIn } from './catalogue.ts'

export const TRACING_ORDER = 100

const KINDS: Readonly<Record<Kind, number>> = {
  internal: KIND_INTERNAL,
  server: KIND_SERVER,
  client: KIND_CLIENT,
  producer: KIND_PRODUCER,
  consumer: KIND_CONSUMER,
}

/** A queue's delivery makes a CONSUMER, any other parent an INTERNAL span, and nothing at all a root of kind SERVER. */
export function kindBy(parent: Frame | null): number {
  if (parent === null) return KIND_SERVER
  if (parent.hasTrace && (parent.flags & FLAG_REMOTE) === 0) return KIND_INTERNAL
  if (isDelivered(parent)) return KIND_CONSUMER
  return parent.hasTrace ? KIND_INTERNAL : KIND_SERVER
}

export class Tracing implements Interceptor {
  readonly order: number
  readonly #tracer: Tracer

  constructor(tracer: Tracer, order: number) {
    this.#tracer = tracer
    this.order = order
  }

  intercept(call: Call, next: () => unknown): unknown {
    if (!this.#tracer.engine.on) return next()
    const parent = current() ?? null
    const { kind } = call.settings
    const span = this.#tracer.start(call.id, (kind && KINDS[kind]) ?? kindBy(parent), parent)
    call.span = span
    if (span.isRecording()) describeCall(span, call, parent)
    let result: unknown
    try {
      result = runIn(new Frame(parent).hold(span), next)
    } catch (error) {
      end(call, parent, error)
      throw error
    }
    return whenSettled(
      result,
      (value) => {
        const error = call.errorIn(value)
        if (error === undefined) {
          span.setStatus({ code: STATUS_OK })
          span.end()
        } else end(call, parent, error)
      },
      (error) => end(call, parent, error),
    )
  }
}

function end({ span, settings }: Call, parent: Frame | null, error: unknown): void {
  const code = codeIn(settings.errors, error)
  if (code !== undefined) {
    span.set('error_code', code)
    // The request that this call answers tells the code too; its status follows from the answer (ruling 13).
    const above = parent?.span as { readonly kind?: number } | null | undefined
    if (above?.kind === KIND_SERVER) parent!.span!.setAttribute('error_code', code)
  }
  // A rejection with nothing is a failure all the same.
  span.fail(error === undefined ? 'undefined' : error)
  span.end()
}

function describeCall(span: Started, call: Call, parent: Frame | null): void {
  span.set('process.pid', process.pid)
  span.set('frame.id', call.number)
  span.set('faas.coldstart', call.cold)
  if (parent !== null) {
    if (parent.correlationId !== null) span.set('ctx.correlation_id', parent.correlationId)
    if (parent.tenant !== null) span.set('ctx.tenant', parent.tenant)
  }
  copy(span, '', call.high)
  copy(span, '', call.low)
  copy(span, 'opt.', kept(call.settings.options))
}

function copy(span: Started, prefix: string, keys: Kept): void {
  for (const key of Object.keys(keys)) span.set(prefix + key, keys[key]!)
}

/** Inside the span, so that the line has its ids. */
export class Telling implements Interceptor {
  readonly order: number
  readonly #logs: () => Logs
  readonly #now: () => number

  constructor(logs: () => Logs, order: number, now: () => number) {
    this.#logs = logs
    this.#now = now
    this.order = order
  }

  intercept(call: Call, next: () => unknown): unknown {
    const level = call.settings.log ?? 'none'
    if (level === 'none') return next()
    const frame = current()
    const begun = this.#now()
    const tell = (error: unknown, ok: boolean) => {
      const fields = { ...call.high, ...call.low, duration_ms: this.#now() - begun }
      const failure = { ...fields, error_code: ok ? undefined : codeIn(call.settings.errors, error), err: error }
      const say = () => this.#logs().emit(ok ? level : 'error', call.id, ok ? fields : failure, 'telltale/function')
      // A thenable of the application's may settle in any context.
      runIn(frame, say)
    }
    let result: unknown
    try {
      result = next()
    } catch (error) {
      tell(error, false)
      throw error
    }
    return whenSettled(
      result,
      (value) => {
        const error = call.errorIn(value)
        tell(error, error === undefined)
      },
      (error) => tell(error, false),
    )
  }
}
