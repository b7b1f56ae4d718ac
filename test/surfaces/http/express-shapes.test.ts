// Requests of an Express application have its prototypes from the start where V8 needs that (Node 20 and 22), and only there.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import http, { IncomingMessage, type RequestListener, type Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { afterEach, expect, test } from 'vitest'
import { type Kit, kit } from './kit.ts'

const NEEDED = Number.parseInt(process.versions.v8, 10) < 13
let running: Kit | undefined
afterEach(() => running?.stop())

function application(): express.Express {
  const app = express()
  app.get('/users/:id', (request, response) => {
    response.json([request.params['id'], request.get('host') !== undefined, request instanceof IncomingMessage])
  })
  return app
}

/** Whether each of three requests had the application's prototypes before the application saw it, and what it answered. */
async function early(app: express.Express, server: Server): Promise<{ early: boolean[]; answers: unknown[] }> {
  running = kit()
  const seen: boolean[] = []
  const look = (message: unknown): void => {
    const { request, response } = message as { request: object; response: object }
    const has = (object: object, prototype: unknown): boolean => Object.getPrototypeOf(object) === prototype
    seen.push(has(request, app.request) && has(response, app.response))
  }
  subscribe('http.server.request.start', look)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const answers: unknown[] = []
  for (const id of ['1', '2', '3']) {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/users/${id}`
    answers.push(await (await fetch(url)).json())
  }
  await running.ended(3)
  unsubscribe('http.server.request.start', look)
  server.close()
  return { early: seen, answers }
}

const ANSWERS = ['1', '2', '3'].map((id) => [id, true, true])

test('after its first routed request an Express server makes its messages with the prototypes of Express', async () => {
  const app = application()
  const found = await early(app, http.createServer(app))
  expect(found).toEqual({ early: [false, NEEDED, NEEDED], answers: ANSWERS })
})

test('a server with messages of its own, with a second listener or with something around Express is left alone', async () => {
  const own = application()
  class Request extends IncomingMessage {}
  class Response extends ServerResponse {}
  const custom = http.createServer({ IncomingMessage: Request, ServerResponse: Response as never }, own)
  const shared = application()
  const two = http.createServer(shared).on('request', () => {})
  const inner = application()
  const around = http.createServer(((request, response) => inner(request, response)) as RequestListener)
  for (const [app, server] of [
    [own, custom],
    [shared, two],
    [inner, around],
  ] as const) {
    expect(await early(app, server)).toEqual({ early: [false, false, false], answers: ANSWERS })
    running?.stop()
  }
})

test.each([
  [
    'in place of Express',
    (server: Server, listener: RequestListener) => server.removeAllListeners('request').on('request', listener),
  ],
  ['before Express', (server: Server, listener: RequestListener) => server.prependListener('request', listener)],
])('a listener that comes later, %s, has messages of Node', async (_, put) => {
  const app = application()
  const server = http.createServer(app)
  running = kit()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/users/1`
  for (let i = 0; i < 2; i++) await (await fetch(url)).text()
  const seen: unknown[] = []
  put(server, (request, response) => {
    seen.push(Object.getPrototypeOf(request) === IncomingMessage.prototype, 'send' in response)
    Object.assign(request, { query: { mine: true } })
    seen.push((request as { query?: unknown }).query)
    if (server.listenerCount('request') === 1) response.end()
  })
  await (await fetch(url)).text()
  expect(seen).toEqual([true, false, { mine: true }])
  server.close()
})
