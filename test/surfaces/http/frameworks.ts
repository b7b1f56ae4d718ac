// One application, written for every server and framework that the surface knows: what it answers is the same, so what is
// recorded must be. `door` uses the doors instead of zero code.
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import type net from 'node:net'
import express5 from 'express'
import express4 from 'express4'
import fastify from 'fastify'
import { telltaleExpress } from '../../../src/express.ts'
import { telltaleFastify } from '../../../src/fastify.ts'
import { observe, setRoute } from '../../../src/http.ts'
import { CERTIFICATE, KEY } from './certificate.ts'
import { listen, type Send, sendHttp, sendHttp2, sendHttps } from './wire.ts'

export interface Framework {
  readonly name: string
  readonly scheme: 'http' | 'https'
  readonly version: '1.1' | '2'
  /** The framework reports what a handler threw. */
  readonly reports: boolean
  readonly send: Send
  open(door: boolean): Promise<{ server: net.Server; close(): unknown }>
}

/** The table of routes by hand, for servers that have no router: the template is named with setRoute. */
function handle(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url!.split('?')[0]!
  const item = /^\/orders\/([^/]+)$/.exec(path)
  if (path === '/orders' && request.method === 'POST') {
    setRoute(request, '/orders')
    response.writeHead(201).end('made')
  } else if (item && request.method !== 'POST') {
    setRoute(request, '/orders/:id')
    if (request.headers['if-none-match'] === 'e') response.writeHead(304).end()
    else response.end('order')
  } else if (path === '/boom' || path === '/late') {
    setRoute(request, path)
    response.writeHead(500).end('failed')
  } else if (/^\/api\/[^/]+\/things\/[^/]+$/.test(path)) {
    setRoute(request, '/api/:tenant/things/:thing')
    response.end('thing')
  } else if (path === '/denied') {
    setRoute(request, '/denied')
    response.writeHead(403).end('no')
  } else {
    response.writeHead(404).end('none')
  }
}

function express(make: typeof express5, door: boolean) {
  const app = make()
  if (door) app.use(telltaleExpress() as never)
  app.get('/orders/:id', (request, response) => {
    if (request.headers['if-none-match'] === 'e') response.status(304).end()
    else response.end('order')
  })
  app.post('/orders', (_request, response) => void response.status(201).end('made'))
  app.get('/boom', () => {
    throw new TypeError('boom')
  })
  app.get('/late', (_request, _response, next) => void setImmediate(() => next(new TypeError('late'))))
  const things = make.Router({ mergeParams: true })
  things.get('/:thing', (_request, response) => void response.end('thing'))
  const api = make.Router({ mergeParams: true })
  api.use('/things', things)
  app.use('/api/:tenant', api)
  app.get('/denied', (_request: express5.Request, response: express5.Response) => void response.status(403).end('no'))
  app.use((_error: Error, _request: express5.Request, response: express5.Response, _next: express5.NextFunction) => {
    response.status(500).end('failed')
  })
  return app
}

async function fastifyApp(door: boolean, options: object = {}) {
  const app = fastify(options)
  if (door) await app.register(telltaleFastify as never)
  app.get('/orders/:id', (request, reply) =>
    request.headers['if-none-match'] === 'e' ? reply.code(304).send() : reply.send('order'),
  )
  app.post('/orders', (_request, reply) => reply.code(201).send('made'))
  app.get('/boom', () => {
    throw new TypeError('boom')
  })
  app.get('/late', async () => {
    await new Promise((resolve) => setImmediate(resolve))
    throw new TypeError('late')
  })
  await app.register(
    async (api) => {
      await api.register(async (things) => void things.get('/:thing', () => 'thing'), { prefix: '/things' })
    },
    { prefix: '/api/:tenant' },
  )
  // Refused by a hook, before any handler.
  app.get('/denied', { onRequest: (_request, reply, _done) => void reply.code(403).send('no') }, () => 'never')
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { server: app.server as unknown as net.Server, close: () => app.close() }
}

async function plain(server: net.Server, door: boolean) {
  if (door) observe(server)
  await listen(server)
  return {
    server,
    close: () => {
      server.close()
      ;(server as http.Server).closeAllConnections?.()
    },
  }
}

const tls = { cert: CERTIFICATE, key: KEY }

export const FRAMEWORKS: readonly Framework[] = [
  {
    name: 'node:http',
    scheme: 'http',
    version: '1.1',
    reports: false,
    send: sendHttp,
    open: (door) => plain(http.createServer(handle), door),
  },
  {
    name: 'node:https',
    scheme: 'https',
    version: '1.1',
    reports: false,
    send: sendHttps,
    open: (door) => plain(https.createServer(tls, handle), door),
  },
  {
    name: 'node:http2',
    scheme: 'http',
    version: '2',
    reports: false,
    send: sendHttp2(false),
    open: (door) => plain(http2.createServer(handle as never), door),
  },
  {
    name: 'node:http2 with TLS',
    scheme: 'https',
    version: '2',
    reports: false,
    send: sendHttp2(true),
    open: (door) => plain(http2.createSecureServer(tls, handle as never), door),
  },
  {
    name: 'HTTP/1 on an HTTP/2 port',
    scheme: 'https',
    version: '1.1',
    reports: false,
    send: sendHttps,
    open: (door) => plain(http2.createSecureServer({ ...tls, allowHTTP1: true }, handle as never), door),
  },
  {
    name: 'Fastify 5',
    scheme: 'http',
    version: '1.1',
    reports: true,
    send: sendHttp,
    open: (door) => fastifyApp(door),
  },
  {
    name: 'Fastify 5 over HTTP/2',
    scheme: 'http',
    version: '2',
    reports: true,
    send: sendHttp2(false),
    open: (door) => fastifyApp(door, { http2: true }),
  },
  {
    name: 'Express 4',
    scheme: 'http',
    version: '1.1',
    reports: false,
    send: sendHttp,
    open: (door) => plain(http.createServer(express(express4, door)), false),
  },
  {
    name: 'Express 5',
    scheme: 'http',
    version: '1.1',
    reports: false,
    send: sendHttp,
    open: (door) => plain(http.createServer(express(express5, door)), false),
  },
]
