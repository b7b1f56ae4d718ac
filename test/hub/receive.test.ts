// OTLP over HTTP as the real Collector answers it, and the bounds that it keeps.

import http from 'node:http'
import { deflateSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { ask, BODIES, hub, JSON_TYPE, lives, PROTOBUF, post, raw, SIGNALS } from './kit.ts'

test.each(SIGNALS)(
  '%s: protobuf and JSON, plain and compressed, are accepted and land in the store',
  async (signal) => {
    const one = await hub()
    const url = `${one.endpoint}/v1/${signal}`
    const protobuf = await post(url, BODIES[signal].protobuf('a'))
    expect([protobuf.status, protobuf.headers['content-type'], protobuf.body]).toEqual([
      200,
      'application/x-protobuf',
      Buffer.of(0x0a, 0),
    ])
    const json = await post(url, BODIES[signal].json('b'), JSON_TYPE)
    expect([json.status, json.headers['content-type'], json.text]).toEqual([
      200,
      'application/json',
      '{"partialSuccess":{}}',
    ])
    const packed = await post(url, gzipSync(BODIES[signal].protobuf('c')), { ...PROTOBUF, 'content-encoding': 'gzip' })
    const deflated = await post(url, deflateSync(BODIES[signal].json('d')), {
      ...JSON_TYPE,
      'content-encoding': 'deflate',
    })
    const charset = await post(url, BODIES[signal].json('e'), { 'content-type': 'application/json; charset=utf-8' })
    expect([packed.status, deflated.status, charset.status]).toEqual([200, 200, 200])
    expect(one.received[signal]).toEqual({ accepted: 5, refused: 0, overloaded: 0 })
    const held = JSON.parse((await ask(`${one.ui}/api/v1/status`)).text) as { received: unknown }
    expect(held.received).toEqual(one.received)
    const names = signal === 'metrics' ? '/api/v1/metrics' : `/api/v1/${signal}`
    const text = (await ask(one.ui + names)).text
    for (const name of ['a', 'b', 'c', 'd', 'e']) expect(text).toMatch(new RegExp(`"${name}(\\.count)?"`))
  },
)

const BAD: readonly (readonly [string, string | Uint8Array, http.OutgoingHttpHeaders, number, RegExp, RegExp])[] = [
  ['an empty JSON body', '', JSON_TYPE, 400, /^application\/json/, /^\{"code":3,"message":".+"\}$/],
  ['JSON that is none', '{"resourceSpans":[', JSON_TYPE, 400, /^application\/json/, /^\{"code":3,"message":".+"\}$/],
  [
    'a trace id of the wrong length',
    '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"abc","spanId":"0102030405060708","name":"x"}]}]}]}',
    JSON_TYPE,
    400,
    /^application\/json/,
    /"code":3/,
  ],
  [
    'protobuf that is none',
    Buffer.from([0xff, 0xff, 0xff]),
    PROTOBUF,
    400,
    /^application\/x-protobuf/,
    /^\x08\x03\x12/,
  ],
  [
    'corrupt gzip',
    Buffer.from('not gzip'),
    { ...PROTOBUF, 'content-encoding': 'gzip' },
    400,
    /^application\/x-protobuf/,
    /gzip/,
  ],
  [
    'an encoding that is not known',
    Buffer.from('x'),
    { ...PROTOBUF, 'content-encoding': 'br' },
    400,
    /^application\/x-protobuf/,
    /br/,
  ],
  [
    'another content type',
    '<x/>',
    { 'content-type': 'text/xml' },
    415,
    /^text\/plain$/,
    /^415 unsupported media type, supported: \[application\/json, application\/x-protobuf\]$/,
  ],
  [
    'no content type',
    'x',
    {},
    415,
    /^text\/plain$/,
    /^415 unsupported media type, supported: \[application\/json, application\/x-protobuf\]$/,
  ],
]

test.each(BAD)('%s is refused, and nothing is stored', async (_what, body, headers, status, type, text) => {
  const one = await hub()
  const answer = await post(`${one.endpoint}/v1/traces`, body, headers)
  expect([answer.status, answer.headers['content-type']]).toEqual([status, expect.stringMatching(type)])
  expect(answer.body.toString('latin1')).toMatch(text)
  for (const path of ['traces', 'logs', 'metrics'])
    expect(JSON.parse((await ask(`${one.ui}/api/v1/${path}`)).text)).toMatchObject({ items: [] })
  expect(one.received.traces).toEqual({ accepted: 0, refused: status === 415 ? 0 : 1, overloaded: 0 })
  await lives(one)
})

test('records that cannot be kept are told to the sender as rejected, the others are kept', async () => {
  const one = await hub()
  const span = (name: string, traceId: string) => ({
    name,
    traceId,
    spanId: 'b7ad6b7169203331',
    startTimeUnixNano: '1',
  })
  const spans = [span('kept', '0af7651916cd43dd8448eb211c80319c'), span('lost', ''), span('gone', '0'.repeat(32))]
  const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] })
  const answer = await post(`${one.endpoint}/v1/traces`, body, JSON_TYPE)
  expect([answer.status, JSON.parse(answer.text)]).toEqual([
    200,
    {
      partialSuccess: {
        rejectedSpans: '2',
        errorMessage: 'not kept: no usable id or time, or over a limit of the hub',
      },
    },
  ])
  const { accepted, dropped } = one.query.status().signals.spans
  expect({ accepted, dropped, held: one.query.traces().items.map(({ name }) => name) }).toEqual({
    accepted: 1,
    dropped: 2,
    held: ['kept'],
  })
})

