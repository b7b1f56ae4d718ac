// Outgoing calls: fetch, undici of its own, node:http and node:https, seen once each and joined to the caller's trace.
import http from 'node:http'
import https, { get as importedGet } from 'node:https'
import { createRequire } from 'node:module'
import type net from 'node:net'
import { Agent, Pool, fetch as undiciFetch, request as undiciRequest } from 'undici'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { OWN_TRAFFIC } from '../../../src/base/own.ts'
import { Baggage } from '../../../src/context/baggage.ts'
import { runIn } from '../../../src/context/current.ts'
import { Frame, SUPPRESS_KEY } from '../../../src/context/frame.ts'
import { KIND_CLIENT, KIND_SERVER } from '../../../src/model/span.ts'
import { hasCreatedChannel } from '../../../src/surfaces/http/outgoing.ts'
import { freePort } from '../../otel/servers.ts'
import { CERTIFICATE, KEY } from './certificate.ts'
import { type Kit, kit, pause, requests, settled, values, view } from './kit.ts'
import { close, listen, port } from './wire.ts'

let recorded: Kit
let server: net.Server
/** What the server saw. */
let asked: { url: string; headers: http.IncomingHttpHeaders }[] = []

beforeEach(async () => {
  asked = []
  const made = http.createServer((request, response) => {
    asked.push({ url: request.url!, headers: request.headers })
    const [path] = request.url!.split('?')
    if (path === '/redirect') response.writeHead(302, { location: '/ok' }).end()
    else if (path === '/404') response.writeHead(404).end('none')
    else if (path === '/500') response.writeHead(500).end('failed')
    else if (path === '/cut') response.write('part', () => response.destroy())
    else if (path === '/never') return
    else response.end('ok')
  })
  Object.assign(made, { [OWN_TRAFFIC]: true })
  server = await listen(made)
})
afterEach(async () => {
  recorded.stop()
  await close(server)
})

function base(): string {
  return `http://127.0.0.1:${port(server)}`
}

function get(path: string, options: http.RequestOptions = {}): Promise<{ status: number; error?: unknown }> {
  return new Promise((resolve) => {
    const request = http.get(`${base()}${path}`, { agent: false, ...options }, (response) => {
      response.resume()
      response.on('close', () => resolve({ status: response.statusCode! }))
      response.on('error', () => {})
    })
    request.on('error', (error) => resolve({ status: 0, error }))
  })
}

const CALLERS: readonly { name: string; call: (url: string) => Promise<unknown> }[] = [
  { name: 'the built-in fetch', call: (url) => fetch(url).then((response) => response.text()) },
  { name: 'fetch of the undici package', call: (url) => undiciFetch(url).then((response) => response.text()) },
  { name: 'undici.request', call: (url) => undiciRequest(url).then((response) => response.body.text()) },
  { name: 'http.get', call: (url) => get(new URL(url).pathname + new URL(url).search) },
  {
    name: 'http.request',
    call: (url) =>
      new Promise((resolve, reject) => {
        const request = http.request(new URL(url), { method: 'GET', agent: false }, (response) => {
          response.resume().on('close', resolve)
        })
        request.on('error', reject)
        request.end()
      }),
  },
]

test.each(CALLERS)(
  "$name is one CLIENT span in the caller's trace, and the server gets its traceparent [W-33] [R-09]",
  async ({ call }) => {
    recorded = kit({ outbound: true })
    const parent = recorded.engine.tracer('t').start('caller')
    const frame = new Frame(null).hold(parent)
    await runIn(frame, () => call(`${base()}/ok?page=1&sig=secret`))
    const [span] = await recorded.ended(1, KIND_CLIENT)
    await pause(10)
    expect(recorded.spans.filter(({ kind }) => kind === KIND_CLIENT)).toHaveLength(1)
    expect(view(span!)).toEqual({
      name: 'GET',
      kind: 'client',
      status: 'unset',
      attributes: {
        'server.address': '127.0.0.1',
        'server.port': 'PORT',
        'http.request.method': 'GET',
        'url.full': 'http://127.0.0.1:PORT/ok?page=1&sig=REDACTED',
        'http.response.status_code': 200,
      },
    })
    expect([span!.t0, span!.p0, span!.p1]).toEqual([frame.t0, frame.s0, frame.s1])
    const hex = (n: number) => (n >>> 0).toString(16).padStart(8, '0')
    const ids = [span!.t0, span!.t1, span!.t2, span!.t3].map(hex).join('')
    expect(asked.map(({ headers }) => headers['traceparent'])).toEqual([
      `00-${ids}-${hex(span!.s0)}${hex(span!.s1)}-03`,
    ])
    expect(requests(recorded.registry, 'http_client_request_duration_seconds')).toEqual({
      [`GET 127.0.0.1 ${port(server)} 200 `]: 1,
    })
  },
)

