// What the HTTP surface counts, taken from the one table of names. The histogram's count is the request counter, so
// `http_requests_total` has no instrument of its own (H-08, H-09). No label comes from a request but for the two that
// R-11 switches on, which only the series limit bounds.
import type { Ids } from '../../context/traceparent.ts'
import { declare } from '../../metrics/declare.ts'
import type { Registry } from '../../metrics/registry.ts'
import type { Label } from '../../model/metric.ts'
import { NAMES } from '../../model/names.ts'
import type { Methods } from './method.ts'
import { STATUS_INVALID, STATUS_NONE, UNMATCHED } from './route.ts'

const USER_AGENT: Label = { short: 'user_agent', semconv: 'user_agent.original' }
const CLIENT_ADDRESS: Label = { short: 'client_address', semconv: 'client.address' }

interface Duration {
  observeFor(value: number, ids: Ids | null): void
}

interface Handle {
  add(n: number): void
}

/** The bound series of one route, method and status. */
export class RequestSeries {
  readonly #instruments: Instruments
  readonly #labels: Record<string, string | number>
  readonly #bound: Duration | null
  readonly #errors: Handle | null

  constructor(
    instruments: Instruments,
    labels: Record<string, string | number>,
    bound: Duration | null,
    errors: Handle | null,
  ) {
    this.#instruments = instruments
    this.#labels = labels
    this.#bound = bound
    this.#errors = errors
  }

  /** `ids` is the request's frame, for the exemplar; null when there is no trace. */
  observe(seconds: number, ids: Ids | null, userAgent: string, address: string): void {
    if (this.#bound === null) this.#instruments.observeTracked(seconds, this.#labels, userAgent, address)
    else this.#bound.observeFor(seconds, ids)
    if (this.#errors !== null) this.#errors.add(1)
  }
}

export class Instruments {
  readonly connections: Handle
  readonly #inFlight
  readonly #inFlightByMethod: (Handle | null)[]
  readonly #methods: Methods
  readonly #duration
  readonly #errors
  readonly #userAgents: boolean
  readonly #addresses: boolean

  constructor(registry: Registry, methods: Methods, userAgents: boolean, addresses: boolean) {
    const row = NAMES.http_request_duration_seconds
    const extra = [...(userAgents ? [USER_AGENT] : []), ...(addresses ? [CLIENT_ADDRESS] : [])]
    this.#userAgents = userAgents
    this.#addresses = addresses
    this.#duration = declare(registry, extra.length === 0 ? row : { ...row, labels: [...row.labels, ...extra] })
    this.#errors = declare(registry, NAMES.errors_total)
    this.connections = declare(registry, NAMES.http_connections_active).with({})
    this.#inFlight = declare(registry, NAMES.http_requests_in_flight)
    this.#inFlightByMethod = methods.labels.map(() => null)
    this.#methods = methods
  }

  /**
   * Requests being answered, by index of method; a series appears with the first request (W-10). There is no route: it
   * is known only after matching (ruling 60).
   */
  inFlight(method: number): Handle {
    return (this.#inFlightByMethod[method] ??= this.#inFlight.with({
      method: this.#methods.labels[method]!,
      route: '',
    }))
  }

  series(method: string, route: string, status: number): RequestSeries {
    const label = status === STATUS_NONE ? '499' : status === STATUS_INVALID ? 'invalid' : status
    const labels = { method, route: route === '' ? UNMATCHED : route, status: label }
    const bound = this.#userAgents || this.#addresses ? null : this.#duration.with(labels)
    return new RequestSeries(this, labels, bound, status >= 500 ? this.errors(String(status)) : null)
  }

  errors(type: string): Handle {
    return this.#errors.with({ surface: 'http', error_type: type })
  }

  observeTracked(seconds: number, labels: Record<string, string | number>, userAgent: string, address: string): void {
    const all: Record<string, string | number> = { ...labels }
    if (this.#userAgents) all['user_agent'] = userAgent
    if (this.#addresses) all['client_address'] = address
    this.#duration.observe(seconds, all)
  }
}
