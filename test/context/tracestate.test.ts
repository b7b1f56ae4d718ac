import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Frame } from '../../src/context/frame.ts'
import { Propagator } from '../../src/context/propagator.ts'
import { isTracestate, TraceState } from '../../src/context/tracestate.ts'

const PARENT = '00-12345678901234567890123456789012-1234567890123456-00'
const propagator = new Propagator(['tracecontext'])

/** The tracestate that travels on, or null; the traceparent must survive whatever the tracestate is. */
function through(...states: string[]): string | null {
  const frame = new Frame(null)
  propagator.extractRaw(['traceparent', PARENT, ...states.flatMap((state) => ['tracestate', state])], frame)
  const headers = propagator.headers(frame, false)
  expect(headers['traceparent']).toBe(PARENT)
  return headers['tracestate'] ?? null
}

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => String.fromCharCode(from + i)).join('')
const KEY = `${range(0x61, 0x7a)}0123456789_-*/`
const VALUE = range(0x20, 0x2b) + range(0x2d, 0x3c) + range(0x3e, 0x7e)
const many = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `bar${from + i}=${from + i}`).join(',')

// The cases of the public W3C test suite (w3c/trace-context, test/test.py), Level 2 grammar.
const CASES: [title: string, sent: string[], result: string | null][] = [
  ['two members', ['foo=1,bar=2'], 'foo=1,bar=2'],
  ['an empty header', [''], null],
  ['an empty header behind', ['foo=1', ''], 'foo=1,'],
  ['an empty header before', ['', 'foo=1'], ',foo=1'],
  [
    'several headers are one list in their order',
    ['foo=1,bar=2', 'rojo=1,congo=2', 'baz=3'],
    'foo=1,bar=2,rojo=1,congo=2,baz=3',
  ],
  ['a repeated key is inherited', ['foo=1,foo=2'], 'foo=1,foo=2'],
  ['a repeated key in two headers', ['foo=1', 'foo=1'], 'foo=1,foo=1'],
  ['every allowed character', [`${KEY}=${VALUE}`], `${KEY}=${VALUE}`],
  ['every allowed character with a tenant', [`${KEY}@a-z0-9_-*/=${VALUE}`], `${KEY}@a-z0-9_-*/=${VALUE}`],
  ['spaces and tabs around members', ['foo=1 \t , \t bar=2, \t baz=3'], 'foo=1 \t , \t bar=2, \t baz=3'],
  ['tabs and spaces around members', ['foo=1\t \t,\t \tbar=2,\t \tbaz=3'], 'foo=1\t \t,\t \tbar=2,\t \tbaz=3'],
  ['a space before', [' foo=1'], ' foo=1'],
  ['a tab behind', ['foo=1\t'], 'foo=1\t'],
  ['empty members', ['foo=1,,bar=2, ,'], 'foo=1,,bar=2, ,'],
  ['only separators', [', ,\t,'], null],
  ['a space in a key', ['foo =1'], null],
  ['an upper-case key', ['FOO=1'], null],
  ['a dot in a key', ['foo.bar=1'], null],
  ['a key that begins with a digit', ['1a=1'], '1a=1'],
  ['a key that ends with an at sign', ['foo@=1,bar=2'], 'foo@=1,bar=2'],
  ['a key that begins with an at sign', ['@foo=1,bar=2'], null],
  ['two at signs', ['foo@@bar=1,bar=2'], 'foo@@bar=1,bar=2'],
  ['two at signs apart', ['foo@bar@baz=1,bar=2'], 'foo@bar@baz=1,bar=2'],
  ['32 members', [many(1, 10), many(11, 20), many(21, 30), many(31, 32)], many(1, 32)],
  ['33 members', [many(1, 10), many(11, 20), many(21, 30), many(31, 33)], null],
  ['a key of 256 characters', ['foo=1', `${'z'.repeat(256)}=1`], `foo=1,${'z'.repeat(256)}=1`],
  ['a key of 257 characters', ['foo=1', `${'z'.repeat(257)}=1`], null],
  [
    'a long tenant',
    ['foo=1', `${'t'.repeat(241)}@${'v'.repeat(14)}=1`],
    `foo=1,${'t'.repeat(241)}@${'v'.repeat(14)}=1`,
  ],
  ['a longer tenant, allowed since Level 2', ['foo=1', `${'t'.repeat(242)}@v=1`], `foo=1,${'t'.repeat(242)}@v=1`],
  ['a long system id', ['foo=1', `t@${'v'.repeat(15)}=1`], `foo=1,t@${'v'.repeat(15)}=1`],
  ['an equals sign in a value', ['foo=bar=baz'], null],
  ['an empty value', ['foo=,bar=3'], null],
  ['a value of spaces', ['foo=  ,bar=3'], null],
  ['a leading space in a value', ['foo= 1'], 'foo= 1'],
  ['a tab in a value', ['foo=a\tb'], null],
  ['a value of 256 characters', [`a=${'v'.repeat(256)}`], `a=${'v'.repeat(256)}`],
  ['a value of 257 characters', [`a=${'v'.repeat(257)}`], null],
  ['a character beyond ASCII', ['foo=é'], null],
  ['a member without a value', ['foo'], null],
  ['one bad member spoils the list', ['foo=1,BAD=2,bar=3'], null],
]

