// What happens to a request whichever protocol brought it: begin makes its frame, span and exchange, finish writes the
// span, the series and the request log. Two clock readings, no closures, nothing thrown; what is switched off costs one
// comparison.
import type { Server } from 'node:http'
import { now } from '../../base/clock.ts'
import { correlationId, isSafeCorrelationId } from '../../context/correlation.ts'
import { enter } from '../../context/current.ts'
import { Frame, SUPPRESS_KEY } from '../../context/frame.ts'
import type { Propagator } from '../../context/propagator.ts'
import { parseTraceparent } from '../../context/traceparent.ts'
import type { Registry } from '../../metrics/registry.ts'
import { KIND_SERVER } from '../../model/span.ts'
import type { Span } from '../../trace/span.ts'
import type { Tracer } from '../../trace/tracer.ts'
import { Exchange, PASSED } from './exchange.ts'
import { type ExpressRequest, expressTemplate } from './express.ts'
import { steadyShapes } from './express-shapes.ts'
import { fault } from './guard.ts'
import { type Scan, Scanner } from './headers.ts'
import { Ignore } from './ignore.ts'
import { Instruments } from './instruments.ts'
import { Methods } from './method.ts'
import type { HttpOptions } from './options.ts'
import type { Peer } from './peer.ts'
import { type Route, Routes, STATUS_INVALID, STATUS_NONE } from './route.ts'
import { statusText } from './status.ts'

/** Entered for an ignored request: tracers make no spans in it, so what it causes vanishes with it. */
const SUPPRESSED = new Frame(null).setValue(SUPPRESS_KEY, true) as Frame

export class Recorder {
  readonly methods: Methods
  readonly routes: Routes
  readonly instruments: Instruments | null
  readonly tracer: Tracer | null
  readonly trackAddresses: boolean
  /** A frame is entered per request: tracing is on, or logs are to be linked. */
  readonly frames: boolean
  /** `traceparent` goes on responses (ruling 36). */
  readonly inject: boolean
  /** `x-correlation-id` goes on responses (G-08). */
  readonly correlate: boolean
  /** Exchanges begun and not finished. */
  open = 0
  readonly #propagator: Propagator | null
  readonly #w3c: boolean
  readonly #scanner: Scanner
  readonly #ignore: Ignore | null
  readonly #isOwn: ((url: string) => boolean) | null
  readonly #tenantOf: HttpOptions['tenantOf'] | null
  readonly #tenantNumber: HttpOptions['tenantNumber'] | null
  readonly #expressShapes: boolean
  readonly #onFinish: HttpOptions['onFinish'] | null

  constructor(options: HttpOptions, registry: Registry | null) {
    const userAgents = options.trackUserAgents === true
    this.trackAddresses = options.trackIpAddresses === true
    this.methods = new Methods(options.knownMethods)
    this.instruments = registry && new Instruments(registry, this.methods, userAgents, this.trackAddresses)
    this.routes = new Routes(this.methods, this.instruments)
    this.tracer = options.mode === 'no-span' ? null : options.tracer
    this.frames = this.tracer !== null || options.link === true
    this.inject = this.tracer !== null && options.inject !== false
    this.correlate = options.correlate !== false
    this.#propagator = this.frames && options.extract !== false ? options.propagator : null
    this.#w3c = this.#propagator !== null && onlyW3c(this.#propagator.fields)
    this.#scanner = new Scanner(options.tenantHeader ?? 'x-tenant-id', userAgents)
    const ignore = new Ignore(options.ignore ?? [])
    this.#ignore = ignore.empty ? null : ignore
    this.#isOwn = options.isOwn ?? null
    this.#tenantOf = options.tenantOf ?? null
    this.#tenantNumber = options.tenantNumber ?? null
    this.#expressShapes = options.expressShapes !== false
    this.#onFinish = options.onFinish ?? null
  }

