import fc from 'fast-check'
import { expect, test } from 'vitest'
import { spanIdHex, traceIdHex } from '../../src/base/ids.ts'
import { Frame } from '../../src/context/frame.ts'
import { Propagator } from '../../src/context/propagator.ts'
import { FLAG_DEFERRED, FLAG_REMOTE, FLAG_SAMPLED } from '../../src/model/span.ts'
import { ALWAYS_OFF, parentBased, SAMPLE, traceIdRatio } from '../../src/trace/sampler.ts'

const T128 = '80f198ee56343ba864fe8b2a57d3eff7'
const T64 = 'a3ce929d0e0e4736'
const S = 'e457b5a2e4d86bd1'
const P = '05e3ac9a4f6e3b90'
const W3C = '00-12345678901234567890123456789012-1234567890123456-01'

const single = new Propagator(['b3'])
const multi = new Propagator(['b3multi'])

/** What a request with these headers is to us, in few words; what it would send on. */
function read(headers: Record<string, string>, propagator = single): { ids: string; decision: string } {
  const frame = new Frame(null)
  propagator.extractRaw(Object.entries(headers).flat(), frame)
  const decision = (frame.flags & FLAG_DEFERRED) !== 0 ? 'deferred' : (frame.flags & FLAG_SAMPLED) !== 0 ? 'yes' : 'no'
  const debug = propagator.headers(frame, false)
  return {
    ids: frame.hasTrace ? `${traceIdHex(frame.t0, frame.t1, frame.t2, frame.t3)} ${spanIdHex(frame.s0, frame.s1)}` : '',
    decision:
      (frame.flags & FLAG_REMOTE) === 0
        ? 'none'
        : debug['b3']?.endsWith('d') || debug['x-b3-flags'] === '1'
          ? 'debug'
          : decision,
  }
}

const FULL = `${T128} ${S}`
const PADDED = `0000000000000000${T64} ${S}`

const SINGLE: [header: string, ids: string, decision: string][] = [
  [`${T128}-${S}-1-${P}`, FULL, 'yes'],
  [`${T128}-${S}-1`, FULL, 'yes'],
  [`${T128}-${S}-0`, FULL, 'no'],
  [`${T128}-${S}-d`, FULL, 'debug'],
  [`${T128}-${S}-d-${P}`, FULL, 'debug'],
  [`${T128}-${S}`, FULL, 'deferred'],
  [`${T64}-${S}-1`, PADDED, 'yes'],
  [`${T64}-${S}-0-${P}`, PADDED, 'no'],
  [`${T64}-${S}`, PADDED, 'deferred'],
  ['0', '', 'no'],
  ['1', '', 'yes'],
  ['d', '', 'debug'],
  [` ${T64}-${S}-1\t`, PADDED, 'yes'],
  ...[
    '',
    '-',
    '2',
    'D',
    'true',
    T128,
    `${T128}-`,
    `${T128}-${S}-`,
    `${T128}-${S}-2`,
    `${T128}-${S}-D`,
    `${T128}-${S}-11`,
    `${T128}-${S}-1-`,
    `${T128}-${S}-1-${P}0`,
    `${T128}-${S}-1-${P.slice(1)}`,
    `${T128}-${S}-1-${'0'.repeat(16)}`,
    `${T128}-${S}-${P}`,
    `${T128.slice(1)}-${S}-1`,
    `${T128}-${S.slice(1)}-1`,
    `${T64}0-${S}-1`,
    `${T128.toUpperCase()}-${S}-1`,
    `${T128}-${S.toUpperCase()}-1`,
    `${'0'.repeat(32)}-${S}-1`,
    `${'0'.repeat(16)}-${S}-1`,
    `${T128}-${'0'.repeat(16)}-1`,
    `${T128}-${S}-1,${T64}-${S}-1`,
    `${T128.replace('8', 'g')}-${S}-1`,
  ].map((text): [string, string, string] => [text, '', 'none']),
]

test.each(SINGLE)('b3: %j is read to the letter [R-08]', (header, ids, decision) => {
  expect(read({ b3: header })).toEqual({ ids, decision })
})

const IDS = { 'X-B3-TraceId': T128, 'X-B3-SpanId': S }

