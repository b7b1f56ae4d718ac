import { createServer, type Server } from 'node:http'
import { connect, createServer as createHttp2 } from 'node:http2'
import express from 'express'
import fastify from 'fastify'
import { expect, test } from 'vitest'
import { createConsole } from '../../src/console/console.ts'
import { ask, listening } from './ask.ts'

const ours = createConsole({
  routes: [{ method: 'GET', path: '/metrics', tier: 'scrape', answer: () => ({ status: 200, body: 'm 1\n' }) }],
})

test('our paths are answered on the application’s node:http server, and its own requests are not touched', async () => {
  const seen: string[] = []
  const server = await listening(
    createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`)
      response.end('application')
    }),
  )
  const unmount = ours.mount(server)
  expect([
    (await ask(server, '/metrics')).text,
    (await ask(server, '/metrics?x=1')).text,
    (await ask(server, '/')).text,
  ]).toEqual(['m 1\n', 'm 1\n', 'application'])
  expect([
    (await ask(server, '/metricsX')).text,
    (await ask(server, '/metrics/anything')).text,
    (await ask(server, '/a/metrics')).text,
  ]).toEqual(Array(3).fill('application'))
  expect((await ask(server, '/metrics', { method: 'POST' })).status).toBe(405)
  expect(seen).toEqual(['GET /', 'GET /metricsX', 'GET /metrics/anything', 'GET /a/metrics'])
  unmount()
  expect((await ask(server, '/metrics')).text).toBe('application')
  server.close()
})

test('listeners added before and after the mount all see their requests once', async () => {
  const seen: string[] = []
  const server = await listening(createServer())
  server.on('request', () => seen.push('before'))
  ours.mount(server)
  server.on('request', (_, response) => {
    seen.push('after')
    response.end()
  })
  await ask(server, '/x')
  await ask(server, '/metrics')
  expect(seen).toEqual(['before', 'after'])
  server.close()
})

test('two consoles on one server, undone in any order', async () => {
  const other = createConsole({
    routes: [{ method: 'GET', path: '/livez', tier: 'public', answer: () => ({ status: 200, body: 'other' }) }],
  })
  const server = await listening(createServer((_, response) => response.end('application')))
  const first = ours.mount(server)
  const second = other.mount(server)
  const texts = async () => [(await ask(server, '/metrics')).text, (await ask(server, '/livez')).text]
  expect(await texts()).toEqual(['m 1\n', 'other'])
  first()
  expect(await texts()).toEqual(['application', 'other'])
  second()
  expect(await texts()).toEqual(['application', 'application'])
  server.close()
})

test('Express: mounted on its server, its routes and its 404 stay', async () => {
  const app = express()
  app.get('/hello', (_, response) => void response.send('express'))
  const server: Server = await new Promise((resolve) => {
    const made = app.listen(0, '127.0.0.1', () => resolve(made))
  })
  ours.mount(server)
  expect([
    (await ask(server, '/metrics')).text,
    (await ask(server, '/hello')).text,
    (await ask(server, '/none')).status,
  ]).toEqual(['m 1\n', 'express', 404])
  server.close()
})

test('Fastify: mounted on its server, its routes and its 404 stay', async () => {
  const app = fastify()
  app.get('/hello', () => 'fastify')
  await app.listen({ port: 0, host: '127.0.0.1' })
  ours.mount(app.server)
  expect([
    (await ask(app.server, '/metrics')).text,
    (await ask(app.server, '/hello')).text,
    (await ask(app.server, '/none')).status,
  ]).toEqual(['m 1\n', 'fastify', 404])
  await app.close()
})

test('HTTP/2: mounted on its server, its own streams stay', async () => {
  const server = createHttp2((_, response) => response.end('application')) as unknown as Server
  await listening(server)
  ours.mount(server)
  const client = connect(`http://127.0.0.1:${(server.address() as { port: number }).port}`)
  const get = (path: string) =>
    new Promise<string>((resolve, reject) => {
      let text = ''
      const stream = client.request({ ':path': path })
      stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      stream.on('end', () => resolve(text)).on('error', reject)
    })
  expect([await get('/metrics'), await get('/')]).toEqual(['m 1\n', 'application'])
  client.close()
  server.close()
})
