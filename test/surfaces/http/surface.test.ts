// What the surface takes in and gives out besides streams and routes: trace context, tenants, privacy, what is passed by,
// modes, bounds, start and stop.
import http from 'node:http'
import type net from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { onNotice } from '../../../src/base/notice.ts'
import { OWN_TRAFFIC } from '../../../src/base/own.ts'
import { current } from '../../../src/context/current.ts'
import { Propagator } from '../../../src/context/propagator.ts'
import { observe, setRoute, setTenant } from '../../../src/http.ts'
import { Registry } from '../../../src/metrics/registry.ts'
import { attributeOf, attributesObject } from '../../../src/model/attribute.ts'
import { FLAG_REMOTE, spanAttributes } from '../../../src/model/span.ts'
import { HttpSurface } from '../../../src/surfaces/http/surface.ts'
import { TraceEngine } from '../../../src/trace/engine.ts'
import { samplerOf } from '../../../src/trace/sampler.ts'
import { renderText } from '../../../src/wire/prometheus/text.ts'
import { inFlight, type Kit, kit, pause, requests, settled, values, view } from './kit.ts'
import { close, listen, port, raw, sendHttp } from './wire.ts'

let recorded: Kit
const servers: net.Server[] = []
afterEach(async () => {
  recorded.stop()
  for (const server of servers.splice(0)) await close(server)
})

async function serve(
  handler: http.RequestListener = (_request, response) => void response.end('x'),
): Promise<http.Server> {
  const server = await listen(http.createServer(handler))
  servers.push(server)
  return server
}

function exposition(registry: Registry): string {
  return [...renderText(registry.exposition(), { format: '0.0.4' })].join('')
}

const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

test("the caller's traceparent is the parent, and the response carries our own span, never baggage [W-25]", async () => {
  recorded = kit()
  const server = await serve()
  const headers = { TraceParent: PARENT, tracestate: 'a=1', baggage: 'who=me' }
  const answer = await sendHttp(port(server), { path: '/', headers })
  const [span] = await recorded.ended(1)
  const id = (a: number, b: number) => [a, b].map((n) => (n >>> 0).toString(16).padStart(8, '0')).join('')
  expect(id(span!.t0, span!.t1) + id(span!.t2, span!.t3)).toBe('0af7651916cd43dd8448eb211c80319c')
  expect(id(span!.p0, span!.p1)).toBe('b7ad6b7169203331')
  expect(span!.flags & FLAG_REMOTE).toBe(FLAG_REMOTE)
  expect(span!.rare!.traceState).toBe('a=1')
  expect(answer.headers['traceparent']).toBe(`00-0af7651916cd43dd8448eb211c80319c-${id(span!.s0, span!.s1)}-01`)
  expect(answer.headers['tracestate']).toBeUndefined()
  expect(answer.headers['baggage']).toBeUndefined()
})

test('two traceparents, and malformed ones, start a new trace [W-25]', async () => {
  recorded = kit()
  const server = await serve()
  const twice = `traceparent: ${PARENT}\r\ntraceparent: ${PARENT}\r\n`
  await raw(port(server), `GET / HTTP/1.1\r\nHost: a\r\n${twice}Connection: close\r\n\r\n`)
  await sendHttp(port(server), { path: '/', headers: { traceparent: PARENT.toUpperCase() } })
  const spans = await recorded.ended(2)
  expect(spans.map((span) => [span.p0, span.p1])).toEqual([
    [0, 0],
    [0, 0],
  ])
})

test('extract: false ignores the caller, inject: false leaves the response alone [W-25]', async () => {
  recorded = kit({ extract: false, inject: false })
  const server = await serve()
  const answer = await sendHttp(port(server), { path: '/', headers: { traceparent: PARENT } })
  const [span] = await recorded.ended(1)
  expect([span!.p0, span!.p1]).toEqual([0, 0])
  expect(answer.headers['traceparent']).toBeUndefined()
})

