// What the first page calls worse: pure functions over two answers.
import { expect, test } from 'vitest'
import type { RedRow } from '../../src/store/answers.ts'
import { changesOf, verdict } from '../../ui/src/pages/services/change.ts'

const side = (requests: number, p50: number, p95: number, errors = 0) =>
  ({ requests, error_rate: errors / requests, p50_ms: p50, p95_ms: p95 }) as RedRow['now']
const row = (before: RedRow['now'], now: RedRow['now']) => ({ now, before }) as RedRow

test('many requests: p95 alone says slower or faster, by enough that somebody notices', () => {
  expect([
    verdict(row(side(50, 10, 100), side(50, 10, 151))),
    verdict(row(side(50, 10, 100), side(50, 10, 149))),
    verdict(row(side(50, 10, 150), side(50, 10, 100))),
    verdict(row(side(50, 1, 2), side(50, 1, 6))),
  ]).toEqual(['slower', 'same', 'faster', 'same'])
})

test('few requests: one slow one changes p95 and says nothing; all slower does', () => {
  expect([
    verdict(row(side(12, 10, 40), side(12, 10, 300))),
    verdict(row(side(12, 10, 300), side(12, 10, 40))),
    verdict(row(side(12, 100, 130), side(12, 900, 980))),
    verdict(row(side(4, 100, 130), side(12, 900, 980))),
  ]).toEqual(['same', 'same', 'slower', 'unknown'])
})

test('what fails more often and what is slower are told, the worst first', () => {
  const slower = row(side(50, 10, 100), side(50, 10, 300))
  const failing = row(side(50, 10, 100), side(50, 10, 100, 25))
  const fine = row(side(50, 10, 100), side(50, 10, 100, 1))
  expect(changesOf([slower, fine, failing]).map(({ row: { now }, kind }) => [kind, now])).toEqual([
    ['failing', failing.now],
    ['slower', slower.now],
  ])
})
