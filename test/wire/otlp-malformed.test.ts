import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeLogs, decodeMetrics, decodeTraces } from '../../src/wire/otlp/decode.ts'
import { decodeLogsJson, decodeMetricsJson, decodeTracesJson } from '../../src/wire/otlp/decode-json.ts'
import { encodeLogs, encodeMetrics, encodeTraces } from '../../src/wire/otlp/encode.ts'
import { encodeTracesJson } from '../../src/wire/otlp/json.ts'
import { MalformedOtlp } from '../../src/wire/otlp/malformed.ts'
import { decodeResponse, encodeResponse, encodeResponseJson } from '../../src/wire/otlp/response.ts'
import { batchesOf, familyOf, logOf, spanOf } from './records.ts'

const decoders = [decodeTraces, decodeMetrics, decodeLogs]
const jsonDecoders = [decodeTracesJson, decodeMetricsJson, decodeLogsJson]

function fault(work: () => unknown): { what: string; where: string } | 'none' {
  try {
    work()
    return 'none'
  } catch (error) {
    if (!(error instanceof MalformedOtlp)) throw error
    return { what: error.what, where: error.where }
  }
}

/** Field `number` as a message around `content`. */
const field = (number: number, ...content: number[]): number[] => [
  (number << 3) | 2,
  ...varint(content.length),
  ...content,
]
const varint = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >> 7)])
/** A request with one span that has `content`. */
const span = (...content: number[]): Uint8Array => Uint8Array.from(field(1, ...field(2, ...field(2, ...content))))
const AT = 'resourceSpans[0].scopeSpans[0].spans[0]'

test('any bytes decode or are malformed: no crash, no hang', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      for (const decode of decoders) fault(() => decode(bytes))
    }),
    { numRuns: 2000 },
  )
})

const bodies = fc.oneof(
  batchesOf('spans', spanOf).map((batches) => ({ decode: decodeTraces, bytes: encodeTraces(batches) })),
  batchesOf('series', familyOf).map((batches) => ({ decode: decodeMetrics, bytes: encodeMetrics(batches) })),
  batchesOf('logs', logOf).map((batches) => ({ decode: decodeLogs, bytes: encodeLogs(batches) })),
)

test('real bodies with changed bytes decode or are malformed', () => {
  fc.assert(
    fc.property(bodies, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }), ({ decode, bytes }, changes) => {
      const changed = Uint8Array.from(bytes)
      for (const [at, byte] of changes) if (changed.length > 0) changed[at % changed.length] = byte
      fault(() => decode(changed))
    }),
    { numRuns: 1000 },
  )
})

test('real bodies cut anywhere decode or are malformed', () => {
  fc.assert(
    fc.property(bodies, fc.nat(), ({ decode, bytes }, at) => {
      fault(() => decode(bytes.subarray(0, at % (bytes.length + 1))))
    }),
    { numRuns: 500 },
  )
})