test.each(CASES)('tracestate: %s [R-08]', (_title, sent, result) => {
  expect(through(...sent)).toBe(result)
})

test('without a valid traceparent the tracestate is not looked at [R-08]', () => {
  for (const parent of [[], ['traceparent', 'nonsense']]) {
    const frame = new Frame(null)
    propagator.extractRaw([...parent, 'tracestate', 'foo=1'], frame)
    expect(frame).toEqual(new Frame(null))
  }
})

test('header names count in any case, and other names do not [R-08]', () => {
  for (const [name, result] of [
    ['TraceState', 'foo=1'],
    ['TrAcEsTaTe', 'foo=1'],
    ['TRACESTATE', 'foo=1'],
    ['trace-state', null],
    ['trace.state', null],
  ] as const) {
    const frame = new Frame(null)
    propagator.extractRaw(['traceparent', PARENT, name, 'foo=1'], frame)
    expect(frame.traceState).toBe(result)
  }
})

test('beyond 512 characters whole members go: those over 128 first, then from the end [R-08]', () => {
  const long = `long=${'x'.repeat(200)}`
  const short = Array.from({ length: 20 }, (_, i) => `m${i}=${'y'.repeat(20)}`)
  expect(through([short[0], long, ...short.slice(1)].join(','))).toBe(short.join(','))
  const middling = Array.from({ length: 30 }, (_, i) => `m${10 + i}=${'y'.repeat(20)}`)
  const left = through(middling.join(','))!
  expect(left).toBe(middling.slice(0, 20).join(','))
  expect(left.length).toBeLessThanOrEqual(512)
  expect(through(`a=${'x'.repeat(250)},${'k'.repeat(200)}=1,b=${'y'.repeat(250)},c=1`)).toBe(
    `a=${'x'.repeat(250)},${'k'.repeat(200)}=1,c=1`,
  )
})

test('the newest change comes first, and a repeated key loses its older place [R-08]', () => {
  const state = new TraceState('rojo=1,congo=2,rojo=3')
  expect(state.get('rojo')).toBe('1')
  expect(state.set('congo', '9').serialize()).toBe('congo=9,rojo=1')
  expect(state.set('new', '0').serialize()).toBe('new=0,rojo=1,congo=2')
  expect(state.unset('rojo').serialize()).toBe('congo=2')
  expect(state.serialize()).toBe('rojo=1,congo=2,rojo=3')
})

test('a key or value that breaks the grammar changes nothing [R-08]', () => {
  const state = new TraceState('a=1')
  for (const [key, value] of [
    ['A', '1'],
    ['', '1'],
    ['b', ''],
    ['b', 'x,y=1'],
    ['b', 'x '],
    ['b', 'x=y'],
    ['b=c', 'd'],
  ] as const) {
    expect(state.set(key, value)).toBe(state)
  }
})

test('a 33rd member pushes out the last [R-08]', () => {
  const state = new TraceState(many(1, 32)).set('first', '1')
  expect(state.serialize()).toBe(`first=1,${many(1, 31)}`)
  expect(isTracestate(state.serialize())).toBe(true)
})

test('any valid list survives a change of one of its members [R-08]', () => {
  const key = fc.stringMatching(/^[a-z0-9][a-z0-9_*/@-]{0,8}$/)
  const value = fc.stringMatching(/^[!-+\--<>-~]{1,8}$/)
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(key, value), { selector: ([k]) => k, minLength: 1, maxLength: 20 }),
      key,
      value,
      (list, changed, to) => {
        const text = list.map((pair) => pair.join('=')).join(',')
        expect(isTracestate(text)).toBe(true)
        const rest = list.filter(([k]) => k !== changed)
        expect(new TraceState(text).set(changed, to).serialize()).toBe(
          [[changed, to], ...rest].map((pair) => pair.join('=')).join(','),
        )
      },
    ),
  )
})

test('no text makes the scanner throw or loop [R-08]', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab1@=, \t_é'), maxLength: 40 }), (text) => {
      const ok = isTracestate(text)
      if (ok) expect(new TraceState(text).serialize()).toBe(text)
      else expect(new TraceState(text).serialize()).toBe('')
    }),
    { numRuns: 2000 },
  )
})
