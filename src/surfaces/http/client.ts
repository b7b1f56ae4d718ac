// Outgoing HTTP: fetch and undici through their channels, node:http and node:https through `outgoing.ts`. Each call is one
// CLIENT span in the caller's trace and one observation; trace context goes out, baggage only to listed hosts (ruling 37).
// Redirects and retries are calls of their own. What is ours is passed by.
import { now } from '../../base/clock.ts'
import { current } from '../../context/current.ts'
import { Frame } from '../../context/frame.ts'
import { allowHosts, type HostRule } from '../../context/hosts.ts'
import type { Propagator, Setter } from '../../context/propagator.ts'
import { declare } from '../../metrics/declare.ts'
import { NAMES } from '../../model/names.ts'
import { KIND_CLIENT, Template } from '../../model/span.ts'
import type { Span } from '../../trace/span.ts'
import type { Started, Tracer } from '../../trace/tracer.ts'
import { fault } from './guard.ts'
import { Methods } from './method.ts'
import type { HttpOptions } from './options.ts'
import { startOutgoing, stopOutgoing } from './outgoing.ts'
import { ABORTED, errorType } from './status.ts'
import { startUndici, stopUndici } from './undici.ts'

const MAX_TARGETS = 1024

/** Where calls go: what their spans and series have in common. */
export class Target {
  readonly host: string
  readonly port: number
  readonly template: Template

  constructor(host: string, port: number) {
    this.host = host
    this.port = port
    this.template = new Template(['server.address', host, 'server.port', port])
  }
}

/** One outgoing call while it is open. */
export class Call {
  readonly client: HttpClient
  readonly target: Target
  readonly method: string
  readonly start: number
  span: Span | null
  status: number
  /** What the error monitor heard before the end. */
  error: unknown
  open: boolean

  constructor(client: HttpClient, target: Target, method: string, start: number, span: Span | null) {
    this.client = client
    this.target = target
    this.method = method
    this.start = start
    this.span = span
    this.status = 0
    this.error = undefined
    this.open = true
  }

  /** Once; `error` is what ended it, undefined when the response went through. */
  end(error?: unknown): void {
    if (!this.open) return
    this.open = false
    this.client.finish(this, error)
    this.span = null
  }
}

export class HttpClient {
  readonly #tracer: Tracer | null
  readonly #propagator: Propagator | null
  readonly #allowed: HostRule
  readonly #methods: Methods
  readonly #duration
  readonly #errors
  readonly #targets = new Map<string, Target>()

  constructor(options: HttpOptions) {
    const { registry } = options
    this.#tracer = options.mode === 'no-span' ? null : options.tracer
    this.#propagator = options.propagator
    this.#allowed = allowHosts(options.baggageHosts ?? [])
    this.#methods = new Methods(options.knownMethods)
    this.#duration = registry && declare(registry, NAMES.http_client_request_duration_seconds)
    this.#errors = registry && declare(registry, NAMES.errors_total)
  }

  start(): void {
    startUndici(this)
    startOutgoing(this)
  }

  stop(): void {
    stopUndici(this)
    stopOutgoing(this)
  }

  /** Begins a call and writes its headers into `carrier`; null when nothing is recorded. */
  begin<C>(method: string, url: string, target: Target, carrier: C, setter: Setter<C>): Call | null {
    const frame = current() ?? null
    if (frame?.suppressed) return null
    const index = this.#methods.indexOf(method)
    const label = this.#methods.labels[index]!
    const start = now()
    const started =
      this.#tracer === null ? null : this.#tracer.start(this.#methods.title(index), KIND_CLIENT, frame, start)
    this.#inject(frame, started, target, carrier, setter)
    let span: Span | null = null
    if (started?.recording) {
      span = started as Span
      span.peer = target.template
      span.set('http.request.method', label)
      span.set('url.full', url)
      if (index === this.#methods.other) span.set('http.request.method_original', method)
    }
    return new Call(this, target, label, start, span)
  }

  finish(call: Call, error: unknown): void {
    const { span, status, target } = call
    const time = now()
    const type = error !== undefined ? errorType(error) : status >= 400 ? String(status) : ''
    if (this.#duration !== null) {
      const labels = {
        method: call.method,
        server_address: target.host,
        server_port: target.port,
        status: status === 0 ? '' : status,
        error_type: type,
      }
      this.#duration.observe((time - call.start) / 1000, labels)
    }
    if (error !== undefined && this.#errors !== null) this.#errors.add(1, { surface: 'http_client', error_type: type })
    if (span === null) return
    if (status !== 0) span.set('http.response.status_code', status)
    if (error !== undefined) {
      span.fail(error === ABORTED ? ABORTED.message : error)
      span.set('error.type', type)
    } else if (status >= 400) {
      span.set('error.type', type)
      span.fail()
    }
    span.end(time)
  }

  target(scheme: string, host: string, port: number): Target {
    const key = `${scheme}://${host}:${port}`
    let target = this.#targets.get(key)
    if (target === undefined) {
      target = new Target(host, port)
      if (this.#targets.size < MAX_TARGETS) this.#targets.set(key, target)
    }
    return target
  }

  /** Without a span of ours the trace that came in goes on as it is. */
  #inject<C>(frame: Frame | null, started: Started | null, target: Target, carrier: C, setter: Setter<C>): void {
    const propagator = this.#propagator
    if (propagator === null || (frame === null && started === null)) return
    try {
      const out = started === null ? frame! : new Frame(frame).hold(started)
      propagator.inject(out, carrier, setter, this.#allowed(target.host))
    } catch (error) {
      fault(error)
    }
  }
}
