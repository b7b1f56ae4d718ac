// One table says everything that we answer: method, path, tier, and who answers. Exact paths are found by one look-up;
// only paths with parameters need a router, which is hono's and is loaded when the first such path is asked for.
import type { Caller } from '../access/decision.ts'
import type { Tier } from '../access/tier.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** A route in web terms, for everything that reads parameters, bodies or streams. */
export interface Route {
  readonly method: Method
  /** Exact, or with hono's parameters: `/api/v1/traces/:trace_id`. */
  readonly path: string
  readonly tier: Tier
  handle(request: Request, context: RouteContext): Response | Promise<Response>
}

/** A route in the smallest terms, for probes and the scrape: no Request, no Response, no router. */
export interface PlainRoute {
  readonly method: 'GET'
  readonly path: string
  readonly tier: Tier
  answer(request: PlainRequest, correlationId: string): Answer | Promise<Answer>
}

export type AnyRoute = Route | PlainRoute

export interface RouteContext {
  readonly params: Readonly<Record<string, string>>
  readonly correlationId: string
  /** The resolved tenant. */
  readonly tenant: string
  /** Null where nobody had to prove anything. */
  readonly caller: Caller | null
}

export interface PlainRequest {
  readonly method: string
  readonly path: string
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Names and values in turn as they came, where that is known. */
  readonly raw?: readonly string[]
  /** Of the socket; null where there is none. */
  readonly address: string | null
}

/** The first of a header that came more than once. */
export function oneOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header
}

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | readonly Uint8Array[]
}

export interface Found {
  readonly route: AnyRoute
  readonly params: Readonly<Record<string, string>>
}

/** No such path, or a path that does not know the method, with what it knows. */
export type Missed = { readonly allow: string | null }

type Router = { match(method: string, path: string): Found | undefined }

const METHODS: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
const NONE: Readonly<Record<string, string>> = Object.freeze({})

export class RouteTable {
  readonly #exact = new Map<string, Map<string, Found>>()
  readonly #patterns: Route[] = []
  readonly #prefixes: string[] = []
  /** Second characters of our paths: most foreign paths are passed by with one look at it. */
  readonly #seconds = new Uint8Array(128)
  #router: Router | undefined

  constructor(routes: readonly AnyRoute[]) {
    for (const route of routes) {
      const { path } = route
      const special = path.search(/[:*{]/)
      if (special >= 0 && 'handle' in route) {
        this.#patterns.push(route)
        this.#prefixes.push(path.slice(0, special))
      } else {
        const methods = this.#exact.get(path) ?? new Map<string, Found>()
        this.#exact.set(path, methods)
        methods.set(route.method, { route, params: NONE })
      }
      if (special === 1) this.#seconds.fill(1)
      else this.#seconds[path.length > 1 ? path.charCodeAt(1) & 127 : 0] = 1
    }
  }

  /** Whether a request for `url` (a path, perhaps with a query) is ours; cheap enough for every request of an application. */
  owns(url: string): boolean {
    const second = url.length > 1 ? url.charCodeAt(1) : 0
    if (this.#seconds[second & 127] === 0 && second !== 63) return false
    const query = url.indexOf('?')
    const path = query < 0 ? url : url.slice(0, query)
    if (this.#exact.has(path)) return true
    for (const prefix of this.#prefixes) if (path.startsWith(prefix)) return true
    return false
  }

  find(method: string, path: string): Found | Missed | Promise<Found | Missed> {
    const wanted = method === 'HEAD' ? 'GET' : method
    const methods = this.#exact.get(path)
    const found = methods?.get(wanted)
    if (found !== undefined) return found
    if (this.#prefixes.some((prefix) => path.startsWith(prefix))) return this.#match(wanted, path, methods)
    return { allow: methods === undefined ? null : allowed(methods.keys()) }
  }

  async #match(method: string, path: string, methods: ReadonlyMap<string, Found> | undefined): Promise<Found | Missed> {
    this.#router ??= await loadRouter(this.#patterns)
    const found = this.#router.match(method, path)
    if (found !== undefined) return found
    const known = METHODS.filter((one) => methods?.has(one) || this.#router?.match(one, path) !== undefined)
    return { allow: known.length === 0 ? null : allowed(known) }
  }
}

function allowed(methods: Iterable<string>): string {
  const list = [...methods]
  if (list.includes('GET')) list.push('HEAD')
  return list.sort().join(', ')
}

async function loadRouter(routes: readonly Route[]): Promise<Router> {
  const { TrieRouter } = await import('hono/router/trie-router')
  const router = new TrieRouter<Route>()
  for (const route of routes) router.add(route.method, route.path, route)
  return {
    match(method, path) {
      const [first] = router.match(method, path)[0]
      if (first === undefined) return undefined
      const params: Record<string, string> = {}
      for (const [name, value] of Object.entries(first[1])) params[name] = decoded(String(value))
      return { route: first[0], params }
    },
  }
}

function decoded(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
