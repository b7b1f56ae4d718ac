import { createServer } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { guardOf } from '../../src/access/guard.ts'
import { Tenants } from '../../src/access.ts'
import { type Notice, onNotice } from '../../src/base/notice.ts'
import { createConsole } from '../../src/console/console.ts'
import { problem } from '../../src/console/problem.ts'
import type { AnyRoute, RouteContext } from '../../src/console/route.ts'
import { runIn } from '../../src/context/current.ts'
import { Frame } from '../../src/context/frame.ts'
import { ask, listening, UUID } from './ask.ts'

const said: string[] = []
beforeEach(() => {
  said.length = 0
  onNotice((notice: Notice) => said.push(notice.text))
})
afterEach(() => void onNotice(undefined))

const echo = async (request: Request, context: RouteContext) =>
  Response.json({ url: new URL(request.url).pathname, body: await request.text(), ...context })
const routes: AnyRoute[] = [
  {
    method: 'GET',
    path: '/plain',
    tier: 'public',
    answer: () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'hello' }),
  },
  { method: 'GET', path: '/things', tier: 'tenant', handle: echo },
  { method: 'POST', path: '/things', tier: 'tenant', handle: echo },
  { method: 'GET', path: '/things/:id', tier: 'tenant', handle: echo },
  { method: 'DELETE', path: '/things/:id', tier: 'system', handle: echo },
  { method: 'GET', path: '/things/:id/parts/:part', tier: 'tenant', handle: echo },
  { method: 'GET', path: '/admin/ops', tier: 'admin', handle: echo },
  { method: 'GET', path: '/scrape', tier: 'scrape', answer: () => ({ status: 200, body: 'm 1\n' }) },
  {
    method: 'GET',
    path: '/throws',
    tier: 'public',
    answer: () => Promise.reject(new Error('db password=x at 10.0.0.1')),
  },
  {
    method: 'GET',
    path: '/throws/web',
    tier: 'public',
    handle: () => {
      throw new Error('internal detail')
    },
  },
  {
    method: 'GET',
    path: '/mine',
    tier: 'public',
    handle: () => problem(404, 'trace_unknown', 'There is no such trace.'),
  },
]
const tenants = new Tenants({ mode: 'header_only', strict: false, defaultTenant: 'main' })
const consoleOf = (options: Partial<Parameters<typeof createConsole>[0]> = {}) =>
  createConsole({ routes, guard: guardOf({ tenants }), ...options })

async function served(options: Partial<Parameters<typeof createConsole>[0]> = {}) {
  const { serve } = consoleOf(options)
  return listening(createServer(serve))
}

const id = { 'x-correlation-id': 'abc-1' }

test('an unknown path is a 404 problem with the correlation id [G-08] (ruling 52)', async () => {
  const server = await served()
  const { status, headers, text } = await ask(server, '/nothing?token=x', { headers: id })
  expect([status, headers['content-type'], headers['x-correlation-id'], JSON.parse(text)]).toEqual([
    404,
    'application/problem+json',
    'abc-1',
    {
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'There is nothing at this address.',
      code: 'not_found',
      correlation_id: 'abc-1',
      trace_id: null,
    },
  ])
  server.close()
})

test('a method that a path does not know is 405 with Allow', async () => {
  const server = await served()
  const allow = async (method: string, path: string) => {
    const { status, headers } = await ask(server, path, { method })
    return [status, headers.allow]
  }
  expect(await allow('POST', '/plain')).toEqual([405, 'GET, HEAD'])
  expect(await allow('PUT', '/things')).toEqual([405, 'GET, HEAD, POST'])
  expect(await allow('POST', '/things/7')).toEqual([405, 'DELETE, GET, HEAD'])
  expect(await allow('PROPFIND', '/plain')).toEqual([405, 'GET, HEAD'])
  expect(await allow('GET', '/things/7/unknown')).toEqual([404, undefined])
  server.close()
})

