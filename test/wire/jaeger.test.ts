import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Resource, Scope, type Value } from '../../src/model/attribute.ts'
import { SpanRecord } from '../../src/model/span.ts'
import { BATCH_END, batchHead, writeSpan } from '../../src/wire/jaeger/span.ts'
import { ThriftWriter } from '../../src/wire/jaeger/thrift.ts'
import { bare, full, SHOP } from './spans.ts'
import { type ReadTag, readBatch } from './thrift.ts'

function encode(resource: Resource, spans: readonly SpanRecord[]): Buffer {
  const out = new ThriftWriter(16)
  for (const span of spans) writeSpan(out, span)
  return Buffer.concat([batchHead(resource, spans.length), out.take(), BATCH_END])
}

const GOLDEN = Buffer.from(
  readFileSync(join(import.meta.dirname, 'golden/jaeger.hex'), 'utf8').replace(/#.*|\s/g, ''),
  'hex',
)

test('a batch is the golden bytes, which were made from the specifications alone [R-05]', () => {
  expect(encode(SHOP, [full(), bare()]).toString('hex')).toBe(GOLDEN.toString('hex'))
})

/** The value of a tag, and nothing beside it. */
function tagValue({ key, vType, ...values }: ReadTag): [string, number, unknown] {
  const [value, ...others] = Object.values(values)
  expect(others).toEqual([])
  return [key, vType, value]
}

test("Apache's Thrift library reads the same span that was written, to the last byte [R-05]", () => {
  const { batch, left } = readBatch(encode(SHOP, [full(), bare()]))
  expect(left).toBe(0)
  expect(batch.process.serviceName).toBe('shop')
  expect(batch.process.tags!.map(tagValue)).toEqual([
    ['service.version', 0, '1.2.3'],
    ['process.pid', 3, 7n],
  ])
  const [first, second] = batch.spans
  const { tags, logs, ...rest } = first!
  expect(rest).toEqual({
    traceIdLow: BigInt.asIntN(64, 0x64fe8b2a57d3eff7n),
    traceIdHigh: BigInt.asIntN(64, 0x80f198ee56343ba8n),
    spanId: BigInt.asIntN(64, 0xe457b5a2e4d86bd1n),
    parentSpanId: 0x05e3ac9a4f6e3b90n,
    operationName: 'GET /orders/:id',
    references: [6n, 7n].map((low) => ({
      refType: 1,
      traceIdLow: (3n << 32n) + 4n,
      traceIdHigh: (1n << 32n) + 2n,
      spanId: (5n << 32n) + low,
    })),
    flags: 1,
    startTime: 1_764_000_000_000_250n,
    duration: 12_345n,
  })
  expect(Object.fromEntries(tags!.map(tagValue).map(([key, type, value]) => [key, [type, value]]))).toMatchObject({
    text: [0, 'Grüße, 世界 🌍'],
    yes: [2, true],
    negative: [3, -5n],
    large: [3, 9_007_199_254_740_991n],
    big: [3, -9_223_372_036_854_775_808n],
    ratio: [1, 0.5],
    bytes: [4, Buffer.of(1, 2, 255)],
    error: [2, true],
    'http.response.status_code': [3, 503n],
  })
  expect(logs!.map(({ fields }) => fields.map(tagValue).map(([key, , value]) => `${key}=${value}`))).toEqual([
    ['event=retry'],
    ['event=exception', 'exception.type=E', 'n=2', 'otel.event.dropped_attributes_count=4'],
    ['event=own'],
    ['event=link', 'trace_id=00000001000000020000000300000004', 'span_id=0000000500000007', 'why=retry'],
  ])
  expect(second).toEqual({
    traceIdLow: 1n,
    traceIdHigh: 0n,
    spanId: 2n,
    parentSpanId: 0n,
    operationName: 'tick',
    flags: 1,
    startTime: 1_764_000_000_000_000n,
    duration: 0n,
  })
})

test('a resource without a name is unknown_service, an unfinished span has no duration [R-05]', () => {
  const span = bare()
  span.endTime = Number.NaN
  const { batch } = readBatch(encode(new Resource([]), [span]))
  expect([batch.process, batch.spans[0]!.duration]).toEqual([{ serviceName: 'unknown_service' }, 0n])
})

const value: fc.Arbitrary<Value> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.boolean(),
  fc.double(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }),
  fc.uint8Array(),
  fc.array(fc.oneof(fc.string(), fc.integer())),
  fc.constant(null),
)

/** As UTF-8 has it: a lone surrogate becomes U+FFFD. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString()
}

function shown(given: Value): unknown {
  if (typeof given === 'string') return wellFormed(given)
  if (given === null) return ''
  if (typeof given === 'number' && Number.isSafeInteger(given)) return BigInt(given)
  if (given instanceof Uint8Array) return Buffer.from(given)
  return Array.isArray(given) ? JSON.stringify(given) : given
}

test('whatever a span holds, the library reads it back [R-05]', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.dictionary(fc.string({ minLength: 1 }), value),
      fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { minLength: 8, maxLength: 8 }),
      fc.double({ min: 0, max: 4e12, noNaN: true }),
      (name, attributes, ids, time) => {
        const span = new SpanRecord(new Scope(''), name, 1, time)
        span.endTime = time
        const [t0, t1, t2, t3, s0, s1, p0, p1] = ids
        Object.assign(span, { t0, t1, t2, t3, s0, s1, p0, p1, attributes: Object.entries(attributes).flat() })
        span.attributes = []
        for (const [key, one] of Object.entries(attributes)) span.attributes.push(key, one)
        const { batch, left } = readBatch(encode(SHOP, [span]))
        expect(left).toBe(0)
        const [read] = batch.spans
        expect(read!.operationName).toBe(wellFormed(name))
        expect(BigInt.asUintN(64, read!.spanId)).toBe((BigInt(s0! >>> 0) << 32n) | BigInt(s1! >>> 0))
        expect(read!.startTime).toBe(BigInt(Math.round(time * 1000)))
        expect((read!.tags ?? []).map(tagValue).map(([key, , got]) => [key, got])).toEqual(
          Object.entries(attributes).map(([key, one]) => [wellFormed(key), shown(one)]),
        )
      },
    ),
  )
})
