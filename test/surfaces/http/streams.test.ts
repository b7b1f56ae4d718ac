// Everything that does not end as a request and an answer usually do: streams, upgrades, clients that leave, pipelines.
import http from 'node:http'
import http2 from 'node:http2'
import net from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { current } from '../../../src/context/current.ts'
import { setRoute } from '../../../src/http.ts'
import { inFlight, type Kit, kit, pause, requests, settled, values, view } from './kit.ts'
import { close, listen, port, raw, sendHttp } from './wire.ts'

let recorded: Kit
let server: net.Server
afterEach(async () => {
  recorded.stop()
  await close(server)
})

async function serve(handler: http.RequestListener, options: http.ServerOptions = {}): Promise<http.Server> {
  const made = http.createServer(options, handler)
  server = made
  return listen(made)
}

const STATUS_OF_ABORT = 499

test('server-sent events arrive one by one, in time, and the request is counted when the stream ends [W-27]', async () => {
  recorded = kit()
  let open: http.ServerResponse | undefined
  await serve((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.flushHeaders()
    open = response
  })
  const received: string[] = []
  const done = new Promise<void>((resolve) => {
    http.get({ port: port(server), host: '127.0.0.1', agent: false }, (response) => {
      response.on('data', (part: Buffer) => received.push(part.toString()))
      response.on('end', resolve)
    })
  })
  await settled(() => open !== undefined)
  for (let n = 0; n < 3; n++) {
    open!.write(`data: ${n}\n\n`)
    await settled(() => received.length === n + 1)
    expect(recorded.spans).toEqual([])
    expect(inFlight(recorded.registry)).toBe(1)
  }
  open!.end()
  await done
  expect(received).toEqual(['data: 0\n\n', 'data: 1\n\n', 'data: 2\n\n'])
  await recorded.ended(1)
  expect(requests(recorded.registry)).toEqual({ 'GET <unmatched> 200': 1 })
  expect(inFlight(recorded.registry)).toBe(0)
})

test("write and end are the prototype's own, and back-pressure tells the truth [W-27]", async () => {
  recorded = kit()
  const seen: unknown[] = []
  await serve((_request, response) => {
    seen.push(Object.hasOwn(response, 'write'), Object.hasOwn(response, 'end'))
    seen.push(response.listenerCount('close'))
    seen.push(response.write('x'), response.write('y'.repeat(1 << 22)))
    response.end()
  })
  await sendHttp(port(server), { path: '/' })
  expect(seen).toEqual([false, false, 0, true, false])
})

