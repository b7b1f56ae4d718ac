// h3 by door, both versions: bases within bases, what the framework itself finds missing, and hooks that were there before.
import http from 'node:http'
import type net from 'node:net'
import * as two from 'h3'
import * as one from 'h3v1'
import { afterEach, expect, test } from 'vitest'
import { onNotice } from '../../../src/base/notice.ts'
import { setRoute, telltaleH3 } from '../../../src/h3.ts'
import { inFlight, type Kit, kit, requests } from './kit.ts'
import { close, listen, port, sendHttp } from './wire.ts'

let recorded: Kit
let server: net.Server | undefined
afterEach(async () => {
  recorded.stop()
  if (server !== undefined) await close(server)
  server = undefined
})

async function names(listener: http.RequestListener, paths: readonly string[]): Promise<string[]> {
  recorded = kit()
  server = await listen(http.createServer(listener))
  for (const path of paths) await sendHttp(port(server), { path })
  return (await recorded.ended(paths.length)).map(({ name }) => name)
}

const ok = one.eventHandler(() => 'ok')

test('version 1: routers within routers keep every base in the words of the application [W-25] [H-12]', async () => {
  const deep = one.createRouter().get('/users/:id', ok)
  const sub = one.createRouter().get('/list', ok).use('/deep/**', one.useBase('/deep', deep.handler))
  const app = one.createApp()
  telltaleH3(app)
  app.use('/admin', one.createRouter().get('/area/:area', ok).handler)
  app.use(one.createRouter().use('/api/**', one.useBase('/api', sub.handler)).get('/x/**', ok))
  app.use(
    '/files',
    one.eventHandler((event) => (event.path.endsWith('.js') ? 'file' : undefined)),
  )
  const paths = [
    '/admin/area/eu',
    '/api/list',
    '/api/deep/users/7',
    '/api/none',
    '/x/a/b',
    '/files/a.js',
    '/files/none',
    '/n',
  ]
  await names(one.toNodeListener(app), paths)
  expect(requests(recorded.registry)).toEqual({
    'GET /admin/area/:area 200': 1,
    'GET /api/list 200': 1,
    'GET /api/deep/users/:id 200': 1,
    'GET /x/** 200': 1,
    'GET /files/* 200': 1,
    'GET <unmatched> 404': 3,
  })
})

test('version 1: a base that nobody declared is *, never what was asked [H-12]', async () => {
  const inner = one.createRouter().get('/orders/:id', ok)
  const app = one.createApp()
  telltaleH3(app)
  app.use(
    one.eventHandler((event) => {
      // A tenant taken off by hand.
      const url = event.path.replace(/^\/[^/]+/, '')
      event._path = url
      event.node.req.url = url
      return inner.handler(event)
    }),
  )
  expect(await names(one.toNodeListener(app), ['/acme/orders/4'])).toEqual(['GET /*/orders/:id'])
})

test('version 1: hooks of the application are called as before, and the context is the one it fills [W-25]', async () => {
  const seen: unknown[] = []
  const app = one.createApp({
    onRequest: (event) => void (event.context.mine = event.path),
    onError: (error, event) => {
      seen.push(error.message)
      return one.sendError(event, error)
    },
  })
  telltaleH3(app)
  telltaleH3(app)
  app.use(
    one.createRouter().get(
      '/a/:b',
      one.eventHandler((event) => [event.context.mine, event.context.matchedRoute?.path, event.context.params]),
    ),
  )
  app.use(
    '/fails',
    one.eventHandler(() => {
      throw new RangeError('x')
    }),
  )
  recorded = kit()
  server = await listen(http.createServer(one.toNodeListener(app)))
  expect((await sendHttp(port(server), { path: '/a/1' })).body).toBe(
    JSON.stringify(['/a/1', '/a/:b', { b: '1' }], null, 2).replace(/\s/g, ''),
  )
  expect((await sendHttp(port(server), { path: '/fails' })).status).toBe(500)
  expect(seen).toEqual(['x'])
  expect((await recorded.ended(2))[1]!.rare!.events!.map(({ attributes }) => attributes![1])).toEqual(['RangeError'])
})

test('version 2: mounted applications, wildcards and foreign handlers [W-25] [H-12]', async () => {
  const inner = new two.H3().get('/users/:id', () => 'ok').use(() => undefined)
  const middle = new two.H3().mount('/inner/:area', inner)
  const app = new two.H3({ silent: true })
  app.register(telltaleH3)
  app.mount('/outer', middle)
  app.mount('/foreign', new two.H3().get('/x/:id', () => 'ok').fetch)
  app.get('/files/**:path', () => 'ok')
  await names(two.toNodeHandler(app) as never, ['/outer/inner/eu/users/7', '/foreign/x/8', '/files/a/b', '/none'])
  expect(requests(recorded.registry)).toEqual({
    'GET /outer/inner/:area/users/:id 200': 1,
    'GET /foreign/** 200': 1,
    'GET /files/**:path 200': 1,
    'GET <unmatched> 404': 1,
  })
})

test('version 2: what was thrown is known, not the wrapper; the error hook of the application answers [R-09]', async () => {
  const app = new two.H3({ silent: true, onError: () => new Response('mine', { status: 502 }), plugins: [telltaleH3] })
  app.get('/fails', () => {
    throw new RangeError('x')
  })
  app.get('/text', () => {
    throw 'text'
  })
  await names(two.toNodeHandler(app) as never, ['/fails', '/text'])
  expect(recorded.spans.map((span) => span.rare!.events!.map(({ attributes }) => attributes![1]))).toEqual([
    ['RangeError'],
    ['HTTPError'],
  ])
  expect(requests(recorded.registry)).toEqual({ 'GET /fails 502': 1, 'GET /text 502': 1 })
})

test('version 2: setRoute is never overwritten; app.request() is no request [W-25]', async () => {
  const app = new two.H3({ silent: true })
  app.register(telltaleH3)
  app.all('/rpc/**', (event) => {
    if (event.runtime?.node) setRoute(event.runtime.node.req, '/rpc/order.list')
    return 'ok'
  })
  expect(await names(two.toNodeHandler(app) as never, ['/rpc/order.list'])).toEqual(['GET /rpc/order.list'])
  expect(await (await app.request('/rpc/x')).text()).toBe('ok')
  expect(requests(recorded.registry)).toEqual({ 'GET /rpc/order.list 200': 1 })
  expect(inFlight(recorded.registry)).toBe(0)
})

test('what is no application of h3 is left as it is, and said once', () => {
  recorded = kit()
  const said: string[] = []
  const before = onNotice((notice) => void said.push(notice.text))
  try {
    for (let i = 0; i < 2; i++) telltaleH3({})
    telltaleH3(undefined as never)
    telltaleH3(Object.freeze({ config: Object.freeze({}), use: () => {} }))
  } finally {
    onNotice(before)
  }
  expect(said[0]).toBe('telltaleH3 was given neither createApp() nor new H3() of h3: nothing is added')
  expect(said).toHaveLength(2)
})
