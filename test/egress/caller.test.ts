import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import * as http from 'node:http'
import * as https from 'node:https'
import * as net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, expect, test } from 'vitest'
import { Fault } from '../../src/base/fault.ts'
import { OWN_TRAFFIC } from '../../src/base/own.ts'
import { Caller, request } from '../../src/egress/caller.ts'
import { sendAll } from '../../src/egress/last-thread.ts'
import type { Resolver } from '../../src/egress/resolve.ts'
import { allow } from '../../src/egress/target.ts'
import { readTls } from '../../src/egress/tls.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

async function serve(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const sockets = new Set<net.Socket>()
  server.on('connection', (socket: net.Socket) => sockets.add(socket))
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as net.AddressInfo).port
}

const answer = (handler: http.RequestListener): Promise<number> => serve(http.createServer(handler))
const resolver =
  (...answers: string[]): Resolver =>
  (_host, done) => {
    const address = answers.length > 1 ? answers.shift()! : answers[0]!
    done(null, [{ address, family: net.isIP(address) }])
  }
const failure = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error) => (error instanceof Fault ? error.message : ((error as NodeJS.ErrnoException).code ?? String(error))),
  )

test('a request goes out with its body and comes back with status, headers and body', async () => {
  const port = await answer(async (req, res) => {
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk as Buffer)
    res.setHeader('x-seen', `${req.method} ${req.url} ${req.headers['content-length']} ${req.headers['x-key']}`)
    res.end(Buffer.concat(chunks))
  })
  const reply = await request(allow(`http://127.0.0.1:${port}/v1/traces?a=1`, 'operator'), {
    method: 'POST',
    headers: { 'x-key': 'k' },
    body: [Buffer.from('ab'), Buffer.from('cd')],
    timeoutMs: 5000,
  })
  expect([reply.status, reply.headers['x-seen'], reply.body.toString()]).toEqual([
    200,
    'POST /v1/traces?a=1 4 k',
    'abcd',
  ])
})

test('a redirect is returned and never followed [S-31]', async () => {
  let reached = 0
  const inner = await answer((_req, res) => {
    reached++
    res.end()
  })
  const port = await answer((_req, res) => res.writeHead(307, { location: `http://127.0.0.1:${inner}/` }).end())
  const reply = await request(allow(`http://127.0.0.1:${port}/`, 'operator'), { timeoutMs: 5000 })
  expect([reply.status, reached]).toEqual([307, 0])
})

test('a name that resolves to a forbidden address is refused at connect, and nothing is sent [S-31]', async () => {
  let reached = 0
  const port = await answer((_req, res) => {
    reached++
    res.end()
  })
  const strict = allow(`http://collector.example:${port}/`, 'strict')
  const operator = allow(`http://collector.example:${port}/`, 'operator')
  expect(await failure(request(strict, { timeoutMs: 5000, resolver: resolver('127.0.0.1') }))).toBe(
    'ENDPOINT_FORBIDDEN The endpoint leads to an address that must not be called; found collector.example → 127.0.0.1. It is a loopback address (policy strict).',
  )
  expect(await failure(request(strict, { timeoutMs: 5000, resolver: resolver('::ffff:8.8.8.8') }))).toContain(
    'IPv4 address inside IPv6',
  )
  expect(await failure(request(operator, { timeoutMs: 5000, resolver: resolver('169.254.169.254') }))).toContain(
    'link-local address (policy operator)',
  )
  expect(reached).toBe(0)
  expect((await request(operator, { timeoutMs: 5000, resolver: resolver('127.0.0.1') })).status).toBe(200)
})

test('an answer that mixes a good and a forbidden address is refused [S-31]', async () => {
  const mixed: Resolver = (_host, done) =>
    done(null, [
      { address: '8.8.8.8', family: 4 },
      { address: '10.0.0.1', family: 4 },
    ])
  expect(
    await failure(request(allow('http://collector.example/', 'strict'), { timeoutMs: 5000, resolver: mixed })),
  ).toContain('→ 10.0.0.1')
})

test('DNS rebinding fails: every new connection checks the answer that it connects to [S-31]', async () => {
  const port = await answer((_req, res) => res.setHeader('connection', 'close').end('ok'))
  const caller = new Caller(allow(`http://rebind.example:${port}/`, 'operator'), {
    resolver: resolver('127.0.0.1', '169.254.169.254'),
  })
  cleanups.push(() => caller.close())
  expect((await caller.send({ timeoutMs: 5000 })).body.toString()).toBe('ok')
  expect(await failure(caller.send({ timeoutMs: 5000 }))).toContain('169.254.169.254')
})

test('connections are kept, and one that the other side closed while idle costs no request', async () => {
  const sockets = new Set<net.Socket>()
  const server = http.createServer((_req, res) => res.end('ok'))
  server.on('connection', (socket) => sockets.add(socket))
  const port = await serve(server)
  const caller = new Caller(allow(`http://127.0.0.1:${port}/`, 'operator'))
  cleanups.push(() => caller.close())
  for (let i = 0; i < 3; i++) await caller.send({ timeoutMs: 5000 })
  expect(sockets.size).toBe(1)
  for (const socket of sockets) socket.resetAndDestroy()
  expect((await caller.send({ timeoutMs: 5000 })).body.toString()).toBe('ok')
  expect(sockets.size).toBe(2)
})

