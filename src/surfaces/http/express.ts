// Express 4 and 5, without a hook: when the answer is out, `req.route` is the route that served it, and `req.app` leads to
// the router tree. The mounts above the route are found by walking that tree once per route object; their templates come
// from the router's own words (route paths, mount paths of sub-apps) or are learned by `mount.ts`. What cannot be told for
// sure is null, so `<unmatched>`: no value of a request reaches a label.

import { seen } from '../../base/seen.ts'
import { fits, join, matchOf, mountShape, patternOf } from './mount.ts'

/** A layer of a router's stack, in either major version. */
export interface Layer {
  readonly route?: ExpressRoute | undefined
  readonly handle?: unknown
  readonly name?: string
  match(path: string): boolean | { params: Record<string, unknown>; path: string }
  readonly params?: Record<string, unknown>
  readonly path?: string
}

export interface ExpressRoute {
  readonly path: unknown
  [CHAINS]?: Chains
}

interface ExpressApp {
  readonly router?: unknown
  readonly _router?: unknown
  readonly parent?: ExpressApp
  readonly mountpath?: unknown
}

export interface ExpressRequest {
  readonly route?: ExpressRoute
  readonly app?: ExpressApp
  readonly originalUrl?: string
  readonly baseUrl?: string
  readonly url?: string
  readonly socket?: { readonly server?: { listeners(event: string): unknown[] } }
}

/** The layers from a router's root down to a route; several when a router of them is mounted more than once. */
interface Chains {
  readonly root: ExpressApp
  readonly paths: readonly (readonly Layer[])[]
  /** The template when nothing about it depends on the request. */
  readonly fixed: string | null
  /** How often a walk did not find the route: routes may be added later, but the search is not repeated for ever. */
  readonly misses: number
}

const CHAINS: unique symbol = Symbol.for('telltale.express.chains') as never
const MAX_LAYERS = 20_000
const MAX_DEPTH = 32
const MAX_MISSES = 8
const NAMED_MOUNT = 'mounted_app'

/** The route template of a request that is answered, or null: not Express, not matched, or not to be told. */
export function expressTemplate(request: ExpressRequest | null, status = 200): string | null {
  if (request === null) return null
  const { route, app } = request
  if (route === undefined || route === null || typeof route !== 'object') {
    const { baseUrl } = request
    return typeof baseUrl !== 'string' || baseUrl === '' || status === 404 ? null : mountedTemplate(request, baseUrl)
  }
  if (typeof app !== 'function') return null
  try {
    const chains = route[CHAINS]
    if (chains !== undefined && chains.fixed !== null) return chains.fixed
    return templateOf(route, app, request)
  } catch {
    return null
  }
}

/**
 * `/assets/*` for a middleware that answered: what its mounts took stands in `baseUrl`, which Express takes back when a
 * middleware passes on. Null where two mounts could have taken it.
 */
function mountedTemplate(request: ExpressRequest, base: string): string | null {
  const { app } = request
  if (typeof app !== 'function') return null
  try {
    const asked = pathname(request.originalUrl ?? request.url ?? '/')
    if (!asked.startsWith(base)) return null
    const inner = mountsOf(app, base, asked)
    if (inner !== null) return inner
    const outer = serverApp(request)
    return outer === undefined || outer === app ? null : mountsOf(outer, base, asked)
  } catch {
    return null
  }
}

function mountsOf(app: ExpressApp, base: string, asked: string): string | null {
  const prefix = appPrefix(app, asked)
  if (prefix === null || prefix.taken > base.length) return null
  if (prefix.taken === base.length) return join(prefix.template, '/*')
  const found = new Set<string>()
  const rest = asked.slice(prefix.taken)
  mountsBelow(stackOf(app), prefix.template, rest, base.length - prefix.taken, found, 0)
  return found.size === 1 ? join([...found][0]!, '/*') : null
}