  /** Enters the request's frame: call it in the turn that will run the application's handler. */
  begin(
    request: object,
    response: object | null,
    peer: Peer,
    method: string,
    url: string,
    rawHeaders: readonly string[],
    version: string,
  ): Exchange {
    const mark = url.indexOf('?')
    const path = pathOf(url, mark)
    if (this.#ignore?.matches(method, path) || (this.#isOwn !== null && this.#isOwn!(url))) {
      return this.#pass()
    }
    const index = this.methods.indexOf(method)
    const exchange = new Exchange(this, request, response, peer, index, now(), path)
    const scan = this.#scanner.read(rawHeaders)
    exchange.userAgent = scan.userAgent
    if (this.#tenantOf !== null) exchange.tenant = this.#tenantOf!(scan.tenant, path)
    if (this.frames) this.#trace(exchange, scan, rawHeaders, method, mark < 0 ? '' : url.slice(mark + 1), version)
    peer.add(exchange)
    this.open++
    if (this.instruments !== null) this.instruments.inFlight(index).add(1)
    return exchange
  }

  /**
   * Ends it, exactly once: later calls do nothing. `status` is what was sent, STATUS_NONE when the connection closed
   * before anything was; `error` is what cut the answer off, null when it went out whole.
   */
  finish(exchange: Exchange, status: number, error: string | null): void {
    if (!exchange.open) return
    exchange.open = false
    this.open--
    const peer = exchange.peer!
    peer.remove(exchange)
    const time = now()
    const ms = time - exchange.start
    const code = status === STATUS_NONE || (status >= 100 && status <= 599) ? status : STATUS_INVALID
    if (exchange.ask !== null) heard(exchange, code)
    const outcome = (exchange.route ?? this.#routed(exchange, code)).outcome(exchange.method, code, peer.secure)
    if (this.instruments !== null) {
      this.instruments.inFlight(exchange.method).add(-1)
      outcome.series!.observe(ms / 1000, exchange.span, exchange.userAgent, this.trackAddresses ? peer.address : '')
    }
    const { span, frame } = exchange
    if (span !== null) {
      // A name that the application gave stays.
      if (span.name === this.methods.title(exchange.method)) span.name = outcome.name
      span.template = error === null && exchange.error === null ? outcome.template : outcome.named
      if (code === STATUS_INVALID) span.set('http.response.status_code', status)
      if (error !== null) span.set('error.type', error)
      if (code >= 500) fail(span, exchange, code)
      span.end(time)
    }
    if (frame !== null) frame.release()
    if (this.#onFinish !== null) {
      const shown = code === STATUS_NONE ? 499 : status
      // The frame hears of a tenant that was resolved later also where nobody knew the exchange.
      const tenant = frame === null ? exchange.tenant : frame.tenant
      this.#onFinish!(time, ms, shown, this.#tenantNumber === null ? 0 : this.#tenantNumber!(tenant))
    }
    exchange.request = exchange.response = exchange.peer = exchange.span = exchange.frame = exchange.route = null
    exchange.thrown = exchange.held = exchange.ask = null
  }

  #trace(
    exchange: Exchange,
    scan: Scan,
    rawHeaders: readonly string[],
    method: string,
    query: string,
    version: string,
  ): void {
    const frame = new Frame(null)
    if (this.#propagator !== null) {
      if (!this.#w3c) this.#propagator.extractRaw(rawHeaders, frame)
      else if (scan.traceHeaders === 1 && scan.traceparent !== '') parseTraceparent(scan.traceparent, frame)
      else if (scan.traceHeaders !== 0) this.#propagator.extractRaw(rawHeaders, frame)
    }
    const correlation = scan.correlationId
    if (correlation !== null && isSafeCorrelationId(correlation)) frame.correlationId = correlation
    // Without a trace there is none to make it of: one for the whole request.
    else if (this.correlate && this.tracer === null && !frame.hasTrace) frame.correlationId = correlationId()
    frame.tenant = exchange.tenant
    exchange.frame = frame
    if (this.tracer !== null) {
      const span = this.tracer.start(this.methods.title(exchange.method), KIND_SERVER, frame, exchange.start)
      frame.hold(span)
      if (span.recording) {
        exchange.span = span as Span
        this.#describe(span as Span, exchange, method, query, scan.host, version)
      }
    }
    enter(frame)
  }

  #describe(span: Span, exchange: Exchange, method: string, query: string, host: string, version: string): void {
    span.peer = exchange.peer!.template(host, version, this.trackAddresses)
    span.set('url.path', exchange.path)
    if (query !== '') span.set('url.query', query)
    if (exchange.tenant !== null) span.set('tenant', exchange.tenant)
    const correlation = exchange.frame!.correlationId
    if (correlation !== null) span.set('correlation_id', correlation)
    if (exchange.userAgent !== '') span.set('user_agent.original', exchange.userAgent)
    if (exchange.method === this.methods.other) span.set('http.request.method_original', method)
  }

  /** Express shows its route on the request, and only then. */
  #routed(exchange: Exchange, status: number): Route {
    const request = exchange.request as ExpressRequest
    const template = expressTemplate(request, status)
    if (template === null) return this.routes.unmatched
    const peer = exchange.peer!
    if (this.#expressShapes && !peer.shaped) {
      peer.shaped = true
      steadyShapes(request.socket?.server as Server | undefined)
    }
    return this.routes.of(template)
  }

  #pass(): Exchange {
    if (this.frames) enter(SUPPRESSED)
    return PASSED
  }
}

/** A door reads what its framework knows now; a framework of another shape than expected says nothing. */
function heard(exchange: Exchange, status: number): void {
  try {
    exchange.ask!(exchange, status)
  } catch (error) {
    fault(error)
  }
}

/** What the framework reported is more exact than the status, which the template would say. */
function fail(span: Span, exchange: Exchange, status: number): void {
  if (exchange.error !== null) {
    span.set('error.type', exchange.error)
    span.recordException(exchange.thrown)
  }
  span.fail(statusText(status))
}

/** The path of `/a?b`, of the absolute form that proxies get (RFC 9112, 3.2.2) and of `*`. */
function pathOf(url: string, mark: number): string {
  const end = mark < 0 ? url.length : mark
  if (url.charCodeAt(0) === 47 || url.length < 8) return mark < 0 ? url : url.slice(0, mark)
  const scheme = url.indexOf('://')
  if (scheme < 0 || scheme > end) return url.slice(0, end)
  const slash = url.indexOf('/', scheme + 3)
  return slash < 0 || slash > end ? '/' : url.slice(slash, end)
}

function onlyW3c(fields: readonly string[]): boolean {
  const known = (field: string) => field === 'traceparent' || field === 'tracestate' || field === 'baggage'
  return fields.includes('traceparent') && fields.every(known)
}
