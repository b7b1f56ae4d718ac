import fc from 'fast-check'
import { expect, test } from 'vitest'
import { traceUuid } from '../../src/context/correlation.ts'
import { findIds, isTraceAsUuid, mayBeTrace } from '../../ui/src/parts/found.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'
const UUID = '0af76519-16cd-43dd-8448-eb211c80319c'

const rows: [what: string, text: string, trace: string | null, span: string | null, correlation: string | null][] = [
  ['a trace id', ` ${TRACE}\n`, TRACE, null, null],
  ['one in capitals', TRACE.toUpperCase(), TRACE, null, null],
  ['a traceparent', `00-${TRACE}-${SPAN}-01`, TRACE, SPAN, null],
  ['a traceparent with its name', `traceparent: 00-${TRACE}-${SPAN}-03`, TRACE, SPAN, null],
  ['a b3 header', `b3: ${TRACE}-${SPAN}-1`, TRACE, SPAN, null],
  ['an uber-trace-id', `uber-trace-id: ${TRACE}:${SPAN}:0:1`, TRACE, SPAN, null],
  ['an address', `http://127.0.0.1:4319/traces/${TRACE}?span=x`, TRACE, null, null],
  ['a correlation id of ours', UUID, null, null, UUID],
  ['a correlation id of a caller', 'order-4711.eu:3', null, null, 'order-4711.eu:3'],
  ['a header of an answer', 'x-correlation-id: order-4711', null, null, 'order-4711'],
  [
    'a log line of ours',
    `{"timestamp":"2026-11-21T08:09:41.890Z","message":"order placed","trace_id":"${TRACE}","span_id":"${SPAN}","correlation_id":"${UUID}"}`,
    TRACE,
    SPAN,
    UUID,
  ],
  ['one that a container put its name before', `api-1  | {"traceId":"${TRACE}","spanId":"${SPAN}"}`, TRACE, SPAN, null],
  ['one whose ids are inside', `{"msg":"x","ctx":{"trace.id":"${TRACE}"}}`, TRACE, null, null],
  ['JSON within the text of JSON', `{"log":"{\\"trace_id\\":\\"${TRACE}\\"}"}`, TRACE, null, null],
  ['a line of text', `WARN order failed trace_id=${TRACE} span_id=${SPAN} correlation_id=a-1`, TRACE, SPAN, 'a-1'],
  ['two lines, the second with ids', `starting\n{"correlation_id":"a-1"}`, null, null, 'a-1'],
  ['a problem of ours', `{"status":500,"correlation_id":"${UUID}","trace_id":null}`, null, null, UUID],
  [
    'an id of something else beside a trace',
    `trace ${TRACE} of user 11111111-2222-4333-8444-555555555555`,
    TRACE,
    null,
    null,
  ],
  ['zeroes', '0'.repeat(32), null, null, '0'.repeat(32)],
  ['a longer row of digits', `x ${TRACE}ab y`, null, null, null],
  ['words', 'nothing of interest here', null, null, null],
  ['nothing', '', null, null, null],
]

test.each(rows)('%s is read from what was pasted', (_, text, trace, span, correlation) => {
  const { trace_id, span_id, correlation_id } = findIds(text)
  expect({ trace_id, span_id, correlation_id }).toEqual({ trace_id: trace, span_id: span, correlation_id: correlation })
})

test('it says where each id was, and which other traces there are', () => {
  const other = 'f'.repeat(32)
  expect(findIds(`{"trace_id":"${TRACE}","correlation_id":"a-1","cause":"${other}"}`)).toEqual({
    trace_id: TRACE,
    span_id: null,
    correlation_id: 'a-1',
    where: { trace_id: 'the field trace_id', correlation_id: 'the field correlation_id' },
    others: [other],
  })
})

const hex = (length: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
    .map((digits) => digits.join(''))
    .filter((id) => /[1-9a-f]/.test(id))
const words = fc.string({ maxLength: 40 }).map((text) => text.replace(/[0-9a-f{}"'\\=:\n-]/gi, '.'))
const forms: ((trace: string, span: string) => string)[] = [
  (trace) => trace,
  (trace, span) => `00-${trace}-${span}-01`,
  (trace) => `trace_id=${trace}`,
  (trace, span) => JSON.stringify({ level: 'warn', trace_id: trace, span_id: span }),
  (trace, span) => JSON.stringify({ fields: [{ TraceId: trace, SpanId: span }] }),
  (trace) => `https://traces.example/trace/${trace}`,
]

test('whatever stands around it, a trace id is found in each form that it has', () => {
  fc.assert(
    fc.property(hex(32), hex(16), fc.constantFrom(...forms), words, words, (trace, span, form, before, after) => {
      const found = findIds(`${before} ${form(trace, span)} ${after}`)
      expect(found.trace_id).toBe(trace)
      expect([null, span]).toContain(found.span_id)
    }),
    { numRuns: 300 },
  )
})

test('of any text, what is found is an id and stands in the text', () => {
  const piece = fc.oneof(
    fc.string(),
    hex(32),
    hex(16),
    fc.constantFrom('trace_id', '=', ':', '"', '{', '}', '\\', '-', '00'),
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.array(piece).map((pieces) => pieces.join('')),
      ),
      (text) => {
        const { trace_id, span_id, correlation_id, others } = findIds(text)
        for (const id of [trace_id, ...others]) if (id !== null) expect(id).toMatch(/^(?!0{32})[0-9a-f]{32}$/)
        if (span_id !== null) expect(span_id).toMatch(/^(?!0{16})[0-9a-f]{16}$/)
        if (correlation_id !== null) expect(correlation_id).toMatch(/^[A-Za-z0-9.:_-]{1,128}$/)
        expect(new Set([trace_id, ...others]).size).toBe(others.length + 1)
      },
    ),
    { numRuns: 300 },
  )
})

test('the correlation id that a trace has of itself is told from every other', () => {
  fc.assert(
    fc.property(hex(32), hex(32), (trace, other) => {
      const words = [0, 8, 16, 24].map((at) => Number.parseInt(trace.slice(at, at + 8), 16) | 0)
      const uuid = traceUuid(words[0]!, words[1]!, words[2]!, words[3]!)
      expect(mayBeTrace(uuid)).toBe(true)
      expect(isTraceAsUuid(uuid, trace)).toBe(true)
      expect(isTraceAsUuid(uuid.toUpperCase(), trace)).toBe(true)
      if (other.slice(0, 12) !== trace.slice(0, 12)) expect(isTraceAsUuid(uuid, other)).toBe(false)
    }),
    { numRuns: 100 },
  )
  expect(isTraceAsUuid('order-4711', TRACE)).toBe(false)
})

test('a paste of any length is looked at as far as a line may go, and no further', () => {
  const long = `${'{"a":'.repeat(40_000)} ${TRACE}`
  expect(findIds(long).trace_id).toBe(null)
  expect(findIds(`${TRACE} ${'x'.repeat(200_000)}`).trace_id).toBe(TRACE)
})