test('every answer of ours carries the correlation id: the caller’s when it is safe, else a new UUID [G-08]', async () => {
  const server = await served()
  for (const path of [
    '/plain',
    '/things',
    '/things/1',
    '/throws',
    '/throws/web',
    '/mine',
    '/nothing',
    '/admin/ops',
    '/scrape',
  ]) {
    expect((await ask(server, path, { headers: id })).headers['x-correlation-id']).toBe('abc-1')
    expect(
      (await ask(server, path, { headers: { 'x-correlation-id': 'a b<script>' } })).headers['x-correlation-id'],
    ).toMatch(UUID)
    expect((await ask(server, path)).headers['x-correlation-id']).toMatch(UUID)
  }
  server.close()
})

test('web routes get parameters, the body, the resolved tenant and the correlation id', async () => {
  const server = await served()
  const { text } = await ask(server, '/things/a%2Fb/parts/9?x=1', { headers: { ...id, 'x-tenant-id': 'acme' } })
  expect(JSON.parse(text)).toEqual({
    url: '/things/a%2Fb/parts/9',
    body: '',
    caller: null,
    params: { id: 'a/b', part: '9' },
    correlationId: 'abc-1',
    tenant: 'acme',
  })
  const unreadable = await ask(server, '/things', { headers: { ...id, 'x-tenant-id': 'not a tenant' } })
  expect([unreadable.status, JSON.parse(unreadable.text).code]).toEqual([400, 'tenant_invalid'])
  const defaulted = await ask(server, '/things', { headers: id })
  expect(JSON.parse(defaulted.text)).toEqual({
    url: '/things',
    body: '',
    caller: null,
    params: {},
    correlationId: 'abc-1',
    tenant: 'main',
  })
  server.close()
})

test('HEAD is answered wherever GET is: the headers, no body', async () => {
  const server = await served()
  const { status, headers, text } = await ask(server, '/plain', { method: 'HEAD' })
  expect([status, headers['content-length'], text]).toEqual([200, '5', ''])
  const web = await ask(server, '/things', { method: 'HEAD' })
  expect([web.status, web.text]).toEqual([200, ''])
  server.close()
})

test('a handler that throws is a 500 that tells nothing; the reason is in the log [H-51]', async () => {
  const server = await served()
  for (const path of ['/throws', '/throws/web']) {
    const { status, text } = await ask(server, path, { headers: id })
    expect([status, JSON.parse(text)]).toEqual([
      500,
      {
        type: 'about:blank',
        title: 'Internal Server Error',
        status: 500,
        detail: 'The request could not be answered.',
        code: 'exception',
        correlation_id: 'abc-1',
        trace_id: null,
      },
    ])
  }
  expect(said).toEqual([
    'answering GET /throws failed: db password=x at 10.0.0.1',
    'answering GET /throws/web failed: internal detail',
  ])
  server.close()
})

test('a problem names the trace that is current', async () => {
  const frame = Object.assign(new Frame(null), {
    t0: 0x0af76519,
    t1: 0x16cd43dd,
    t2: 0x0448eb21,
    t3: 0x0c80319c,
    s0: 1,
    s1: 2,
  })
  const response = await runIn(frame, () => problem(404, 'x', 'y', 'c-1'))
  expect(((await response.json()) as { trace_id: string }).trace_id).toBe('0af7651916cd43dd0448eb210c80319c')
})

