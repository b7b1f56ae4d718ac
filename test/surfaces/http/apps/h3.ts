// The application on h3 2 and on h3 1.
import http from 'node:http'
import { Readable } from 'node:stream'
import * as two from 'h3'
import { tracingPlugin } from 'h3/tracing'
import * as one from 'h3v1'
import { telltaleH3 } from '../../../../src/h3.ts'
import { type App, never, traceId, turn, up } from './app.ts'

/** `tracing`: with h3's own plugin, which speaks on a channel. */
export function h3App(door: boolean, tracing: boolean): Promise<App> {
  const app = new two.H3({ silent: true })
  if (tracing) app.register(tracingPlugin())
  if (door) app.register(telltaleH3)
  app.use((event, next) => {
    if (!event.req.headers.get('x-refuse')) return next()
    event.res.status = 401
    return 'no'
  })
  app.use('/assets/**', () => 'asset')
  app.get('/orders/:id', (event) => {
    if (event.req.headers.get('if-none-match') !== 'e') return 'order'
    event.res.status = 304
    return ''
  })
  app.post('/orders', (event) => {
    event.res.status = 201
    return 'made'
  })
  app.get('/boom', () => {
    throw new TypeError('boom')
  })
  app.get('/late', async () => {
    await turn()
    throw new TypeError('late')
  })
  app.get('/denied', () => {
    throw new two.HTTPError({ status: 403 })
  })
  app.get('/down', () => {
    throw new two.HTTPError({ status: 503 })
  })
  const things = new two.H3()
  things.get('/things/:thing', () => 'thing')
  app.mount('/api/:tenant', things)
  const reports = new two.H3()
  reports.get('/reports/:name', () => 'report')
  app.mount('/v1', reports)
  app.get('/who', () => traceId())
  app.get('/stream', () => Readable.toWeb(Readable.from([Buffer.from('a'), Buffer.from('b'), Buffer.from('c')])))
  app.get('/events', (event) => {
    const events = two.createEventStream(event)
    void events.push('1')
    return events.send()
  })
  app.get('/hang', never)
  return up(http.createServer(two.toNodeHandler(app)))
}

export function h3v1App(door: boolean): Promise<App> {
  const handle = one.eventHandler
  const app = one.createApp()
  if (door) telltaleH3(app)
  app.use(
    handle((event) => {
      if (!one.getHeader(event, 'x-refuse')) return undefined
      one.setResponseStatus(event, 401)
      return 'no'
    }),
  )
  app.use(
    '/assets',
    handle(() => 'asset'),
  )
  const router = one.createRouter()
  const orders = handle((event) => {
    if (one.getHeader(event, 'if-none-match') !== 'e') return 'order'
    one.setResponseStatus(event, 304)
    return ''
  })
  router.get('/orders/:id', orders)
  router.head('/orders/:id', orders)
  router.post(
    '/orders',
    handle((event) => {
      one.setResponseStatus(event, 201)
      return 'made'
    }),
  )
  router.get(
    '/boom',
    handle(() => {
      throw new TypeError('boom')
    }),
  )
  router.get(
    '/late',
    handle(async () => {
      await turn()
      throw new TypeError('late')
    }),
  )
  router.get(
    '/denied',
    handle(() => {
      throw one.createError({ statusCode: 403 })
    }),
  )
  router.get(
    '/down',
    handle(() => {
      throw one.createError({ statusCode: 503 })
    }),
  )
  // Version 1 has no mount that takes parameters: a base is text.
  router.get(
    '/api/:tenant/things/:thing',
    handle(() => 'thing'),
  )
  const reports = one.createRouter()
  reports.get(
    '/reports/:name',
    handle(() => 'report'),
  )
  router.use('/v1/**', one.useBase('/v1', reports.handler))
  router.get('/who', handle(traceId))
  router.get(
    '/stream',
    handle(() => Readable.from(['a', 'b', 'c'])),
  )
  router.get(
    '/events',
    handle((event) => {
      const events = one.createEventStream(event)
      void events.push('1')
      return events.send()
    }),
  )
  router.get('/hang', handle(never))
  app.use(router)
  return up(http.createServer(one.toNodeListener(app)))
}
