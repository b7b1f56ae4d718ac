// Koa by door: mounts and routers of every nesting, and requests that do not end where a handler returns.
import http from 'node:http'
import type net from 'node:net'
import KoaRouter from '@koa/router'
import fc from 'fast-check'
import Koa3 from 'koa'
import mount from 'koa-mount'
import koaRouter from 'koa-router'
import serveStatic from 'koa-static'
import Koa2 from 'koa2'
import { afterEach, describe, expect, test } from 'vitest'
import { setRoute, telltaleKoa } from '../../../src/koa.ts'
import { hanging } from './apps/app.ts'
import { inFlight, type Kit, kit, requests } from './kit.ts'
import { close, cutHttp, listen, port, sendHttp } from './wire.ts'

let recorded: Kit
let server: net.Server
afterEach(async () => {
  recorded.stop()
  await close(server)
})

const ok: Koa3.Middleware = (context) => {
  context.body = 'ok'
}

async function names(app: Koa3, paths: readonly string[]): Promise<string[]> {
  recorded = kit()
  server = await listen(http.createServer(app.callback()))
  for (const path of paths) await sendHttp(port(server), { path })
  return (await recorded.ended(paths.length)).map(({ name }) => name)
}

function application(Koa: typeof Koa3): Koa3 {
  const app = new Koa()
  app.silent = true
  app.use(telltaleKoa())
  return app
}

describe.each([
  ['Koa 3 with @koa/router', Koa3, KoaRouter as never as typeof koaRouter],
  ['Koa 3 with koa-router', Koa3, koaRouter],
  ['Koa 2 with @koa/router', Koa2, KoaRouter as never as typeof koaRouter],
] as const)('%s', (_name, Koa, Router) => {
  test('mounts in mounts keep every prefix; one that was passed or left again does not [W-25] [H-12]', async () => {
    const app = application(Koa)
    const inner = new Koa()
    inner.use(new Router().get('/users/:id', ok).routes())
    const middle = new Koa()
    middle.use(mount('/inner', inner))
    middle.use(new Router().get('/own', ok).routes())
    app.use(mount('/outer', middle))
    app.use(mount('/passed', (_context, next) => next()))
    app.use(mount('/slash/', inner))
    app.use(new Router().get('/passed/:id', ok).get('/plain', ok).get('/outer/:rest', ok).routes())
    expect(
      await names(app, [
        '/outer/inner/users/7',
        '/outer/own',
        '/passed/8',
        '/plain',
        '/outer/else',
        '/outer/inner/none',
      ]),
    ).toEqual([
      'GET /outer/inner/users/:id',
      'GET /outer/own',
      'GET /passed/:id',
      'GET /plain',
      'GET /outer/:rest',
      'GET',
    ])
  })

  test('middleware of a router that refuses keeps the route that it stands before [W-25]', async () => {
    const app = application(Koa)
    const router = new Router({ prefix: '/v2' })
    router.use((context, next) => {
      if (!context.path.endsWith('/closed')) return next()
      context.status = 401
      return undefined
    })
    router.get('/:tenant/open', ok)
    router.get('/:tenant/closed', ok)
    app.use(router.routes())
    expect(await names(app, ['/v2/acme/open', '/v2/acme/closed', '/v2/acme/none'])).toEqual([
      'GET /v2/:tenant/open',
      'GET /v2/:tenant/closed',
      'GET',
    ])
    expect(requests(recorded.registry)).toEqual({
      'GET /v2/:tenant/open 200': 1,
      'GET /v2/:tenant/closed 401': 1,
      'GET <unmatched> 404': 1,
    })
  })

  test('of routes that overlap, the one that answered last is named; all(), lists and patterns are the router words [W-25]', async () => {
    const app = application(Koa)
    const router = new Router()
    router.get('/users/:id', (_context, next) => next())
    router.get('/users/me', ok)
    router.all('/any/:id', ok)
    router.get(/^\/re(\d+)$/, ok)
    app.use(router.routes())
    expect(await names(app, ['/users/me', '/any/1', '/re77'])).toEqual([
      'GET /users/me',
      'GET /any/:id',
      'GET /^\\/re(\\d+)$/',
    ])
  })

  test('whatever stands in a path, the label is the pattern [H-12]', async () => {
    const app = application(Koa)
    const sub = new Koa()
    sub.use(new Router({ prefix: '/:tenant' }).get('/x/:id', ok).routes())
    app.use(mount('/sub', sub))
    recorded = kit()
    server = await listen(http.createServer(app.callback()))
    const segment = fc.stringMatching(/^[a-z0-9_~-]{1,10}$/)
    let count = 0
    await fc.assert(
      fc.asyncProperty(segment, segment, async (tenant, id) => {
        await sendHttp(port(server), { path: `/sub/${tenant}/x/${id}` })
        const spans = await recorded.ended(++count)
        expect(spans.at(-1)!.name).toBe('GET /sub/:tenant/x/:id')
      }),
      { numRuns: 30 },
    )
  })
})

