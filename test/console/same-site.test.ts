import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createConsole } from '../../src/console/console.ts'
import { readJson, requireSameSite } from '../../src/console/same-site.ts'
import { ask, listening } from './ask.ts'

let server: Server
let port: number

beforeAll(async () => {
  const console = createConsole({
    routes: [
      {
        method: 'POST',
        path: '/change',
        tier: 'public',
        async handle(request) {
          requireSameSite(request)
          return Response.json({ read: (await readJson(request)) ?? null })
        },
      },
    ],
  })
  server = await listening(createServer((request, response) => console.serve(request, response)))
  port = (server.address() as AddressInfo).port
})

afterAll(() => {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(resolve))
})

async function change(headers: Record<string, string>, body?: string): Promise<[number, string]> {
  const response = await fetch(`http://127.0.0.1:${port}/change`, { method: 'POST', headers, body: body ?? null })
  const said = (await response.json()) as { code?: string; read?: unknown }
  return [response.status, said.code ?? JSON.stringify(said.read)]
}

/** As it stands on the wire, so that every header can be chosen. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
      if (answer.includes('\r\n')) socket.destroy()
    })
    socket.on('close', () => resolve(answer.slice(0, answer.indexOf('\r\n'))))
    socket.on('error', reject)
  })
}

test('a change that another site asks for is refused, whatever else it carries [R-42]', async () => {
  const own = `http://127.0.0.1:${port}`
  const rows: readonly (readonly [Record<string, string>, number])[] = [
    [{}, 200],
    [{ 'sec-fetch-site': 'same-origin' }, 200],
    [{ 'sec-fetch-site': 'none' }, 200],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'anything' }, 403],
    [{ origin: own }, 200],
    [{ origin: own.toUpperCase() }, 200],
    [{ origin: 'null' }, 403],
    [{ origin: '' }, 403],
    [{ origin: 'http://evil.example' }, 403],
    [{ origin: `http://127.0.0.1:${port + 1}` }, 403],
    [{ origin: `http://127.0.0.1:${port}.evil.example` }, 403],
    [{ origin: `http://evil@127.0.0.1:${port + 1}` }, 403],
    [{ origin: 'file:///etc' }, 403],
    [{ origin: own, 'sec-fetch-site': 'cross-site' }, 403],
    [{ origin: 'http://evil.example', 'sec-fetch-site': 'same-origin' }, 403],
  ]
  for (const [headers, status] of rows) {
    const { status: found } = await ask(server, '/change', { method: 'POST', headers })
    expect([headers, found]).toEqual([headers, status])
  }
})

test('the port that a scheme has anyway may be left out', async () => {
  const asking = (origin: string, host: string) =>
    raw(`POST /change HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${origin}\r\nContent-Length: 0\r\n\r\n`)
  expect(await asking('https://ops.example', 'ops.example')).toBe('HTTP/1.1 200 OK')
  expect(await asking('https://ops.example', 'ops.example:443')).toBe('HTTP/1.1 200 OK')
  expect(await asking('http://ops.example', 'ops.example:443')).toBe('HTTP/1.1 403 Forbidden')
})

test('a body is JSON of at most 1 KB, or none', async () => {
  const json = { 'content-type': 'application/json' }
  expect(await change({})).toEqual([200, 'null'])
  expect(await change(json)).toEqual([200, 'null'])
  expect(await change(json, '{"a":1}')).toEqual([200, '{"a":1}'])
  expect(await change({ 'content-type': 'Application/JSON; charset=utf-8' }, '[]')).toEqual([200, '[]'])
  expect(await change(json, '{"a":')).toEqual([400, 'invalid_json'])
  expect(await change({ 'content-type': 'text/plain' }, '{}')).toEqual([415, 'unsupported_media_type'])
  expect(await change({ 'content-type': 'application/x-www-form-urlencoded' }, 'a=1')).toEqual([
    415,
    'unsupported_media_type',
  ])
  expect(await change(json, JSON.stringify('x'.repeat(1022)))).toEqual([200, JSON.stringify('x'.repeat(1022))])
  expect(await change(json, JSON.stringify('x'.repeat(1023)))).toEqual([413, 'payload_too_large'])
})

test('a body that does not say how long it is ends at the limit', async () => {
  const head = `POST /change HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\n`
  const chunk = 'x'.repeat(2000)
  const text = `${head}Transfer-Encoding: chunked\r\n\r\n${chunk.length.toString(16)}\r\n${chunk}\r\n`
  expect(await raw(text)).toBe('HTTP/1.1 413 Payload Too Large')
  expect(await raw(`${head}Content-Length: 5000\r\n\r\n`)).toBe('HTTP/1.1 413 Payload Too Large')
})

test('a body of no known type is refused', async () => {
  const head = `POST /change HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 2\r\n\r\n{}`
  expect(await raw(head)).toBe('HTTP/1.1 415 Unsupported Media Type')
})
