// The application on Hono, served by @hono/node-server over HTTP/1 and HTTP/2.
import http2 from 'node:http2'
import type net from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { stream } from 'hono/streaming'
import { telltaleHono } from '../../../../src/hono.ts'
import { type App, never, traceId, turn, up } from './app.ts'

export function honoApp(door: boolean, overHttp2 = false): Promise<App> {
  const app = new Hono()
  if (door) app.use(telltaleHono())
  app.use(async (c, next) => {
    if (c.req.header('x-refuse')) return c.text('no', 401)
    await next()
  })
  app.use('/assets/*', async (c, next) => {
    if (c.req.path.endsWith('.js')) return c.text('asset')
    await next()
  })
  app.get('/orders/:id', (c) => (c.req.header('if-none-match') === 'e' ? c.body(null, 304) : c.text('order')))
  app.post('/orders', (c) => c.text('made', 201))
  app.get('/boom', () => {
    throw new TypeError('boom')
  })
  app.get('/late', async () => {
    await turn()
    throw new TypeError('late')
  })
  app.get('/denied', () => {
    throw new HTTPException(403, { message: 'no' })
  })
  app.get('/down', () => {
    throw new HTTPException(503, { message: 'down' })
  })
  const things = new Hono()
  things.get('/:thing', (c) => c.text('thing'))
  const api = new Hono()
  api.route('/things', things)
  app.route('/api/:tenant', api)
  app.basePath('/v1').get('/reports/:name', (c) => c.text('report'))
  app.get('/who', async (c) => c.text(await traceId()))
  // Neither streamText nor streamSSE: they set a header that HTTP/2 forbids.
  app.get('/stream', (c) =>
    stream(c, async (to) => {
      for (const part of ['a', 'b', 'c']) await to.write(part)
    }),
  )
  app.get('/events', (c) => {
    c.header('content-type', 'text/event-stream')
    return stream(c, async (to) => {
      await to.write('data: 1\n\n')
      await new Promise<void>((resolve) => to.onAbort(resolve))
    })
  })
  app.get('/hang', never)
  app.onError((error, c) => (error instanceof HTTPException ? error.getResponse() : c.text('failed', 500)))
  // The global Request and Response stay Node's, for the frameworks beside it.
  const options = overHttp2 ? { createServer: http2.createServer } : {}
  return up(
    createAdaptorServer({
      fetch: app.fetch,
      overrideGlobalObjects: false,
      ...options,
    } as never) as unknown as net.Server,
  )
}
