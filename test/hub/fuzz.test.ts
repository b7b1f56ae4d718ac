// Garbage on every port: the hub stays up, and what is good still lands.
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Hub, startHub } from '../../src/hub/hub.ts'
import { ask, BODIES, JSON_TYPE, lives, PROTOBUF, post, raw, SIGNALS } from './kit.ts'

let one: Hub
const failures: unknown[] = []
const caught = (error: unknown) => failures.push(error)

beforeAll(async () => {
  process.on('uncaughtException', caught)
  process.on('unhandledRejection', caught)
  one = await startHub({ port: 0, uiPort: 0 })
})
afterAll(async () => {
  process.off('uncaughtException', caught)
  process.off('unhandledRejection', caught)
  await one.stop(100)
})

const signal = fc.constantFrom(...SIGNALS)
const encoding = fc.constantFrom('', 'gzip', 'deflate', 'identity', 'br', 'GZIP', 'gzip, gzip')

test('random bodies of every content type and encoding are answered, never with 500', async () => {
  await fc.assert(
    fc.asyncProperty(
      signal,
      fc.boolean(),
      encoding,
      fc.uint8Array({ maxLength: 2000 }),
      async (which, json, packed, bytes) => {
        const headers = { ...(json ? JSON_TYPE : PROTOBUF), ...(packed === '' ? {} : { 'content-encoding': packed }) }
        const { status } = await post(`${one.endpoint}/v1/${which}`, bytes, headers)
        expect([200, 400]).toContain(status)
      },
    ),
    { numRuns: 300 },
  )
  await lives(one)
  expect(failures).toEqual([])
})

test('good bodies with bytes changed, cut or repeated are answered, and the store goes on', async () => {
  await fc.assert(
    fc.asyncProperty(
      signal,
      fc.boolean(),
      fc.boolean(),
      fc.nat(),
      fc.integer({ min: 0, max: 255 }),
      fc.nat(),
      async (which, json, packed, at, byte, cut) => {
        const whole = Buffer.from(json ? BODIES[which].json('fuzz') : BODIES[which].protobuf('fuzz'))
        whole[at % whole.length] = byte
        const body = whole.subarray(0, cut % (whole.length + 1) || whole.length)
        const sent = packed ? gzipSync(body) : body
        const headers = { ...(json ? JSON_TYPE : PROTOBUF), ...(packed && { 'content-encoding': 'gzip' }) }
        const { status } = await post(`${one.endpoint}/v1/${which}`, sent, headers)
        expect([200, 400]).toContain(status)
      },
    ),
    { numRuns: 500 },
  )
  await lives(one)
  for (const path of ['traces', 'logs', 'metrics', 'services', 'map', 'attributes', 'status'])
    expect((await ask(`${one.ui}/api/v1/${path}`)).status).toBe(200)
  expect(failures).toEqual([])
})

test('JSON of any shape is answered', async () => {
  await fc.assert(
    fc.asyncProperty(signal, fc.jsonValue(), async (which, value) => {
      const key = { traces: 'resourceSpans', metrics: 'resourceMetrics', logs: 'resourceLogs' }[which]
      for (const body of [
        value,
        { [key]: value },
        { [key]: [{ scopeSpans: value, resource: value, scopeLogs: value, scopeMetrics: value }] },
      ]) {
        const { status } = await post(`${one.endpoint}/v1/${which}`, JSON.stringify(body), JSON_TYPE)
        expect([200, 400]).toContain(status)
      }
    }),
    { numRuns: 150 },
  )
  await lives(one)
  expect(failures).toEqual([])
})

const LINES = fc.constantFrom(
  'GET / HTTP/1.1',
  'POST /v1/traces HTTP/1.1',
  'POST /v1/logs HTTP/1.0',
  'PRI * HTTP/2.0',
  'CONNECT a:1 HTTP/1.1',
  'GET http://[/ HTTP/1.1',
  'GET //%00?%zz HTTP/1.1',
  'GET /api/v1/traces?limit=%ff&follow=true HTTP/1.1',
)
const HEADERS = fc.constantFrom(
  'host: 127.0.0.1',
  'host:',
  'content-length: -1',
  'content-length: 99999999999',
  'content-length: 1\r\ncontent-length: 2',
  'transfer-encoding: chunked',
  'transfer-encoding: chunked, chunked',
  'expect: 100-continue',
  'upgrade: websocket\r\nconnection: upgrade',
  'content-type: application/x-protobuf',
  'content-type: application/json',
  'content-encoding: gzip',
  `x: ${'y'.repeat(20_000)}`,
  '\0: \0',
  ': :',
)

test('raw bytes and broken HTTP on both ports end in an answer or a closed connection', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      LINES,
      fc.array(HEADERS, { maxLength: 5 }),
      fc.uint8Array({ maxLength: 500 }),
      fc.boolean(),
      async (ui, line, headers, bytes, bare) => {
        const head = Buffer.from(`${line}\r\n${headers.map((one) => `${one}\r\n`).join('')}\r\n`, 'latin1')
        await raw(ui ? one.ui : one.endpoint, bare ? bytes : Buffer.concat([head, bytes]), 40)
      },
    ),
    { numRuns: 200 },
  )
  await lives(one)
  expect(failures).toEqual([])
})

test('any path and query of the query API is answered with a status of ours', async () => {
  const path = fc.constantFrom(
    'traces',
    'logs',
    'metrics',
    'services',
    'map',
    'attributes',
    'traces/0',
    'metrics/a',
    'services/%00/operations',
    'openapi.json',
    '../../etc/passwd',
  )
  const parameter = fc.tuple(
    fc.constantFrom('limit', 'from', 'to', 'cursor', 'where', 'status', 'kind', 'name', 'order', 'text', 'min_ms'),
    fc.string(),
  )
  await fc.assert(
    fc.asyncProperty(path, fc.array(parameter, { maxLength: 4 }), async (where, parameters) => {
      const query = parameters.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&')
      const { status } = await ask(`${one.ui}/api/v1/${where}?${query}`)
      expect([200, 400, 404]).toContain(status)
    }),
    { numRuns: 300 },
  )
  await lives(one)
  expect(failures).toEqual([])
})