test('what is wrong and where is named', () => {
  expect({
    truncatedVarint: fault(() => decodeTraces(Uint8Array.of(0x80))),
    overlongVarint: fault(() => decodeTraces(new Uint8Array(12).fill(0x80))),
    overLength: fault(() => decodeTraces(Uint8Array.of(0x0a, 100, 1))),
    hugeLength: fault(() => decodeTraces(Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f))),
    fieldZero: fault(() => decodeTraces(Uint8Array.of(0x02, 0))),
    wireSeven: fault(() => decodeTraces(Uint8Array.of(0x0f))),
    groupEndAlone: fault(() => decodeTraces(Uint8Array.of(0x0c))),
    groupOpen: fault(() => decodeTraces(span(0xa3, 0x06))),
    groupWrongEnd: fault(() => decodeTraces(span(0xa3, 0x06, 0xac, 0x06))),
    traceIdLength: fault(() => decodeTraces(span(...field(1, 1, 2, 3)))),
    spanIdLength: fault(() => decodeTraces(span(...field(2, 1, 2, 3)))),
    wrongWire: fault(() => decodeTraces(span(0x28, 1))),
    truncatedTime: fault(() => decodeTraces(span(0x39, 1, 2))),
    linkId: fault(() => decodeTraces(span(...field(13), ...field(13, ...field(1, 9))))),
    eventAttribute: fault(() => decodeTraces(span(...field(11, ...field(3, ...field(2, 0x08, 1)))))),
  }).toMatchInlineSnapshot(`
    {
      "eventAttribute": {
        "what": "wire type 0 where 2 belongs",
        "where": "resourceSpans[0].scopeSpans[0].spans[0].events[0].attributes[0]",
      },
      "fieldZero": {
        "what": "field number 0",
        "where": "",
      },
      "groupEndAlone": {
        "what": "wire type 4",
        "where": "",
      },
      "groupOpen": {
        "what": "group without an end",
        "where": "resourceSpans[0].scopeSpans[0].spans[0]",
      },
      "groupWrongEnd": {
        "what": "end of another group",
        "where": "resourceSpans[0].scopeSpans[0].spans[0]",
      },
      "hugeLength": {
        "what": "length 4398046511103 reaches past the end",
        "where": "resourceSpans[0]",
      },
      "linkId": {
        "what": "has 1 bytes where 16 belong",
        "where": "resourceSpans[0].scopeSpans[0].spans[0].links[1].traceId",
      },
      "overLength": {
        "what": "length 100 reaches past the end",
        "where": "resourceSpans[0]",
      },
      "overlongVarint": {
        "what": "varint longer than 10 bytes",
        "where": "",
      },
      "spanIdLength": {
        "what": "has 3 bytes where 8 belong",
        "where": "resourceSpans[0].scopeSpans[0].spans[0].spanId",
      },
      "traceIdLength": {
        "what": "has 3 bytes where 16 belong",
        "where": "resourceSpans[0].scopeSpans[0].spans[0].traceId",
      },
      "truncatedTime": {
        "what": "truncated value",
        "where": "resourceSpans[0].scopeSpans[0].spans[0]",
      },
      "truncatedVarint": {
        "what": "truncated varint",
        "where": "",
      },
      "wireSeven": {
        "what": "wire type 7",
        "where": "",
      },
      "wrongWire": {
        "what": "wire type 0 where 2 belongs",
        "where": "resourceSpans[0].scopeSpans[0].spans[0]",
      },
    }
  `)
})

test('groups and unknown fields are skipped, whatever they hold', () => {
  const unknown = [
    0xa2, 0x06, 2, 1, 2, 0xa3, 0x06, 0x08, 0x01, 0x13, 0x14, 0x0d, 1, 2, 3, 4, 0xa4, 0x06, 0x99, 0x06, 1, 2, 3, 4, 5, 6,
    7, 8,
  ]
  const [batch] = decodeTraces(span(...unknown, ...field(5, 0x6f, 0x6b)))
  expect(batch!.spans.map((one) => one.name)).toEqual(['ok'])
})

test('groups nested without end are malformed and not a stack overflow', () => {
  const deep = span(...new Array<number>(5000).fill(0xa3).flatMap((tag) => [tag, 0x06]))
  expect(fault(() => decodeTraces(deep))).toEqual({ what: 'groups nested too deep', where: AT })
})

test('values nested beyond the limit are malformed, in protobuf and in JSON', () => {
  let any: number[] = []
  for (let i = 0; i < 60; i++) any = field(5, ...field(1, ...any))
  expect(fault(() => decodeTraces(span(...field(9, ...field(2, ...any)))))).toEqual({
    what: 'values nested deeper than 32',
    where: `${AT}.attributes[0]`,
  })
  let json: unknown = { stringValue: 'x' }
  for (let i = 0; i < 60; i++) json = { arrayValue: { values: [json] } }
  const text = JSON.stringify({ resourceSpans: [{ resource: { attributes: [{ key: 'k', value: json }] } }] })
  expect((fault(() => decodeTracesJson(text)) as { what: string }).what).toBe('values nested deeper than 32')
})

test('JSON nested a million deep is malformed and not a stack overflow', () => {
  const deep = `${'{"a":['.repeat(200_000)}`
  expect((fault(() => decodeTracesJson(deep)) as { what: string }).what).toMatch(/^not JSON/)
  const arrays = `{"resourceSpans":[{"resource":{"attributes":[{"key":"k","value":${'{"arrayValue":{"values":['.repeat(50_000)}{}${']}}'.repeat(50_000)}}]}}]}`
  expect(fault(() => decodeTracesJson(arrays))).not.toBe('none')
})