test("the handler and all that it starts run inside the request's frame [R-09]", async () => {
  recorded = kit()
  const names: unknown[] = []
  const server = await serve((_request, response) => {
    names.push(current()!.span!.name)
    setTimeout(() => {
      recorded.engine.tracer('t').start('child').end()
      response.end()
    }, 1)
  })
  await sendHttp(port(server), { path: '/', headers: { 'x-correlation-id': 'abc-1' } })
  const [child, parent] = await recorded.ended(2)
  expect(names).toEqual(['GET'])
  expect([child!.name, child!.t0, child!.p0, child!.p1]).toEqual(['child', parent!.t0, parent!.s0, parent!.s1])
})

test('a safe correlation id is put on the frame, an unsafe one is not [R-09]', async () => {
  recorded = kit()
  const seen: unknown[] = []
  const server = await serve((_request, response) => {
    seen.push(current()!.correlationId)
    response.end()
  })
  await sendHttp(port(server), { path: '/', headers: { 'X-Correlation-ID': 'abc-1' } })
  await sendHttp(port(server), { path: '/', headers: { 'x-correlation-id': 'a b<script>' } })
  await recorded.ended(2)
  expect(seen).toEqual(['abc-1', null])
})

test('the tenant is the resolved one on spans and in the log, never what the header says, and never a label [H-14] [H-19] [H-20]', async () => {
  const numbers = ['default', 'acme']
  recorded = kit({
    tenantOf: (header, path) => (header === 'acme' && path === '/a' ? 'acme' : null),
    tenantNumber: (tenant) => numbers.indexOf(tenant ?? 'default'),
  })
  const server = await serve()
  await sendHttp(port(server), { path: '/a', headers: { 'X-Tenant-ID': 'acme' } })
  await sendHttp(port(server), { path: '/b', headers: { 'x-tenant-id': 'evil-spoofed' } })
  await sendHttp(port(server), { path: '/c' })
  const spans = await recorded.ended(3)
  expect(spans.map((span) => attributeOf(spanAttributes(span), 'tenant'))).toEqual(['acme', undefined, undefined])
  expect(recorded.log.map(({ tenant }) => tenant)).toEqual([1, 0, 0])
  expect(JSON.stringify(spans.map(view))).not.toContain('evil-spoofed')
  expect(exposition(recorded.registry)).not.toMatch(/acme|evil|tenant/)
})

test('without a resolver the header is nowhere at all [H-20]', async () => {
  recorded = kit()
  const server = await serve((request, response) => {
    if (request.url === '/known') setTenant(request, 'from-auth')
    response.end()
  })
  await sendHttp(port(server), { path: '/', headers: { 'x-tenant-id': 'evil' } })
  await sendHttp(port(server), { path: '/known', headers: { 'x-tenant-id': 'evil' } })
  const spans = await recorded.ended(2)
  expect(spans.map((span) => attributeOf(spanAttributes(span), 'tenant'))).toEqual([undefined, 'from-auth'])
})

test('user agents and addresses are in no span and no label unless switched on [R-11]', async () => {
  recorded = kit()
  const server = await serve()
  await sendHttp(port(server), { path: '/', headers: { 'user-agent': 'curl/8' } })
  const [span] = await recorded.ended(1)
  const keys = Object.keys(attributesObject(spanAttributes(span!)))
  expect(keys).toEqual([
    'http.request.method',
    'url.scheme',
    'http.response.status_code',
    'network.protocol.version',
    'server.address',
    'server.port',
    'url.path',
  ])
  expect(exposition(recorded.registry)).not.toMatch(/curl|user_agent|client_address/)
})

test('switched on, both are span attributes and labels under the series limit [R-11]', async () => {
  recorded = kit({ trackUserAgents: true, trackIpAddresses: true, inject: false })
  const server = await serve()
  await sendHttp(port(server), { path: '/', headers: { 'User-Agent': 'curl/8' } })
  const [span] = await recorded.ended(1)
  const found = attributesObject(spanAttributes(span!))
  expect(found['user_agent.original']).toBe('curl/8')
  expect(found['client.address']).toBe('127.0.0.1')
  expect(found['network.peer.address']).toBe('127.0.0.1')
  expect(typeof found['network.peer.port']).toBe('number')
  expect(requests(recorded.registry)).toEqual({ 'GET <unmatched> 200 curl/8 127.0.0.1': 1 })
})

