// Express as people really build it, in both majors: what the router knows is the label, and nothing a client sent is.
import http from 'node:http'
import express5 from 'express'
import express4 from 'express4'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { setRoute } from '../../../src/express.ts'
import { expressTemplate } from '../../../src/surfaces/http/express.ts'
import { inFlight, type Kit, kit, requests } from './kit.ts'
import { close, listen, port, sendHttp } from './wire.ts'

const MAJORS = [
  { major: 4, express: express4 },
  { major: 5, express: express5 },
]

let recorded: Kit
let server: http.Server
afterEach(async () => {
  recorded.stop()
  await close(server)
})

/** The routes that `paths` were counted under, in order. */
async function routes(app: http.RequestListener, paths: readonly string[], method = 'GET'): Promise<string[]> {
  recorded = kit()
  server = await listen(http.createServer(app))
  const found: string[] = []
  for (const path of paths) {
    await sendHttp(port(server), { path, method })
    const spans = await recorded.ended(found.length + 1)
    const span = spans.at(-1)!
    found.push(span.name)
  }
  expect(inFlight(recorded.registry)).toBe(0)
  return found
}

const ok = (_request: unknown, response: express5.Response) => void response.end('ok')

describe.each(MAJORS)('Express $major', ({ major, express }) => {
  test('nested routers keep every mount, a route at / adds nothing [W-25]', async () => {
    const app = express()
    const users = express.Router({ mergeParams: true })
    users.get('/', ok)
    users.get('/:user', ok)
    users.route('/:user/orders').get(ok).post(ok)
    const v1 = express.Router()
    v1.use('/users', users)
    app.use('/api/v1', v1)
    app.get('/', ok)
    expect(
      await routes(app, ['/', '/api/v1/users', '/api/v1/users/', '/api/v1/users/7', '/api/v1/users/7/orders']),
    ).toEqual([
      'GET /',
      'GET /api/v1/users',
      'GET /api/v1/users',
      'GET /api/v1/users/:user',
      'GET /api/v1/users/:user/orders',
    ])
  })

  test('the value of a parameterised mount never reaches a label or a span name [H-12] [H-14]', async () => {
    const app = express()
    const things = express.Router({ mergeParams: true })
    things.get('/things/:thing', ok)
    app.use('/api/:tenant', things)
    app.use('/v/:from-:to', things)
    app.use('/n/:number(\\d+)'.replace(major === 5 ? /\(.*\)/ : /$^/, ''), things)
    const paths = ['/api/acme/things/1', '/api/globex-9/things/2', '/api/api/things/3', '/api/a%20b/things/4']
    paths.push('/v/10-20/things/5', '/n/12345/things/6', '/n/7/things/7')
    expect(await routes(app, paths)).toEqual([
      'GET /api/:tenant/things/:thing',
      'GET /api/:tenant/things/:thing',
      'GET /api/:tenant/things/:thing',
      'GET /api/:tenant/things/:thing',
      'GET /v/:from-:to/things/:thing',
      'GET /n/:number/things/:thing',
      'GET /n/:number/things/:thing',
    ])
    expect(Object.keys(requests(recorded.registry)).join()).not.toMatch(/acme|globex|12345/)
  })

  test('a router mounted twice is told apart by the path that was asked for [W-25]', async () => {
    const app = express()
    const shared = express.Router()
    shared.get('/list', ok)
    app.use('/first', shared)
    app.use('/second', shared)
    app.use(['/third', '/fourth/:id'], shared)
    expect(await routes(app, ['/first/list', '/second/list', '/third/list', '/fourth/x9/list', '/first/list'])).toEqual(
      ['GET /first/list', 'GET /second/list', 'GET /third/list', 'GET /fourth/:id/list', 'GET /first/list'],
    )
  })

  test('sub-applications carry the path that they are mounted under [W-25]', async () => {
    const admin = express()
    admin.get('/users/:id', ok)
    const inner = express()
    inner.get('/deep', ok)
    admin.use('/inner', inner)
    const plain = express()
    plain.get('/x', ok)
    const router = express.Router()
    router.use('/as-middleware', plain)
    const app = express()
    app.use('/admin/:area', admin)
    app.use('/r', router)
    expect(await routes(app, ['/admin/eu/users/1', '/admin/us/inner/deep', '/r/as-middleware/x'])).toEqual([
      'GET /admin/:area/users/:id',
      'GET /admin/:area/inner/deep',
      'GET /r/as-middleware/x',
    ])
  })

  test('a failure that a sub-application hands up keeps its route, or says nothing [W-25]', async () => {
    const quiet = (error: unknown, _q: unknown, response: express5.Response, _n: unknown) =>
      void response.status(500).end(String(error).slice(0, 0))
    const sub = express()
    sub.get('/fail/:id', () => {
      throw new Error('x')
    })
    const app = express()
    const router = express.Router()
    router.get('/fail/:id', () => {
      throw new Error('y')
    })
    app.use('/sub/:tenant', sub)
    app.use('/router/:tenant', router)
    app.use(quiet as express5.ErrorRequestHandler)
    expect(await routes(app, ['/sub/acme/fail/1', '/router/acme/fail/1'])).toEqual([
      'GET /sub/:tenant/fail/:id',
      'GET /router/:tenant/fail/:id',
    ])
  })

  test('arrays of paths, regular expressions, all() and app.route() are named by what the router was given [W-25]', async () => {
    const app = express()
    app.get(['/one', '/two/:id'], ok)
    app.get(/^\/re(\d+)$/, ok)
    app.all('/any/:id', ok)
    app.route('/book').get(ok).put(ok)
    expect(await routes(app, ['/one', '/two/5', '/re77', '/any/3', '/book'])).toEqual([
      'GET /one',
      'GET /two/:id',
      'GET /^\\/re(\\d+)$/',
      'GET /any/:id',
      'GET /book',
    ])
  })

  test('a mount that is a regular expression shows a pattern, never what it matched [H-12]', async () => {
    const app = express()
    const router = express.Router()
    router.get('/x', ok)
    app.use(/\/t-\w+/, router)
    app.use(/\/(acme|globex)/, router)
    const found = await routes(app, ['/t-secret1/x', '/t-other2/x', '/acme/x', '/globex/x'])
    expect(found.join()).not.toMatch(/secret1|other2|acme\/x|globex\/x/)
    expect(new Set(found).size).toBe(2)
  })

  test('what a middleware below a mount answered is named by the mount, never by the path [H-12] [W-25]', async () => {
    const app = express()
    const admin = express()
    admin.use('/area/:area', ok)
    const api = express.Router()
    api.use('/:version/docs', ok)
    app.use('/assets', (_request, _response, next) => next())
    app.use('/assets', express.static(import.meta.dirname))
    app.use('/mw/:secret', ok)
    app.use('/admin/:id', admin)
    app.use(express.Router().use('/nested', express.Router().use(ok)))
    app.use('/api', api)
    app.use('/two', (_request, _response, next) => next())
    app.use('/t:either', (_request, _response, next) => next())
    app.use('/two', ok)
    expect(
      await routes(app, [
        '/assets/kit.ts',
        '/mw/acme',
        '/mw/acme/deeper',
        '/admin/7/area/globex/x',
        '/nested/deep',
        '/api/v9/docs/x',
        '/two/x',
      ]),
    ).toEqual([
      'GET /assets/*',
      'GET /mw/:secret/*',
      'GET /mw/:secret/*',
      'GET /admin/:id/area/:area/*',
      'GET /nested/*',
      'GET /api/:version/docs/*',
      // Two mounts could have taken it, and Express does not say which.
      'GET',
    ])
    expect(JSON.stringify(requests(recorded.registry))).not.toMatch(/acme|globex|v9|kit/)
  })

  test('a mount that refuses names the mount; one that finds nothing, errors outside and middleware for all have no route [H-12]', async () => {
    const app = express()
    app.use('/closed', (_request, response) => void response.status(401).end())
    app.use('/assets', express.static(import.meta.dirname))
    const area = express.Router()
    area.use((_request, response) => void response.status(404).end())
    app.use('/area', area)
    app.use('/bad', () => {
      throw new Error('x')
    })
    app.use((request, response, next) => (request.url.startsWith('/all') ? void response.end() : next()))
    const silent = (_e: unknown, _q: unknown, response: express5.Response, _n: unknown) =>
      void response.status(500).end()
    app.use(silent as express5.ErrorRequestHandler)
    await routes(app, ['/closed/x', '/assets/none.js', '/area/none', '/bad', '/all/x', '/none/1'])
    expect(requests(recorded.registry)).toEqual({
      'GET /closed/* 401': 1,
      'GET <unmatched> 404': 3,
      'GET <unmatched> 500': 1,
      'GET <unmatched> 200': 1,
    })
  })

  test('async handlers and handlers that only pass an error on keep their route [W-25]', async () => {
    const app = express()
    app.get('/slow/:id', async (_request, response) => {
      await new Promise((resolve) => setTimeout(resolve, 2))
      response.end('ok')
    })
    app.get('/fails/:id', async (_request, _response, next) => {
      await null
      next(new Error('x'))
    })
    const silent = (_e: unknown, _q: unknown, response: express5.Response, _n: unknown) =>
      void response.status(503).end()
    app.use(silent as express5.ErrorRequestHandler)
    expect(await routes(app, ['/slow/1', '/fails/2'])).toEqual(['GET /slow/:id', 'GET /fails/:id'])
    expect(requests(recorded.registry)).toEqual({ 'GET /slow/:id 200': 1, 'GET /fails/:id 503': 1 })
  })

  test('a rewritten URL is resolved by what the routers left behind [W-25]', async () => {
    const app = express()
    const router = express.Router()
    router.get('/items/:id', ok)
    app.use((request, _response, next) => {
      request.url = request.url.replace(/^\/old/, '/new/v2')
      next()
    })
    app.use('/new/:version', router)
    expect(await routes(app, ['/old/items/5'])).toEqual(['GET /new/:version/items/:id'])
  })

  test('routes added after the first request are found, and setRoute is never overwritten [W-25]', async () => {
    const app = express()
    const api = express.Router()
    app.use('/api', api)
    api.get('/first', (_request, response) => {
      api.get('/second', ok)
      response.end()
    })
    api.post('/rpc', ok)
    app.get('/rpc/:path', (request, response) => {
      setRoute(request, '/rpc/orders.list')
      setRoute(request, '/rpc')
      response.end()
    })
    expect(await routes(app, ['/api/first', '/api/second', '/rpc/anything'])).toEqual([
      'GET /api/first',
      'GET /api/second',
      'GET /rpc/orders.list',
    ])
  })

  test('whatever text stands in a mount parameter, the label is the pattern [H-12]', async () => {
    const app = express()
    const router = express.Router({ mergeParams: true })
    router.get('/x/:id', ok)
    app.use('/t/:tenant', router)
    recorded = kit()
    server = await listen(http.createServer(app))
    const route = (router as unknown as { stack: { route: object }[] }).stack[0]!.route
    const segment = fc.string({ minLength: 1, maxLength: 12 }).map((text) => encodeURIComponent(text))
    fc.assert(
      fc.property(
        segment.filter((text) => text !== '.' && text !== '..'),
        segment,
        (tenant, id) => {
          const originalUrl = `/t/${tenant}/x/${id}?q`
          expect(expressTemplate({ route, app, originalUrl } as never)).toBe('/t/:tenant/x/:id')
        },
      ),
      { numRuns: 300 },
    )
  })
})