test('4xx and 5xx are errors of a client, under their status [W-33]', async () => {
  recorded = kit({ outbound: true })
  await get('/404')
  await fetch(`${base()}/500`).then((response) => response.text())
  const spans = await recorded.ended(2)
  expect(
    spans.map((span) => [
      span.status,
      (view(span) as { attributes: Record<string, unknown> }).attributes['error.type'],
    ]),
  ).toEqual([
    [2, '404'],
    [2, '500'],
  ])
  const at = port(server)
  expect(requests(recorded.registry, 'http_client_request_duration_seconds')).toEqual({
    [`GET 127.0.0.1 ${at} 404 404`]: 1,
    [`GET 127.0.0.1 ${at} 500 500`]: 1,
  })
})

test('a call that cannot connect is an error with its code, recorded once, and the application still gets it [W-33]', async () => {
  recorded = kit({ outbound: true })
  const at = await freePort()
  const error = await new Promise<NodeJS.ErrnoException>((resolve) => {
    http.get({ host: '127.0.0.1', port: at, agent: false }).on('error', resolve)
  })
  await expect(fetch(`http://127.0.0.1:${at}/`)).rejects.toThrow()
  expect(error.code).toBe('ECONNREFUSED')
  const spans = await recorded.ended(2)
  for (const span of spans) {
    expect(span.status).toBe(2)
    expect((view(span) as { attributes: object }).attributes).toMatchObject({ 'error.type': 'ECONNREFUSED' })
    expect(span.rare!.events!.map(({ name }) => name)).toEqual(['exception'])
  }
  expect(requests(recorded.registry, 'http_client_request_duration_seconds')).toEqual({
    [`GET 127.0.0.1 ${at}  ECONNREFUSED`]: 2,
  })
  expect(values(recorded.registry, 'errors_total')).toEqual({ 'http_client ECONNREFUSED': 2 })
})

test('an error that the application does not handle stays unhandled: ours is only a monitor [W-33]', async () => {
  recorded = kit({ outbound: true })
  const request = http.request({ host: '127.0.0.1', port: port(server), agent: false })
  expect(request.listenerCount('error')).toBe(0)
  expect(request.listenerCount('response')).toBe(0)
  expect(() => request.emit('error', new Error('mine'))).toThrow('mine')
  request.on('error', () => {})
  request.destroy()
  await recorded.ended(1)
})

test('a response that is cut in the middle, and a call that is aborted, end their spans as errors [W-33]', async () => {
  recorded = kit({ outbound: true })
  await get('/cut')
  await fetch(`${base()}/cut`)
    .then((response) => response.text())
    .catch(() => {})
  await fetch(`${base()}/never`, { signal: AbortSignal.timeout(20) }).catch(() => {})
  const request = http.get(`${base()}/never`).on('error', () => {})
  setTimeout(() => request.destroy(), 20)
  const spans = await recorded.ended(4)
  expect(spans.map((span) => span.status)).toEqual([2, 2, 2, 2])
})

test('a response that nobody reads is still dumped by Node, and its span ends [W-33]', async () => {
  recorded = kit({ outbound: true })
  http.get(`${base()}/ok`, { agent: false })
  const [span] = await recorded.ended(1)
  expect(span!.status).toBe(0)
})

test('each hop of a redirect is a call of its own [W-33]', async () => {
  recorded = kit({ outbound: true })
  await fetch(`${base()}/redirect`).then((response) => response.text())
  const spans = await recorded.ended(2)
  expect(
    spans.map(
      (span) => (view(span) as { attributes: Record<string, unknown> }).attributes['http.response.status_code'],
    ),
  ).toEqual([302, 200])
  const ids = asked.map(({ headers }) => headers['traceparent'])
  expect(new Set(ids).size).toBe(2)
})

