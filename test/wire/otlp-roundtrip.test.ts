import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Resource, Scope } from '../../src/model/attribute.ts'
import { LogRecord } from '../../src/model/log.ts'
import { SpanRecord, Template } from '../../src/model/span.ts'
import { decodeLogs, decodeMetrics, decodeTraces } from '../../src/wire/otlp/decode.ts'
import { decodeLogsJson, decodeMetricsJson, decodeTracesJson } from '../../src/wire/otlp/decode-json.ts'
import { encodeLogs, encodeMetrics, encodeTraces } from '../../src/wire/otlp/encode.ts'
import { encodeLogsJson, encodeMetricsJson, encodeTracesJson } from '../../src/wire/otlp/json.ts'
import { SpanSlab } from '../../src/wire/otlp/slab.ts'
import { batchesOf, familyOf, logOf, plain, spanOf } from './records.ts'

const scope = new Scope('t')
const resource = new Resource(['service.name', 'shop'])

test('spans survive protobuf: decode gives what encode was given', () => {
  fc.assert(
    fc.property(batchesOf('spans', spanOf), (batches) => {
      expect(plain(decodeTraces(encodeTraces(batches)))).toEqual(plain(batches))
    }),
    { numRuns: 300 },
  )
})

test('log records survive protobuf', () => {
  fc.assert(
    fc.property(batchesOf('logs', logOf), (batches) => {
      expect(plain(decodeLogs(encodeLogs(batches)))).toEqual(plain(batches))
    }),
    { numRuns: 300 },
  )
})

test('log records of every level and length survive beside each other, the first and the last time they come', () => {
  const logs: LogRecord[] = []
  for (let round = 0; round < 4; round++)
    for (const [severity, text] of [
      [9, 'INFO'],
      [9, 'info'],
      [0, ''],
      [24, 'a longer name of a level'],
      [23, ''],
    ] as const)
      for (const length of [0, 12, 60, 100, 130, 20_000, 5]) {
        const log = new LogRecord(scope, 1_795_267_556_956.25, severity, text, 'ö'.repeat(length))
        log.attributes = ['order', round < 2 ? length : round, 'plan', round < 2 ? 'pro' : 'x'.repeat(length), 'ü', -1]
        if (length > 99) log.observed += 1
        if (round % 2 === 0) Object.assign(log, { t0: -1, t1: 2, t2: -3, t3: 4, s0: -5, s1: 6, flags: 1 })
        logs.push(log)
      }
  const batches = [{ resource, spans: [], series: [], logs }]
  expect(plain(decodeLogs(encodeLogs(batches)))).toEqual(plain(batches))
})

test('metrics of every kind survive protobuf, exemplars and temporality included', () => {
  fc.assert(
    fc.property(batchesOf('series', familyOf), (batches) => {
      expect(plain(decodeMetrics(encodeMetrics(batches)))).toEqual(plain(batches))
    }),
    { numRuns: 300 },
  )
})

test('spans survive JSON', () => {
  fc.assert(
    fc.property(batchesOf('spans', spanOf), (batches) => {
      expect(plain(decodeTracesJson(encodeTracesJson(batches)))).toEqual(plain(batches))
    }),
    { numRuns: 200 },
  )
})

test('log records survive JSON', () => {
  fc.assert(
    fc.property(batchesOf('logs', logOf), (batches) => {
      expect(plain(decodeLogsJson(encodeLogsJson(batches)))).toEqual(plain(batches))
    }),
    { numRuns: 200 },
  )
})

test('metrics of every kind survive JSON', () => {
  fc.assert(
    fc.property(batchesOf('series', familyOf), (batches) => {
      expect(plain(decodeMetricsJson(encodeMetricsJson(batches)))).toEqual(plain(batches))
    }),
    { numRuns: 200 },
  )
})

function one(change: (span: SpanRecord) => void): SpanRecord {
  const span = new SpanRecord(scope, 's', 1, 1_764_000_000_000)
  span.endTime = span.startTime
  change(span)
  return decodeTraces(encodeTraces([{ resource, spans: [span], series: [], logs: [] }]))[0]!.spans[0]!
}

test('a lone surrogate becomes U+FFFD, in short and in long text, and harms nothing around it', () => {
  const long = `${'x'.repeat(60)}\ud800`
  const span = one((s) => {
    s.name = 'a\udc00b'
    s.attributes = ['long', long, 'k\ud800', 1]
  })
  expect([span.name, span.attributes]).toEqual(['a\ufffdb', ['long', `${'x'.repeat(60)}\ufffd`, 'k\ufffd', 1]])
})

test('times keep every nanosecond that a double of milliseconds has', () => {
  const times = [0.000001, 1, 1_764_000_000_000.123, 1_764_000_000_999.9998, 4_294_967_295.999, 4_102_444_800_000.5]
  expect(times.map((time) => one((s) => (s.startTime = time)).startTime)).toEqual(
    times.map(
      (ms) =>
        Number(
          (BigInt(Math.floor(ms)) * 1_000_000n + BigInt(Math.round((ms % 1) * 1e6))).toString().slice(0, -6) || 0,
        ) +
        Math.round((ms % 1) * 1e6) / 1e6,
    ),
  )
})

