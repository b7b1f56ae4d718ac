import * as grpc from '@grpc/grpc-js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { forgetNotices, type Notice, onNotice } from '../../src/base/notice.ts'
import { otlpGrpc } from '../../src/export/otlp-grpc.ts'
import { LogRecord } from '../../src/model/log.ts'
import { decodeLogs, decodeTraces } from '../../src/wire/otlp/decode.ts'
import { encodeResponse } from '../../src/wire/otlp/response.ts'
import { batch, names, resource, scope, span } from './receiver.ts'

let notices: Notice[]
let server: grpc.Server
let port: number
const received: { spans: string[]; logs: unknown[]; tenant: unknown[] } = { spans: [], logs: [], tenant: [] }
let answer: (call: number) => Partial<grpc.ServiceError> | Uint8Array
let calls: number

beforeEach(async () => {
  notices = []
  forgetNotices()
  onNotice((notice) => notices.push(notice))
  received.spans = []
  received.logs = []
  received.tenant = []
  calls = 0
  answer = () => new Uint8Array(0)
  server = new grpc.Server()
  const same = (bytes: Buffer): Buffer => bytes
  const method = (path: string) => ({
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  })
  const handle =
    (take: (bytes: Buffer) => void): grpc.handleUnaryCall<Buffer, Buffer> =>
    (call, done) => {
      const reply = answer(++calls)
      if (!(reply instanceof Uint8Array)) return done(reply)
      received.tenant.push(...call.metadata.get('x-tenant'))
      take(call.request)
      done(null, Buffer.from(reply))
    }
  server.addService(
    {
      traces: method('/opentelemetry.proto.collector.trace.v1.TraceService/Export'),
      logs: method('/opentelemetry.proto.collector.logs.v1.LogsService/Export'),
    },
    {
      traces: handle((bytes) =>
        received.spans.push(...decodeTraces(bytes).flatMap((one) => one.spans.map((s) => s.name))),
      ),
      logs: handle((bytes) => received.logs.push(...decodeLogs(bytes).flatMap((one) => one.logs.map((l) => l.body)))),
    },
  )
  port = await new Promise((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  )
})

afterEach(() => {
  server.forceShutdown()
  onNotice(undefined)
})

const retry = { firstMs: 10, capMs: 10 }

test('without the peer the fault names the package and the two ways out [ruling 5] [ruling 49]', async () => {
  const missing = otlpGrpc({ endpoint: 'http://localhost:4317' }, () =>
    Promise.reject(new Error('Cannot find package')),
  )
  await expect(missing).rejects.toMatchObject({
    code: 'PEER_MISSING',
    detail: {
      subject: '@grpc/grpc-js',
      found: 'protocol grpc for http://localhost:4317',
      hint: 'Install it (npm install @grpc/grpc-js), or send OTLP over HTTP to port 4318 (protocol: http/protobuf).',
    },
  })
})

for (const compression of ['none', 'gzip'] as const) {
  test(`traces and logs arrive over real gRPC with their metadata, compression ${compression} [ruling 5]`, async () => {
    const sink = await otlpGrpc({ endpoint: `http://localhost:${port}`, headers: { 'X-Tenant': 'acme' }, compression })
    for (const name of names(0, 700)) sink.encode!(span(name), resource)
    sink.accept(batch({ logs: [new LogRecord(scope, 5, 9, 'INFO', 'hello')] }))
    await sink.close(30_000)
    expect([received.spans, received.logs, received.tenant]).toEqual([
      names(0, 700),
      ['hello'],
      ['acme', 'acme', 'acme'],
    ])
    expect([sink.component, sink.counts.traces.exported]).toEqual(['otlp_grpc_exporter', 700])
  })
}

test('UNAVAILABLE is tried again on a new connection, INVALID_ARGUMENT is not', async () => {
  answer = (call) =>
    call === 1
      ? { code: grpc.status.UNAVAILABLE, details: 'busy' }
      : call === 3
        ? { code: grpc.status.INVALID_ARGUMENT, details: 'no' }
        : new Uint8Array(0)
  const sink = await otlpGrpc({ endpoint: `http://127.0.0.1:${port}`, retry })
  for (const name of ['a', 'b', 'c']) {
    sink.accept(batch({ spans: [span(name)] }))
    await sink.flush(30_000)
  }
  await sink.close(100)
  expect([received.spans, sink.counts.traces]).toEqual([
    ['a', 'c'],
    { inflight: 0, exported: 2, rejected: 1, failed: 0, dropped: 0 },
  ])
  expect(notices.filter((one) => one.level !== 'debug').map((one) => one.event)).toEqual([
    'export.unreachable',
    'export.reachable',
    'export.refused',
  ])
})

test('RESOURCE_EXHAUSTED is tried again only when the server says after how long', async () => {
  // google.rpc.Status { details: Any { RetryInfo { retry_delay { nanos: 30 000 000 } } } }
  const type = Buffer.from('type.googleapis.com/google.rpc.RetryInfo')
  const retryInfo = Buffer.from([0x0a, 5, 0x10, 0x80, 0x87, 0xa7, 0x0e])
  const any = Buffer.concat([Buffer.from([0x0a, type.length]), type, Buffer.from([0x12, retryInfo.length]), retryInfo])
  const metadata = new grpc.Metadata()
  metadata.set('grpc-status-details-bin', Buffer.concat([Buffer.from([0x1a, any.length]), any]))
  answer = (call) =>
    call === 1
      ? { code: grpc.status.RESOURCE_EXHAUSTED, details: 'slow down', metadata }
      : call === 3
        ? { code: grpc.status.RESOURCE_EXHAUSTED, details: 'no' }
        : new Uint8Array(0)
  const sink = await otlpGrpc({ endpoint: `http://127.0.0.1:${port}`, retry })
  for (const name of ['a', 'b']) {
    sink.accept(batch({ spans: [span(name)] }))
    await sink.flush(30_000)
  }
  await sink.close(100)
  expect([received.spans, calls, sink.counts.traces.rejected]).toEqual([['a'], 3, 1])
})

test('partial success over gRPC is counted', async () => {
  answer = () => encodeResponse(1, 'too old')
  const sink = await otlpGrpc({ endpoint: `http://127.0.0.1:${port}` })
  sink.accept(batch({ spans: [span('a'), span('b')] }))
  await sink.close(30_000)
  expect(sink.counts.traces).toEqual({ inflight: 0, exported: 1, rejected: 1, failed: 0, dropped: 0 })
})

test('the endpoint policy holds for gRPC too: literals at once, names at connect [S-31]', async () => {
  await expect(otlpGrpc({ endpoint: 'http://169.254.169.254:4317' })).rejects.toMatchObject({
    code: 'ENDPOINT_FORBIDDEN',
  })
  const sink = await otlpGrpc({
    endpoint: `http://collector.example:${port}`,
    resolver: (_host, done) => done(null, [{ address: '169.254.169.254', family: 4 }]),
  })
  sink.accept(batch({ spans: [span('a')] }))
  await sink.close(30_000)
  expect([sink.counts.traces.rejected, calls]).toEqual([1, 0])
})