test('secrets in a query are redacted in the span, and no label has a query [W-25]', async () => {
  recorded = kit()
  const server = await serve((request, response) => {
    setRoute(request, '/files')
    response.end()
  })
  await sendHttp(port(server), { path: '/files?page=2&sig=abc&X-Amz-Signature=def&access_token=ghi' })
  const [span] = await recorded.ended(1)
  expect(attributeOf(spanAttributes(span!), 'url.query')).toBe(
    'page=2&sig=REDACTED&X-Amz-Signature=REDACTED&access_token=REDACTED',
  )
  expect(exposition(recorded.registry)).not.toMatch(/page=|abc|ghi/)
})

test('methods that are not known share one label, and their span is named HTTP [H-15]', async () => {
  recorded = kit()
  const server = await serve()
  for (const method of ['PROPFIND', 'MKCOL', 'PURGE']) await sendHttp(port(server), { path: '/', method })
  const spans = await recorded.ended(3)
  expect(requests(recorded.registry)).toEqual({ '_OTHER <unmatched> 200': 3 })
  expect(spans.map((span) => [span.name, attributeOf(spanAttributes(span), 'http.request.method_original')])).toEqual([
    ['HTTP', 'PROPFIND'],
    ['HTTP', 'MKCOL'],
    ['HTTP', 'PURGE'],
  ])
  expect(values(recorded.registry, 'http_requests_in_flight')).toEqual({ _OTHER: 0 })
})

test('a status outside 100 to 599 is counted as invalid [H-15]', async () => {
  recorded = kit()
  const server = await serve((_request, response) => void response.writeHead(799, 'odd').end())
  await sendHttp(port(server), { path: '/' })
  const [span] = await recorded.ended(1)
  expect(requests(recorded.registry)).toEqual({ 'GET <unmatched> invalid': 1 })
  expect(attributeOf(spanAttributes(span!), 'http.response.status_code')).toBe(799)
})

test('the route table is bounded: a template per request ends as <unmatched>, said once [H-15]', async () => {
  const said: string[] = []
  const before = onNotice((notice) => void said.push(notice.event))
  recorded = kit()
  for (let i = 0; i < 5000; i++) recorded.surface.recorder.routes.of(`/made/${i}`)
  expect(recorded.surface.recorder.routes.of('/one/more').template).toBe('<unmatched>')
  expect(recorded.surface.recorder.routes.of('/made/7').template).toBe('/made/7')
  onNotice(before)
  expect(said.filter((event) => event === 'http.routes')).toEqual(['http.routes'])
})

test('the exposition has the two families under their names, with full status codes and one set of buckets [H-08] [H-09] [W-12]', async () => {
  recorded = kit()
  const server = await serve((request, response) => {
    setRoute(request, '/orders/:id')
    response.end()
  })
  await sendHttp(port(server), { path: '/orders/1' })
  await recorded.ended(1)
  const text = exposition(recorded.registry)
  expect(text).toContain('http_requests_total{method="GET",route="/orders/:id",status="200"} 1\n')
  expect(text).toContain('http_request_duration_seconds_count{method="GET",route="/orders/:id",status="200"} 1\n')
  expect(text.match(/le="[^"]+"/g)).toEqual(
    ['0.005', '0.01', '0.025', '0.05', '0.1', '0.25', '0.5', '1', '2.5', '5', '10', '+Inf'].map((le) => `le="${le}"`),
  )
  expect(text).not.toMatch(/quantile/)
})

test('the duration is that of the request, in seconds, and the log has milliseconds [H-09]', async () => {
  recorded = kit()
  const server = await serve((_request, response) => void setTimeout(() => response.end(), 30))
  await sendHttp(port(server), { path: '/' })
  const [span] = await recorded.ended(1)
  const family = recorded.registry.families().find((one) => one.short === 'http_request_duration_seconds')!
  const [entry] = recorded.log
  expect(family.series[0]!.value).toBeCloseTo(entry!.ms / 1000, 9)
  expect(entry!.ms).toBe(span!.endTime - span!.startTime)
  expect(entry!.time).toBe(span!.endTime)
  expect(entry!.ms).toBeGreaterThan(25)
})

