import fc from 'fast-check'
import { expect, test } from 'vitest'
import { durationText, parseDuration } from '../../src/config/duration.ts'
import { faults, named } from './load.ts'

test.each([
  ['500ms', 500],
  ['10s', 10_000],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['2w', 1_209_600_000],
  ['0.5s', 500],
  ['1.1s', 1100],
  [' 10s ', 10_000],
  ['10', 10_000],
  [10, 10_000],
  [0.25, 250],
  [0, 0],
])('%j is %d milliseconds', (written, ms) => {
  expect(parseDuration(written)).toBe(ms)
})

test.each([
  '',
  's',
  '10 s',
  '-1s',
  '10sec',
  '1h 30m',
  'ten',
  '1e3s',
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  '9'.repeat(40),
])('%j is no duration', (written) => {
  expect(parseDuration(written)).toBeNaN()
})

test('a number of milliseconds is written in one unit and read back as itself', () => {
  fc.assert(fc.property(fc.nat(), (ms) => parseDuration(durationText(ms)) === ms))
})

test('a number that was probably meant in milliseconds is asked about', () => {
  expect(faults('name: shop\nserver: { header_timeout: 10000 }\n')).toEqual([
    'telltale.yaml:2:27 CONFIG_VALUE server.header_timeout: The value is not allowed; found 10000; allowed: a duration such as 10s, from 1ms to 1h. A number without a unit is in seconds; did you mean 10000ms?',
  ])
  expect(named('server: { header_timeout: 10 }\n').config.server.header_timeout).toBe(10_000)
})
