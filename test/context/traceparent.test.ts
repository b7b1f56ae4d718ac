import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Frame } from '../../src/context/frame.ts'
import { Propagator } from '../../src/context/propagator.ts'
import { formatTraceparent, parseTraceparent } from '../../src/context/traceparent.ts'
import { FLAG_REMOTE } from '../../src/model/span.ts'

const TRACE = '12345678901234567890123456789012'
const SPAN = '1234567890123456'
const propagator = new Propagator(['tracecontext', 'baggage'])

/** The traceparent that would travel on, or 'restart' when the headers are ignored. */
function through(...headers: [string, string][]): string {
  const frame = new Frame(null)
  propagator.extractRaw(headers.flat(), frame)
  return frame.hasTrace ? formatTraceparent(frame) : 'restart'
}

const kept = (flags = '01') => `00-${TRACE}-${SPAN}-${flags}`

// The cases of the public W3C test suite (w3c/trace-context, test/test.py), each as header text and what must follow.
const CASES: [title: string, text: string, result: string][] = [
  ['a valid header', `00-${TRACE}-${SPAN}-01`, kept()],
  ['an unsampled one', `00-${TRACE}-${SPAN}-00`, kept('00')],
  ['the random flag', `00-${TRACE}-${SPAN}-02`, kept('02')],
  ['both flags', `00-${TRACE}-${SPAN}-03`, kept('03')],
  ['unknown flags are sent on as zero', `00-${TRACE}-${SPAN}-ff`, kept('03')],
  ['unknown flags without the known', `00-${TRACE}-${SPAN}-fc`, kept('00')],
  ['version 00 with a dot behind', `00-${TRACE}-${SPAN}-01.`, 'restart'],
  ['version 00 with a further field', `00-${TRACE}-${SPAN}-01-what-the-future-will-be-like`, 'restart'],
  ['version 00 with a dash behind', `00-${TRACE}-${SPAN}-01-`, 'restart'],
  ['a higher version', `cc-${TRACE}-${SPAN}-01`, kept()],
  ['a higher version with a further field', `cc-${TRACE}-${SPAN}-01-what-the-future-will-be-like`, kept()],
  ['a higher version with a bare dash', `cc-${TRACE}-${SPAN}-01-`, kept()],
  ['a higher version with a dot behind', `cc-${TRACE}-${SPAN}-01.what-the-future-will-be-like`, 'restart'],
  ['version 01', `01-${TRACE}-${SPAN}-01-x`, kept()],
  ['version 0f, whose digits share no bit with 00', `0f-${TRACE}-${SPAN}-00`, kept('00')],
  ['version f0', `f0-${TRACE}-${SPAN}-00-x`, kept('00')],
  ['version fe', `fe-${TRACE}-${SPAN}-00`, kept('00')],
  ['version ff', `ff-${TRACE}-${SPAN}-01`, 'restart'],
  ['version FF', `FF-${TRACE}-${SPAN}-01`, 'restart'],
  ['a version that begins with a dot', `.0-${TRACE}-${SPAN}-01`, 'restart'],
  ['a version that ends with a dot', `0.-${TRACE}-${SPAN}-01`, 'restart'],
  ['a version of three digits', `000-${TRACE}-${SPAN}-01`, 'restart'],
  ['a version of four digits', `0000-${TRACE}-${SPAN}-01`, 'restart'],
  ['a version of one digit', `0-${TRACE}-${SPAN}-01`, 'restart'],
  ['a trace id of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`, 'restart'],
  ['a trace id that begins with a dot', `00-.${TRACE.slice(1)}-${SPAN}-01`, 'restart'],
  ['a trace id that ends with a dot', `00-${TRACE.slice(0, 31)}.-${SPAN}-01`, 'restart'],
  ['an upper-case trace id', `00-${TRACE.slice(0, 31)}A-${SPAN}-01`, 'restart'],
  ['a trace id of 33 digits', `00-${TRACE}3-${SPAN}-01`, 'restart'],
  ['a trace id of 31 digits', `00-${TRACE.slice(0, 31)}-${SPAN}-01`, 'restart'],
  ['a parent id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`, 'restart'],
  ['a parent id that begins with a dot', `00-${TRACE}-.${SPAN.slice(1)}-01`, 'restart'],
  ['a parent id that ends with a dot', `00-${TRACE}-${SPAN.slice(0, 15)}.-01`, 'restart'],
  ['an upper-case parent id', `00-${TRACE}-${SPAN.slice(0, 15)}B-01`, 'restart'],
  ['a parent id of 17 digits', `00-${TRACE}-${SPAN}7-01`, 'restart'],
  ['a parent id of 15 digits', `00-${TRACE}-${SPAN.slice(0, 15)}-01`, 'restart'],
  ['flags that begin with a dot', `00-${TRACE}-${SPAN}-.0`, 'restart'],
  ['flags that end with a dot', `00-${TRACE}-${SPAN}-0.`, 'restart'],
  ['upper-case flags', `00-${TRACE}-${SPAN}-0A`, 'restart'],
  ['flags of three digits', `00-${TRACE}-${SPAN}-001`, 'restart'],
  ['flags of one digit', `00-${TRACE}-${SPAN}-1`, 'restart'],
  ['a space before', ` 00-${TRACE}-${SPAN}-01`, kept()],
  ['a tab before', `\t00-${TRACE}-${SPAN}-01`, kept()],
  ['a space behind', `00-${TRACE}-${SPAN}-01 `, kept()],
  ['a tab behind', `00-${TRACE}-${SPAN}-01\t`, kept()],
  ['spaces and tabs on both sides', `\t 00-${TRACE}-${SPAN}-01 \t`, kept()],
  ['underscores for dashes', `00_${TRACE}_${SPAN}_01`, 'restart'],
  ['nothing', '', 'restart'],
]

test.each(CASES)('traceparent: %s [R-08]', (_title, text, result) => {
  expect(through(['traceparent', text])).toBe(result)
})

test('two traceparent headers restart the trace, equal or not [R-08]', () => {
  const a = `00-${TRACE.slice(0, 31)}1-${SPAN}-01`
  expect(through(['traceparent', a], ['traceparent', kept()])).toBe('restart')
  expect(through(['traceparent', kept()], ['traceparent', kept()])).toBe('restart')
  const frame = new Frame(null)
  propagator.extract({ traceparent: [kept(), kept()] }, frame)
  expect(frame.hasTrace).toBe(false)
})

test('the header name counts in any case, and other names do not [R-08]', () => {
  for (const name of ['traceparent', 'TraceParent', 'TrAcEpArEnT', 'TRACEPARENT']) {
    expect(through([name, kept()])).toBe(kept())
  }
  for (const name of ['trace-parent', 'trace.parent', 'tracepareni', 'xraceparent']) {
    expect(through([name, kept()])).toBe('restart')
  }
})

test('flags that this version does not know are not kept [R-08]', () => {
  const frame = new Frame(null)
  expect(parseTraceparent(`00-${TRACE}-${SPAN}-ff`, frame)).toBe(true)
  expect(frame.flags).toBe(3 | FLAG_REMOTE)
})

test('a refused header writes nothing into the frame [R-08]', () => {
  const frame = new Frame(null)
  expect(parseTraceparent(`00-${TRACE}-${'0'.repeat(16)}-01`, frame)).toBe(false)
  expect(frame).toEqual(new Frame(null))
})

test('an accepted header marks the ids as remote [R-08]', () => {
  const frame = new Frame(null)
  expect(parseTraceparent(`00-${'f'.repeat(32)}-${'8'.repeat(16)}-03`, frame)).toBe(true)
  expect([frame.t0, frame.t1, frame.t2, frame.t3, frame.s0, frame.s1, frame.flags]).toEqual([
    -1,
    -1,
    -1,
    -1,
    0x88888888 | 0,
    0x88888888 | 0,
    3 | FLAG_REMOTE,
  ])
})

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })

