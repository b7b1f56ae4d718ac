// One Route per template, shared by every request that matched it: span names, bound series and attribute templates are
// made once for each method and status that really occurs. Its text comes from the router alone, never from a request;
// requests without a route share `<unmatched>`, and so do all that come after the table is full.
import { noticeOnce } from '../../base/notice.ts'
import type { Flat } from '../../model/attribute.ts'
import { Template } from '../../model/span.ts'
import type { Instruments, RequestSeries } from './instruments.ts'
import type { Methods } from './method.ts'

export const UNMATCHED = '<unmatched>'

/** Labels for a status that is none: never sent since the connection closed first, or outside 100–599 (ruling 9). */
export const STATUS_NONE = 0
export const STATUS_INVALID = 1

const MAX_ROUTES = 4096

/** What the requests of one route, method, status and scheme have in common. */
export class Outcome {
  readonly key: number
  readonly name: string
  readonly template: Template
  /** Without the `error.type` of a 5xx, for spans that say a more exact one: a key stands once. */
  readonly named: Template
  readonly series: RequestSeries | null

  constructor(key: number, name: string, template: Template, named: Template, series: RequestSeries | null) {
    this.key = key
    this.name = name
    this.template = template
    this.named = named
    this.series = series
  }
}

export class Route {
  /** The template as the router has it, or `<unmatched>`. */
  readonly template: string
  readonly matched: boolean
  readonly #methods: Methods
  readonly #instruments: Instruments | null
  readonly #outcomes = new Map<number, Outcome>()
  #last: Outcome | null = null

  constructor(template: string, methods: Methods, instruments: Instruments | null) {
    this.template = template
    this.matched = template !== UNMATCHED
    this.#methods = methods
    this.#instruments = instruments
  }

  /** `method` is an index of Methods; `status` 100–599, STATUS_NONE or STATUS_INVALID. Bounded by methods × statuses. */
  outcome(method: number, status: number, secure: boolean): Outcome {
    const key = (method << 11) | (status << 1) | (secure ? 1 : 0)
    const last = this.#last
    if (last !== null && last.key === key) return last
    return (this.#last = this.#outcomes.get(key) ?? this.#make(key, method, status, secure))
  }

  #make(key: number, method: number, status: number, secure: boolean): Outcome {
    const label = this.#methods.labels[method]!
    const title = this.#methods.title(method)
    const attributes: Flat = ['http.request.method', label, 'url.scheme', secure ? 'https' : 'http']
    if (this.matched) attributes.push('http.route', this.template)
    if (status >= 100) attributes.push('http.response.status_code', status)
    const named = new Template(attributes)
    const failed = status >= 500
    const outcome = new Outcome(
      key,
      this.matched ? `${title} ${this.template}` : title,
      failed ? new Template([...attributes, 'error.type', String(status)]) : named,
      named,
      this.#instruments?.series(label, this.template, status) ?? null,
    )
    this.#outcomes.set(key, outcome)
    return outcome
  }
}

export class Routes {
  readonly unmatched: Route
  readonly #methods: Methods
  readonly #instruments: Instruments | null
  readonly #routes = new Map<string, Route>()

  constructor(methods: Methods, instruments: Instruments | null) {
    this.#methods = methods
    this.#instruments = instruments
    this.unmatched = new Route(UNMATCHED, methods, instruments)
  }

  /** The Route of `template`; empty text, and what comes after 4 096 templates, is `<unmatched>`. */
  of(template: string): Route {
    const held = this.#routes.get(template)
    if (held !== undefined) return held
    if (template === '' || template === UNMATCHED) return this.unmatched
    if (this.#routes.size >= MAX_ROUTES) {
      noticeOnce(
        'http.routes',
        'warn',
        'http.routes',
        `more than ${MAX_ROUTES} route templates: later ones are counted as ${UNMATCHED}; is a router made per request, or setRoute given a path?`,
      )
      return this.unmatched
    }
    const route = new Route(template, this.#methods, this.#instruments)
    this.#routes.set(template, route)
    return route
  }
}

/**
 * Whether `next` says more than `held`: more segments before a trailing wildcard, and at equal length the later one,
 * since whoever is further down the chain knows better.
 */
export function moreSpecific(next: string, held: string): boolean {
  return depth(next) >= depth(held)
}

function depth(template: string): number {
  let segments = 0
  for (const segment of template.split('/')) if (segment !== '' && segment !== '*' && segment !== '**') segments++
  return segments
}