const MULTI: [headers: Record<string, string>, ids: string, decision: string][] = [
  [{ ...IDS, 'X-B3-Sampled': '1', 'X-B3-ParentSpanId': P }, FULL, 'yes'],
  [{ ...IDS, 'X-B3-Sampled': '0' }, FULL, 'no'],
  [{ ...IDS, 'X-B3-Sampled': 'true' }, FULL, 'yes'],
  [{ ...IDS, 'X-B3-Sampled': 'False' }, FULL, 'no'],
  [{ ...IDS, 'X-B3-Flags': '1' }, FULL, 'debug'],
  [{ ...IDS, 'X-B3-Flags': '1', 'X-B3-Sampled': '0' }, FULL, 'debug'],
  [{ ...IDS, 'X-B3-Flags': '0', 'X-B3-Sampled': '1' }, FULL, 'yes'],
  [IDS, FULL, 'deferred'],
  [{ 'x-b3-traceid': T64, 'X-B3-SPANID': S, 'x-B3-sampled': '1' }, PADDED, 'yes'],
  [{ 'X-B3-Sampled': '0' }, '', 'no'],
  [{ 'X-B3-Sampled': '1' }, '', 'yes'],
  [{ 'X-B3-Flags': '1' }, '', 'debug'],
  [{ ...IDS, 'X-B3-Sampled': 'maybe' }, '', 'none'],
  [{ 'X-B3-TraceId': T128, 'X-B3-Sampled': '1' }, '', 'none'],
  [{ 'X-B3-SpanId': S, 'X-B3-Sampled': '1' }, '', 'none'],
  [{ ...IDS, 'X-B3-TraceId': T128.slice(2) }, '', 'none'],
  [{ ...IDS, 'X-B3-SpanId': `${S}00` }, '', 'none'],
  [{ 'X-B3-ParentSpanId': P }, '', 'none'],
]

test.each(MULTI)('X-B3 headers %j are read to the letter [R-08]', (headers, ids, decision) => {
  expect(read(headers, multi)).toEqual({ ids, decision })
  // Either name of the propagator reads both forms.
  expect(read(headers, single)).toEqual({ ids, decision })
})

test('the single header wins over several, and several are read when the single one is malformed [R-08]', () => {
  const several = { 'x-b3-traceid': T64, 'x-b3-spanid': S, 'x-b3-sampled': '0' }
  const both = new Propagator(['b3', 'b3multi'])
  for (const propagator of [single, multi, both]) {
    expect(read({ ...several, b3: `${T128}-${P}-1` }, propagator)).toEqual({ ids: `${T128} ${P}`, decision: 'yes' })
    expect(read({ ...several, b3: 'nonsense' }, propagator)).toEqual({ ids: PADDED, decision: 'no' })
  }
})

function sent(propagator: Propagator, header: string): Record<string, string> {
  const frame = new Frame(null)
  propagator.extractRaw(['b3', header], frame)
  return propagator.headers(frame, true)
}

test('each form writes its own headers, debug without sampled, a deferred decision not at all [R-08]', () => {
  const forms = (header: string) => [sent(single, header), sent(multi, header)]
  expect(['1', '0', 'd'].map((state) => forms(`${T64}-${S}-${state}-${P}`))).toEqual(
    ['1', '0', 'd'].map((state) => [
      { b3: `0000000000000000${T64}-${S}-${state}` },
      {
        'x-b3-traceid': `0000000000000000${T64}`,
        'x-b3-spanid': S,
        ...(state === 'd' ? { 'x-b3-flags': '1' } : { 'x-b3-sampled': state }),
      },
    ]),
  )
  expect(forms(`${T128}-${S}`)).toEqual([{ b3: `${T128}-${S}` }, { 'x-b3-traceid': T128, 'x-b3-spanid': S }])
  expect(['0', '1', 'd'].map(forms)).toEqual([
    [{ b3: '0' }, { 'x-b3-sampled': '0' }],
    [{ b3: '1' }, { 'x-b3-sampled': '1' }],
    [{ b3: 'd' }, { 'x-b3-flags': '1' }],
  ])
  expect([single.headers(new Frame(null), true), multi.headers(new Frame(null), true)]).toEqual([{}, {}])
})

