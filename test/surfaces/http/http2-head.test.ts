// `traceparent` on answers over HTTP/2: with the headers that the application responds with, in either API, and never in its
// own objects.
import { openSync } from 'node:fs'
import http2 from 'node:http2'
import type net from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { traceIdHex } from '../../../src/base/ids.ts'
import { type Kit, kit } from './kit.ts'
import { close, listen, port, sendHttp2 } from './wire.ts'

let recorded: Kit
let server: http2.Http2Server
afterEach(async () => {
  recorded.stop()
  await close(server as unknown as net.Server)
})

const FILE = new URL('./certificate.ts', import.meta.url).pathname

async function headers(
  answer: (stream: http2.ServerHttp2Stream) => void,
  options: { inject?: boolean; correlate?: boolean } = {},
): Promise<Record<string, unknown>> {
  recorded = kit(options)
  server = http2.createServer()
  server.on('stream', answer)
  await listen(server as unknown as net.Server)
  const answered = await sendHttp2(false)(port(server), { path: '/x' })
  const [span] = await recorded.ended(1)
  const trace = traceIdHex(span!.t0, span!.t1, span!.t2, span!.t3)
  const {
    traceparent,
    date: _date,
    'last-modified': _modified,
    'x-correlation-id': correlation,
    ...rest
  } = Object.fromEntries(
    // The client's symbol is not of the wire.
    Object.entries(answered.headers),
  )
  const id = correlation as string | undefined
  // But for version and variant it is the trace id.
  expect(id?.replaceAll('-', '').replace(/^(.{12})4(.{3})./, '$1?$2?')).toBe(
    options.correlate === false ? undefined : trace.replace(/^(.{12}).(.{3})./, '$1?$2?'),
  )
  return { ...rest, traceparent: String(traceparent).split('-')[1] === trace ? 'of the span' : traceparent }
}

test('stream.respond, with headers and without any [W-25]', async () => {
  const given = { ':status': 201, 'x-own': '1' }
  expect(
    await headers((stream) => {
      stream.respond(given)
      stream.end('x')
    }),
  ).toEqual({ ':status': 201, 'x-own': '1', traceparent: 'of the span' })
  expect(given).toEqual({ ':status': 201, 'x-own': '1' })
  recorded.stop()
  await close(server as unknown as net.Server)
  expect(
    await headers((stream) => {
      stream.respond()
      stream.end('x')
    }),
  ).toEqual({ ':status': 200, traceparent: 'of the span' })
})

test('sensitive headers stay sensitive, options are passed on [W-25]', async () => {
  const sensitive: Record<string | symbol, unknown> = { ':status': 204, 'x-secret': 'no' }
  sensitive[http2.sensitiveHeaders] = ['x-secret']
  let sent: http2.OutgoingHttpHeaders | undefined
  expect(
    await headers((stream) => {
      stream.respond(sensitive as http2.OutgoingHttpHeaders, { endStream: true })
      sent = stream.sentHeaders
    }),
  ).toMatchObject({ ':status': 204, 'x-secret': 'no', traceparent: 'of the span' })
  expect((sent as Record<symbol, unknown>)[http2.sensitiveHeaders]).toEqual(['x-secret'])
})

test("the application's own stays, however it is spelled; nothing is sent where that is switched off [W-25]", async () => {
  expect(
    await headers((stream) => {
      stream.respond({ Traceparent: 'mine' })
      stream.end()
    }),
  ).toEqual({ ':status': 200, traceparent: 'mine' })
  recorded.stop()
  await close(server as unknown as net.Server)
  const without = await headers(
    (stream) => {
      stream.respond()
      stream.end()
    },
    { inject: false, correlate: false },
  )
  expect(without).toEqual({ ':status': 200, traceparent: undefined })
})

test('answers from files, by path and by descriptor [W-25]', async () => {
  expect(
    await headers((stream) => stream.respondWithFile(FILE, { 'x-own': '1' }, { offset: 0, length: 5 })),
  ).toMatchObject({ ':status': 200, 'x-own': '1', traceparent: 'of the span' })
  recorded.stop()
  await close(server as unknown as net.Server)
  expect(await headers((stream) => stream.respondWithFD(openSync(FILE, 'r'), { 'x-own': '2' }))).toMatchObject({
    ':status': 200,
    'x-own': '2',
    traceparent: 'of the span',
  })
})

test('the compatible API sends it too and does not show it [W-25]', async () => {
  recorded = kit()
  let shown: object | undefined
  server = http2.createServer((_request, response) => {
    response.setHeader('x-own', '1')
    response.writeHead(202)
    shown = { ...response.getHeaders() }
    response.end('x')
  })
  await listen(server as unknown as net.Server)
  const answered = await sendHttp2(false)(port(server), { path: '/x' })
  const [span] = await recorded.ended(1)
  expect([answered.status, answered.headers['x-own'], String(answered.headers['traceparent']).slice(3, 35)]).toEqual([
    202,
    '1',
    traceIdHex(span!.t0, span!.t1, span!.t2, span!.t3),
  ])
  expect(Object.keys(shown!)).not.toContain('traceparent')
})
