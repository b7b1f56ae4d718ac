import { afterEach, expect, test } from 'vitest'
import { cutBy, cutText, shownText } from '../../src/redact/cut.ts'
import { redactorOf } from '../../src/redact/policy.ts'

afterEach(() => cutBy(null))

test('a text within the limit is the very same, a longer one is cut to it, never through a letter of two halves', () => {
  expect(cutText('abcde', 5)).toBe('abcde')
  expect(cutText('abcdef', 5)).toBe('abcde')
  expect(cutText('abcd\u{1F600}', 5)).toBe('abcd')
  expect(cutText('abc\u{1F600}', 5)).toBe('abc\u{1F600}')
  expect(cutText('abc\u{1F600}x', 5)).toBe('abc\u{1F600}')
  // The first and the last half that may stand in front, and their neighbours.
  expect(['\ud800', '\udbff'].map((half) => cutText(`abcd${half}x`, 5))).toEqual(['abcd', 'abcd'])
  expect(['\ud7ff', '\udc00'].map((one) => cutText(`abcd${one}x`, 5))).toEqual(['abcd\ud7ff', 'abcd\udc00'])
  expect(cutText('anything', 0)).toBe('')
})

test('what is too long is redacted before it is cut, what is not is left for later [G-14]', () => {
  const url = 'https://bob:hunter2secret@shop.test/orders'
  expect(cutText(url, 20)).toBe('https://REDACTED:RED')
  expect(cutText(url, url.length)).toBe(url)
  // What is left of it may fit.
  expect(cutText('password=a-very-long-secret', 20)).toBe('password=[REDACTED]')
  expect(cutText('password=a-very-long-secret', 19)).toBe('password=[REDACTED]')
  expect(cutText('password=a-very-long-secret', 18)).toBe('password=[REDACTED')
})

test('the policy of the running instance holds until it is taken back [G-14]', () => {
  const { redact } = { redact: { keys: ['shoe'], allow: ['pin'], emails: true, max_depth: 1, patterns: [] } }
  const one = redactorOf({ ...redact, patterns: [{ name: 'staff', pattern: 'EMP\\d{6}' }] } as never)
  const text = 'EMP123456 shoe=44 pin=1 a@b.de password=x'
  cutBy(one.text)
  expect([shownText(text), cutText(text, 12)]).toEqual([
    '[REDACTED] shoe=[REDACTED] pin=1 [REDACTED] password=[REDACTED]',
    '[REDACTED] s',
  ])
  cutBy(null)
  expect(shownText(text)).toBe('EMP123456 shoe=44 pin=[REDACTED] a@b.de password=[REDACTED]')
  expect(one.value({ a: { b: { c: 1 } } })).toEqual({ a: '[DEPTH]' })
  const found: string[] = []
  const told = redactorOf(redact as never, { onFound: ({ by }) => found.push(by), maxNodes: 2 })
  expect(told.value(['password=x', 1, 2])).toEqual(['password=[REDACTED]', 1, '[SIZE]'])
  expect(found).toEqual(['key'])
})
