// Zipkin and Jaeger sinks over real HTTP: what arrives, and what becomes of it when it does not.
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { forgetNotices, type Notice, onNotice } from '../../src/base/notice.ts'
import { jaegerSink } from '../../src/export/jaeger.ts'
import { JAEGER_POST, jaegerUrl, type PostOptions, post, ZIPKIN_POST } from '../../src/export/post.ts'
import type { SpanSink, SpanSinkOptions } from '../../src/export/spans.ts'
import { zipkinSink } from '../../src/export/zipkin.ts'
import { Resource } from '../../src/model/attribute.ts'
import { readBatch } from '../wire/thrift.ts'
import { batch, names, Receiver, resource, span } from './receiver.ts'

let receiver: Receiver
let notices: Notice[]
const sinks: SpanSink[] = []

beforeEach(async () => {
  receiver = await new Receiver().listen()
  notices = []
  forgetNotices()
  onNotice((notice) => notices.push(notice))
})
afterEach(async () => {
  for (const sink of sinks.splice(0)) await sink.close(1)
  await receiver.close()
  onNotice(undefined)
})

const said = () =>
  notices.filter(({ level }) => level !== 'debug').map(({ level, event, text }) => `${level} ${event} ${text}`)

type More = Partial<SpanSinkOptions & PostOptions>

const KINDS = {
  zipkin: {
    path: '/api/v2/spans',
    sent: '/api/v2/spans',
    type: 'application/json',
    open: (url: string, more: More) =>
      zipkinSink(post({ url, ...ZIPKIN_POST, ...more }), { name: 'zipkin', random: () => 0.5, ...more }),
    read: (body: Buffer) =>
      (JSON.parse(body.toString()) as { localEndpoint: { serviceName: string }; name: string }[]).map(
        ({ localEndpoint, name }) => `${localEndpoint.serviceName} ${name}`,
      ),
  },
  jaeger: {
    path: '/api/traces',
    sent: '/api/traces?format=jaeger.thrift',
    type: 'application/x-thrift',
    open: (url: string, more: More) =>
      jaegerSink(post({ url: jaegerUrl(url), ...JAEGER_POST, ...more }), {
        name: 'jaeger',
        random: () => 0.5,
        ...more,
      }),
    read(body: Buffer) {
      const read = readBatch(body)
      expect(read.left).toBe(0)
      return read.batch.spans.map(({ operationName }) => `${read.batch.process.serviceName} ${operationName}`)
    },
  },
}

const account = { inflight: 0, exported: 0, rejected: 0, failed: 0, dropped: 0 }