test('headers given as an array, or with Expect, carry traceparent too, and a forwarded one is replaced [W-33]', async () => {
  recorded = kit({ outbound: true })
  const old = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  const host = `127.0.0.1:${port(server)}`
  await get('/ok', { headers: ['Host', host, 'X-A', '1', 'Traceparent', old] as never })
  await get('/ok', { headers: { expect: '100-continue', traceparent: old } })
  await get('/ok', { headers: { traceparent: old } })
  await fetch(`${base()}/ok`, { headers: { traceparent: old } }).then((response) => response.text())
  await recorded.ended(4)
  expect(asked).toHaveLength(4)
  for (const { headers } of asked) {
    expect(headers['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-03$/)
    expect(headers['traceparent']).not.toBe(old)
  }
  expect(asked[0]!.headers['x-a']).toBe('1')
})

test('baggage goes to listed hosts only, traceparent to all [W-33]', async () => {
  recorded = kit({ outbound: true, baggageHosts: ['localhost'] })
  const frame = new Frame(null)
  frame.baggage = new Baggage('who=me')
  await runIn(frame, () => get('/ok'))
  await runIn(frame, () => get('/ok', { host: 'localhost', hostname: 'localhost', family: 4 }))
  await runIn(frame, () => fetch(`${base()}/ok`).then((response) => response.text()))
  await runIn(frame, () => fetch(`${base().replace('127.0.0.1', 'localhost')}/ok`).then((response) => response.text()))
  await recorded.ended(4)
  expect(asked.map(({ headers }) => [headers['baggage'], headers['traceparent'] !== undefined])).toEqual([
    [undefined, true],
    ['who=me', true],
    [undefined, true],
    ['who=me', true],
  ])
})

test('credentials in a URL are redacted in url.full [W-33]', async () => {
  recorded = kit({ outbound: true })
  await undiciRequest(`${base()}/ok`).then((response) => response.body.text())
  const call = recorded.surface.client!.begin(
    'GET',
    'https://user:pass@api.example.com/x?X-Amz-Credential=a&b=1',
    recorded.surface.client!.target('https', 'api.example.com', 443),
    {},
    { set: () => {} },
  )
  call!.end()
  const spans = await recorded.ended(2)
  expect((view(spans[1]!) as { attributes: Record<string, unknown> }).attributes['url.full']).toBe(
    'https://REDACTED:REDACTED@api.example.com/x?X-Amz-Credential=REDACTED&b=1',
  )
})

test('what is ours is not seen: a mark on the options, the agent or the request [H-18]', async () => {
  recorded = kit({ outbound: true })
  const agent = Object.assign(new http.Agent(), { [OWN_TRAFFIC]: true })
  await get('/ok', { agent, [OWN_TRAFFIC]: true } as http.RequestOptions)
  await get('/ok', { agent })
  const suppressed = new Frame(null).setValue(SUPPRESS_KEY, true) as Frame
  await runIn(suppressed, () => get('/ok'))
  await runIn(suppressed, () => fetch(`${base()}/ok`).then((response) => response.text()))
  await pause(20)
  expect(recorded.spans).toEqual([])
  expect(asked.map(({ headers }) => headers['traceparent'])).toEqual(Array(4).fill(undefined))
  expect(requests(recorded.registry, 'http_client_request_duration_seconds')).toEqual({})
})

test("without a tracer the caller's trace goes on as it came [W-33]", async () => {
  recorded = kit({ outbound: true, mode: 'no-span' })
  const frame = new Frame(null)
  Object.assign(frame, { t0: 1, t1: 2, t2: 3, t3: 4, s0: 5, s1: 6, flags: 1 })
  await runIn(frame, () => get('/ok'))
  await get('/ok')
  await settled(() => Object.values(requests(recorded.registry, 'http_client_request_duration_seconds'))[0] === 2)
  expect(recorded.spans).toEqual([])
  expect(asked.map(({ headers }) => headers['traceparent'])).toEqual([
    '00-00000001000000020000000300000004-0000000500000006-01',
    undefined,
  ])
  expect(Object.values(requests(recorded.registry, 'http_client_request_duration_seconds'))).toEqual([2])
})

test('https is heard through default and named imports and require alike [W-33]', async () => {
  recorded = kit({ outbound: true })
  const secure = https.createServer({ cert: CERTIFICATE, key: KEY }, (_request, response) => void response.end('ok'))
  Object.assign(secure, { [OWN_TRAFFIC]: true })
  await listen(secure)
  const required = createRequire(import.meta.url)('https') as typeof https
  const options = {
    host: '127.0.0.1',
    port: port(secure),
    path: '/s',
    rejectUnauthorized: false,
    agent: false as const,
  }
  for (const call of [https.get, importedGet, required.get]) {
    await new Promise((resolve) => call(options, (response) => response.resume().on('close', resolve)))
  }
  const spans = await recorded.ended(3)
  expect(spans.map((span) => (view(span) as { attributes: Record<string, unknown> }).attributes['url.full'])).toEqual(
    Array(3).fill('https://127.0.0.1:PORT/s'),
  )
  await close(secure)
})

test('idle connections are still evicted and closed: agents and pools are untouched [W-33]', async () => {
  recorded = kit({ outbound: true })
  const agent = new http.Agent({ keepAlive: true, maxFreeSockets: 1, timeout: 30 })
  await Promise.all([get('/ok', { agent }), get('/ok', { agent }), get('/ok', { agent })])
  await settled(() => Object.values(agent.freeSockets).flat().length <= 1)
  expect(Object.values(agent.freeSockets).flat().length).toBeLessThanOrEqual(1)
  await settled(() => Object.values(agent.freeSockets).flat().length === 0)
  expect(Object.values(agent.freeSockets).flat()).toEqual([])
  const pool = new Pool(base(), { keepAliveTimeout: 20, keepAliveMaxTimeout: 20 })
  await pool.request({ path: '/ok', method: 'GET' }).then((response) => response.body.text())
  await settled(() => pool.stats.connected === 0)
  expect(pool.stats.connected).toBe(0)
  await pool.close()
  await recorded.ended(4)
})

test("an undici agent of the application's own, and a WebSocket of ws, are one span each [W-33]", async () => {
  recorded = kit({ outbound: true })
  const agent = new Agent()
  await undiciFetch(`${base()}/ok`, { dispatcher: agent }).then((response) => response.text())
  await agent.close()
  const sockets = new WebSocketServer({ server: server as http.Server })
  const client = new WebSocket(`ws://127.0.0.1:${port(server)}/chat`)
  await new Promise((resolve) => client.on('open', resolve))
  const spans = await recorded.ended(2, KIND_CLIENT)
  const statuses = spans.map(
    (span) => (view(span) as { attributes: Record<string, unknown> }).attributes['http.response.status_code'],
  )
  expect(statuses).toEqual([200, 101])
  expect(spans.map((span) => span.status)).toEqual([0, 0])
  client.terminate()
  sockets.close()
})

test('a server and a client in one process: the server span is the child of the client span [W-33] [W-25]', async () => {
  recorded = kit({ outbound: true })
  const heard = await listen(http.createServer((_request, response) => void response.end('x')))
  await fetch(`http://127.0.0.1:${port(heard)}/`).then((response) => response.text())
  const [span] = await recorded.ended(1, KIND_CLIENT)
  const [inner] = await recorded.ended(1, KIND_SERVER)
  expect([inner!.t0, inner!.p0, inner!.p1]).toEqual([span!.t0, span!.s0, span!.s1])
  await close(heard)
})

test('stop puts the built-ins back as they were and hears no more [W-33]', async () => {
  const before = [http.request, http.get, https.request, https.get]
  recorded = kit({ outbound: true })
  if (!hasCreatedChannel()) expect(http.get).not.toBe(before[1])
  recorded.stop()
  expect([http.request, http.get, https.request, https.get]).toEqual(before)
  await get('/ok')
  await fetch(`${base()}/ok`).then((response) => response.text())
  await pause(10)
  expect(recorded.spans).toEqual([])
  expect(asked.map(({ headers }) => headers['traceparent'])).toEqual([undefined, undefined])
})

test('the channel is preferred where Node has it', () => {
  expect(['20.20.2', '22.11.0', '22.12.0', '23.1.0', '23.2.0', '24.0.0'].map(hasCreatedChannel)).toEqual([
    false,
    false,
    true,
    false,
    true,
    true,
  ])
})
