// Servers of Node alone: there is no router, so the door is to say the route and what was thrown by hand.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type net from 'node:net'
import { observe, setError, setRoute } from '../../../../src/http.ts'
import { type App, Denied, hanging, traceId, turn, Unavailable, up } from './app.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown

const ROUTES: readonly [string, RegExp, string, Answer][] = [
  [
    'GET',
    /^\/orders\/[^/]+$/,
    '/orders/:id',
    (request, response) =>
      request.headers['if-none-match'] === 'e' ? response.writeHead(304).end() : response.end('order'),
  ],
  ['POST', /^\/orders$/, '/orders', (_request, response) => response.writeHead(201).end('made')],
  [
    'GET',
    /^\/boom$/,
    '/boom',
    () => {
      throw new TypeError('boom')
    },
  ],
  [
    'GET',
    /^\/late$/,
    '/late',
    async () => {
      await turn()
      throw new TypeError('late')
    },
  ],
  [
    'GET',
    /^\/denied$/,
    '/denied',
    () => {
      throw new Denied('no')
    },
  ],
  [
    'GET',
    /^\/down$/,
    '/down',
    () => {
      throw new Unavailable('down')
    },
  ],
  ['GET', /^\/api\/[^/]+\/things\/[^/]+$/, '/api/:tenant/things/:thing', (_request, response) => response.end('thing')],
  ['GET', /^\/v1\/reports\/[^/]+$/, '/v1/reports/:name', (_request, response) => response.end('report')],
  ['GET', /^\/assets\//, '/assets/*', (_request, response) => response.end('asset')],
  ['GET', /^\/who$/, '/who', async (_request, response) => response.end(await traceId())],
  [
    'GET',
    /^\/stream$/,
    '/stream',
    async (_request, response) => {
      for (const part of ['a', 'b', 'c']) {
        response.write(part)
        await turn()
      }
      response.end()
    },
  ],
  [
    'GET',
    /^\/events$/,
    '/events',
    (_request, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n'),
  ],
  ['GET', /^\/hang$/, '/hang', () => hanging.arrived()],
]

export function nodeHandler(door: boolean): (request: IncomingMessage, response: ServerResponse) => void {
  return async (request, response) => {
    if (request.headers['x-refuse']) {
      response.writeHead(401).end('no')
      return
    }
    const path = request.url!.split('?')[0]!
    const method = request.method === 'HEAD' ? 'GET' : request.method
    const found = ROUTES.find(([verb, pattern]) => verb === method && pattern.test(path))
    if (found === undefined) {
      response.writeHead(404).end('none')
      return
    }
    if (door) setRoute(request, found[2])
    try {
      await found[3](request, response)
    } catch (error) {
      if (door) setError(request, error)
      response.writeHead((error as { status?: number }).status ?? 500).end('failed')
    }
  }
}

export function serve(server: net.Server, door: boolean): Promise<App> {
  if (door) observe(server)
  return up(server)
}
