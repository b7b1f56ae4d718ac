import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Baggage, formatBaggage, parseBaggage } from '../../src/context/baggage.ts'

/** `key=value` or `key=value;metadata` of each member that was read. */
function read(text: string): string[] {
  return [...parseBaggage(text)].map(([key, { value, metadata }]) => `${key}=${value}${metadata ? `;${metadata}` : ''}`)
}

const CASES: [title: string, text: string, members: string[]][] = [
  ['members with spaces around everything', ' a = 1 ,\tb=2', ['a=1', 'b=2']],
  ['an empty value', 'a=', ['a=']],
  ['an equals sign in a value', 'a=b=c', ['a=b=c']],
  ['percent-encoded UTF-8', 'user=Am%C3%A9lie%20P', ['user=Amélie P']],
  ['a lower-case percent code', 'a=%2c', ['a=,']],
  ['bytes that are no UTF-8 become U+FFFD', 'a=x%FFy', ['a=x\ufffdy']],
  ['a percent sign that encodes nothing stays', 'a=100%', ['a=100%']],
  ['properties', 'a=1;ttl=60;private, b=2', ['a=1;ttl=60;private', 'b=2']],
  ['a repeated key: the last one', 'a=1,a=2', ['a=2']],
  ['a key is case-sensitive and may have marks', "A=1,a=2,!#$%&'*+-.^_`|~=3", ['A=1', 'a=2', "!#$%&'*+-.^_`|~=3"]],
  ['a member without an equals sign is skipped', 'a=1,junk,b=2', ['a=1', 'b=2']],
  ['a member without a key is skipped', '=1,b=2', ['b=2']],
  ['a key that is no token is skipped', 'a b=1,(x)=2,c=3', ['c=3']],
  ['a value with a space, a quote or a backslash is skipped', 'a=x y,b="q",c=\\,d=4', ['d=4']],
  ['a value beyond ASCII is skipped', 'a=é,b=2', ['b=2']],
  ['a control character in a property is skipped', 'a=1;x\u0001,b=2', ['b=2']],
  ['nothing but commas', ',,,', []],
]

test.each(CASES)('baggage: %s [R-08]', (_title, text, members) => {
  expect(read(text)).toEqual(members)
})

test('at most 64 members are read and written [R-08]', () => {
  const text = Array.from({ length: 70 }, (_, i) => `k${i}=${i}`).join(',')
  expect(read(text)).toEqual(Array.from({ length: 64 }, (_, i) => `k${i}=${i}`))
  const map = new Map(Array.from({ length: 70 }, (_, i) => [`k${i}`, { value: `${i}` }] as const))
  expect(formatBaggage(new Baggage(map))).toBe(Array.from({ length: 64 }, (_, i) => `k${i}=${i}`).join(','))
})

test('at most 8192 bytes are read and written, in whole members [R-08]', () => {
  const big = 'x'.repeat(4000)
  expect([...parseBaggage(`a=${big},b=${big},c=${big},d=1`).keys()]).toEqual(['a', 'b'])
  const baggage = new Baggage('')
    .setEntry('a', { value: big })
    .setEntry('b', { value: big })
    .setEntry('c', { value: big })
    .setEntry('d', { value: '1' })
  expect(formatBaggage(baggage)).toBe(`a=${big},b=${big},d=1`)
  expect(formatBaggage(new Baggage('').setEntry('a', { value: 'x'.repeat(8191) }))).toBe('')
})

test('a changed baggage is a new one; metadata and order are kept [R-08]', () => {
  const first = new Baggage('a=1;p=q,b=2')
  const second = first.setEntry('c', { value: 'x, y' }).removeEntry('b')
  expect(formatBaggage(first)).toBe('a=1;p=q,b=2')
  expect(formatBaggage(second)).toBe('a=1;p=q,c=x%2C%20y')
  expect(second.removeEntries('a', 'c').getAllEntries()).toEqual([])
  expect(second.clear().getAllEntries()).toEqual([])
})

test('what cannot be a header is not written: no header injection through keys, values or properties [R-08]', () => {
  const baggage = new Baggage(
    new Map([
      ['bad key', { value: '1' }],
      ['a\r\nX-Evil: 1', { value: '1' }],
      ['value', { value: 'x\r\nX-Evil: 1' }],
      ['property', { value: '1', metadata: 'p\r\nX-Evil: 1' }],
      ['lone', { value: '\ud800' }],
    ]),
  )
  expect(formatBaggage(baggage)).toBe('value=x%0D%0AX-Evil%3A%201,property=1,lone=%EF%BF%BD')
})

test('any values under token keys come back as they went [R-08]', () => {
  const key = fc.stringMatching(/^[A-Za-z0-9_.!#$&'*+^`|~%-]{1,10}$/)
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(key, fc.string({ unit: 'binary' })), { selector: ([k]) => k, maxLength: 20 }),
      (pairs) => {
        const baggage = new Baggage(new Map(pairs.map(([k, value]) => [k, { value: Buffer.from(value).toString() }])))
        expect([...parseBaggage(formatBaggage(baggage))]).toEqual(baggage.getAllEntries())
      },
    ),
  )
})

test('no text makes the parser throw [R-08]', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'a=;,% 2Cé\t\\') }), (text) => {
      const once = formatBaggage(new Baggage(text))
      expect(formatBaggage(new Baggage(once))).toBe(once)
    }),
    { numRuns: 1000 },
  )
})