test('a path that a middleware rewrote shows the route that was matched, never the path that was asked [H-12]', async () => {
  const app = application(Koa3)
  app.use((context, next) => {
    context.path = context.path.replace(/^\/tenant-[^/]+/, '')
    return next()
  })
  app.use(new KoaRouter().get('/orders/:id', ok as never).routes() as never)
  expect(await names(app, ['/tenant-acme/orders/4'])).toEqual(['GET /orders/:id'])
})

test('the route is known of a request that is answered by hand while its handler runs on, and of one that is cut off [W-27]', async () => {
  const app = application(Koa3)
  const router = new koaRouter()
  router.get('/raw/:id', async (context) => {
    context.respond = false
    context.res.statusCode = 200
    context.res.end('x')
    await new Promise(() => {})
  })
  router.get('/slow/:id', async () => {
    hanging.arrived()
    await new Promise(() => {})
  })
  app.use(router.routes())
  recorded = kit()
  server = await listen(http.createServer(app.callback()))
  await sendHttp(port(server), { path: '/raw/1' })
  const arrived = new Promise<void>((resolve) => {
    hanging.arrived = resolve
  })
  await cutHttp(http)(port(server), '/slow/2', arrived)
  await recorded.ended(2)
  expect(requests(recorded.registry)).toEqual({ 'GET /raw/:id 200': 1, 'GET /slow/:id 499': 1 })
  expect(inFlight(recorded.registry)).toBe(0)
})

test('an error that the application answers itself is known when it is emitted, as Koa asks for, wherever the door stands [R-09]', async () => {
  const app = new Koa3()
  app.silent = true
  app.use(async (context, next) => {
    try {
      await next()
    } catch (error) {
      context.status = 502
      context.body = 'mine'
      context.app.emit('error', error, context)
    }
  })
  app.use((context, next) => {
    if (context.path === '/before') throw new RangeError('before')
    return next()
  })
  app.use(telltaleKoa())
  app.use(() => {
    throw new TypeError('after')
  })
  await names(app, ['/warm', '/before', '/after'])
  expect(recorded.spans.map((span) => span.rare!.events!.map(({ attributes }) => attributes![1]))).toEqual([
    ['TypeError'],
    ['RangeError'],
    ['TypeError'],
  ])
})

test('the listener of Koa that prints errors stays where the application has none of its own', async () => {
  const app = new Koa3()
  app.use(telltaleKoa())
  await names(app, ['/a', '/b'])
  expect(app.listenerCount('error')).toBe(2)
})

test('static files of a mount are <unmatched>, since Koa does not say who answered; setRoute names them [H-12]', async () => {
  const app = application(Koa3)
  app.use((context, next) => {
    if (context.path.startsWith('/named/')) setRoute(context.req, '/named/*')
    return next()
  })
  app.use(mount('/assets', serveStatic(import.meta.dirname)))
  app.use(mount('/named', serveStatic(import.meta.dirname)))
  expect(await names(app, ['/assets/kit.ts', '/named/kit.ts'])).toEqual(['GET', 'GET /named/*'])
})

test('without telemetry the door changes nothing', async () => {
  const app = application(Koa3)
  app.use(
    mount(
      '/m',
      new Koa3().use(
        new koaRouter()
          .get('/x/:id', (context) => (context.body = (context as never as { _matchedRoute: string })._matchedRoute))
          .routes(),
      ),
    ),
  )
  server = await listen(http.createServer(app.callback()))
  recorded = kit()
  recorded.stop()
  expect(await sendHttp(port(server), { path: '/m/x/1' })).toMatchObject({ status: 200, body: '/x/:id' })
  expect(recorded.spans).toEqual([])
})
