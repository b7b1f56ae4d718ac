import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Baggage } from '../../src/context/baggage.ts'
import { Frame } from '../../src/context/frame.ts'
import { Propagator } from '../../src/context/propagator.ts'

const T = '4bf92f3577b34da6a3ce929d0e0e4736'
const S = '00f067aa0ba902b7'
const jaeger = new Propagator(['jaeger'])

function frame(raw: string[], propagator = jaeger): Frame {
  const made = new Frame(null)
  propagator.extractRaw(raw, made)
  return made
}

const again = (value: string) => jaeger.headers(frame(['uber-trace-id', value]), false)['uber-trace-id']

const READ: [header: string, written: string | undefined][] = [
  [`${T}:${S}:0:1`, `${T}:${S}:0:1`],
  [`${T}:${S}:0:0`, `${T}:${S}:0:0`],
  [`${T}:${S}:0:01`, `${T}:${S}:0:1`],
  [`${T}:${S}:0:3`, `${T}:${S}:0:3`],
  [`${T}:${S}:0:03`, `${T}:${S}:0:3`],
  // Debug counts only with sampled; firehose and unused bits are looked over.
  [`${T}:${S}:0:2`, `${T}:${S}:0:0`],
  [`${T}:${S}:0:9`, `${T}:${S}:0:1`],
  [`${T}:${S}:0:fF`, `${T}:${S}:0:3`],
  // The parent is ignored, whatever it is.
  [`${T}:${S}:5b4f9b1c3d2e1f0a:1`, `${T}:${S}:0:1`],
  [`${T}:${S}::1`, `${T}:${S}:0:1`],
  [`${T}:${S}:x y:1`, `${T}:${S}:0:1`],
  // Leading zeros may be gone.
  ['1:2:0:1', `${'0'.repeat(31)}1:${'0'.repeat(15)}2:0:1`],
  ['a3ce929d0e0e4736:f067aa0ba902b7:0:1', `${'0'.repeat(16)}a3ce929d0e0e4736:${S}:0:1`],
  [`${T.toUpperCase()}:${S.toUpperCase()}:0:1`, `${T}:${S}:0:1`],
  [`${T}%3A${S}%3a0%3A1`, `${T}:${S}:0:1`],
  [` ${T}:${S}:0:1 `, `${T}:${S}:0:1`],
  ...[
    '',
    ':::',
    T,
    `${T}:${S}`,
    `${T}:${S}:0`,
    `${T}:${S}:0:`,
    `${T}:${S}:0:001`,
    `${T}:${S}:0:g`,
    `${T}:${S}:0:-1`,
    `${T}:${S}:0:1:2`,
    `${T}0:${S}:0:1`,
    `${T}:${S}0:0:1`,
    `0:${S}:0:1`,
    `${T}:0:0:1`,
    `:${S}:0:1`,
    `${T}::0:1`,
    `${T}g:${S}:0:1`,
    `${T}%3${S}%3A0%3A1`,
    `${T}:${S}:0:1,${T}:${S}:0:1`,
    `${T}:${S}:${'0'.repeat(200)}:1`,
  ].map((text): [string, undefined] => [text, undefined]),
]

test.each(READ)('uber-trace-id: %j is read to the letter [R-08]', (header, written) => {
  expect(again(header)).toBe(written)
})

test('baggage travels one member a header, percent-encoded, to listed hosts alone [R-08]', () => {
  const made = frame([
    'uber-trace-id',
    `${T}:${S}:0:1`,
    'UberCtx-User-Id',
    'a%20b%3Dc',
    'uberctx-plan',
    'pro',
    'uberctx-',
    'x',
  ])
  expect(jaeger.headers(made, true)).toEqual({
    'uber-trace-id': `${T}:${S}:0:1`,
    'uberctx-user-id': 'a%20b%3Dc',
    'uberctx-plan': 'pro',
  })
  expect(jaeger.headers(made, false)).toEqual({ 'uber-trace-id': `${T}:${S}:0:1` })
  expect(made.baggage!.getEntry('user-id')).toEqual({ value: 'a b=c' })
})

