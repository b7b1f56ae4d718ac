import { expect, test } from 'vitest'
import { patternFault } from '../../src/config/pattern.ts'
import { faults, named } from './load.ts'

const ENDLESS = 'A repeat without an end that is not the last part takes too long: write {1,256}, or begin with \\b.'
const SHARED = 'Two of its repeats can take each other’s characters, which takes too long.'
const NESTED = 'It has a repeat within a repeat, which can take for ever.'

test.each([
  ['ORD-[0-9]+'],
  ['\\bEMP\\d{6}\\b'],
  ['\\b\\w+@\\w+\\.com'],
  ['[A-Z]{2}\\d{6}[A-Z]?'],
  ['(?:foo|bar)-\\w+'],
  ['(?<id>ID)\\d+'],
  ['\\p{L}{3}-\\d+'],
  ['"[^"]*"'],
  ['^\\s+$'],
  ['cust-(?:[a-f0-9]{8}-){3}[a-f0-9]{12}'],
  ['\\bSVC-\\w+-END'],
  ['IBAN: ?[A-Z]{2}\\d{2}[A-Z0-9 ]{11,30}'],
  ['\\x41\\u0042\\u{43}[\\]x]\\cA?(?:ab|cd){2}'],
  ['(?:ab|cd)*x', ENDLESS],
  ['\\d{3,}?'],
  ['(a+)+', NESTED],
  ['(?:ab?)+', NESTED],
  ['(a?){20}', NESTED],
  ['(?:(?:a|b+)c)+', NESTED],
  ['(a|a)*', 'It repeats alternatives that begin alike, which can take for ever.'],
  ['(\\w|\\d)*', 'It repeats alternatives that begin alike, which can take for ever.'],
  ['(|a)*', 'It repeats what can be nothing.'],
  ['(\\w+)@x', ENDLESS],
  ['[^"]*"x', ENDLESS],
  ['x\\w+@', ENDLESS],
  ['\\d{16,}$', ENDLESS],
  ['\\w{1,300}@', ENDLESS],
  ['.*foo.*', SHARED],
  ['\\d{1,200}\\d{1,200}x', SHARED],
  ['x*x*x*y', SHARED],
  ['(\\d)\\1', 'It refers back to what it found before, which can take for ever.'],
  ['(?<a>\\d)\\k<a>', 'It refers back to what it found before, which can take for ever.'],
  ['(?=a)b', 'It looks around what it finds; write what is found.'],
  ['(?<!x)y', 'It looks around what it finds; write what is found.'],
  ['a?', 'It matches where there is nothing.'],
  ['a|b*', 'It matches where there is nothing.'],
  ['(?:a|b|c)(?:a|b|c)(?:a|b|c)(?:a|b|c)', 'It has too many alternatives.'],
  [Array.from({ length: 65 }, () => 'a').join('|'), 'It has too many alternatives.'],
  ['(', '/(/gu: Unterminated group.'],
  ['a'.repeat(257), 'It is longer than 256 characters.'],
])('pattern %s: %s [G-13]', (pattern, fault?: string) => {
  expect(patternFault(pattern)).toBe(fault)
})

test('a pattern that could be kept busy is a fault of the file that names it, with its line [G-13]', () => {
  const file = `name: shop
redact:
  patterns:
    - { name: staff, pattern: 'EMP\\d{6}' }
    - { name: bad, pattern: '(a+)+$' }
    - { name: staff, pattern: 'x' }
`
  expect(faults(file)).toEqual([
    'telltale.yaml:5:29 CONFIG_VALUE redact.patterns[1].pattern: The value is not allowed; found pattern "bad". It has a repeat within a repeat, which can take for ever.',
    'telltale.yaml:6:15 CONFIG_CONFLICT redact.patterns[2].name: Two settings contradict each other; found "staff" a second time, first at telltale.yaml:4:15. Keep one of the two.',
  ])
  const many = Array.from({ length: 33 }, (_, i) => `{ name: p${i}, pattern: x }`).join(', ')
  expect(faults(`name: shop\nredact: { patterns: [${many}] }\n`)).toEqual([
    expect.stringContaining(
      'redact.patterns[32].pattern: The value is not allowed; found pattern "p32". At most 32 patterns',
    ),
  ])
  expect(named(`redact: { patterns: [{ name: a, pattern: x }] }\n`).config.redact.patterns).toEqual([
    { name: 'a', pattern: 'x' },
  ])
})