test('the timeout covers a server that never answers and one that never ends its answer', async () => {
  const silent = await serve(net.createServer(() => {}))
  const endless = await answer((_req, res) => {
    res.write('x')
  })
  for (const port of [silent, endless]) {
    expect(await failure(request(allow(`http://127.0.0.1:${port}/`, 'operator'), { timeoutMs: 60 }))).toMatch(
      /ETIMEDOUT|Error: the connection closed/,
    )
  }
})

test('an answer that came while this process stood still is not late', async () => {
  const shared = new Int32Array(new SharedArrayBuffer(4))
  const serving = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads')
     require('node:http').createServer((request, response) => response.end('ok', () => {
       Atomics.add(workerData, 0, 1)
       Atomics.notify(workerData, 0)
     })).listen(0, '127.0.0.1', function () { parentPort.postMessage(this.address().port) })`,
    { eval: true, workerData: shared },
  )
  cleanups.push(() => serving.terminate())
  const [port] = await once(serving, 'message')
  const caller = new Caller(allow(`http://127.0.0.1:${port}/`, 'operator'))
  cleanups.push(() => caller.close())
  await caller.send({ timeoutMs: 5000 })
  const began = performance.now()
  const reply = caller.send({ timeoutMs: 200 })
  await new Promise((resolve) => process.nextTick(resolve))
  Atomics.wait(shared, 0, 1)
  while (performance.now() - began < 300);
  expect((await reply).body.toString()).toBe('ok')
})

test('an answer of any size is cut at the limit', async () => {
  const port = await answer((_req, res) => res.end('x'.repeat(500_000)))
  const reply = await request(allow(`http://127.0.0.1:${port}/`, 'operator'), { timeoutMs: 5000, maxBytes: 100 })
  expect(reply.body.length).toBe(100)
})

test('every request of ours is marked as own traffic', async () => {
  const port = await answer((_req, res) => res.end())
  const seen: unknown[] = []
  const channel = (await import('node:diagnostics_channel')).channel('http.client.request.start')
  const listener = (message: unknown): void => {
    const { request: sent } = message as { request: http.ClientRequest & { agent: object } }
    seen.push((sent as never)[OWN_TRAFFIC], (sent.agent as never)[OWN_TRAFFIC])
  }
  channel.subscribe(listener)
  cleanups.push(() => channel.unsubscribe(listener))
  await request(allow(`http://127.0.0.1:${port}/`, 'operator'), { timeoutMs: 5000 })
  expect(seen).toEqual([true, true])
})

function certificate(): { folder: string; key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-tls-'))
  cleanups.push(() => rmSync(folder, { recursive: true }))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-keyout',
      key,
      '-out',
      cert,
      '-days',
      '2',
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=DNS:localhost,IP:127.0.0.1',
    ],
    { stdio: 'ignore' },
  )
  return { folder, key, cert }
}

test('https verifies, takes a configured CA, and skips verification only when told to; it is never downgraded', async () => {
  const files = certificate()
  const plain: number[] = []
  const server = https.createServer(readTls({ key: files.key, cert: files.cert }) as https.ServerOptions, (_req, res) =>
    res.end('secure'),
  )
  server.on('tlsClientError', () => plain.push(1))
  const port = await serve(server)
  const target = allow(`https://127.0.0.1:${port}/`, 'operator')
  const get = (tls?: Parameters<typeof request>[1]['tls']): Promise<string> =>
    request(target, { timeoutMs: 5000, ...(tls ? { tls } : {}) }).then(
      (reply) => reply.body.toString(),
      (error) => error.code,
    )
  expect([
    await get(),
    await get(readTls({ ca: files.cert })),
    await get({ skipVerify: true }),
    await get({ skipVerify: false }),
  ]).toEqual(['DEPTH_ZERO_SELF_SIGNED_CERT', 'secure', 'secure', 'DEPTH_ZERO_SELF_SIGNED_CERT'])
  const clear = await answer((_req, res) => res.end('clear'))
  expect(
    await failure(
      request(allow(`https://127.0.0.1:${clear}/`, 'operator'), { timeoutMs: 5000, tls: { skipVerify: true } }),
    ),
  ).not.toBe('none')
})

test('a certificate file that cannot be read is a fault with its name', () => {
  expect(() => readTls({ ca: '/nowhere/ca.pem' })).toThrow(
    'TLS_FILE ca: A certificate or key file cannot be read; found /nowhere/ca.pem. Check the path and its permissions.',
  )
})

test('what a thread sends for a process that ends is judged again, and counted when it was taken [S-31]', async () => {
  const port = await answer((req, res) => res.writeHead(req.url === '/refused' ? 400 : 200).end())
  const one = (url: string, preset: 'operator' | 'strict' = 'operator') => ({
    url,
    preset,
    headers: {},
    body: new Uint8Array(3),
    gzip: false,
    tls: undefined,
  })
  const here = `http://127.0.0.1:${port}`
  const requests = [one(`${here}/a`), one(`${here}/refused`), one(`${here}/b`, 'strict'), one('http://127.0.0.1:1/')]
  const state = new Int32Array(new SharedArrayBuffer(8))
  await sendAll({ requests, timeoutMs: 5000, state })
  expect([...state]).toEqual([1, 1])
})
