// The application on Fastify 5.
import type net from 'node:net'
import { Readable } from 'node:stream'
import fastify from 'fastify'
import { telltaleFastify } from '../../../../src/fastify.ts'
import { type App, Denied, never, traceId, turn, Unavailable } from './app.ts'

export async function fastifyApp(door: boolean, options: object = {}): Promise<App> {
  const app = fastify({ forceCloseConnections: true, ...options })
  if (door) await app.register(telltaleFastify)
  app.addHook('onRequest', (request, reply, done) => {
    if (request.headers['x-refuse']) reply.code(401).send('no')
    else done()
  })
  app.get('/orders/:id', (request, reply) =>
    request.headers['if-none-match'] === 'e' ? reply.code(304).send() : reply.send('order'),
  )
  app.post('/orders', (_request, reply) => reply.code(201).send('made'))
  app.get('/boom', () => {
    throw new TypeError('boom')
  })
  app.get('/late', async () => {
    await turn()
    throw new TypeError('late')
  })
  app.get('/denied', async () => {
    throw new Denied('no')
  })
  app.get('/down', async () => {
    throw new Unavailable('down')
  })
  await app.register(
    async (api) => {
      await api.register(async (things) => void things.get('/:thing', () => 'thing'), { prefix: '/things' })
    },
    { prefix: '/api/:tenant' },
  )
  await app.register(async (reports) => void reports.get('/reports/:name', () => 'report'), { prefix: '/v1' })
  app.get('/assets/*', () => 'asset')
  app.get('/who', () => traceId())
  app.get('/stream', (_request, reply) => reply.send(Readable.from(['a', 'b', 'c'])))
  app.get('/events', (_request, reply) => {
    const events = new Readable({ read() {} })
    events.push('data: 1\n\n')
    return reply.type('text/event-stream').send(events)
  })
  app.get('/hang', never)
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { server: app.server as unknown as net.Server, close: () => app.close() }
}
