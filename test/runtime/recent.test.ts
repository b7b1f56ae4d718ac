import { expect, test } from 'vitest'
import { Recent } from '../../src/surfaces/runtime/recent.ts'

test('what is older than the window is not a part of it, and what is older than five minutes is forgotten', () => {
  const recent = new Recent()
  const minute = 60_000
  recent.add(1, 0)
  recent.add(2, 5_000)
  recent.add(4, minute)
  recent.add(8, 4 * minute)
  expect(recent.over(minute, minute)).toEqual({ count: 1, sum: 4 })
  expect(recent.over(2 * minute, minute)).toEqual({ count: 3, sum: 7 })
  expect(recent.over(minute, 4 * minute + 49_999)).toEqual({ count: 1, sum: 8 })
  expect(recent.over(minute, 5 * minute)).toEqual({ count: 0, sum: 0 })
  expect(recent.over(5 * minute, 4 * minute)).toEqual({ count: 4, sum: 15 })
  expect(recent.over(5 * minute, 5 * minute)).toEqual({ count: 2, sum: 12 })
  expect(recent.over(60 * minute, 60 * minute)).toEqual({ count: 0, sum: 0 })
  // The place of the first step is taken by one that is five minutes younger.
  recent.add(16, 5 * minute)
  expect(recent.over(5 * minute, 5 * minute)).toEqual({ count: 3, sum: 28 })
  expect([recent.count, recent.sum]).toEqual([5, 31])
})