test('formats are read in the order of the configuration, the later of two wins, and a broken one loses nothing [R-08]', () => {
  const both = { traceparent: W3C, tracestate: 'v=1', b3: `${T128}-${S}-1` }
  const last = (names: string[], headers: Record<string, string>) => read(headers, new Propagator(names)).ids
  const w3c = '12345678901234567890123456789012 1234567890123456'
  expect(last(['tracecontext', 'b3'], both)).toBe(FULL)
  expect(last(['b3', 'tracecontext'], both)).toBe(w3c)
  expect(last(['tracecontext', 'b3'], { ...both, b3: 'broken' })).toBe(w3c)
  expect(last(['b3', 'tracecontext'], { ...both, traceparent: 'broken' })).toBe(FULL)
  // A decision alone changes nothing about a trace that is there.
  expect(last(['tracecontext', 'b3'], { ...both, b3: '0' })).toBe(w3c)
})

test('tracestate stays when B3 speaks of the same trace, and goes when it speaks of another [R-08]', () => {
  const propagator = new Propagator(['tracecontext', 'b3'])
  const state = (b3: string) => {
    const frame = new Frame(null)
    propagator.extractRaw(['traceparent', W3C, 'tracestate', 'v=1', 'b3', b3], frame)
    return frame.traceState
  }
  expect(state(`12345678901234567890123456789012-${S}-1`)).toBe('v=1')
  expect(state(`${T128}-${S}-1`)).toBeNull()
})

test('a deferred decision is made by the root sampler, a decision of the caller is kept [R-08]', () => {
  const sampler = parentBased(traceIdRatio(0.5))
  const frame = (header: string): Frame => {
    const made = new Frame(null)
    single.extractRaw(['b3', header], made)
    return made
  }
  const high = `${'f'.repeat(32)}-${S}`
  const low = `${'0'.repeat(31)}1-${S}`
  const decide = (header: string) => {
    const parent = frame(header)
    return sampler.decide(parent.t2, parent.t3, parent, 's', 1, null) === SAMPLE
  }
  expect([high, low, `${high}-0`, `${low}-1`, `${low}-d`].map(decide)).toEqual([true, false, false, true, true])
  expect(parentBased(ALWAYS_OFF).decide(0, 0, frame('1'), 's', 1, null)).toBe(SAMPLE)
})

const hex = (digits: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: digits, maxLength: digits })
    .map((parts) => parts.join(''))
    .filter((text) => /[^0]/.test(text))

test('whatever is written is read again the same, by either form and either reader [R-08]', () => {
  fc.assert(
    fc.property(hex(32), hex(16), fc.constantFrom('0', '1', 'd', ''), (trace, span, state) => {
      const text = state === '' ? `${trace}-${span}` : `${trace}-${span}-${state}`
      const frame = new Frame(null)
      single.extractRaw(['b3', text], frame)
      expect(single.headers(frame, false)).toEqual({ b3: text })
      const again = new Frame(null)
      multi.extract(multi.headers(frame, false), again)
      expect(single.headers(again, false)).toEqual({ b3: text })
    }),
  )
})

test('no text of a header throws, and what is not taken changes nothing [R-08]', () => {
  const near = fc
    .array(fc.constantFrom('-', '0', '1', 'd', 'F', T128, T64, S, ' ', ',', 'é', '\0'))
    .map((p) => p.join(''))
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 120 }), near)
  fc.assert(
    fc.property(text, text, text, text, (b3, trace, span, sampled) => {
      const frame = new Frame(null)
      const raw = ['b3', b3, 'x-b3-traceid', trace, 'x-b3-spanid', span, 'X-B3-Sampled', sampled]
      single.extractRaw(raw, frame)
      if ((frame.flags & FLAG_REMOTE) === 0) expect(frame).toEqual(new Frame(null))
      else if (!frame.hasTrace)
        expect([frame.t0, frame.t1, frame.t2, frame.t3, frame.s0, frame.s1]).toEqual([0, 0, 0, 0, 0, 0])
    }),
    { numRuns: 2000 },
  )
})
