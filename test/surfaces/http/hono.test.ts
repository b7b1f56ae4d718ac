// Hono by door: whose pattern a request has when applications, middleware and error handlers stand in each other.
import type net from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { afterEach, expect, test } from 'vitest'
import { setRoute, telltaleHono } from '../../../src/hono.ts'
import { inFlight, type Kit, kit, requests } from './kit.ts'
import { close, listen, port, sendHttp } from './wire.ts'

let recorded: Kit
let server: net.Server | undefined
afterEach(async () => {
  recorded.stop()
  if (server !== undefined) await close(server)
  server = undefined
})

async function names(app: Hono, paths: readonly string[], method = 'GET'): Promise<string[]> {
  recorded = kit()
  server = await listen(
    createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as unknown as net.Server,
  )
  for (const path of paths) await sendHttp(port(server), { path, method, headers: { origin: 'http://a' } })
  return (await recorded.ended(paths.length)).map(({ name }) => name)
}

test('applications in applications, with error handlers of their own, keep every prefix [W-25] [H-12]', async () => {
  const inner = new Hono()
  inner.get('/users/:id', (c) => c.text('ok'))
  inner.get('/fails', () => {
    throw new RangeError('x')
  })
  inner.onError((_error, c) => c.text('mine', 502))
  const middle = new Hono().route('/inner/:area', inner)
  const app = new Hono()
  app.use(telltaleHono())
  app.route('/outer', middle)
  expect(await names(app, ['/outer/inner/eu/users/7', '/outer/inner/eu/fails', '/outer/inner/eu/none'])).toEqual([
    'GET /outer/inner/:area/users/:id',
    'GET /outer/inner/:area/fails',
    'GET',
  ])
  expect(recorded.spans[1]!.rare!.events!.map(({ attributes }) => attributes![1])).toEqual(['RangeError'])
})

test('a middleware that answers is named by its own pattern, one for all and one that passes a 404 on are <unmatched> [H-12]', async () => {
  const app = new Hono()
  app.use(telltaleHono())
  app.use('*', async (c, next) => (c.req.path === '/all' ? c.text('x') : next()))
  app.use('/api/:tenant/*', async (c, next) => (c.req.path.endsWith('closed') ? c.text('no', 401) : next()))
  app.all('/any/:id', (c) => c.text('ok'))
  app.all('/files/*', (c) => c.notFound())
  app.get('/maybe/:id', async (_c, next) => next())
  await names(app, ['/all', '/api/acme/closed', '/api/acme/none', '/any/1', '/files/a/b', '/maybe/1', '/none'])
  expect(requests(recorded.registry)).toEqual({
    'GET <unmatched> 200': 1,
    'GET /api/:tenant/* 401': 1,
    'GET <unmatched> 404': 2,
    'GET /any/:id 200': 1,
    'GET /files/* 404': 1,
    'GET /maybe/:id 404': 1,
  })
})

test('a preflight that a middleware answers is counted once, without a route [H-18]', async () => {
  const app = new Hono()
  app.use(telltaleHono())
  app.use(cors())
  app.post('/orders/:id', (c) => c.text('ok'))
  expect(await names(app, ['/orders/1'], 'OPTIONS')).toEqual(['OPTIONS'])
  expect(requests(recorded.registry)).toEqual({ 'OPTIONS <unmatched> 204': 1 })
})

test('a mounted handler of another framework is a wildcard, and what it does not have is <unmatched> [H-12]', async () => {
  const app = new Hono()
  app.use(telltaleHono())
  app.mount(
    '/legacy',
    (request: Request) => new Response('x', { status: new URL(request.url).pathname === '/known' ? 200 : 404 }),
  )
  await names(app, ['/legacy/known', '/legacy/acme'])
  expect(requests(recorded.registry)).toEqual({ 'GET /legacy/* 200': 1, 'GET <unmatched> 404': 1 })
})

test("setRoute takes Node's request and is never overwritten [W-25]", async () => {
  const app = new Hono<{ Bindings: { incoming: object } }>()
  app.use(telltaleHono())
  app.post('/trpc/*', (c) => {
    setRoute(c.env.incoming, '/trpc/order.create')
    return c.text('ok')
  })
  expect(await names(app as never, ['/trpc/order.create'], 'POST')).toEqual(['POST /trpc/order.create'])
})

test('app.request() is a test, not a request: nothing is recorded and nothing stays in flight', async () => {
  recorded = kit()
  const app = new Hono()
  app.use(telltaleHono())
  app.get('/a/:b', (c) => c.text('x'))
  expect(await (await app.request('/a/1')).text()).toBe('x')
  expect(recorded.spans).toEqual([])
  expect(requests(recorded.registry)).toEqual({})
  expect(inFlight(recorded.registry)).toBe(0)
})
