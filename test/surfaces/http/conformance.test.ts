// One table of requests, sent to the same application on every server and framework, by zero code, by door and by both:
// whole spans and whole counters are compared, so a framework that loses a route or counts twice has nowhere to hide.
import { afterEach, describe, expect, test } from 'vitest'
import { FRAMEWORKS, type Framework } from './frameworks.ts'
import { inFlight, type Kit, kit, requests, settled, values, view } from './kit.ts'
import type { Ask } from './wire.ts'
import { port } from './wire.ts'

interface Case {
  readonly ask: Ask
  readonly status: number
  readonly route: string | null
  readonly thrown?: string
}

const CASES: readonly Case[] = [
  { ask: { path: '/orders/17?q=1' }, status: 200, route: '/orders/:id' },
  { ask: { path: '/orders/18', method: 'HEAD' }, status: 200, route: '/orders/:id' },
  { ask: { path: '/orders/19', headers: { 'if-none-match': 'e' } }, status: 304, route: '/orders/:id' },
  {
    ask: { path: '/orders', method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' },
    status: 201,
    route: '/orders',
  },
  { ask: { path: '/boom' }, status: 500, route: '/boom', thrown: 'TypeError' },
  { ask: { path: '/late' }, status: 500, route: '/late', thrown: 'TypeError' },
  { ask: { path: '/denied' }, status: 403, route: '/denied' },
  { ask: { path: '/api/acme-secret/things/4' }, status: 200, route: '/api/:tenant/things/:thing' },
  { ask: { path: '/nowhere/5' }, status: 404, route: null },
]

function expectedSpan(framework: Framework, { ask, status, route, thrown }: Case): object {
  const method = ask.method ?? 'GET'
  const [path, query] = ask.path.split('?')
  return {
    name: route === null ? method : `${method} ${route}`,
    kind: 'server',
    status: status >= 500 ? 'error' : 'unset',
    ...(status >= 500 ? { message: 'Internal Server Error' } : {}),
    attributes: {
      'http.request.method': method,
      'url.scheme': framework.scheme,
      ...(route === null ? {} : { 'http.route': route }),
      'http.response.status_code': status,
      ...(status >= 500 ? { 'error.type': framework.reports && thrown ? thrown : String(status) } : {}),
      'network.protocol.version': framework.version,
      'server.address': '127.0.0.1',
      'server.port': 'PORT',
      'url.path': path,
      ...(query === undefined ? {} : { 'url.query': query }),
    },
  }
}

const EXPECTED_REQUESTS = {
  'GET /orders/:id 200': 1,
  'HEAD /orders/:id 200': 1,
  'GET /orders/:id 304': 1,
  'POST /orders 201': 1,
  'GET /boom 500': 1,
  'GET /late 500': 1,
  'GET /denied 403': 1,
  'GET /api/:tenant/things/:thing 200': 1,
  'GET <unmatched> 404': 1,
}

let held: Kit | undefined
afterEach(() => held?.stop())

const WAYS = [
  { way: 'zero code', servers: 'all', door: false },
  { way: 'the door', servers: 'observed', door: true },
  { way: 'both at once', servers: 'all', door: true },
] as const

describe.each(FRAMEWORKS)('$name', (framework) => {
  test.each(WAYS)(
    'every kind of request is one span and one count under its route, by $way [W-25] [W-26] [H-08] [H-12] [H-18] [W-12]',
    async ({ servers, door }) => {
      const recorded = (held = kit({ servers }))
      const app = await framework.open(door)
      for (const { ask, status } of CASES) {
        expect((await framework.send(port(app.server), ask)).status).toBe(status)
      }
      await recorded.ended(CASES.length)
      await app.close()
      expect(recorded.spans.map(view)).toEqual(CASES.map((one) => expectedSpan(framework, one)))
      expect(requests(recorded.registry)).toEqual(EXPECTED_REQUESTS)
      expect(recorded.log.map(({ status }) => status)).toEqual(CASES.map(({ status }) => status))
      expect(inFlight(recorded.registry)).toBe(0)
      expect(values(recorded.registry, 'errors_total')).toEqual({ 'http 500': 2 })
      await settled(() => values(recorded.registry, 'http_connections_active')[''] === 0)
      expect(values(recorded.registry, 'http_connections_active')).toEqual({ '': 0 })
    },
  )
})