test('ignored paths leave no span, no series, no log line, and what they cause leaves none either', async () => {
  const engine = { spans: [] as string[] }
  const made = new TraceEngine({ sampler: samplerOf('always_on'), finish: (span) => void engine.spans.push(span.name) })
  recorded = kit({ engine: made, ignore: ['/healthz', '/internal/*', '/assets/**', '/o/:id', 'POST /hook', '/x*.css'] })
  const server = await serve((_request, response) => {
    made.tracer('t').start('child').end()
    response.end()
  })
  const at = port(server)
  const ignored = [
    '/healthz',
    '/healthz?x=1',
    '/healthz/',
    '/internal/a',
    '/assets',
    '/assets/a/b.js',
    '/o/5',
    '/xa.css',
  ]
  for (const path of ignored) await sendHttp(at, { path })
  await sendHttp(at, { path: '/hook', method: 'POST' })
  await pause(10)
  expect(engine.spans).toEqual([])
  expect(requests(recorded.registry)).toEqual({})
  expect(recorded.log).toEqual([])
  for (const path of ['/healthzz', '/internal/a/b', '/hook', '/o']) await sendHttp(at, { path })
  await settled(() => recorded.log.length === 4)
  expect(requests(recorded.registry)).toEqual({ 'GET <unmatched> 200': 4 })
  expect(engine.spans.filter((name) => name === 'child')).toHaveLength(4)
})

test('our own servers and our own paths are never counted [H-18]', async () => {
  recorded = kit({ isOwn: (url) => url.startsWith('/metrics') })
  const server = await serve()
  const ours = await serve()
  Object.assign(ours, { [OWN_TRAFFIC]: true })
  await sendHttp(port(ours), { path: '/anything' })
  await sendHttp(port(server), { path: '/metrics?x' })
  await pause(10)
  expect(recorded.spans).toEqual([])
  expect(requests(recorded.registry)).toEqual({})
  expect(values(recorded.registry, 'http_requests_in_flight')).toEqual({})
})

test('no-span keeps the metrics and the log, and enters no context [H-25]', async () => {
  recorded = kit({ mode: 'no-span' })
  let frame: unknown = 'unset'
  const server = await serve((_request, response) => {
    frame = current()
    response.end()
  })
  const answer = await sendHttp(port(server), { path: '/' })
  await settled(() => recorded.log.length === 1)
  expect(frame).toBeUndefined()
  expect(answer.headers['traceparent']).toBeUndefined()
  expect(recorded.spans).toEqual([])
  expect(requests(recorded.registry)).toEqual({ 'GET <unmatched> 200': 1 })
  expect(recorded.log).toHaveLength(1)
})

test('off hears nothing: no metrics either [H-25]', async () => {
  recorded = kit({ mode: 'off' })
  const server = await serve()
  await sendHttp(port(server), { path: '/' })
  await pause(10)
  expect(requests(recorded.registry)).toEqual({})
  expect(recorded.log).toEqual([])
})

test("without a tracer but with log linking the frame has the caller's ids and the correlation id", async () => {
  recorded = kit({ tracer: null, link: true })
  let frame: ReturnType<typeof current>
  const server = await serve((_request, response) => {
    frame = current()
    response.end()
  })
  await sendHttp(port(server), { path: '/', headers: { traceparent: PARENT, 'x-correlation-id': 'c-1' } })
  await pause(10)
  expect([frame!.t0 >>> 0, frame!.s1 >>> 0, frame!.correlationId]).toEqual([0x0af76519, 0x69203331, 'c-1'])
})

test('requests that are not sampled are still counted and logged [H-25]', async () => {
  const engine = new TraceEngine({ sampler: samplerOf('always_off') })
  recorded = kit({ engine })
  const server = await serve()
  const answer = await sendHttp(port(server), { path: '/' })
  await settled(() => recorded.log.length === 1)
  expect(answer.headers['traceparent']).toMatch(/-0[02]$/)
  expect(requests(recorded.registry)).toEqual({ 'GET <unmatched> 200': 1 })
  expect(recorded.log).toHaveLength(1)
})