/** Templates of the mounts that take exactly the first `length` characters of `path`, one below the other. */
function mountsBelow(
  stack: readonly Layer[] | null,
  above: string,
  path: string,
  length: number,
  found: Set<string>,
  depth: number,
): void {
  if (stack === null || depth > MAX_DEPTH) return
  for (const layer of stack) {
    if (layer.route !== undefined || found.size > 1) continue
    const mounted = mountShape(layer, path)
    if (mounted === null || mounted.taken > length) continue
    const template = join(above, mounted.template)
    if (mounted.taken === length) found.add(template)
    else {
      const rest = rooted(path.slice(mounted.taken))
      mountsBelow(stackOf(layer.handle), template, rest, length - mounted.taken, found, depth + 1)
    }
  }
}

function templateOf(route: ExpressRoute, app: ExpressApp, request: ExpressRequest): string | null {
  const asked = pathname(request.originalUrl ?? request.url ?? '/')
  const held = route[CHAINS]
  const chains =
    held !== undefined && (held.paths.length > 0 || held.misses >= MAX_MISSES) ? held : search(route, app, asked, held)
  if (chains.fixed !== null) return chains.fixed
  if (chains.paths.length === 0) return inMountedApp(stackOf(app), route, asked)
  const seen = resolve(chains, asked)
  if (seen !== null) return seen
  // A middleware may have rewritten the URL: then only what the routers themselves left behind fits.
  const left = resolve(chains, (request.baseUrl ?? '') + pathname(request.url ?? '/'))
  if (left !== null) return left
  // An application that a router uses as a middleware knows nothing of what is above it; the server does.
  const outer = serverApp(request)
  return outer === undefined || outer === chains.root ? null : resolve(search(route, outer, asked, undefined), asked)
}

/** Finds the route below `root` and remembers where. */
function search(route: ExpressRoute, root: ExpressApp, asked: string, before: Chains | undefined): Chains {
  const paths: Layer[][] = []
  walk(stackOf(root), route, [], paths, { layers: MAX_LAYERS }, new Set())
  if (paths.length > 0) seen('express')
  const misses = (before?.misses ?? 0) + 1
  const open: Chains = { root, paths, fixed: null, misses }
  const fixed = paths.length === 1 && root.parent === undefined ? fixedOf(paths[0]!) : null
  // Unless it explains this very request, something above it is not known.
  const chains = fixed !== null && resolve(open, asked) === fixed ? { ...open, fixed } : open
  Object.defineProperty(route, CHAINS, { value: chains, configurable: true })
  return chains
}

function serverApp(request: ExpressRequest): ExpressApp | undefined {
  const listeners = request.socket?.server?.listeners('request') ?? []
  return listeners.find((listener) => stackOf(listener) !== null) as ExpressApp | undefined
}

function walk(
  stack: readonly Layer[] | null,
  route: ExpressRoute,
  above: Layer[],
  found: Layer[][],
  budget: { layers: number },
  within: Set<unknown>,
): void {
  if (stack === null || above.length > MAX_DEPTH || within.has(stack)) return
  within.add(stack)
  for (const layer of stack) {
    if (budget.layers-- <= 0) break
    if (layer.route === route) {
      found.push([...above, layer])
    } else if (layer.route === undefined) {
      above.push(layer)
      walk(stackOf(layer.handle), route, above, found, budget, within)
      above.pop()
    }
  }
  within.delete(stack)
}

/** The stack of a router, or of an application used as a plain middleware. */
function stackOf(handle: unknown): readonly Layer[] | null {
  if (typeof handle !== 'function') return null
  const { stack } = handle as { stack?: unknown }
  if (Array.isArray(stack)) return stack as Layer[]
  const app = handle as ExpressApp & { set?: unknown }
  if (typeof app.set !== 'function') return null
  // Express 4 throws on `app.router`.
  const router = app._router ?? (Object.hasOwn(app, '_router') || isExpress4(app) ? undefined : app.router)
  const inner = (router as { stack?: unknown } | undefined)?.stack
  return Array.isArray(inner) ? (inner as Layer[]) : null
}

function isExpress4(app: object): boolean {
  return typeof (app as { lazyrouter?: unknown }).lazyrouter === 'function'
}

