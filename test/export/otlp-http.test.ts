import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { forgetNotices, type Notice, onNotice } from '../../src/base/notice.ts'
import type { OtlpOptions, OtlpSink } from '../../src/export/otlp.ts'
import { otlpHttp } from '../../src/export/otlp-http.ts'
import { Resource } from '../../src/model/attribute.ts'
import { LogRecord } from '../../src/model/log.ts'
import { Family, Series } from '../../src/model/metric.ts'
import { encodeResponse } from '../../src/wire/otlp/response.ts'
import { freePort } from '../otel/servers.ts'
import { batch, names, Receiver, resource, scope, span } from './receiver.ts'

let receiver: Receiver
let notices: Notice[]
const sinks: OtlpSink[] = []

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

function open(options: Partial<OtlpOptions> = {}): OtlpSink {
  const sink = otlpHttp({ endpoint: receiver.url, retry: { firstMs: 10, capMs: 20 }, random: () => 0.5, ...options })
  sinks.push(sink)
  return sink
}

/** Events that reach an operator, not debug. */
const said = (): string[] =>
  notices.filter((notice) => notice.level !== 'debug').map((notice) => `${notice.level} ${notice.event}`)
const until = async (done: () => boolean): Promise<void> => {
  for (let i = 0; !done(); i++) {
    if (i > 3000) throw new Error('it did not happen within 30 s')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

function family(): Family {
  const one = new Family({ name: 'orders', short: 'orders_total', type: 'counter', scope })
  const series = new Series(['plan', 'pro'], null, 1000)
  series.value = 1
  one.series.push(series)
  return one
}

for (const protocol of ['http/protobuf', 'http/json'] as const) {
  test(`${protocol}: traces, metrics and logs arrive under their paths with the resource [W-35] [H-21] [R-05]`, async () => {
    const sink = open({ protocol, headers: { 'x-tenant': 'acme' } })
    sink.accept(batch({ spans: [span('a'), span('b')] }))
    sink.accept(batch({ series: [family()] }))
    sink.accept(batch({ logs: [new LogRecord(scope, 5, 9, 'INFO', 'hello')] }))
    await sink.flush(30_000)
    const posts = receiver.posts.toSorted((a, b) => a.url.localeCompare(b.url))
    expect(
      posts.map((post) => [
        post.url,
        post.headers['content-type'],
        post.headers['x-tenant'],
        post.headers['content-encoding'],
      ]),
    ).toEqual(
      ['/v1/logs', '/v1/metrics', '/v1/traces'].map((url) => [
        url,
        protocol === 'http/json' ? 'application/json' : 'application/x-protobuf',
        'acme',
        undefined,
      ]),
    )
    expect(posts.map((post) => post.batches[0]!.resource.attributes)).toEqual(new Array(3).fill(resource.attributes))
    expect(receiver.spans).toEqual(['a', 'b'])
    expect(receiver.logs).toEqual(['hello'])
    expect(posts[1]!.batches[0]!.series.map((one) => [one.name, one.series[0]!.value])).toEqual([['orders', 1]])
    expect(sink.counts.traces).toEqual({ inflight: 0, exported: 2, rejected: 0, failed: 0, dropped: 0 })
  })
}

test('one emit is one value at the receiver, not two [W-06]', async () => {
  const sink = open()
  sink.accept(batch({ series: [family()] }))
  await sink.flush(30_000)
  await sink.flush(30_000)
  expect(
    receiver.posts.flatMap((post) =>
      post.batches.flatMap((one) => one.series.flatMap((f) => f.series.map((s) => s.value))),
    ),
  ).toEqual([1])
})

test('spans leave in requests of 512 without waiting for a flush [R-04]', async () => {
  const sink = open({ batch: 512 })
  for (const name of names(0, 1100)) sink.encode!(span(name), resource)
  await until(() => receiver.posts.length === 2)
  expect(receiver.posts.map((post) => post.batches[0]!.spans.length)).toEqual([512, 512])
  await sink.flush(30_000)
  expect(receiver.spans).toEqual(names(0, 1100))
})

for (const [protocol, size, sizes] of [
  ['http/protobuf', 512, [512, 2048, 1024 + 5]],
  ['http/protobuf', 500, [500, 500, 500, 500, 500, 500, 500, 89]],
  ['http/json', 512, [512, 512, 512, 512, 512, 512, 512, 5]],
] as const) {
  test(`${protocol}: of batches of ${size} that come while a request is on its way ${sizes.length - 1} requests are made [R-04]`, async () => {
    let letGo = (): void => {}
    const opened = new Promise<void>((resolve) => (letGo = resolve))
    receiver.answer = async () => {
      await opened
      return false
    }
    const sink = open({ protocol, batch: size })
    const other = new Resource(['service.name', 'other'])
    const all = 7 * 512 + 5
    sink.accept(batch({ spans: names(0, size).map(span) }))
    await until(() => receiver.requests === 1)
    for (const name of names(size, all)) sink.accept({ ...batch({ spans: [span(name)] }), resource: other })
    const flushed = sink.flush(30_000)
    letGo()
    await flushed
    const counted = receiver.posts.map((post) => post.batches.reduce((sum, one) => sum + one.spans.length, 0))
    expect(counted).toEqual(sizes)
    expect(receiver.spans).toEqual(names(0, all))
    const resources = receiver.posts.flatMap(({ batches }) => batches.map((one) => one.resource.attributes[1]))
    expect(resources).toEqual(['shop', ...new Array(resources.length - 1).fill('other')])
    expect(sink.counts.traces).toEqual({ inflight: 0, exported: all, rejected: 0, failed: 0, dropped: 0 })
  })
}

test('the resources of several senders are kept apart in one request', async () => {
  const sink = open()
  const other = new Resource(['service.name', 'other'])
  sink.accept(batch({ spans: [span('a')] }))
  sink.accept({ ...batch({ spans: [span('b')] }), resource: other })
  sink.accept(batch({ spans: [span('c')] }))
  await sink.flush(30_000)
  expect(
    receiver.posts.map((post) => post.batches.map((one) => [one.resource.attributes[1], one.spans.map((s) => s.name)])),
  ).toEqual([
    [
      ['shop', ['a']],
      ['other', ['b']],
      ['shop', ['c']],
    ],
  ])
})

test('503 with Retry-After in seconds is tried again when asked, and nothing is lost [R-04]', async () => {
  const times: number[] = []
  receiver.answer = (res, n) => {
    times.push(performance.now())
    if (n === 1) res.writeHead(503, { 'retry-after': '1' }).end('busy')
    return n === 1
  }
  const sink = open()
  sink.accept(batch({ spans: [span('a')] }))
  sink.ship('traces')
  await until(() => receiver.posts.length === 1)
  expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(990)
  expect(receiver.spans).toEqual(['a'])
  await until(() => said().length === 2)
  expect(said()).toEqual(['warn export.unreachable', 'info export.reachable'])
})

test('429, 502, 503 and 504 are tried again, with a date in Retry-After too', async () => {
  const statuses = [429, 502, 503, 504]
  receiver.answer = (res, n) => {
    if (n > 4) return false
    res.writeHead(statuses[n - 1]!, { 'retry-after': new Date(Date.now() - 1000).toUTCString() }).end()
    return true
  }
  const sink = open()
  sink.accept(batch({ spans: [span('a')] }))
  await sink.flush(30_000)
  expect([receiver.requests, receiver.spans]).toEqual([5, ['a']])
})

for (const status of [400, 401, 404, 413, 500, 501]) {
  test(`${status} is not tried again: dropped, counted, said once`, async () => {
    receiver.answer = (res) => {
      res.writeHead(status).end('{"code":3,"message":"no\nthanks"}')
      return true
    }
    const sink = open()
    for (const name of ['a', 'b', 'c']) {
      sink.accept(batch({ spans: [span(name)] }))
      await sink.flush(30_000)
    }
    expect([receiver.requests, sink.counts.traces.rejected, sink.counts.traces.inflight]).toEqual([3, 3, 0])
    expect(said()).toEqual(['warn export.refused'])
    expect(notices[0]!.text).toContain(
      `${receiver.url}/v1/traces refused 1 traces records, which are dropped: HTTP ${status} ({"code":3,"message":"no thanks"})`,
    )
  })
}

test('a redirect is a refusal and is not followed [S-31]', async () => {
  let reached = 0
  const other = await new Receiver().listen()
  other.answer = () => {
    reached++
    return false
  }
  receiver.answer = (res) => {
    res.writeHead(307, { location: `${other.url}/v1/traces` }).end()
    return true
  }
  const sink = open()
  sink.accept(batch({ spans: [span('a')] }))
  await sink.flush(30_000)
  await other.close()
  expect([reached, sink.counts.traces.rejected, said()]).toEqual([0, 1, ['warn export.refused']])
})

test('a collector that is down is said once, tried again, and gets everything when it is up', async () => {
  await receiver.close()
  const port = await freePort()
  const sink = open({ endpoint: `http://127.0.0.1:${port}`, retry: { firstMs: 30, capMs: 30, attempts: 1000 } })
  for (const name of names(0, 20)) {
    sink.accept(batch({ spans: [span(name)] }))
    sink.ship('traces')
  }
  sink.accept(batch({ logs: [new LogRecord(scope, 5, 9, 'INFO', 'hello')] }))
  sink.ship('logs')
  await until(() => notices.length > 5)
  expect(said()).toEqual(['warn export.unreachable'])
  receiver = await new Receiver().listen(port)
  await sink.flush(30_000)
  expect([receiver.spans, receiver.logs]).toEqual([names(0, 20), ['hello']])
  expect(said()).toEqual(['warn export.unreachable', 'info export.reachable'])
})

test('attempts and time are bounded: then the batch is given up and counted', async () => {
  receiver.answer = (res) => {
    res.writeHead(503).end()
    return true
  }
  const sink = open({ retry: { firstMs: 5, capMs: 5, attempts: 3, totalMs: 60_000 } })
  sink.accept(batch({ spans: [span('a'), span('b')] }))
  sink.ship('traces')
  await until(() => sink.counts.traces.failed === 2)
  expect([receiver.requests, sink.counts.traces.inflight]).toEqual([3, 0])
})

test('one request per signal is on the way; what waits is bounded and the oldest go first, counted and said once [S-28]', async () => {
  let open_ = 0
  let most = 0
  let release = (): void => {}
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  receiver.answer = async () => {
    most = Math.max(most, ++open_)
    await gate
    open_--
    return false
  }
  const sink = open({ batch: 1, maxPending: 3 })
  sink.encode!(span('s0'), resource)
  await until(() => receiver.requests === 1)
  for (const name of names(1, 11)) sink.encode!(span(name), resource)
  expect(sink.counts.traces).toEqual({ inflight: 4, exported: 0, rejected: 0, failed: 0, dropped: 7 })
  release()
  await sink.flush(30_000)
  expect([receiver.spans, most]).toEqual([['s0', 's8', 's9', 's10'], 1])
  expect(said()).toEqual(['warn export.overflow'])
})

test('waiting bytes are bounded too', async () => {
  receiver.answer = () => new Promise(() => {})
  const sink = open({ batch: 1, maxPendingBytes: 4000 })
  for (const name of names(0, 100)) {
    const big = span(name)
    big.attributes = ['text', 'x'.repeat(1000)]
    sink.encode!(big, resource)
  }
  expect(sink.counts.traces.dropped).toBeGreaterThanOrEqual(96)
})

test('partial success is counted and said once', async () => {
  receiver.answer = (res) => {
    res.writeHead(200, { 'content-type': 'application/x-protobuf' }).end(encodeResponse(2, 'too old'))
    return true
  }
  const sink = open()
  for (let i = 0; i < 2; i++) {
    sink.accept(batch({ spans: [span('a'), span('b'), span('c')] }))
    await sink.flush(30_000)
  }
  expect(sink.counts.traces).toEqual({ inflight: 0, exported: 2, rejected: 4, failed: 0, dropped: 0 })
  expect(said()).toEqual(['warn export.partial'])
  expect(notices[0]!.text).toBe(`${receiver.url}/v1/traces rejected 2 of 3 traces records: too old`)
})

test('a 2xx whose body is garbage is a success', async () => {
  receiver.answer = (res) => {
    res.writeHead(202, { 'content-type': 'application/x-protobuf' }).end(Buffer.from([0x0a, 0xff, 0xff]))
    return true
  }
  const sink = open()
  sink.accept(batch({ spans: [span('a')] }))
  await sink.flush(30_000)
  expect([sink.counts.traces.exported, said()]).toEqual([1, []])
})

test('a body far larger than the usual arrives whole', async () => {
  const sink = open()
  const big = span('big')
  big.attributes = ['text', 'ä'.repeat(3_000_000)]
  sink.encode!(big, resource)
  sink.encode!(span('after'), resource)
  await sink.flush(30_000)
  expect(receiver.spans).toEqual(['big', 'after'])
  expect(receiver.posts[0]!.batches[0]!.spans[0]!.attributes![1]).toBe('ä'.repeat(3_000_000))
})

test('gzip is off to loopback unless asked for', async () => {
  const sink = open({ compression: 'gzip' })
  for (const name of names(0, 200)) sink.encode!(span(name), resource)
  await sink.flush(30_000)
  expect([receiver.posts[0]!.headers['content-encoding'], receiver.spans]).toEqual(['gzip', names(0, 200)])
  expect(receiver.posts[0]!.bytes).toBeLessThan(6000)
})

test('gzip is on to another machine by default', async () => {
  const resolver = (
    _host: string,
    done: (error: null, addresses: { address: string; family: number }[]) => void,
  ): void => done(null, [{ address: '127.0.0.1', family: 4 }])
  const sink = open({ endpoint: `http://collector.example:${receiver.port}`, resolver })
  for (const name of names(0, 200)) sink.encode!(span(name), resource)
  await sink.flush(30_000)
  expect([
    receiver.posts[0]!.headers['content-encoding'],
    receiver.posts[0]!.headers.host,
    receiver.spans.length,
  ]).toEqual(['gzip', `collector.example:${receiver.port}`, 200])
})

test('a slow receiver holds nobody longer than the timeout, and gets the batch again', async () => {
  receiver.answer = (_res, n) => (n === 1 ? new Promise(() => {}) : false)
  // Not so short that the second request could be too slow as well.
  const sink = open({ timeoutMs: 5000 })
  sink.accept(batch({ spans: [span('a')] }))
  await sink.flush(30_000)
  expect([receiver.spans, receiver.requests]).toEqual([['a'], 2])
})

test('close under load delivers every accepted span, counted at the receiver [W-23] [H-23]', async () => {
  receiver.answer = async (_res, n) => {
    await new Promise((resolve) => setTimeout(resolve, n % 3 === 0 ? 15 : 1))
    return false
  }
  const sink = open({ batch: 512 })
  for (const name of names(0, 5000)) sink.encode!(span(name), resource)
  await sink.close(30_000)
  expect(receiver.spans.length).toBe(5000)
  expect(receiver.spans).toEqual(names(0, 5000))
  expect(sink.counts.traces).toEqual({ inflight: 0, exported: 5000, rejected: 0, failed: 0, dropped: 0 })
})

test('close after a 503 does not wait out a long Retry-After beyond its deadline, and tries once more before it', async () => {
  receiver.answer = (res, n) => {
    if (n === 1) res.writeHead(503, { 'retry-after': '30' }).end()
    return n === 1
  }
  const sink = open()
  sink.accept(batch({ spans: [span('a')] }))
  sink.ship('traces')
  await until(() => receiver.requests === 1)
  await sink.close(3000)
  expect(receiver.spans).toEqual(['a'])
})

test('who asks for a long wait each time is asked once more before the end of a close', async () => {
  receiver.answer = (res) => {
    res.writeHead(503, { 'retry-after': '30' }).end()
    return true
  }
  const sink = open()
  sink.accept(batch({ spans: [span('a')] }))
  sink.ship('traces')
  await until(() => receiver.requests === 1)
  await sink.close(3000)
  expect([receiver.requests, sink.counts.traces.failed]).toEqual([2, 1])
})

test('close has an end when nobody answers: what is left is counted and said, later records are dropped and counted', async () => {
  receiver.answer = () => new Promise(() => {})
  const sink = open({ batch: 1 })
  for (const name of names(0, 3)) sink.encode!(span(name), resource)
  await sink.close(50)
  expect(sink.counts.traces).toEqual({ inflight: 0, exported: 0, rejected: 0, failed: 3, dropped: 0 })
  expect(said()).toContain('warn export.lost')
  sink.encode!(span('late'), resource)
  expect(sink.counts.traces.dropped).toBe(1)
  await sink.close(50)
})

test('a record that cannot be encoded is left out alone [S-26]', async () => {
  const bad = new LogRecord(scope, 5, 9, 'INFO', {
    get broken(): string {
      throw new Error('no')
    },
  } as never)
  const good = (text: string): LogRecord => new LogRecord(scope, 5, 9, 'INFO', text)
  for (const protocol of ['http/protobuf', 'http/json'] as const) {
    const sink = open({ protocol })
    sink.accept(batch({ logs: [good('a'), bad, good('b')] }))
    await sink.flush(30_000)
    expect(sink.counts.logs).toEqual({ inflight: 0, exported: 2, rejected: 0, failed: 1, dropped: 0 })
  }
  expect(receiver.logs).toEqual(['a', 'b', 'a', 'b'])
})

test('a bad endpoint or header is a fault at construction [S-30] [S-31]', () => {
  const code = (options: OtlpOptions): string => {
    try {
      otlpHttp(options)
      return 'none'
    } catch (error) {
      return (error as { code: string }).code
    }
  }
  expect([
    code({ endpoint: 'http://169.254.169.254' }),
    code({ endpoint: 'http://127.0.0.1:4318', preset: 'strict' }),
    code({ endpoint: 'http://2130706433', preset: 'strict' }),
    code({ endpoint: 'ftp://x' }),
    code({ endpoint: 'http://localhost', headers: { a: 'b\r\nc: d' } }),
    code({ endpoints: { traces: 'http://[::ffff:169.254.169.254]/v1/traces' } }),
    code({ signals: ['logs'], endpoints: { traces: 'http://localhost' } }),
  ]).toEqual([
    'ENDPOINT_FORBIDDEN',
    'ENDPOINT_FORBIDDEN',
    'ENDPOINT_FORBIDDEN',
    'ENDPOINT_INVALID',
    'HEADER_INVALID',
    'ENDPOINT_FORBIDDEN',
    'ENDPOINT_INVALID',
  ])
})

test('exact endpoints by signal get no suffix, and only their signals are taken', async () => {
  const sink = open({ endpoint: undefined as never, endpoints: { traces: `${receiver.url}/v1/traces` } })
  expect([...sink.takes]).toEqual(['traces'])
  sink.accept(batch({ spans: [span('a')], logs: [new LogRecord(scope, 5, 9, 'INFO', 'x')] }))
  await sink.flush(30_000)
  expect(receiver.posts.map((post) => post.url)).toEqual(['/v1/traces'])
})

test('headers over plain http to another machine are warned of once [S-32]', () => {
  open({ endpoint: 'http://10.255.0.1:4318', headers: { authorization: 'Bearer secret' } })
  expect(notices.map((notice) => [notice.event, notice.text.includes('secret')])).toEqual([['export.plain', false]])
})

test('a process with nothing else to do is not held by a request of ours', async () => {
  const { execFile } = await import('node:child_process')
  receiver.answer = () => new Promise(() => {})
  const program = `
    import { otlpHttp } from '${fileURLToPath(new URL('../../src/export/otlp-http.ts', import.meta.url))}'
    import { span, resource } from '${fileURLToPath(new URL('./receiver.ts', import.meta.url))}'
    const sink = otlpHttp({ endpoint: '${receiver.url}', batch: 1, timeoutMs: 600_000 })
    sink.encode(span('a'), resource)
    process.stdin.resume()`
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: process.cwd() },
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
    logLevel: 'error',
    external: ['@grpc/grpc-js'],
  })
  const folder = mkdtempSync(join(tmpdir(), 'telltale-held-'))
  const file = join(folder, 'program.mjs')
  writeFileSync(file, outputFiles![0]!.text)
  const code = await new Promise((resolve) => {
    const child = execFile(process.execPath, [file], (error) => resolve(error?.code ?? 0))
    void until(() => receiver.requests === 1).finally(() => child.stdin!.end())
  })
  rmSync(folder, { recursive: true })
  expect([code, receiver.requests]).toEqual([0, 1])
})
