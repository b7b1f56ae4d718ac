import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Series } from '../../src/model/metric.ts'
import { Selector, valuePattern } from '../../src/objectives/selector.ts'

test('a value is itself, or a pattern with stars, one of several, or anything else', () => {
  const fits = (pattern: string, ...values: string[]) => values.map(valuePattern(pattern))
  expect(fits('5*', '500', '5', '50x', '400', '')).toEqual([true, true, true, false, false].map((_, i) => i < 3))
  expect(fits('/a/*/c', '/a/b/c', '/a//c', '/a/c', '/a/b/c/d')).toEqual([true, true, false, false])
  expect(fits('*ab*ab', 'abab', 'xabyab', 'ab', 'aba')).toEqual([true, true, false, false])
  expect(fits('500|502', '500', '502', '501')).toEqual([true, true, false])
  expect(fits('!5*|404', '200', '503', '404', '')).toEqual([true, false, false, true])
  expect(fits('/assets/*', '/assets/*', '/assets/a.css')).toEqual([true, true])
  expect(fits('a|b', 'a|b')).toEqual([true])
  expect(fits('', '', 'x')).toEqual([true, false])
})

test('a pattern without stars, bars and exclamation marks takes that text alone', () => {
  const plain = fc.string().filter((text) => !/[*|]/.test(text) && !text.startsWith('!'))
  fc.assert(
    fc.property(plain, fc.string(), (pattern, value) => {
      expect(valuePattern(pattern)(value)).toBe(value === pattern)
      expect(valuePattern(`!${pattern}`)(value)).toBe(value !== pattern)
    }),
    { numRuns: 200 },
  )
})

test('a label that a series does not have is empty; attributes go by the names that the text gives them', () => {
  const series = new Series(['http.route', '/a', 'status', 500], null, 0)
  const takes = (labels: Record<string, string>) => new Selector(labels).takes(series)
  expect([
    takes({}),
    takes({ http_route: '/a', status: '5*' }),
    takes({ http_route: '/b' }),
    takes({ method: '' }),
    takes({ method: '!GET' }),
    takes({ method: 'GET' }),
  ]).toEqual([true, true, false, true, true, false])
})
