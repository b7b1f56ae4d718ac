import { afterEach, expect, test } from 'vitest'
import { now } from '../../../src/base/clock.ts'
import { forgetNotices, onNotice } from '../../../src/base/notice.ts'
import { otlpHttp } from '../../../src/export/otlp-http.ts'
import { ExportCounts, type SignalSink } from '../../../src/pipeline/sink.ts'
import { LaterSink } from '../../../src/start/later.ts'
import { batch, Receiver, span } from '../../export/receiver.ts'
import { HEAD, insides, NOW } from './kit.ts'

onNotice(() => {})
afterEach(() => forgetNotices())

const IDLE = { capacity: 2048, size: 3, processed: 10, dropped: 1, late: 2, failed: 4 }
const pipeline = (...sinks: SignalSink[]) => ({ sinks, self: { spans: IDLE, logs: { ...IDLE, size: 0 } } })

test('nothing is exported: nothing waits and nobody is named', () => {
  expect(insides({ pipeline: pipeline() }).exporters(NOW)).toEqual({ ...HEAD, queues: [], exporters: [] })
})

test('each sink tells what waits, what was sent, what was lost and what went wrong last, sanitised', () => {
  const counts = Object.assign(new ExportCounts(), { inflight: 7, exported: 100, rejected: 1, failed: 2, dropped: 3 })
  const sink: SignalSink = {
    name: 'otlp',
    component: 'otlp_http_exporter',
    takes: new Set(['traces', 'logs'] as const),
    counts: { traces: counts, metrics: counts, logs: new ExportCounts() },
    accept() {},
    look: (signal) =>
      signal === 'logs'
        ? null
        : {
            place: 'https://collector.example/v1/traces',
            requests: 12,
            retries: 3,
            delivering: false,
            acceptedAt: NOW - 60_000,
            error: { at: NOW - 5000, kind: 'again', reason: `HTTP 503 (try\r\nhunter2 ${'x'.repeat(400)})` },
            waiting: {
              requests: 2,
              mostRequests: 64,
              bytes: 500,
              mostBytes: 16 << 20,
              mostRecords: Number.POSITIVE_INFINITY,
            },
          },
  }
  const own: SignalSink = { name: '', accept() {}, takes: new Set(['metrics'] as const) }
  const lacking: SignalSink = { name: 'zipkin', accept() {}, takes: new Set(['traces'] as const), state: 'unavailable' }
  const untold = {
    endpoint: null,
    delivering: null,
    queue: null,
    requests_total: null,
    retries_total: null,
    last_success_at: null,
    last_error: null,
  }
  expect(insides({ pipeline: pipeline(sink, own, lacking) }).exporters(NOW)).toEqual({
    ...HEAD,
    queues: [
      {
        signal: 'traces',
        waiting: 3,
        capacity: 2048,
        processed_total: 10,
        dropped_total: { queue_full: 1, after_stop: 2, unencodable: 4 },
      },
      {
        signal: 'logs',
        waiting: 0,
        capacity: 2048,
        processed_total: 10,
        dropped_total: { queue_full: 1, after_stop: 2, unencodable: 4 },
      },
    ],
    exporters: [
      {
        name: 'otlp',
        type: 'otlp_http_exporter',
        state: 'ready',
        signals: [
          {
            signal: 'traces',
            endpoint: 'https://collector.example/v1/traces',
            delivering: false,
            queue: {
              records: 7,
              records_limit: null,
              requests: 2,
              requests_limit: 64,
              bytes: 500,
              bytes_limit: 16 << 20,
            },
            sent_total: 100,
            lost_total: { undelivered: 2, rejected: 1, queue_full: 3 },
            requests_total: 12,
            retries_total: 3,
            last_success_at: '2027-01-15T07:59:00.000Z',
            last_error: {
              at: '2027-01-15T07:59:55.000Z',
              kind: 'again',
              message: `HTTP 503 (try [REDACTED] ${'x'.repeat(400)}`.slice(0, 299).concat('…'),
            },
          },
          {
            ...untold,
            signal: 'logs',
            sent_total: 0,
            lost_total: { undelivered: 0, rejected: 0, queue_full: 0 },
          },
        ],
      },
      {
        name: 'custom',
        type: 'custom',
        state: 'ready',
        signals: [{ ...untold, signal: 'metrics', sent_total: null, lost_total: null }],
      },
      {
        name: 'zipkin',
        type: 'custom',
        state: 'unavailable',
        signals: [{ ...untold, signal: 'traces', sent_total: null, lost_total: null }],
      },
    ],
  })
})

test('a real exporter: refused, tried again, accepted, and its endpoint without credentials or query', async () => {
  const receiver = await new Receiver().listen()
  const sink = otlpHttp({
    endpoints: { traces: `${receiver.url}/v1/traces?key=hunter2` },
    headers: { authorization: 'Bearer hunter2' },
    plainSaid: true,
  })
  const it = pipeline(sink)
  const told = () => insides({ pipeline: it }).exporters(NOW).exporters[0]!.signals[0]!
  const answering = (status: number, body = '') => {
    receiver.answer = (response) => {
      response.writeHead(status).end(body)
      return true
    }
  }
  const endpoint = `${receiver.url}/v1/traces`
  expect(told()).toMatchObject({ endpoint, delivering: null, last_error: null, last_success_at: null })

  answering(400, 'no, hunter2')
  sink.accept(batch({ spans: [span('a'), span('b')] }))
  await sink.flush(20_000)
  const begun = Math.floor(now())
  expect(told()).toMatchObject({
    delivering: false,
    requests_total: 1,
    retries_total: 0,
    sent_total: 0,
    lost_total: { undelivered: 0, rejected: 2, queue_full: 0 },
    last_success_at: null,
    last_error: { kind: 'refused', message: 'HTTP 400 (no, [REDACTED])' },
  })

  let left = 2
  receiver.answer = (response) => {
    response.writeHead(left-- > 0 ? 503 : 200).end()
    return true
  }
  sink.accept(batch({ spans: [span('c')] }))
  await sink.flush(20_000)
  const after = told()
  expect(after).toMatchObject({
    delivering: true,
    requests_total: 4,
    retries_total: 2,
    sent_total: 1,
    last_error: { kind: 'again', message: 'HTTP 503' },
    queue: { records: 0, requests: 0, bytes: 0 },
  })
  expect(Date.parse(after.last_success_at!)).toBeGreaterThanOrEqual(begun)
  expect(JSON.stringify(after)).not.toContain('hunter2')
  await sink.close(1000)
  await receiver.close()
})

test('a sink whose code is being imported says so, and one that cannot be', async () => {
  const states = async (made: Promise<SignalSink>) => {
    const sink = new LaterSink('zipkin', ['traces'], made)
    const told = () => insides({ pipeline: pipeline(sink) }).exporters(NOW).exporters[0]!.state
    const before = told()
    await sink.flush(1000)
    return [before, told()]
  }
  expect(await states(Promise.resolve({ name: 'zipkin', accept() {} }))).toEqual(['loading', 'ready'])
  expect(await states(Promise.reject(new Error('gone')))).toEqual(['loading', 'unavailable'])
})
