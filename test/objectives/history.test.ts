import fc from 'fast-check'
import { expect, test } from 'vitest'
import { History } from '../../src/objectives/history.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** A history whose row is its time, pushed every ten seconds. */
function told(reachMs: number, forMs: number): History {
  const history = new History(1, reachMs)
  for (let time = 0; time <= forMs; time += 10_000) history.push(time, Float64Array.of(time))
  return history
}

test('the past is as fine as it is near: ten seconds within an hour, a minute within six, and so on', () => {
  const now = 40 * DAY
  const history = told(30 * DAY, now)
  const off = (ago: number) => {
    const { time, row } = history.since(now - ago - 1)
    expect(row[0]).toBe(time)
    return time - (now - ago)
  }
  expect([5 * MINUTE, 59 * MINUTE, 5 * HOUR, 2 * DAY, 29 * DAY].map(off)).toEqual([0, 0, 0, 0, 0])
  expect([125_000, HOUR + 25_000, 7 * HOUR + 25_000].map(off)).toEqual([5000, 25_000, 25_000])
  // What nobody asked for is not held.
  expect(now - history.since(0).time).toBe(30 * DAY)
})

test('with nothing from then on, the newest is what there is', () => {
  expect(told(HOUR, 30_000).since(35_000).time).toBe(30_000)
})

test('it is never older than what was asked for, and not much younger', () => {
  const now = 3 * DAY
  const history = told(3 * DAY, now)
  fc.assert(
    fc.property(fc.integer({ min: 10_000, max: 3 * DAY }), (ago) => {
      const { time } = history.since(now - ago)
      expect(time).toBeGreaterThanOrEqual(now - ago)
      const step = ago <= HOUR ? 10_000 : ago <= 6 * HOUR ? MINUTE : 10 * MINUTE
      expect(time - (now - ago)).toBeLessThan(step)
    }),
    { numRuns: 300 },
  )
})

test('a timer that is late, early or comes twice loses no tier', () => {
  const history = new History(1, 6 * HOUR)
  let time = 0
  for (let i = 0; i < 3000; i++) {
    history.push(time, Float64Array.of(i))
    time += i % 3 === 0 ? 9996 : i % 3 === 1 ? 10_004 : 10_000
    if (i % 100 === 0) history.push(time, Float64Array.of(i))
  }
  for (const ago of [HOUR / 2, 2 * HOUR, 5 * HOUR]) {
    expect(Math.abs(history.since(time - ago).time - (time - ago))).toBeLessThan(2 * MINUTE)
  }
})
