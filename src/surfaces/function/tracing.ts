// The span of a call (W-28), and the line that says how it went, linked to that span.
import { runIn } from '../../context/current.ts'
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
  Template,
} from '../../model/span.ts'
import type { Kind } from '../../trace/active.ts'
import { Span } from '../../trace/span.ts'
import type { Started, Tracer } from '../../trace/tracer.ts'
import { isDelivered } from './arrival.ts'
import { type Call, type Kept, kept } from './call.ts'
import { codeIn, type ErrorCatalogue } from './catalogue.ts'
import type { Run, Step } from './run.ts'

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

/** A call has one of these two; `frame.id` differs from call to call. */
const WARM = new Template(['process.pid', process.pid, 'faas.coldstart', false])
const COLD = new Template(['process.pid', process.pid, 'faas.coldstart', true])

export class Tracing implements Step {
  readonly order: number
  readonly #tracer: Tracer

  constructor(tracer: Tracer, order: number) {
    this.#tracer = tracer
    this.order = order
  }

  begin(run: Run): void {
    const { engine } = this.#tracer
    if (!engine.on) return
    const { call, parent } = run
    const { kind } = call.settings
    const span = this.#tracer.start(call.id, (kind && KINDS[kind]) ?? kindBy(parent), parent)
    call.span = span
    run.frame = new Frame(parent).hold(span)
    if (!(span instanceof Span)) return
    describeCall(span, call, parent)
    run.clock = engine.now
    run.begun = span.startTime
  }

  end(run: Run, failed: boolean, error: unknown): void {
    if (run.frame === null) return
    const { span, settings } = run.call
    if (failed) {
      fail(span, settings.errors, run.parent, error)
    } else span.setStatus({ code: STATUS_OK })
    span.end(run.ended)
  }
}

function fail(span: Started, errors: ErrorCatalogue | undefined, parent: Frame | null, error: unknown): void {
  const code = codeIn(errors, error)
  if (code !== undefined) {
    span.set('error_code', code)
    // The request that this call answers tells the code too; its status follows from the answer (ruling 13).
    const above = parent?.span as { readonly kind?: number } | null | undefined
    if (above?.kind === KIND_SERVER) parent!.span!.setAttribute('error_code', code)
  }
  // A rejection with nothing is a failure all the same.
  span.fail(error === undefined ? 'undefined' : error)
}

function describeCall(span: Span, call: Call, parent: Frame | null): void {
  span.template = call.cold ? COLD : WARM
  span.set('frame.id', call.number)
  if (parent !== null) {
    if (parent.correlationId !== null) span.set('ctx.correlation_id', parent.correlationId)
    if (parent.tenant !== null) span.set('ctx.tenant', parent.tenant)
  }
  copy(span, '', call.high)
  copy(span, '', call.low)
  copy(span, 'opt.', kept(call.settings.options))
}

function copy(span: Span, prefix: string, keys: Kept): void {
  for (const key in keys) {
    // A key stands once: the caller's own wins.
    if (key === 'process.pid' || key === 'faas.coldstart') untemplate(span)
    span.set(prefix === '' ? key : prefix + key, keys[key]!)
  }
}

function untemplate(span: Span): void {
  if (span.template === null) return
  const flat = span.template.attributes
  span.template = null
  for (let i = 0; i < flat.length; i += 2) span.set(flat[i] as string, flat[i + 1])
}

/** Inside the span, so that the line has its ids. */
export class Telling implements Step {
  readonly order: number
  readonly #logs: () => Logs

  constructor(logs: () => Logs, order: number) {
    this.#logs = logs
    this.order = order
  }

  begin(): void {}

  end({ call, parent, frame, begun, ended }: Run, failed: boolean, error: unknown): void {
    const { log: level = 'none', errors } = call.settings
    if (level === 'none') return
    const fields = { ...call.high, ...call.low, duration_ms: Math.max(0, ended - begun) }
    const failure = failed ? { ...fields, error_code: codeIn(errors, error), err: error } : fields
    const say = () => this.#logs().emit(failed ? 'error' : level, call.id, failure, 'telltale/function')
    // A thenable of the application's may settle in any context.
    runIn(frame ?? parent ?? undefined, say)
  }
}