for (const [name, kind] of Object.entries(KINDS)) {
  const open = (more: More = {}): SpanSink => {
    const sink = kind.open(receiver.url + kind.path, { retry: { firstMs: 10, capMs: 20 }, ...more })
    sinks.push(sink)
    return sink
  }
  const arrived = () => receiver.others.map(({ body }) => kind.read(body))

  test(`${name}: spans arrive at their path with their type and the headers of the configuration [R-05]`, async () => {
    const sink = open({ headers: { 'x-key': 'k' } })
    sink.accept(batch({ spans: [span('a'), span('b')] }))
    await sink.flush(30_000)
    expect(receiver.others.map(({ url, headers }) => [url, headers['content-type'], headers['x-key']])).toEqual([
      [kind.sent, kind.type, 'k'],
    ])
    expect(arrived()).toEqual([['shop a', 'shop b']])
    expect(sink.counts.traces).toEqual({ ...account, exported: 2 })
    expect([...sink.takes]).toEqual(['traces'])
  })

  test(`${name}: spans leave in requests of the batch size, and a request speaks for one resource [R-05]`, async () => {
    const sink = open({ batch: 3 })
    const other = new Resource(['service.name', 'cart'])
    sink.accept(batch({ spans: names(0, 7).map(span) }))
    sink.accept({ ...batch({ spans: [span('x'), span('y')] }), resource: other })
    sink.accept(batch({ spans: [span('z')], resource }))
    await sink.flush(30_000)
    expect(arrived()).toEqual([
      ['shop s0', 'shop s1', 'shop s2'],
      ['shop s3', 'shop s4', 'shop s5'],
      ['shop s6'],
      ['cart x', 'cart y'],
      ['shop z'],
    ])
  })

  test(`${name}: a request that is large in bytes leaves before it is large in spans [R-05]`, async () => {
    const sink = open()
    const large = (title: string) => Object.assign(span(title), { attributes: ['text', 'x'.repeat(600_000)] })
    sink.accept(batch({ spans: names(0, 3).map(large) }))
    await sink.flush(30_000)
    expect(arrived()).toEqual([['shop s0', 'shop s1'], ['shop s2']])
  })

  test(`${name}: a span that cannot be encoded is counted and said, the others arrive whole [R-05]`, async () => {
    const sink = open()
    const hostile = Object.assign(span('bad'), {
      attributes: [
        'ok',
        'yes',
        'object',
        [
          {
            toJSON: () => {
              throw new Error('no')
            },
          },
        ],
      ],
    })
    sink.accept(batch({ spans: [span('a'), hostile, span('b')] }))
    await sink.flush(30_000)
    expect(arrived()).toEqual([['shop a', 'shop b']])
    expect(sink.counts.traces).toEqual({ ...account, exported: 2, failed: 1 })
    expect(said()).toEqual(['warn export.encode some spans cannot be encoded: they are dropped and counted'])
  })

  test(`${name}: 503 is tried again until it is taken, and the return is said [R-05]`, async () => {
    receiver.answer = (response, n) => {
      if (n > 2) return false
      response.writeHead(503).end('busy')
      return true
    }
    const sink = open()
    sink.accept(batch({ spans: [span('a')] }))
    await sink.flush(30_000)
    const place = receiver.url + kind.path
    expect([arrived(), receiver.requests, sink.counts.traces]).toEqual([[['shop a']], 3, { ...account, exported: 1 }])
    expect(said()).toEqual([
      `warn export.unreachable ${place} does not take telemetry: HTTP 503 (busy); it waits in a bounded queue and is tried again`,
      `info export.reachable ${place} takes telemetry again`,
    ])
  })

  test(`${name}: a refusal is final, says where and what to look at, and 404 names what is not there [R-05]`, async () => {
    const title = name === 'zipkin' ? 'Zipkin' : 'Jaeger'
    for (const [status, hint] of [
      [400, ' (bad)'],
      [401, ' (bad); check the headers'],
      [404, ` (bad); ${kind.path} does not take ${title}`],
      [302, ': redirects are not followed'],
    ] as const) {
      forgetNotices()
      notices = []
      receiver.answer = (response) => {
        response.writeHead(status).end('bad')
        return true
      }
      const sink = open()
      sink.accept(batch({ spans: [span('a')] }))
      await sink.flush(30_000)
      expect(sink.counts.traces).toEqual({ ...account, rejected: 1 })
      expect(said()).toEqual([
        `warn export.refused ${receiver.url}${kind.path} refused 1 traces records, which are dropped: HTTP ${status}${hint}`,
      ])
    }
  })

  test(`${name}: what waits is bounded, the oldest goes first, and the end says what was lost [R-05]`, async () => {
    receiver.answer = (response) => {
      response.writeHead(503).end()
      return true
    }
    const sink = open({ batch: 1, maxPending: 2, retry: { totalMs: 60_000, firstMs: 1000 } })
    sink.accept(batch({ spans: names(0, 5).map(span) }))
    await sink.close(50)
    expect(sink.counts.traces).toEqual({ ...account, failed: 2, dropped: 3 })
    expect(said().at(-1)).toBe(`warn export.lost ${name}: not delivered in the life of this process: 5 traces records`)
  })

  test(`${name}: an address or a header that must not be used is refused before anything is opened [R-05]`, () => {
    expect(() => kind.open('http://u:p@127.0.0.1:1/', {})).toThrow('ENDPOINT_INVALID')
    expect(() => kind.open('http://169.254.169.254/', { preset: 'strict' })).toThrow('ENDPOINT_FORBIDDEN')
    expect(() => kind.open('http://127.0.0.1:1/', { headers: { host: 'x' } })).toThrow('HEADER_INVALID')
  })
}

test('zipkin: a long body is compressed where it is asked for [R-05]', async () => {
  const sink = KINDS.zipkin.open(`${receiver.url}/api/v2/spans`, { compression: 'gzip' })
  sinks.push(sink)
  const kept: [encoding: string | undefined, first: string][] = []
  receiver.server.prependListener('request', (request) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      kept.push([
        request.headers['content-encoding'] as string,
        gunzipSync(Buffer.concat(chunks)).toString('utf8', 0, 1),
      ])
    })
  })
  sink.accept(batch({ spans: names(0, 20).map(span) }))
  await sink.flush(30_000)
  expect(kept).toEqual([['gzip', '[']])
})

test('a format that the address names already stays', () => {
  expect(jaegerUrl('http://j/api/traces?format=x&a=1')).toBe('http://j/api/traces?format=x&a=1')
})
