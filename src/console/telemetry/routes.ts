// The telemetry API of the console: everything that the store's query language can answer, under `/api/v1`, as JSON or as
// a stream of events. It promises answers that its OpenAPI document describes, and a fault that names the parameter for
// a question that it does not understand; it knows nothing that the store does not.
import { Query } from '../../store/query.ts'
import type { Store } from '../../store/store.ts'
import { problem } from '../problem.ts'
import type { Route } from '../route.ts'
import { type EndpointMeans, routeOf } from './endpoint.ts'
import { endpoints } from './endpoints.ts'
import { follow, STREAM_HEADERS } from './follow.ts'
import { API_PREFIX, openApi } from './openapi.ts'

export interface TelemetryOptions {
  /** Added to the answer of `/api/v1/status`. */
  readonly status?: () => object
  /** Ends all streams: a server that closes would wait for them. */
  readonly closing?: AbortSignal
  /** Silence after which a stream says that it is there, milliseconds. */
  readonly heartbeatMs?: number
  /** Streams at a time; one more is refused. */
  readonly followers?: number
  /** Most events that wait for a reader that is slow. */
  readonly waiting?: number
}

export function telemetryRoutes(store: Store, options: TelemetryOptions = {}): Route[] {
  const { followers = 64, closing, heartbeatMs, waiting } = options
  let following = 0
  const means: EndpointMeans = {
    status: options.status ?? (() => ({})),
    document: openApi,
    follow(request, begin) {
      if (request.method === 'HEAD') return new Response(null, { headers: STREAM_HEADERS })
      if (following >= followers) {
        return problem(503, 'too_many_followers', `${followers} streams are open already, which is the most.`)
      }
      following++
      return follow({
        begin,
        signals: closing === undefined ? [request.signal] : [request.signal, closing],
        ended: () => following--,
        heartbeatMs,
        waiting,
      })
    },
  }
  const queries = { queryOf: (tenant: string) => new Query(store, tenant), now: store.now }
  return endpoints(means).map((one) => routeOf(one, API_PREFIX, queries))
}