test('the tiers are decided from the one table: without authentication tenant and system are open, admin is 403 (ruling 47, ruling 58)', async () => {
  const statuses = async (options: Partial<Parameters<typeof createConsole>[0]>) => {
    const { fetch } = consoleOf(options)
    const status = async (path: string, method = 'GET') =>
      (await fetch(new Request(`http://h${path}`, { method }))).status
    return [
      await status('/plain'),
      await status('/things'),
      await status('/things/1', 'DELETE'),
      await status('/admin/ops'),
      await status('/scrape'),
    ]
  }
  expect(await statuses({})).toEqual([200, 200, 200, 403, 200])
  expect(
    await statuses({ guard: guardOf({ rules: { authentication: false, dev: true, scrapeGuard: 'none' }, tenants }) }),
  ).toEqual([200, 200, 200, 200, 200])
  expect(
    await statuses({ guard: guardOf({ rules: { authentication: true, dev: true, scrapeGuard: 'none' }, tenants }) }),
  ).toEqual([200, 503, 503, 403, 200])
})

test('a scrape that must be guarded stays closed while there is no guard, and says why in plain text', async () => {
  const { fetch } = consoleOf({
    guard: guardOf({ rules: { authentication: false, dev: true, scrapeGuard: 'required' }, tenants }),
  })
  const response = await fetch(new Request('http://h/scrape'))
  expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
    503,
    'text/plain; charset=utf-8',
    '# The scrape is guarded, and its guard is not there: it stays closed.\n',
  ])
})

test('a look at every request may refuse it before any route', async () => {
  const { fetch } = consoleOf({
    allow: ({ headers }) =>
      headers['host'] === 'evil.test' ? { status: 403, code: 'host', detail: 'This host is not ours.' } : null,
  })
  const refused = await fetch(new Request('http://h/plain', { headers: { host: 'evil.test' } }))
  expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([403, 'host'])
  expect((await fetch(new Request('http://h/plain'))).status).toBe(200)
})

test('owns says what is ours without parsing: exact paths, patterns by their prefix, queries aside', () => {
  const { owns } = consoleOf()
  for (const url of ['/plain', '/plain?x=1', '/things', '/things/1', '/things/1/parts/2?x'])
    expect([url, owns(url)]).toEqual([url, true])
  for (const url of ['/', '', '/plain/', '/plainX', '/plain/x', '/PLAIN', '/thing', '/p', '?', '/?x', '*', '/é'])
    expect([url, owns(url)]).toEqual([url, false])
})

test('a request target in absolute form is answered like its path', async () => {
  const server = await served()
  expect((await ask(server, 'http://other.test/plain?x=1')).text).toBe('hello')
  server.close()
})

test('a streaming answer arrives as it is written and ends with the client', async () => {
  let cancelled: () => void = () => {}
  const over = new Promise<void>((resolve) => (cancelled = resolve))
  const stream: AnyRoute = {
    method: 'GET',
    path: '/events',
    tier: 'public',
    handle: () =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(new TextEncoder().encode('data: 1\n\n')),
          cancel: () => cancelled(),
        }),
        { headers: { 'content-type': 'text/event-stream' } },
      ),
  }
  const server = await served({ routes: [stream] })
  const { request } = await import('node:http')
  const first = await new Promise<string>((resolve) => {
    const sent = request({ port: (server.address() as { port: number }).port, path: '/events' }, (response) =>
      response.once('data', (chunk: Buffer) => {
        resolve(chunk.toString())
        sent.destroy()
      }),
    )
    sent.on('error', () => {})
    sent.end()
  })
  expect(first).toBe('data: 1\n\n')
  await over
  server.close()
})

test('no answer is taken for another kind than it says, whoever makes it', async () => {
  const made = createConsole({
    routes: [...routes, { method: 'GET', path: '/web/:id', tier: 'public', handle: () => new Response('<p>') }],
  })
  const server = await listening(createServer((request, response) => made.serve(request, response)))
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`
  for (const path of ['/plain', '/things', '/web/1', '/throws', '/nothing', '/admin/ops'])
    expect([path, (await fetch(url + path)).headers.get('x-content-type-options')]).toEqual([path, 'nosniff'])
  expect((await made.fetch(new Request(`${url}/web/1`))).headers.get('x-content-type-options')).toBe('nosniff')
  server.close().closeAllConnections()
})