test('an empty protobuf body is an empty request', async () => {
  const one = await hub()
  for (const signal of SIGNALS) expect((await post(`${one.endpoint}/v1/${signal}`, '')).status).toBe(200)
})

test('fields that are not known, snake_case names and names of enums are accepted in JSON', async () => {
  const one = await hub()
  const span = {
    trace_id: '0af7651916cd43dd8448eb211c80319c',
    span_id: 'b7ad6b7169203331',
    name: 'snake',
    kind: 'SPAN_KIND_SERVER',
    start_time_unix_nano: '1',
    end_time_unix_nano: '2',
    novelty: [1, { a: 2 }],
  }
  const body = JSON.stringify({ resource_spans: [{ scope_spans: [{ spans: [span] }], unknown: true }] })
  expect((await post(`${one.endpoint}/v1/traces`, body, JSON_TYPE)).status).toBe(200)
  const { items } = JSON.parse((await ask(`${one.ui}/api/v1/traces?name=snake`)).text) as {
    items: { trace_id: string; kind: string; service: string }[]
  }
  expect(items.map(({ trace_id, kind }) => [trace_id, kind])).toEqual([['0af7651916cd43dd8448eb211c80319c', 'server']])
})

test.each(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'])(
  '%s is 405 in plain text, and another path 404',
  async (method) => {
    const one = await hub()
    const answer = await ask(`${one.endpoint}/v1/traces`, { method })
    const { allow, 'content-type': type } = answer.headers
    expect([answer.status, type, allow]).toEqual([405, 'text/plain', 'POST'])
    expect(answer.text).toBe(method === 'HEAD' ? '' : '405 method not allowed, supported: [POST]')
    expect((await ask(`${one.endpoint}/v1/profiles`, { method })).status).toBe(404)
  },
)

test('a body over the limit is 413, announced or not, compressed or not, and is not held', async () => {
  const one = await hub({ receiver: { body: 10_000 } })
  const url = `${one.endpoint}/v1/traces`
  const announced = await post(url, Buffer.alloc(10_001))
  const head =
    'POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-protobuf\r\ntransfer-encoding: chunked\r\n\r\n'
  const endless = await raw(one.endpoint, `${head}4e20\r\n${'x'.repeat(20_000)}\r\n`)
  expect(endless).toMatch(/^HTTP\/1\.1 413 /)
  // Fifty megabytes of nothing in fifty kilobytes.
  const bomb = await post(url, gzipSync(Buffer.alloc(50_000_000)).subarray(0, 9_999), {
    ...PROTOBUF,
    'content-encoding': 'gzip',
  })
  const whole = await post(url, gzipSync(Buffer.alloc(5_000_000)), { ...PROTOBUF, 'content-encoding': 'gzip' })
  expect([announced.status, bomb.status, whole.status]).toEqual([413, 413, 413])
  expect(one.received.traces.refused).toBe(4)
  await lives(one)
})