test('a running or impossible time is 0 and not garbage', () => {
  const span = one((s) => {
    s.startTime = -5
    s.endTime = Number.NaN
  })
  expect([span.startTime, span.endTime]).toEqual([0, 0])
})

test('whole numbers are ints, others doubles, and what does not fit int64 is a double', () => {
  const values = [0, -1, 2 ** 31, -(2 ** 53) + 1, 2 ** 60, 1e300, 0.1, Number.POSITIVE_INFINITY, 2n ** 62n, 2n ** 70n]
  const span = one((s) => (s.attributes = values.flatMap((value, i) => [`k${i}`, value])))
  expect(span.attributes!.filter((_, i) => i % 2 === 1)).toEqual([...values.slice(0, 9), 2 ** 70])
})

test('a value that contains itself ends at a bounded depth instead of hanging', () => {
  const loop: { [key: string]: unknown } = { name: 'loop' }
  loop['self'] = loop
  loop['again'] = [loop, loop, loop]
  const log = new LogRecord(scope, 1, 9, '', loop as never)
  const bytes = encodeLogs([{ resource, spans: [], series: [], logs: [log] }])
  expect(bytes.length).toBeLessThan(200_000)
  expect(decodeLogs(bytes)[0]!.logs.length).toBe(1)
  const text = encodeLogsJson([{ resource, spans: [], series: [], logs: [log] }])
  expect(decodeLogsJson(text)[0]!.logs.length).toBe(1)
})

test('a key named __proto__ is a key like any other', () => {
  const body = Object.defineProperty({}, '__proto__', { value: 'x', enumerable: true }) as never
  const batch = { resource, spans: [], series: [], logs: [new LogRecord(scope, 1, 9, '', body)] }
  for (const [decoded] of [decodeLogs(encodeLogs([batch])), decodeLogsJson(encodeLogsJson([batch]))]) {
    const found = decoded!.logs[0]!.body as object
    expect([Object.keys(found), Object.getPrototypeOf(found)]).toEqual([['__proto__'], Object.prototype])
  }
})

test('a slab gives the same bytes however it is cut, and copies of templates stay equal', () => {
  const template = new Template(['http.route', '/users/:id', 'http.response.status_code', 200])
  const spans = Array.from({ length: 700 }, (_, i) => {
    const span = new SpanRecord(i % 3 === 0 ? scope : new Scope('other'), `span ${i}`, 2, 1_764_000_000_000 + i)
    span.endTime = span.startTime + 1
    span.s0 = i + 1
    span.template = template
    span.attributes = ['text', 'y'.repeat(i)]
    return span
  })
  const slab = new SpanSlab()
  const cuts: Buffer[] = []
  for (const [i, span] of spans.entries()) {
    slab.add(span)
    if (i % 97 === 0) cuts.push(Buffer.concat(slab.cut(resource)))
  }
  cuts.push(Buffer.concat(slab.cut(resource)))
  const seen = decodeTraces(Buffer.concat(cuts)).flatMap((batch) =>
    batch.spans.map((span) => [
      span.s0,
      span.name,
      span.attributes!.length,
      (span.attributes!.at(-1) as string).length,
    ]),
  )
  expect(seen.sort((a, b) => (a[0] as number) - (b[0] as number))).toEqual(
    spans.map((span, i) => [i + 1, span.name, 6, i]),
  )
  expect([slab.count, slab.bytes, slab.cut(resource)]).toEqual([0, 0, []])
})

test('texts and attributes that repeat are the same on the wire as the first time, whatever came between', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.constantFrom('http.route', 'http.routes', 'k', 'ключ-длинный', 'x'.repeat(70)),
          fc.constantFrom<string | number>(
            '/users/:id',
            '/users/:ix',
            'a',
            'Grüße',
            200,
            201,
            0.5,
            -1,
            2 ** 40,
            'y'.repeat(64),
            'z'.repeat(65),
          ),
        ),
        { minLength: 1, maxLength: 200 },
      ),
      fc.nat(3),
      (pairs, width) => {
        const spans: SpanRecord[] = []
        for (let i = 0; i < pairs.length; i += width + 1) {
          const span = new SpanRecord(i % 2 === 0 ? scope : resourceScope, 'GET /users/:id', 1, 1)
          span.endTime = 2
          span.attributes = pairs.slice(i, i + width + 1).flat()
          spans.push(span)
        }
        const logs = spans.map((span) => {
          const log = new LogRecord(scope, 1, 9, 'INFO', 'body of a log')
          log.attributes = span.attributes
          return log
        })
        const batch = { resource, spans, series: [], logs }
        const decoded = decodeTraces(encodeTraces([batch]))[0]!.spans
        expect(decoded.map((span) => span.attributes).toSorted(byText)).toEqual(
          spans.map((span) => span.attributes).toSorted(byText),
        )
        expect(decodeLogs(encodeLogs([batch]))[0]!.logs.map((log) => log.attributes)).toEqual(
          logs.map((log) => log.attributes),
        )
      },
    ),
    { numRuns: 300 },
  )
})

const resourceScope = new Scope('other')
const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