test('limits of records, lists and groups hold', () => {
  const spans = Uint8Array.from(field(1, ...field(2, ...field(2), ...field(2), ...field(2))))
  expect(fault(() => decodeTraces(spans, { records: 2 }))).toEqual({
    what: 'more than 2 records',
    where: 'resourceSpans[0].scopeSpans[0].spans[2]',
  })
  expect(fault(() => decodeTraces(span(...field(9), ...field(9)), { list: 1 }))).toEqual({
    what: 'more than 1 attributes',
    where: AT,
  })
  expect(fault(() => decodeTraces(Uint8Array.from([...field(1), ...field(1)]), { groups: 1 }))).toEqual({
    what: 'more than 1 resources and scopes',
    where: '',
  })
  const json = { resourceSpans: [{ scopeSpans: [{ spans: [{}, {}] }] }] }
  expect(fault(() => decodeTracesJson(JSON.stringify(json), { records: 1 }))).toEqual({
    what: 'more than 1 entries',
    where: 'resourceSpans[0].scopeSpans[0].spans',
  })
})

test('an empty protobuf body is an empty request, an empty JSON body is malformed', () => {
  expect(decoders.map((decode) => decode(new Uint8Array(0)))).toEqual([[], [], []])
  expect(jsonDecoders.map((decode) => fault(() => decode('')))).toEqual(
    new Array(3).fill({ what: 'not JSON: Unexpected end of JSON input', where: '' }),
  )
})

test('any JSON value decodes or is malformed', () => {
  const keys = [
    'resourceSpans',
    'resource_metrics',
    'resourceLogs',
    'scopeSpans',
    'scopeLogs',
    'scopeMetrics',
    'spans',
    'metrics',
    'logRecords',
    'attributes',
    'value',
    'key',
    'traceId',
    'gauge',
    'dataPoints',
    'status',
    'kvlistValue',
    'values',
    'intValue',
    '__proto__',
    'toString',
  ]
  const json = fc.letrec((tie) => ({
    v: fc.oneof(
      { maxDepth: 8 },
      fc.jsonValue({ maxDepth: 1 }),
      fc.array(tie('v'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys), tie('v'), { maxKeys: 4 }),
    ),
  })).v
  fc.assert(
    fc.property(json, (value) => {
      for (const decode of jsonDecoders) fault(() => decode(JSON.stringify(value) ?? ''))
    }),
    { numRuns: 2000 },
  )
})

test('real JSON with changed characters decodes or is malformed', () => {
  fc.assert(
    fc.property(
      batchesOf('spans', spanOf),
      fc.nat(),
      fc.string({ minLength: 1, maxLength: 2 }),
      (batches, at, insert) => {
        const text = encodeTracesJson(batches)
        const cut = at % text.length
        fault(() => decodeTracesJson(text.slice(0, cut) + insert + text.slice(cut + 1)))
      },
    ),
    { numRuns: 500 },
  )
})

const lenient = {
  resource_spans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { string_value: 'shop' } }], unknown: 1 },
      scope_spans: [
        {
          scope: { name: 's' },
          spans: [
            {
              trace_id: '0AF7651916CD43DD8448EB211C80319C',
              span_id: 'b7ad6b7169203331',
              name: 'a',
              kind: 'SPAN_KIND_SERVER',
              start_time_unix_nano: 1764000000000000000,
              status: { code: 'STATUS_CODE_ERROR', message: 'm' },
              attributes: [
                { key: 'n', value: { int_value: 5 } },
                { key: 'b', value: { bytes_value: 'AQI=' } },
                { key: 'e', value: null },
              ],
            },
            { traceId: '', name: 'b', kind: 3, startTimeUnixNano: '1764000000000000000', parentSpanId: null },
          ],
        },
      ],
    },
  ],
}

test('JSON is taken as the Collector takes it: snake_case, enum names, numbers for 64-bit text, upper-case hex, unknown fields', () => {
  const [batch] = decodeTracesJson(JSON.stringify(lenient))
  expect(batch!.resource.attributes).toEqual(['service.name', 'shop'])
  expect(
    batch!.spans.map((s) => [s.t0, s.s1, s.name, s.kind, s.startTime, s.status, s.rare?.statusMessage, s.attributes]),
  ).toEqual([
    [0x0af76519, 0x69203331, 'a', 2, 1_764_000_000_000, 2, 'm', ['n', 5, 'b', Uint8Array.of(1, 2), 'e', null]],
    [0, 0, 'b', 3, 1_764_000_000_000, 0, undefined, null],
  ])
})