test('what people type into jaeger-baggage is read and not repeated as it came [R-08]', () => {
  const made = frame(['jaeger-baggage', 'k1=v1, k2 = v2,broken,=x'])
  expect(jaeger.headers(made, true)).toEqual({ 'uberctx-k1': 'v1', 'uberctx-k2': 'v2' })
})

test('baggage of both kinds is one, in either order, and a broken one loses nothing [R-08]', () => {
  const raw = ['baggage', 'a=1,b=2', 'uberctx-c', '3', 'uberctx-b', '4', 'uberctx-bad key', '5', 'uberctx-d', '%E0%A4']
  for (const names of [
    ['baggage', 'jaeger'],
    ['jaeger', 'baggage'],
  ]) {
    const { baggage } = frame(raw, new Propagator(names))
    expect(Object.fromEntries(baggage!.getAllEntries().map(([key, { value }]) => [key, value]))).toEqual({
      a: '1',
      b: '4',
      c: '3',
      d: '�',
    })
  }
})

test('baggage headers are bounded in number and in bytes [R-08]', () => {
  const many = Array.from({ length: 100 }, (_, i) => [`uberctx-k${i}`, String(i)]).flat()
  expect(frame(many).baggage!.getAllEntries().length).toBe(64)
  expect(frame(['uberctx-a', 'x'.repeat(9000), 'uberctx-b', '1']).baggage).toBeNull()
  const large = new Frame(null)
  large.baggage = new Baggage(new Map([...'abc'].map((key) => [key, { value: 'x'.repeat(4000) }])))
  expect(Object.keys(jaeger.headers(large, true))).toEqual(['uberctx-a', 'uberctx-b'])
})

test('nothing of one request is left for the next [R-08]', () => {
  frame(['uberctx-a', '1', 'uber-trace-id', `${T}:${S}:0:3`])
  expect(frame(['host', 'x'])).toEqual(new Frame(null))
  expect(frame(['uberctx-b', '1']).baggage!.getAllEntries()).toEqual([['b', { value: '1' }]])
})

test('headers by object, by getter and raw give the same frame [R-08]', () => {
  const headers = { 'uber-trace-id': `${T}:${S}:0:1`, 'uberctx-a': '1' }
  const raw = frame(Object.entries(headers).flat())
  const object = new Frame(null)
  jaeger.extract(headers, object)
  const getter = new Frame(null)
  jaeger.extractWith<Record<string, string>>(headers, { get: (from, key) => from[key], keys: Object.keys }, getter)
  expect([object, getter]).toEqual([raw, raw])
  const without = new Frame(null)
  jaeger.extractWith<Record<string, string>>(headers, { get: (from, key) => from[key] }, without)
  expect([without.hasTrace, without.baggage]).toEqual([true, null])
})

test('the propagator names the fields that it writes, each once [R-08]', () => {
  expect(new Propagator(['tracecontext', 'baggage', 'b3', 'b3multi', 'jaeger']).sent).toEqual([
    'traceparent',
    'tracestate',
    'baggage',
    'b3',
    'x-b3-traceid',
    'x-b3-spanid',
    'x-b3-sampled',
    'x-b3-flags',
    'uber-trace-id',
  ])
})

const id = (digits: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: 1, maxLength: digits })
    .map((parts) => parts.join(''))
    .filter((text) => /[^0]/.test(text))

test('ids of any length arrive padded, and what is written is read again the same [R-08]', () => {
  fc.assert(
    fc.property(id(32), id(16), fc.constantFrom('0', '1', '3'), (trace, span, flags) => {
      const once = again(`${trace}:${span}:0:${flags}`)
      expect(once).toBe(`${trace.padStart(32, '0')}:${span.padStart(16, '0')}:0:${flags}`)
      expect(again(once!)).toBe(once)
    }),
  )
})

test('no header throws, whatever it holds [R-08]', () => {
  const part = fc.constantFrom(':', '%3A', '%', T, S, '0', '1', 'g', ' ', ',')
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(part).map((p) => p.join('')),
  )
  fc.assert(
    fc.property(text, text, text, (ids, name, value) => {
      const made = frame(['uber-trace-id', ids, `uberctx-${name}`, value, 'jaeger-baggage', value])
      jaeger.headers(made, true)
    }),
    { numRuns: 2000 },
  )
})
