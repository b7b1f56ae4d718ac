// Hono on Node. The context knows every handler that matched and which one was entered last, so the route is read when the
// answer is out: it is the pattern of the handler that answered, with the paths of its mounts. A middleware that answered is
// named by the pattern it was registered for; one for everything, and one that only passed a 404 on, is `<unmatched>`.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { seen } from '../../base/seen.ts'
import { type Exchange, ROUTE_NONE } from './exchange.ts'
import { failed, openExchange, routed } from './naming.ts'

export interface HonoContext {
  readonly req: HonoRequest
  readonly env: unknown
  readonly error: Error | undefined
}

export interface HonoRequest {
  /** Which of the matched handlers was entered last. */
  readonly routeIndex: number
  readonly matchedRoutes: readonly HonoRoute[]
}

export interface HonoRoute {
  readonly method: string
  readonly path: string
  readonly handler: object
}

/** What @hono/node-server hands to `fetch`; nothing of it is there in `app.request()` of a test. */
export interface NodeEnv {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
}

/** Hono's word for "any method", of `use` and of `all`. */
const ANY = 'ALL'
/** Where a mounted application with an error handler of its own keeps the handler that it wraps. */
const WRAPPED = '__COMPOSED_HANDLER'

export function nodeOf(context: HonoContext): NodeEnv | null {
  const env = context.env as Partial<NodeEnv> | null | undefined
  return env?.incoming !== undefined && env.outgoing !== undefined ? (env as NodeEnv) : null
}

/** Hangs the context on the open request, to be asked once it is over. */
export function holdHono(context: HonoContext, node: NodeEnv): void {
  const exchange = openExchange(node.incoming, node.outgoing)
  if (exchange === null) return
  exchange.held = context
  exchange.ask = ask
}

let met = false

function ask(exchange: Exchange, status: number): void {
  const { req, error } = exchange.held as HonoContext
  if (error !== undefined) failed(exchange, error)
  if (exchange.routeRank !== ROUTE_NONE) return
  const route = req.matchedRoutes[req.routeIndex]
  if (route === undefined) return
  const { path } = route
  if (isMiddleware(route) && (status === 404 || path === '*' || path === '/*')) return
  if (!met) {
    met = true
    seen('hono')
  }
  routed(exchange, path)
}

/** `use` and `all` leave the same trace but for the handler, which takes `next` or does not. */
function isMiddleware({ method, handler }: HonoRoute): boolean {
  if (method !== ANY) return false
  const own = (handler as Record<string, unknown>)[WRAPPED] ?? handler
  return (own as { length: number }).length > 1
}