test('metrics can be off while spans are on [R-06]', async () => {
  recorded = kit({ registry: null })
  const server = await serve()
  await sendHttp(port(server), { path: '/' })
  await recorded.ended(1)
  expect(recorded.log).toHaveLength(1)
})

test('stop hears no more, lets open requests finish, and start works again', async () => {
  recorded = kit()
  let finish: (() => void) | undefined
  const server = await serve((request, response) => {
    if (request.url === '/open') finish = () => response.end()
    else response.end()
  })
  const open = sendHttp(port(server), { path: '/open' })
  await vi.waitUntil(() => finish !== undefined, { timeout: 20_000 })
  recorded.stop()
  await sendHttp(port(server), { path: '/unheard' })
  finish!()
  await open
  await recorded.ended(1)
  expect(requests(recorded.registry)).toEqual({ 'GET <unmatched> 200': 1 })
  expect(inFlight(recorded.registry)).toBe(0)
  recorded.surface.start()
  recorded.surface.start()
  await sendHttp(port(server), { path: '/again' })
  await recorded.ended(2)
  expect(requests(recorded.registry)).toEqual({ 'GET <unmatched> 200': 2 })
})

test('a second surface in the process is refused with a warning and counts nothing twice', async () => {
  recorded = kit()
  const second = new HttpSurface({ registry: new Registry(), tracer: null, propagator: null })
  const said: string[] = []
  const before = onNotice((notice) => void said.push(notice.event))
  second.start()
  onNotice(before)
  expect(said).toEqual(['http.second'])
  const server = await serve()
  await sendHttp(port(server), { path: '/' })
  await recorded.ended(1)
  second.stop()
  await sendHttp(port(server), { path: '/' })
  await recorded.ended(2)
  expect(requests(recorded.registry)).toEqual({ 'GET <unmatched> 200': 2 })
})

test('a server given to observe before start is heard, once', async () => {
  const server = await serve()
  expect(observe(observe(server))).toBe(server)
  recorded = kit({ servers: 'observed' })
  const unheard = await serve()
  await sendHttp(port(server), { path: '/' })
  await sendHttp(port(unheard), { path: '/' })
  await recorded.ended(1)
  await pause(10)
  expect(requests(recorded.registry)).toEqual({ 'GET <unmatched> 200': 1 })
})

test('a fault of ours never reaches the application: it is said once and the request is answered', async () => {
  const said: string[] = []
  const before = onNotice((notice) => void said.push(notice.event))
  recorded = kit({
    tenantOf: () => {
      throw new Error('ours')
    },
  })
  const server = await serve()
  expect((await sendHttp(port(server), { path: '/' })).status).toBe(200)
  expect((await sendHttp(port(server), { path: '/' })).status).toBe(200)
  onNotice(before)
  expect(said).toEqual(['http.fault'])
  await settled(() => inFlight(recorded.registry) === 0)
  expect(inFlight(recorded.registry)).toBe(0)
})

test('absolute-form targets, OPTIONS * and odd paths become plain url.path values', async () => {
  recorded = kit()
  const server = await serve()
  const ask = (line: string) => raw(port(server), `${line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
  for (const line of ['GET http://h.test/p/q?z=1', 'OPTIONS *', 'GET http://h.test', 'GET //x', 'GET /?'])
    await ask(line)
  const spans = await recorded.ended(5)
  expect(spans.map((span) => attributeOf(spanAttributes(span), 'url.path'))).toEqual(['/p/q', '*', '/', '//x', '/'])
})

test('b3 alone as propagator means traceparent is not read [R-08]', async () => {
  recorded = kit({ propagator: new Propagator(['baggage']) })
  const server = await serve()
  await sendHttp(port(server), { path: '/', headers: { traceparent: PARENT } })
  const [span] = await recorded.ended(1)
  expect([span!.p0, span!.p1]).toEqual([0, 0])
})