/** Nothing of it depends on the request: one string for the route, every mount at `/` or plain text. */
function fixedOf(chain: readonly Layer[]): string | null {
  let text = ''
  for (let i = 0; i < chain.length - 1; i++) {
    const mount = plainMount(chain[i]!)
    if (mount === null) return null
    text = join(text, mount)
  }
  const { path } = chain.at(-1)!.route!
  return typeof path === 'string' ? join(text, path) : null
}

const PLAIN = /^\/[\w\-/.~%]*$/
/** What Express 4 makes of `/api/v1`: `^\/api\/v1\/?(?=\/|$)`. */
const PLAIN_SOURCE = /^\^((?:\\\/[\w\-~%]+)+)\\\/\?\(\?=\\\/\|\$\)$/

function plainMount(layer: Layer): string | null {
  const { slash, rawPath, regexp } = layer as {
    slash?: boolean
    rawPath?: unknown
    regexp?: { fast_slash?: boolean; source: string }
  }
  if (slash === true || regexp?.fast_slash === true) return ''
  if (typeof rawPath === 'string') return PLAIN.test(rawPath) ? patternOf(rawPath) : null
  const source = regexp === undefined ? null : PLAIN_SOURCE.exec(regexp.source)
  return source === null ? null : source[1]!.replaceAll('\\/', '/')
}

/** The template of the first chain whose layers take `path` one after the other. */
function resolve(chains: Chains, path: string): string | null {
  const prefix = appPrefix(chains.root, path)
  if (prefix === null) return null
  for (const chain of chains.paths) {
    let text = prefix.template
    let rest = path.slice(prefix.taken) || '/'
    let taken = true
    for (let i = 0; i < chain.length - 1 && taken; i++) {
      const mounted = mountShape(chain[i]!, rest)
      if (mounted === null) taken = false
      else {
        text = join(text, mounted.template)
        rest = rooted(rest.slice(mounted.taken))
      }
    }
    if (!taken) continue
    const leaf = chain.at(-1)!
    const match = matchOf(leaf, rest)
    if (match !== null)
      return join(text, match.pattern === undefined ? chosen(leaf.route!.path, rest) : patternOf(match.pattern))
  }
  return null
}

/** Where a sub-application hangs, by the patterns that it was mounted under. */
function appPrefix(app: ExpressApp, path: string): { template: string; taken: number } | null {
  if (app.parent === undefined) return { template: '', taken: 0 }
  const above = appPrefix(app.parent, path)
  if (above === null) return null
  const rest = rooted(path.slice(above.taken))
  for (const pattern of [app.mountpath].flat(Infinity)) {
    if (pattern === '/' || pattern === '') return above
    if (typeof pattern !== 'string' || !fits(pattern, rest, false)) continue
    const taken = lengthOf(rest, pattern.split('/').filter((segment) => segment !== '').length)
    return { template: join(above.template, patternOf(pattern)), taken: above.taken + taken }
  }
  return null
}

/** A route inside a sub-application that had already handed an error up: the one mount that fits around it. */
function inMountedApp(stack: readonly Layer[] | null, route: ExpressRoute, path: string): string | null {
  if (typeof route.path !== 'string' || stack === null) return null
  let found: string | null = null
  for (const layer of stack) {
    if (layer.name !== NAMED_MOUNT) continue
    const mounted = mountShape(layer, path)
    if (mounted === null || !fits(route.path, rooted(path.slice(mounted.taken)), true)) continue
    if (found !== null) return null
    found = join(mounted.template, route.path)
  }
  return found
}

/** Which of a route's paths it was: Express keeps the list, older routers not which one matched. */
function chosen(path: unknown, rest: string): string {
  if (!Array.isArray(path)) return patternOf(path)
  for (const one of path.flat(Infinity)) {
    if (typeof one === 'string' ? fits(one, rest, true) : one instanceof RegExp && new RegExp(one).test(rest))
      return patternOf(one)
  }
  return patternOf(path)
}

function lengthOf(path: string, segments: number): number {
  let at = 0
  for (let i = 0; i < segments; i++) {
    const next = path.indexOf('/', at + 1)
    if (next < 0) return path.length
    at = next
  }
  return at
}

function rooted(path: string): string {
  return path.charCodeAt(0) === 47 ? path : `/${path}`
}

function pathname(url: string): string {
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  return rooted(path)
}
