// Fastify: the route is known to our hook before any other runs, and tests that inject() are no requests.
import type net from 'node:net'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, expect, test } from 'vitest'
import { setRoute, telltaleFastify } from '../../../src/fastify.ts'
import { inFlight, type Kit, kit, requests } from './kit.ts'
import { port, raw, sendHttp } from './wire.ts'

let recorded: Kit
let app: FastifyInstance
afterEach(async () => {
  recorded.stop()
  await app.close()
})

async function up(): Promise<number> {
  await app.listen({ port: 0, host: '127.0.0.1' })
  return port(app.server as net.Server)
}

test('the route is known for requests that hooks, validation and parsers refuse [W-25]', async () => {
  recorded = kit()
  app = fastify({ bodyLimit: 10 })
  app.addHook('onRequest', (request, reply, done) => {
    if (request.headers['x-refuse']) reply.code(401).send('no')
    else done()
  })
  const schema = { body: { type: 'object', required: ['a'] } }
  app.post('/orders/:id', { schema }, () => 'never')
  const at = await up()
  const json = { 'content-type': 'application/json' }
  const ask = (headers: Record<string, string>, body: string) =>
    sendHttp(at, { method: 'POST', path: '/orders/9', headers: { ...json, ...headers }, body })
  expect((await ask({ 'x-refuse': '1' }, '{}')).status).toBe(401)
  expect((await ask({}, '{}')).status).toBe(400)
  expect((await ask({}, `{"a":"${'x'.repeat(20)}"}`)).status).toBe(413)
  await recorded.ended(3)
  expect(requests(recorded.registry)).toEqual({
    'POST /orders/:id 401': 1,
    'POST /orders/:id 400': 1,
    'POST /orders/:id 413': 1,
  })
})

test('unknown paths, bad URLs and custom 404 handlers of a prefix are <unmatched>; wildcards are templates [H-12]', async () => {
  recorded = kit()
  app = fastify()
  await app.register(
    async (sub) => {
      sub.setNotFoundHandler((_request, reply) => void reply.code(404).send('mine'))
      sub.get('/files/*', () => 'file')
    },
    { prefix: '/v1' },
  )
  const at = await up()
  for (const path of ['/v1/none/1', '/none', '/v1/files/a/b.txt']) await sendHttp(at, { path })
  await raw(at, 'GET /v1/%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  await recorded.ended(4)
  expect(requests(recorded.registry)).toEqual({
    'GET <unmatched> 404': 2,
    'GET /v1/files/* 200': 1,
    'GET <unmatched> 400': 1,
  })
})

test('inject() is a test, not a request: nothing is recorded and nothing stays in flight, by zero code and by plugin', async () => {
  recorded = kit()
  app = fastify()
  await app.register(telltaleFastify as never)
  app.get('/a/:b', () => 'x')
  expect((await app.inject('/a/1')).body).toBe('x')
  expect(recorded.spans).toEqual([])
  expect(requests(recorded.registry)).toEqual({})
  expect(inFlight(recorded.registry)).toBe(0)
})

test('an instance made before telemetry started is observed, and its routes known, through the plugin', async () => {
  app = fastify()
  await app.register(telltaleFastify as never)
  app.get('/early/:id', () => 'x')
  recorded = kit()
  await sendHttp(await up(), { path: '/early/1' })
  await recorded.ended(1)
  expect(requests(recorded.registry)).toEqual({ 'GET /early/:id 200': 1 })
})

test("setRoute takes Fastify's request and beats the router, whatever comes later [W-25]", async () => {
  recorded = kit()
  app = fastify()
  app.all('/trpc/*', (request, reply) => {
    setRoute(request, '/trpc/order.create')
    reply.send('x')
  })
  await sendHttp(await up(), { path: '/trpc/order.create?x=1' })
  await recorded.ended(1)
  expect(recorded.spans[0]!.name).toBe('GET /trpc/order.create')
})

test('what a handler threw is an event of a 5xx span, and of no 4xx span [R-09]', async () => {
  recorded = kit()
  app = fastify()
  class Broken extends Error {
    override name = 'Broken'
  }
  app.get('/five', async () => {
    throw new Broken('secret text')
  })
  app.get('/four', async () => {
    throw Object.assign(new Broken('x'), { statusCode: 422 })
  })
  const at = await up()
  await sendHttp(at, { path: '/five' })
  await sendHttp(at, { path: '/four' })
  const [five, four] = await recorded.ended(2)
  expect(five!.rare!.events!.map(({ name, attributes }) => [name, attributes!.slice(0, 4)])).toEqual([
    ['exception', ['exception.type', 'Broken', 'exception.message', 'secret text']],
  ])
  expect([five!.status, four!.status, four!.rare]).toEqual([2, 0, null])
})
