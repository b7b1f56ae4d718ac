// What an application may say about a request that is being answered, whatever server or framework holds it: which route
// it really is, whose it is, and what was thrown. Nothing happens when telemetry is off, the request is over or passed by.
import { EXCHANGE, type Exchange, exchangeOf, ROUTE_NONE, ROUTE_ROUTER, ROUTE_SET } from './exchange.ts'
import { moreSpecific } from './route.ts'
import { errorType } from './status.ts'

/** Names the route of an open request; the most specific name wins, and no router's word replaces it. */
export function setRoute(request: unknown, template: string): void {
  const exchange = exchangeOf(request)
  if (exchange === null || typeof template !== 'string' || template === '') return
  if (exchange.routeRank === ROUTE_SET && !moreSpecific(template, exchange.route!.template)) return
  exchange.route = exchange.recorder.routes.of(template)
  exchange.routeRank = ROUTE_SET
}

/** The tenant that the application's own authentication found; a span attribute and the request log, never a label. */
export function setTenant(request: unknown, tenant: string): void {
  const exchange = exchangeOf(request)
  if (exchange === null || typeof tenant !== 'string') return
  exchange.tenant = tenant
  if (exchange.frame !== null) exchange.frame.tenant = tenant
  exchange.span?.set('tenant', tenant)
}

/**
 * What a handler threw: its class is `error.type` of a 5xx span and the error its `exception` event; a 4xx has neither. For
 * error handlers of frameworks that do not report it themselves.
 */
export function setError(request: unknown, error: unknown): void {
  const exchange = exchangeOf(request)
  if (exchange !== null) failed(exchange, error)
}

/** For doors: the open exchange of Node's own pair, of either protocol; null when it is not observed. */
export function openExchange(request: object, response: object): Exchange | null {
  const exchange = (response as { readonly [EXCHANGE]?: Exchange })[EXCHANGE] ?? exchangeOf(request)
  return exchange?.open ? exchange : null
}

/** For doors: what a router says. A later word, from further down, wins; the application's own never yields. */
export function routed(exchange: Exchange, template: string): void {
  if (exchange.routeRank === ROUTE_SET) return
  exchange.route = exchange.recorder.routes.of(template)
  exchange.routeRank = ROUTE_ROUTER
}

/** For doors: the router takes its word back, since nothing below the route answered. */
export function unrouted(exchange: Exchange): void {
  if (exchange.routeRank !== ROUTE_ROUTER) return
  exchange.route = null
  exchange.routeRank = ROUTE_NONE
}

export function failed(exchange: Exchange, error: unknown): void {
  exchange.error = errorType(error)
  exchange.thrown = error
}
