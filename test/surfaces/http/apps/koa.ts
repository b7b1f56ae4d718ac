// The application on Koa 2 and 3, with either router.
import http from 'node:http'
import { PassThrough, Readable } from 'node:stream'
import type Koa from 'koa'
import mount from 'koa-mount'
import type Router from 'koa-router'
import { telltaleKoa } from '../../../../src/koa.ts'
import { type App, never, traceId, turn, up } from './app.ts'

export function koaApp(Application: typeof Koa, Routes: typeof Router, door: boolean): Promise<App> {
  const app = new Application()
  app.silent = true
  if (door) app.use(telltaleKoa())
  app.use((context, next) => {
    if (!context.headers['x-refuse']) return next()
    context.status = 401
    context.body = 'no'
  })
  app.use(
    mount('/assets', (context: Koa.Context) => {
      context.body = 'asset'
    }),
  )
  const router = new Routes()
  router.get('/orders/:id', (context) => {
    if (context.headers['if-none-match'] === 'e') context.status = 304
    else context.body = 'order'
  })
  router.post('/orders', (context) => {
    context.status = 201
    context.body = 'made'
  })
  router.get('/boom', () => {
    throw new TypeError('boom')
  })
  router.get('/late', async () => {
    await turn()
    throw new TypeError('late')
  })
  router.get('/denied', (context) => context.throw(403, 'no'))
  router.get('/down', (context) => context.throw(503, 'down'))
  const things = new Routes()
  things.get('/:thing', (context) => {
    context.body = 'thing'
  })
  const api = new Routes({ prefix: '/api/:tenant' })
  api.use('/things', things.routes())
  const reports = new Application()
  const named = new Routes()
  named.get('/reports/:name', (context) => {
    context.body = 'report'
  })
  reports.use(named.routes())
  app.use(mount('/v1', reports))
  router.get('/who', async (context) => {
    context.body = await traceId()
  })
  router.get('/stream', (context) => {
    context.body = Readable.from(['a', 'b', 'c'])
  })
  router.get('/events', (context) => {
    const events = new PassThrough()
    events.write('data: 1\n\n')
    context.type = 'text/event-stream'
    context.body = events
  })
  router.get('/hang', never)
  app.use(router.routes())
  app.use(router.allowedMethods())
  app.use(api.routes())
  return up(http.createServer(app.callback()))
}