test('JSON of a wrong kind is named with its path', () => {
  const where = (change: object): unknown =>
    fault(() =>
      decodeTracesJson(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'ok' }, change] }] }] })),
    )
  const at = 'resourceSpans[0].scopeSpans[0].spans[1]'
  expect([
    where({ traceId: 'abc' }),
    where({ spanId: 'zzzzzzzzzzzzzzzz' }),
    where({ kind: 'SPAN_KIND_NONSENSE' }),
    where({ name: 5 }),
    where({ startTimeUnixNano: 'soon' }),
    where({ events: {} }),
    where({ events: [null] }),
    where({ attributes: [{ key: 'k', value: { intValue: '9223372036854775808' } }] }),
    fault(() => decodeTracesJson('[]')),
  ]).toEqual([
    { what: 'has 3 characters where 32 belong', where: `${at}.traceId` },
    { what: 'is not hexadecimal', where: `${at}.spanId` },
    { what: 'unknown name "SPAN_KIND_NONSENSE"', where: `${at}.kind` },
    { what: 'is a number where text belongs', where: `${at}.name` },
    { what: 'is not a number of nanoseconds', where: `${at}.startTimeUnixNano` },
    { what: 'is a object where a list belongs', where: `${at}.events` },
    { what: 'is null where an object belongs', where: `${at}.events[0]` },
    { what: 'is not an int64', where: `${at}.attributes[0].value.intValue` },
    { what: 'is a list where an object belongs', where: '' },
  ])
})

test('a decoded record keeps no hold on the body that it came in', () => {
  const body = span(...field(9, ...field(1, 0x6b), ...field(2, ...field(7, 1, 2, 3))))
  const value = decodeTraces(body)[0]!.spans[0]!.attributes![1] as Uint8Array
  expect([value, value.buffer.byteLength]).toEqual([Uint8Array.of(1, 2, 3), 3])
})

test('histogram points with different bounds in one metric become families of one set of bounds each', () => {
  const double = (n: number): number[] => [...new Uint8Array(new Float64Array([n]).buffer)]
  const point = (bound: number): number[] => field(1, ...field(7, ...double(bound)))
  const metric = field(2, ...field(1, 0x6d), ...field(9, ...point(1), ...point(1), ...point(2)))
  const [batch] = decodeMetrics(Uint8Array.from(field(1, ...field(2, ...metric))))
  expect(batch!.series.map((family) => [family.name, [...family.bounds!], family.series.length])).toEqual([
    ['m', [1], 2],
    ['m', [2], 1],
  ])
})

test('answers of a receiver survive both encodings; garbage after a 2xx is no rejection', () => {
  const proto = 'application/x-protobuf'
  const json = 'application/json; charset=utf-8'
  expect([...encodeResponse()]).toEqual([0x0a, 0])
  expect(encodeResponseJson('traces')).toBe('{"partialSuccess":{}}')
  expect(decodeResponse(encodeResponse(300, 'größer'), proto, 'traces')).toEqual({ rejected: 300, message: 'größer' })
  expect(decodeResponse(Buffer.from(encodeResponseJson('logs', 7, 'no')), json, 'logs')).toEqual({
    rejected: 7,
    message: 'no',
  })
  const none = { rejected: 0, message: '' }
  expect(decodeResponse(Buffer.from('{"partialSuccess":null}'), json, 'logs')).toEqual(none)
  expect(decodeResponse(Buffer.from('<html>'), json, 'logs')).toEqual(none)
  expect(decodeResponse(Uint8Array.of(0x0a, 99), proto, 'logs')).toEqual(none)
  expect(decodeResponse(Buffer.from('ok'), 'text/plain', 'logs')).toEqual(none)
})

test('half of a surrogate pair in JSON is the character that stands for none, as it is in the bytes of protobuf', () => {
  const text = 'a\ud800b \ud83d\ude00 \udc00'
  const body = JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: text } }] },
        scopeSpans: [{ spans: [{ traceId: '1'.repeat(32), spanId: '2'.repeat(16), name: text }] }],
      },
    ],
  })
  const [batch] = decodeTracesJson(Buffer.from(body))
  const wanted = 'a\ufffdb \u{1f600} \ufffd'
  expect([batch?.resource.attributes, batch?.spans[0]?.name]).toEqual([['service.name', wanted], wanted])
})