test('many bombs at once are refused one after another, within a bound of memory', async () => {
  const one = await hub()
  const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024))
  const before = process.memoryUsage().rss
  let most = before
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss)
  }, 5)
  const answers = await Promise.all(
    Array.from({ length: 40 }, () =>
      post(`${one.endpoint}/v1/logs`, bomb, { ...PROTOBUF, 'content-encoding': 'gzip' }),
    ),
  )
  clearInterval(watch)
  expect(answers.map(({ status }) => status)).toEqual(Array(40).fill(413))
  // Forty times twenty megabytes would be 800.
  expect((most - before) / 1024 / 1024).toBeLessThan(500)
  await lives(one)
})

test('what would hold too much at once is 503 with Retry-After, and others go on', async () => {
  const one = await hub({ receiver: { pending: 100_000 } })
  const url = new URL(`${one.endpoint}/v1/traces`)
  const slow = http.request(url, { method: 'POST', headers: { ...PROTOBUF, 'content-length': 90_000 }, agent: false })
  slow.on('error', () => {})
  slow.write(Buffer.alloc(80_000))
  const full = async () => (await post(url.href, Buffer.alloc(30_000))).status === 503
  for (let i = 0; i < 4000 && !(await full()); i++) await new Promise((resolve) => setTimeout(resolve, 5))
  const refused = await post(url.href, Buffer.alloc(30_000))
  expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1'])
  expect(one.received.traces.overloaded).toBeGreaterThan(0)
  await lives(one)
  slow.destroy()
  for (let i = 0; i < 4000 && (await full()); i++) await new Promise((resolve) => setTimeout(resolve, 5))
  expect((await post(url.href, Buffer.alloc(30_000))).status).not.toBe(503)
})

test('who announces much and sends nothing takes no room from others', async () => {
  const one = await hub({ receiver: { pending: 100_000 } })
  const idle = Array.from({ length: 50 }, () => {
    const request = http.request(`${one.endpoint}/v1/traces`, {
      method: 'POST',
      headers: { ...PROTOBUF, 'content-length': 90_000 },
      agent: false,
    })
    request.on('error', () => {})
    request.flushHeaders()
    return request
  })
  await new Promise((resolve) => setTimeout(resolve, 50))
  await lives(one)
  for (const request of idle) request.destroy()
})

test('a body that breaks off is counted as refused and changes nothing', async () => {
  const one = await hub()
  const body = Buffer.from(BODIES.traces.protobuf('half'))
  const head = `POST /v1/traces HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/x-protobuf\r\ncontent-length: ${body.length + 10}\r\n\r\n`
  await raw(one.endpoint, Buffer.concat([Buffer.from(head), body]), 50)
  for (let i = 0; i < 4000 && one.received.traces.refused === 0; i++)
    await new Promise((resolve) => setTimeout(resolve, 5))
  expect(one.received.traces).toEqual({ accepted: 0, refused: 1, overloaded: 0 })
  await lives(one)
})

test('a service of ours and the hub: what is recorded is found again through the query API [W-44]', async () => {
  const one = await hub()
  const { launch, otlp, SHOP } = await import('../start/kit.ts')
  const { span, counter } = await import('../../src/index.ts')
  const telltale = await launch(SHOP + otlp(one.endpoint, { traces: true, metrics: true }))
  await span('checkout', async () => span('pay', () => {}))
  counter('paid_total').add(2)
  await telltale.stop()
  const { items } = JSON.parse((await ask(`${one.ui}/api/v1/traces?service=shop`)).text) as {
    items: { name: string; spans: number }[]
  }
  expect(items.map(({ name, spans }) => [name, spans])).toEqual([['checkout', 2]])
  expect((await ask(`${one.ui}/api/v1/metrics`)).text).toContain('paid_total')
})
