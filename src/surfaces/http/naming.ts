// What an application may say about a request that is being answered, whatever server or framework holds it: which route
// it really is, and whose it is. Nothing happens when telemetry is off, the request is over or passed by.
import { exchangeOf, ROUTE_SET } from './exchange.ts'
import { moreSpecific } from './route.ts'

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
