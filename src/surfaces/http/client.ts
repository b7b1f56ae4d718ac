// Outgoing HTTP: fetch and undici through their channels, node:http and node:https through `outgoing.ts`. Each call is one
// CLIENT span in the caller's trace and one observation; trace context goes out, baggage only to listed hosts (ruling 37).
// Redirects and retries are calls of their own. What is ours is passed by.
import { now } from '../../base/clock.ts'
import { current } from '../../context/current.ts'
import { Frame } from '../../context/frame.ts'
import { allowHosts, type HostRule } from '../../context/hosts.ts'
import type { Propagator, Setter } from '../../context/propagator.ts'
import { declare } from '../../metrics/declare.ts'
import type { BoundHistogram } from '../../metrics/histogram.ts'
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
const MAX_SERIES = 256

/** Where calls go: what their spans and series have in common. */
export class Target {
  readonly host: string
  readonly port: number
  /** By index of the method. */
  readonly #templates: (Template | undefined)[] = []
  /** By method and status, of calls that did not fail. */
  readonly #series = new Map<number, BoundHistogram>()

  constructor(host: string, port: number) {
    this.host = host
    this.port = port
  }

  template(method: number, label: string): Template {
    return (this.#templates[method] ??= new Template([
      ...['server.address', this.host, 'server.port', this.port],
      ...['http.request.method', label],
    ]))
  }

  /** A series appears with its first call (W-10). */
  series(method: number, status: number): BoundHistogram | undefined {
    return this.#series.get(method * 1000 + status)
  }

  keep(method: number, status: number, series: BoundHistogram): BoundHistogram {
    if (this.#series.size < MAX_SERIES) this.#series.set(method * 1000 + status, series)
    return series
  }
}

/** One outgoing call while it is open. */
export class Call {
  readonly client: HttpClient
  readonly target: Target
  /** Index of the method. */
  readonly method: number
  readonly start: number
  span: Span | null
  status: number
  /** What the error monitor heard before the end. */
  error: unknown
  open: boolean

  constructor(client: HttpClient, target: Target, method: number, start: number, span: Span | null) {
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
  readonly #origins = new Map<string, Target>()

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
    const start = now()
    const started =
      this.#tracer === null ? null : this.#tracer.start(this.#methods.title(index), KIND_CLIENT, frame, start)
    this.#inject(frame, started, target, carrier, setter)
    let span: Span | null = null
    if (started?.recording) {
      span = started as Span
      span.peer = target.template(index, this.#methods.labels[index]!)
      span.set('url.full', url)
      if (index === this.#methods.other) span.set('http.request.method_original', method)
    }
    return new Call(this, target, index, start, span)
  }

  finish(call: Call, error: unknown): void {
    const { span, status, target } = call
    const time = now()
    const type = error !== undefined ? errorType(error) : status >= 400 ? String(status) : ''
    if (this.#duration !== null) {
      const { method } = call
      const series =
        error !== undefined
          ? this.#bind(call, type)
          : (target.series(method, status) ?? target.keep(method, status, this.#bind(call, type)))
      series.observeFor(Math.max(0, time - call.start) / 1000, span)
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

  #bind({ target, method, status }: Call, type: string): BoundHistogram {
    return this.#duration!.with({
      method: this.#methods.labels[method]!,
      server_address: target.host,
      server_port: target.port,
      status: status === 0 ? '' : status,
      error_type: type,
    })
  }

  /** The target of an origin as it was written. */
  known(origin: string): Target | undefined {
    return this.#origins.get(origin)
  }

  keep(origin: string, target: Target): Target {
    if (this.#origins.size < MAX_TARGETS) this.#origins.set(origin, target)
    return target
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
