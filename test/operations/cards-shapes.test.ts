import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TrafficRing } from '../../src/traffic/ring.ts'
import { trafficStats } from '../../src/traffic/stats.ts'
import { countLines, dateOf, midnightsIn, signedText } from '../../ui/src/operations/cards/counts-series.ts'
import { coverOf, statusParts, trafficLines } from '../../ui/src/operations/cards/traffic-series.ts'
import { leastOf, placeOf, placeText, SHADES, shadeOf, step, weekOf } from '../../ui/src/operations/cards/week.ts'

const cellsOf = (count: (weekday: number, hour: number) => number) =>
  Array.from({ length: 168 }, (_, i) => {
    const [weekday, hour] = [Math.floor(i / 24), i % 24]
    return { weekday, hour, count: count(weekday, hour) }
  })

test('the week begins with Monday, and every sum is the sum of its cells', () => {
  const week = weekOf({ cells: cellsOf((weekday, hour) => weekday * 100 + hour) })
  expect(week.counts.map((hours) => hours[5])).toEqual([105, 205, 305, 405, 505, 605, 5])
  expect(week.byRow.reduce((a, b) => a + b)).toBe(week.total)
  expect(week.byHour.reduce((a, b) => a + b)).toBe(week.total)
  expect({ most: week.most, busiest: week.busiest }).toEqual({ most: 623, busiest: { row: 5, hour: 23 } })
  expect(placeText(week.busiest!)).toBe('Saturday 23:00 to 00:00')
  expect(weekOf({ cells: cellsOf(() => 0) })).toMatchObject({ total: 0, most: 0, busiest: null })
})

test('a shade is darker only where there is more, nothing has none, and the legend says where each begins', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.nat(), fc.nat(), (most, a, b) => {
      const [less, more] = [a % (most + 1), b % (most + 1)].sort((x, y) => x - y) as [number, number]
      expect(shadeOf(less, most)).toBeLessThanOrEqual(shadeOf(more, most))
      expect(shadeOf(less, most) === 0).toBe(less === 0)
      expect(shadeOf(most, most)).toBe(SHADES)
      const least = leastOf(shadeOf(most, most), most)
      expect(shadeOf(least, most)).toBe(SHADES)
      expect(shadeOf(least - 1, most)).toBeLessThan(SHADES)
    }),
    { numRuns: 200 },
  )
  expect([shadeOf(0, 0), shadeOf(5, 0), shadeOf(Number.NaN, 4)]).toEqual([0, 0, 0])
})

test('keys stay inside of the week', () => {
  const keys = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End', 'PageUp', 'PageDown']
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...keys), { maxLength: 80 }), (strokes) => {
      let at = { row: 3, hour: 12 }
      for (const key of strokes) at = step(at, key)!
      expect(at.row >= 0 && at.row < 7 && at.hour >= 0 && at.hour < 24).toBe(true)
    }),
    { numRuns: 100 },
  )
  expect(step({ row: 0, hour: 0 }, 'Enter')).toBe(null)
  expect(step({ row: 2, hour: 7 }, 'End')).toEqual({ row: 2, hour: 23 })
  expect(placeOf(Date.parse('2026-11-22T23:59:59Z'))).toEqual({ row: 6, hour: 23 })
})

const T0 = Date.parse('2026-11-21T12:00:00Z')
const figure = (seconds: number, push: (ring: TrafficRing) => void) => {
  const ring = new TrafficRing(1000)
  push(ring)
  return { generated_at: new Date(T0).toISOString(), window_seconds: seconds, ...trafficStats(ring, seconds, T0) }
}

test('before the oldest request that is held a line has gaps, not zeroes, and a quiet bucket has a rate but no p95', () => {
  const shown = figure(300, (ring) => {
    for (const ago of [95, 94, 40, 3]) ring.push(T0 - ago * 1000, 20 + ago, 200, 0)
  })
  const { times, perSecond, p95 } = trafficLines(shown)
  expect(times).toHaveLength(30)
  expect([times[0], times[29]]).toEqual([T0 - 300_000, T0 - 10_000])
  expect(perSecond).toEqual([...Array(20).fill(null), 0.2, 0, 0, 0, 0, 0, 0.1, 0, 0, 0.1])
  expect(p95).toEqual([...Array(20).fill(null), 115, null, null, null, null, null, 60, null, null, 23])
  expect(coverOf(shown)).toBeCloseTo(95 / 300)
})

test('a window that is covered but for a part of its first bucket is covered', () => {
  expect(coverOf(figure(60, (ring) => ring.push(T0 - 59_000, 5, 200, 0)))).toBe(1)
  expect(coverOf(figure(60, () => {}))).toBe(0)
})

test('parts of the status bar are of what has a class', () => {
  expect(statusParts({ '2xx': 6, '3xx': 0, '4xx': 1, '5xx': 1 }).map(({ name, share }) => [name, share])).toEqual([
    ['2xx', 0.75],
    ['3xx', 0],
    ['4xx', 0.125],
    ['5xx', 0.125],
  ])
  expect(statusParts({ '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0 }).every(({ share }) => share === 0)).toBe(true)
})

test('types become lines of their totals or of their changes, day by day in UTC', () => {
  const points = [
    { date: '2026-11-19', count: 3, cumulative: 13 },
    { date: '2026-11-20', count: -5, cumulative: 8 },
    { date: '2026-11-21', count: 0, cumulative: 8 },
  ]
  const series = [
    { resource_type: 'Order', basis: 'history' as const, total: 8, points },
    {
      resource_type: 'Invoice',
      basis: 'last_updated' as const,
      total: 0,
      points: points.map((p) => ({ ...p, count: 0, cumulative: 0 })),
    },
  ]
  expect(countLines({ series }, 'total')).toEqual({
    dates: ['2026-11-19', '2026-11-20', '2026-11-21'],
    lines: [
      {
        type: 'Order',
        total: 8,
        change: -2,
        peak: { date: '2026-11-20', count: -5 },
        values: [13, 8, 8],
        byLastChange: false,
        totalAlone: false,
      },
      { type: 'Invoice', total: 0, change: 0, peak: null, values: [0, 0, 0], byLastChange: true, totalAlone: false },
    ],
  })
  const days = points.map(({ date }) => date)
  expect(midnightsIn(days, 'utc')).toEqual([19, 20, 21].map((day) => Date.UTC(2026, 10, day)))
  expect(midnightsIn(days, 'local')).toEqual([19, 20, 21].map((day) => new Date(2026, 10, day).getTime()))
  expect(dateOf(midnightsIn(days, 'local'), days, new Date(2026, 10, 20).getTime())).toBe('2026-11-20')
  expect(countLines({ series }, 'change').lines[0]!.values).toEqual([3, -5, 0])
  expect([12, -3, 0].map((n) => signedText(n, String))).toEqual(['+12', '−3', '±0'])
})