test('what is formatted parses to the same ids, whatever they are [R-08]', () => {
  fc.assert(
    fc.property(word, word, word, word, word, word, fc.integer({ min: 0, max: 3 }), (t0, t1, t2, t3, s0, s1, flags) => {
      const ids = { t0, t1, t2, t3, s0, s1, flags }
      const text = formatTraceparent(ids)
      expect(text).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]$/)
      const read = { t0: 0, t1: 0, t2: 0, t3: 0, s0: 0, s1: 0, flags: 0 }
      const valid = (t0 | t1 | t2 | t3) !== 0 && (s0 | s1) !== 0
      expect(parseTraceparent(text, read)).toBe(valid)
      if (valid) expect(read).toEqual({ ...ids, flags: flags | FLAG_REMOTE })
    }),
  )
})

test('the parser agrees with the grammar on any text [R-08]', () => {
  const grammar =
    /^(?!ff)(?:00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}|(?!00)[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(?:-[\s\S]*)?)$/
  const nearly = fc
    .tuple(
      fc.constantFrom('00', '01', 'fe', 'ff', '0', 'A0'),
      fc.string({ unit: fc.constantFrom(...'0123456789abcdefAFg-.'), minLength: 30, maxLength: 34 }),
      fc.string({ unit: fc.constantFrom(...'0189abcdef-G'), minLength: 15, maxLength: 17 }),
      fc.constantFrom('00', '01', '1', '0g', '01-x', '01.x', '01-'),
    )
    .map((parts) => parts.join('-'))
  const exact = fc
    .tuple(
      fc.constantFrom('00', '01', 'ff'),
      fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 32, maxLength: 32 }),
      fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 16, maxLength: 16 }),
      fc.constantFrom('00', '01', '03', '01-x', '01.'),
    )
    .map((parts) => parts.join('-'))
  fc.assert(
    fc.property(fc.oneof(fc.string(), nearly, exact), (text) => {
      const zero = /^..-0{32}-/.test(text) || /^..-.{32}-0{16}-/.test(text)
      expect(parseTraceparent(text, new Frame(null))).toBe(grammar.test(text) && !zero)
    }),
    { numRuns: 2000 },
  )
})
