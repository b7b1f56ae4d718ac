import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Redactor, redactText, redactUrl, redactValue } from '../../src/redact.ts'

const secret = fc.constantFrom(
  'Bearer sekret0123456789abcdef',
  'eyJhbGciOiJIUzI1NiJ9.eyJzekret.sekret0123456789',
  '-----BEGIN PRIVATE KEY-----\nsekret0123456789\n-----END PRIVATE KEY-----',
  '4111 1111 1111 1111',
  '5555555555554444',
  'password=sekret0123456789',
  '"client_secret": "sekret0123456789"',
  'https://bob:sekret0123456789@host/path',
  'https://host/?api_key=sekret0123456789&x=1',
  'ghp_sekret0123456789abcdefghij',
  'AKIASEKRET0123456789',
)
const leaks = /sekret|SEKRET|1111 1111|555555/

// Neighbours that end or begin a word join themselves to the secret and make another word of it: blanks keep them apart.
const noise = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom('=', ':', '"', '?', '://', '@', '-----', 'a=b&', 'token', '{"a":'),
)

test('a secret never survives, wherever it stands in a text [G-13]', () => {
  fc.assert(
    fc.property(noise, secret, noise, (before, hidden, after) => {
      expect(redactText(`${before}\n${hidden}\n${after}`)).not.toMatch(leaks)
    }),
    { numRuns: 3000 },
  )
})

test('redaction is idempotent, and the text never longer than the bound [G-13]', () => {
  const small = new Redactor({ maxText: 128, emails: true })
  const text = fc.array(fc.oneof(noise, secret), { maxLength: 12 }).map((parts) => parts.join(' '))
  fc.assert(
    fc.property(text, (value) => {
      const once = small.text(value)
      expect(small.text(once)).toBe(once)
      expect(once.length).toBeLessThanOrEqual(128)
      const wide = redactText(value)
      expect(redactText(wide)).toBe(wide)
    }),
    { numRuns: 3000 },
  )
})

test('a pattern that finds nothing, and keys judged for the first time, change nothing [G-13]', () => {
  const text = fc.array(fc.oneof(noise, secret, fc.stringMatching(/^[a-z_]{1,8}=[a-z]{0,4}$/)), { maxLength: 12 })
  fc.assert(
    fc.property(
      text.map((parts) => parts.join(' ')),
      (value) => {
        const own = new Redactor({ patterns: [{ name: 'never', pattern: /\u0001never/gu }] })
        expect(own.text(value)).toBe(redactText(value))
      },
    ),
    { numRuns: 300 },
  )
})

test('redaction of URLs is idempotent and keeps no credentials', () => {
  fc.assert(
    fc.property(
      fc.webUrl({ withQueryParameters: true, withFragments: true }),
      fc.string({ maxLength: 20 }),
      (url, user) => {
        const given = url.replace('://', `://${encodeURIComponent(user)}:sekret0123@`)
        const once = redactUrl(given)
        expect(once).not.toContain('sekret')
        expect(redactUrl(once)).toBe(once)
      },
    ),
    { numRuns: 1000 },
  )
})

test('a secret never survives anywhere in a tree, and the tree keeps its shape [G-13]', () => {
  const key = fc.constantFrom('a', 'b', 'items', 'note', 'user', 'password', 'accessToken', 'x-api-key')
  // Small numbers: a large one holds the digits of a leak by chance.
  const leaf = fc.oneof(
    fc.integer({ min: -99_999, max: 99_999 }),
    fc.boolean(),
    fc.constant(null),
    fc.string({ maxLength: 10 }),
    secret,
  )
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      leaf,
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
    ),
  }))
  const shape = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shape)
    if (value !== null && typeof value === 'object')
      return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, shape(v)]))
    return 0
  }
  fc.assert(
    fc.property(tree, (value) => {
      const seen = redactValue(value)
      expect(JSON.stringify(seen)).not.toMatch(leaks)
      expect(shape(seen)).toEqual(shape(value))
      expect(redactValue(seen)).toEqual(seen)
    }),
    { numRuns: 2000 },
  )
})

test('long hostile texts cost linear work: a megabyte of each awkward character ends', () => {
  for (const unit of [
    'a',
    '-',
    '=',
    ':',
    '"',
    '1',
    '1 ',
    'a:',
    '@',
    'a@',
    'eyJ',
    '-----BEGIN ',
    '\\',
    'key="',
    'http://',
    'bearer ',
    'a.',
    '--a ',
    '<a>',
    '<a ',
    '%3D',
    'a%',
    '//a:',
    "password='",
    'password="\n',
    'password:\\"',
    'password: [',
    'pin={"',
    '_',
    '-',
    'a@b.',
    '4111 ',
    'eyJa.',
    'SG.',
    'token=a,',
    'a;b=',
  ])
    expect(redactText(unit.repeat(Math.ceil(1_000_000 / unit.length))).length).toBeLessThanOrEqual(65_536)
})

test('a card number is found wherever it stands and however its digits are grouped', () => {
  const card = fc.constantFrom('4222222222222', '30569309025904', '378282246310005', '4111111111111111')
  const gap = fc.constantFrom('', '', ' ', '-', '\u00a0', '\u2009', '\u2011', '\u202f')
  const letters = fc.integer({ min: 0, max: 60 })
  fc.assert(
    fc.property(
      letters,
      card,
      fc.array(gap, { minLength: 16, maxLength: 16 }),
      letters,
      (before, digits, gaps, after) => {
        const grouped = [...digits].map((digit, i) => (i === 0 ? digit : gaps[i]! + digit)).join('')
        const around = (shown: string) => `${'x'.repeat(before)} ${shown} ${'y'.repeat(after)}`
        expect(redactText(around(grouped))).toBe(around('[REDACTED]'))
      },
    ),
    { numRuns: 300 },
  )
})
