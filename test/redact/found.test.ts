import { expect, test } from 'vitest'
import type { Finding } from '../../src/redact/key.ts'
import { Redactor } from '../../src/redact.ts'

test('own patterns are looked for in every free text, in URLs and in keys, and change nothing twice [G-13]', () => {
  const redactor = new Redactor({
    patterns: [
      { name: 'staff', pattern: /EMP\d{6}/gu },
      { name: 'bracket', pattern: /[A-Z]+/gu },
    ],
  })
  const { text } = new Redactor({ patterns: [{ name: 'staff', pattern: /EMP\d{6}/gu }] })
  expect(text('seen EMP123456 and EMP1')).toBe('seen [REDACTED] and EMP1')
  expect(text(text('EMP123456EMP123456'))).toBe('[REDACTED][REDACTED]')
  expect(redactor.text('a REDACTED [REDACTED] b XYZ')).toBe('a REDACTED [REDACTED] b [REDACTED]')
  // Keys are judged within the pass of the text that they stand in.
  expect(text('a=1 b: 2 EMP123456 ghp_abcdefghijklmnopqrstuvwxyz=3 c=4 pin=5 d=6')).toBe(
    'a=1 b: 2 [REDACTED] [REDACTED]=3 c=4 pin=[REDACTED] d=6',
  )
  const { url, value } = new Redactor({ patterns: [{ name: 'staff', pattern: /EMP\d{6}/gu }] })
  expect(url('http://h/EMP123456?a=EMP123456&b=EMP%3123456')).toBe('http://h/REDACTED?a=REDACTED&b=REDACTED')
  expect(value({ EMP123456: ['EMP123456', 1] })).toEqual({ '[REDACTED]': ['[REDACTED]', 1] })
})

test('what is replaced is told by detector and key, never by value, each time [G-13]', () => {
  const found: Finding[] = []
  const redactor = new Redactor({
    emails: true,
    patterns: [{ name: 'staff', pattern: /EMP\d{6}/gu }],
    onFound: (one) => found.push(one),
  })
  const say = (work: () => void): string[] => {
    found.length = 0
    work()
    return found.map(({ by, key }) => (key === undefined ? by : `${by} ${key}`))
  }
  const text = 'Bearer abc12345 4111111111111111 pin=1 eyJhbGciOiJI.eyJzdWIi.abc AKIAIOSFODNN7EXAMPLE a@b.de EMP123456'
  const all = ['staff', 'authorization', 'card', 'key pin', 'jwt', 'known_key', 'email']
  expect(say(() => redactor.text(text))).toEqual(all)
  expect(say(() => redactor.text(text))).toEqual(all)
  expect(say(() => redactor.text('-----BEGIN X-----\na\n-----END X----- --token abc <pin>1</pin>'))).toEqual([
    'pem',
    'key token',
    'key pin',
  ])
  expect(say(() => redactor.url('http://u:p@h/;sid=1?token=a&b=c'))).toEqual(['url', 'key sid', 'key token'])
  // What stands for something replaced is no finding.
  expect(say(() => redactor.url('http://REDACTED:REDACTED@h/;sid=REDACTED?token=REDACTED&b=[REDACTED]'))).toEqual([])
  expect(say(() => redactor.text('see http://u:p@h/ now'))).toEqual(['url'])
  expect(say(() => redactor.value({ password: ['[REDACTED]', ''], pin: '[REDACTED]' }))).toEqual([])
  expect(say(() => redactor.value([4111111111111111, 'pin=1']))).toEqual(['card', 'key pin'])
  expect(say(() => redactor.entry('pin', 'x'))).toEqual(['key pin'])
  expect(say(() => redactor.value({ a: { password: ['x', 1, ''] }, n: 4111111111111111 }))).toEqual([
    'key password',
    'key password',
    'card',
  ])
  expect(say(() => redactor.flat(['cookie', 'a', 'pin', 1, 'note', 'fine', 'cookie', '[REDACTED]']))).toEqual([
    'key cookie',
    'key pin',
  ])
})