test('a client that leaves before the headers is counted once, as 499, with no status on the span [W-27]', async () => {
  recorded = kit()
  await serve(() => {})
  const socket = net.connect(port(server), '127.0.0.1', () => socket.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n'))
  await settled(() => inFlight(recorded.registry) === 1)
  expect(inFlight(recorded.registry)).toBe(1)
  socket.destroy()
  await recorded.ended(1)
  expect(recorded.spans.map(view)).toEqual([
    {
      name: 'GET',
      kind: 'server',
      status: 'unset',
      attributes: {
        'http.request.method': 'GET',
        'url.scheme': 'http',
        'error.type': 'aborted',
        'network.protocol.version': '1.1',
        'server.address': 'a',
        'server.port': 80,
        'url.path': '/slow',
      },
    },
  ])
  expect(requests(recorded.registry)).toEqual({ [`GET <unmatched> ${STATUS_OF_ABORT}`]: 1 })
  expect(recorded.log.map(({ status }) => status)).toEqual([STATUS_OF_ABORT])
  expect(inFlight(recorded.registry)).toBe(0)
  expect(values(recorded.registry, 'errors_total')).toEqual({})
})

test('a client that leaves in the middle of the body keeps the status that was sent [W-27]', async () => {
  recorded = kit()
  await serve((request, response) => {
    setRoute(request, '/files/:name')
    response.write('part')
  })
  await raw(port(server), 'GET /files/a HTTP/1.1\r\nHost: a\r\n\r\n', (text) => text.includes('part'))
  const [span] = await recorded.ended(1)
  expect(span!.name).toBe('GET /files/:name')
  expect(span!.status).toBe(0)
  expect(requests(recorded.registry)).toEqual({ 'GET /files/:name 200': 1 })
  expect(inFlight(recorded.registry)).toBe(0)
})

test('a response that the handler destroys with an error says which [W-27]', async () => {
  recorded = kit()
  await serve((_request, response) => {
    response.write('x')
    response.destroy(Object.assign(new Error('disk'), { code: 'EIO' }))
  })
  await sendHttp(port(server), { path: '/' }).catch(() => {})
  const [span] = await recorded.ended(1)
  expect((view(span!) as { attributes: object }).attributes).toMatchObject({ 'error.type': 'EIO' })
  expect(inFlight(recorded.registry)).toBe(0)
})

test('pipelined requests are each counted once, in order, also when the client leaves with some unanswered [W-27]', async () => {
  recorded = kit()
  const late: http.ServerResponse[] = []
  await serve((request, response) => {
    if (request.url === '/never') late.push(response)
    else setImmediate(() => response.end(request.url))
  })
  const ask = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`
  const text = await raw(port(server), ask('/1') + ask('/2') + ask('/3') + ask('/never') + ask('/after'), (received) =>
    received.includes('/3'),
  )
  expect(text.match(/(?<=\r\n\r\n)\/\d/g)).toEqual(['/1', '/2', '/3'])
  await recorded.ended(5)
  await pause(20)
  expect(recorded.spans).toHaveLength(5)
  expect(requests(recorded.registry)).toEqual({ 'GET <unmatched> 200': 3, [`GET <unmatched> ${STATUS_OF_ABORT}`]: 2 })
  expect(inFlight(recorded.registry)).toBe(0)
})

test('pipelined requests keep their own context [W-25]', async () => {
  recorded = kit()
  const seen: string[] = []
  await serve((request, response) => {
    const mine = current()!.span
    setImmediate(() => {
      seen.push(`${request.url} ${current()!.span === mine}`)
      response.end()
    })
  })
  const ask = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`
  await raw(port(server), `${ask('/1')}${ask('/2')}GET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
  expect(seen).toEqual(['/1 true', '/2 true', '/3 true'])
  const spans = await recorded.ended(3)
  expect(new Set(spans.map((span) => `${span.t0} ${span.s0}`)).size).toBe(3)
})

test('requests one after the other on a kept connection are counted each, the connection once [W-12] [R-14]', async () => {
  recorded = kit()
  await serve((_request, response) => void response.end('x'))
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  for (let i = 0; i < 5; i++) {
    await new Promise<void>((resolve) => {
      http.get({ port: port(server), host: '127.0.0.1', agent }, (response) => response.resume().on('close', resolve))
    })
  }
  await recorded.ended(5)
  expect(values(recorded.registry, 'http_connections_active')).toEqual({ '': 1 })
  agent.destroy()
  await settled(() => values(recorded.registry, 'http_connections_active')[''] === 0)
  expect(values(recorded.registry, 'http_connections_active')).toEqual({ '': 0 })
  expect(requests(recorded.registry)).toEqual({ 'GET <unmatched> 200': 5 })
})

test('HEAD, 304 and Expect: 100-continue are whole answers [W-26]', async () => {
  recorded = kit()
  await serve((request, response) => {
    if (request.url === '/304') response.writeHead(304)
    response.end(request.method === 'HEAD' ? undefined : 'x')
  })
  await sendHttp(port(server), { path: '/', method: 'HEAD' })
  await sendHttp(port(server), { path: '/304' })
  const text = await raw(
    port(server),
    'POST /c HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\nConnection: close\r\n\r\nz',
  )
  expect(text.split('\r\n')[0]).toBe('HTTP/1.1 100 Continue')
  await recorded.ended(3)
  expect(requests(recorded.registry)).toEqual({
    'HEAD <unmatched> 200': 1,
    'GET <unmatched> 304': 1,
    'POST <unmatched> 200': 1,
  })
})

test('a body without an explicit status is 200, and the first explicit status wins [W-26]', async () => {
  recorded = kit()
  await serve((request, response) => {
    if (request.url === '/first') {
      response.writeHead(201)
      response.statusCode = 500
    }
    response.end('x')
  })
  await sendHttp(port(server), { path: '/' })
  expect((await sendHttp(port(server), { path: '/first' })).status).toBe(201)
  await recorded.ended(2)
  expect(requests(recorded.registry)).toEqual({ 'GET <unmatched> 200': 1, 'GET <unmatched> 201': 1 })
  expect(recorded.spans.map((span) => span.status)).toEqual([0, 0])
})

test('closeAllConnections ends what is open and leaves nothing in flight [W-27]', async () => {
  recorded = kit()
  const made = await serve(() => {})
  const asked = [1, 2, 3].map((n) => sendHttp(port(server), { path: `/${n}` }).catch(() => {}))
  await settled(() => inFlight(recorded.registry) === 3)
  made.closeAllConnections()
  await Promise.all(asked)
  await recorded.ended(3)
  expect(inFlight(recorded.registry)).toBe(0)
})

test('bytes that are no request are answered by Node and leave no trace; the request before them is whole [W-27]', async () => {
  recorded = kit()
  await serve((_request, response) => void response.end('x'))
  expect(await raw(port(server), 'NOT HTTP\r\n\r\n')).toContain('400 Bad Request')
  expect(recorded.spans).toEqual([])
  const text = await raw(port(server), 'GET / HTTP/1.1\r\nHost: a\r\n\r\nGARBAGE\r\n\r\n')
  expect(text).toContain('200 OK')
  await recorded.ended(1)
  expect(requests(recorded.registry)).toEqual({ 'GET <unmatched> 200': 1 })
  expect(inFlight(recorded.registry)).toBe(0)
})

test('a request without Host is answered 400 by Node and counted [H-08]', async () => {
  recorded = kit()
  await serve((_request, response) => void response.end('x'))
  await raw(port(server), 'GET / HTTP/1.1\r\n\r\n')
  await recorded.ended(1)
  expect(requests(recorded.registry)).toEqual({ 'GET <unmatched> 400': 1 })
})

test('a body that never comes ends in 408 at the request time-out [W-27]', async () => {
  recorded = kit()
  await serve(() => {}, { requestTimeout: 60, headersTimeout: 50, connectionsCheckingInterval: 20 })
  expect(await raw(port(server), 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nx')).toContain('408')
  const [span] = await recorded.ended(1)
  expect((view(span!) as { attributes: object }).attributes).toMatchObject({ 'error.type': 'ERR_HTTP_REQUEST_TIMEOUT' })
  expect(requests(recorded.registry)).toEqual({ 'POST <unmatched> 408': 1 })
  expect(inFlight(recorded.registry)).toBe(0)
})

test('a WebSocket is counted once, as 101, when it opens, and its messages pass untouched [W-27]', async () => {
  recorded = kit()
  await serve((_request, response) => void response.end('plain'))
  const sockets = new WebSocketServer({ server: server as http.Server })
  let inside: unknown
  sockets.on('connection', (socket, request) => {
    inside = current()
    setRoute(request, '/too-late')
    socket.on('message', (data) => socket.send(`echo ${data}`))
  })
  const client = new WebSocket(`ws://127.0.0.1:${port(server)}/chat/7?token=secret`)
  const answer = await new Promise((resolve) => {
    client.on('open', () => client.send('hello'))
    client.on('message', (data) => resolve(String(data)))
  })
  expect(answer).toBe('echo hello')
  expect(inside).toBeDefined()
  const [span] = await recorded.ended(1)
  expect(view(span!)).toEqual({
    name: 'GET',
    kind: 'server',
    status: 'unset',
    attributes: {
      'http.request.method': 'GET',
      'url.scheme': 'http',
      'http.response.status_code': 101,
      'network.protocol.version': '1.1',
      'server.address': '127.0.0.1',
      'server.port': 'PORT',
      'url.path': '/chat/7',
      'url.query': 'token=REDACTED',
    },
  })
  expect(inFlight(recorded.registry)).toBe(0)
  expect(values(recorded.registry, 'http_connections_active')).toEqual({ '': 1 })
  client.close()
  await settled(() => values(recorded.registry, 'http_connections_active')[''] === 0)
  expect(requests(recorded.registry)).toEqual({ 'GET <unmatched> 101': 1 })
  sockets.close()
})

test('a refused WebSocket is counted with the status of the refusal, also when it is decided later [W-27]', async () => {
  recorded = kit()
  await serve((_request, response) => void response.end('plain'))
  const sockets = new WebSocketServer({
    server: server as http.Server,
    verifyClient: (_info, decide) => void setTimeout(() => decide(false, 401), 10),
  })
  const client = new WebSocket(`ws://127.0.0.1:${port(server)}/chat`)
  await new Promise((resolve) => client.on('error', resolve))
  await recorded.ended(1)
  expect(requests(recorded.registry)).toEqual({ 'GET <unmatched> 401': 1 })
  expect(inFlight(recorded.registry)).toBe(0)
  sockets.close()
})

test('a server without WebSockets still serves an Upgrade request as a plain one, also after they were taken away [W-27]', async () => {
  recorded = kit()
  const made = await serve((_request, response) => void response.end('plain'))
  const ask = 'GET /p HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n'
  expect(await raw(port(server), ask)).toContain('plain')
  const refuse = (_request: unknown, socket: net.Socket) => void socket.end('HTTP/1.1 503 No\r\n\r\n')
  made.on('upgrade', refuse)
  expect(await raw(port(server), ask)).toContain('503 No')
  made.off('upgrade', refuse)
  expect(made.listenerCount('upgrade')).toBe(0)
  expect(await raw(port(server), ask)).toContain('plain')
  await recorded.ended(3)
  expect(requests(recorded.registry)).toEqual({ 'GET <unmatched> 200': 2, 'GET <unmatched> 503': 1 })
})

test('an upgrade whose socket closes without a word is finished too [W-27]', async () => {
  recorded = kit()
  const made = await serve(() => {})
  made.on('upgrade', (_request, socket) => void setImmediate(() => socket.destroy()))
  await raw(port(server), 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
  await recorded.ended(1)
  expect(inFlight(recorded.registry)).toBe(0)
})

test('CONNECT is counted once when a proxy listens for it [W-27]', async () => {
  recorded = kit()
  const made = await serve(() => {})
  made.on('connect', (_request, socket) => void socket.end('HTTP/1.1 200 Connection established\r\n\r\n'))
  await raw(port(server), 'CONNECT example.test:443 HTTP/1.1\r\nHost: example.test:443\r\n\r\n')
  await recorded.ended(1)
  expect(requests(recorded.registry)).toEqual({ 'CONNECT <unmatched> 200': 1 })
})

test('an HTTP/2 stream that the client cancels is counted once, and so are those of the stream API [W-27]', async () => {
  recorded = kit()
  const made = http2.createServer()
  server = made
  made.on('stream', (stream, headers) => {
    if (headers[':path'] === '/slow') return
    stream.respond({ ':status': 202 })
    stream.end('x')
  })
  await listen(made)
  const session = http2.connect(`http://127.0.0.1:${port(server)}`)
  const fine = session.request({ ':path': '/fine' })
  fine.resume()
  await new Promise((resolve) => fine.on('close', resolve))
  const slow = session.request({ ':path': '/slow' })
  await settled(() => inFlight(recorded.registry) === 1)
  slow.close(http2.constants.NGHTTP2_CANCEL)
  await recorded.ended(2)
  expect(requests(recorded.registry)).toEqual({
    'GET <unmatched> 202': 1,
    [`GET <unmatched> ${STATUS_OF_ABORT}`]: 1,
  })
  expect(inFlight(recorded.registry)).toBe(0)
  session.close()
})

test('the record of a finished request is let go: its frame keeps ids alone [W-25]', async () => {
  recorded = kit()
  let frame: ReturnType<typeof current>
  await serve((_request, response) => {
    frame = current()
    response.end()
  })
  await sendHttp(port(server), { path: '/' })
  const [span] = await recorded.ended(1)
  expect(frame!.span).toBeNull()
  expect([frame!.t0, frame!.s0]).toEqual([span!.t0, span!.s0])
})
