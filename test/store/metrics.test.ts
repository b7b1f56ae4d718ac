import fc from 'fast-check'
import { expect, test } from 'vitest'
import { quantile } from '../../src/model/histogram.ts'
import { type Buckets, combine } from '../../src/store/buckets.ts'
import { Query } from '../../src/store/query.ts'
import { Store } from '../../src/store/store.ts'
import { batch, family, resource, T0 } from './records.ts'

const now = () => T0 + 60_000

function filled(...families: Parameters<typeof family>[]): Query {
  const store = new Store({ now })
  for (const given of families) store.accept(batch({ series: [family(...given)] }))
  return new Query(store)
}

const values = (query: Query, name: string, as?: 'rate' | 'increase' | 'mean' | 'p50' | 'value') =>
  query.series({ name, as })?.series.map(({ points }) => points.map(({ time_ms, value }) => [time_ms - T0, value]))

test('a live series is copied: what it becomes later does not change what was kept', () => {
  const store = new Store({ now })
  const live = family('m', 'counter', [{ value: 1, time: T0 }])
  store.accept(batch({ series: [live] }))
  live.series[0]!.value = 5
  live.series[0]!.time = T0 + 10
  store.accept(batch({ series: [live] }))
  expect(values(new Query(store), 'm')).toEqual([
    [
      [0, 1],
      [10, 5],
    ],
  ])
})

test('series of the same attributes in another order are one, of other senders and kinds are not', () => {
  const store = new Store({ now })
  let time = 0
  const add = (attributes: (string | number)[], service = 'shop') =>
    store.accept(
      batch({
        resource: resource(service),
        series: [family('m', 'gauge', [{ attributes, value: 1, time: T0 + time++ }])],
      }),
    )
  add(['a', 1, 'b', 2])
  add(['b', 2, 'a', 1])
  add(['a', '1', 'b', 2])
  add(['a', 1, 'b', 2], 'other')
  expect(new Query(store).metrics()).toMatchObject([{ name: 'm', series: 3, services: ['shop', 'other'] }])
})

test('a value that stays takes two points, and a point that is sent again counts once', () => {
  const at = (time: number, value: number): Parameters<typeof family> => ['m', 'gauge', [{ value, time: T0 + time }]]
  const query = filled(at(0, 5), at(1, 5), at(2, 5), at(3, 5), at(3, 5), at(4, 7))
  expect(values(query, 'm')).toEqual([
    [
      [0, 5],
      [3, 5],
      [4, 7],
    ],
  ])
  expect(query.status().signals.points).toMatchObject({ accepted: 5, duplicates: 1, held: 3 })
})

test('points that come late stand at their time', () => {
  const at = (time: number, value: number): Parameters<typeof family> => ['m', 'gauge', [{ value, time: T0 + time }]]
  expect(values(filled(at(5, 5), at(1, 1), at(3, 3)), 'm')).toEqual([
    [
      [1, 1],
      [3, 3],
      [5, 5],
    ],
  ])
})

test('a counter that began anew counts from its start: no rate is negative', () => {
  const query = filled(
    ['m', 'counter', [{ value: 100, time: T0 + 1000, start: T0 }]],
    ['m', 'counter', [{ value: 160, time: T0 + 2000, start: T0 }]],
    ['m', 'counter', [{ value: 30, time: T0 + 4000, start: T0 + 3000 }]],
  )
  expect(values(query, 'm', 'increase')).toEqual([
    [
      [1000, 100],
      [2000, 60],
      [4000, 30],
    ],
  ])
  expect(values(query, 'm', 'rate')).toEqual([
    [
      [1000, 100],
      [2000, 60],
      [4000, 30],
    ],
  ])
})

test('deltas read as what they sum up to, whatever they are', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 }), (deltas) => {
      const query = filled(
        ...deltas.map(
          (value, i): Parameters<typeof family> => [
            'm',
            'counter',
            [{ value, start: T0 + i * 1000, time: T0 + (i + 1) * 1000 }],
            { delta: true },
          ],
        ),
      )
      let sum = 0
      expect(values(query, 'm')?.[0]).toEqual(deltas.map((value, i) => [(i + 1) * 1000, (sum += value)]))
      expect(values(query, 'm', 'increase')?.[0]).toEqual(deltas.map((value, i) => [(i + 1) * 1000, value]))
    }),
  )
})

test('a quantile is that of what was observed between two points', () => {
  const bounds = [0.1, 0.2, 0.4]
  const query = filled(
    ['h', 'histogram', [{ value: 1, count: 10, buckets: [10, 0, 0, 0], time: T0 + 1000 }], { bounds }],
    ['h', 'histogram', [{ value: 4, count: 20, buckets: [10, 0, 10, 0], time: T0 + 2000 }], { bounds }],
  )
  expect(values(query, 'h', 'p50')).toEqual([
    [
      [1000, quantile(0.5, bounds, [10, 0, 0, 0])],
      [2000, quantile(0.5, bounds, [0, 0, 10, 0])],
    ],
  ])
  expect(values(query, 'h', 'mean')).toEqual([
    [
      [1000, 0.1],
      [2000, 0.3],
    ],
  ])
  expect(values(query, 'h', 'rate')).toEqual([
    [
      [1000, 10],
      [2000, 10],
    ],
  ])
})

test('histograms of other bounds add up without losing an observation', () => {
  const buckets = fc
    .uniqueArray(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 6 })
    .chain((bounds) =>
      fc
        .array(fc.nat(100), { minLength: bounds.length + 1, maxLength: bounds.length + 1 })
        .map((counts) => ({ bounds: Float64Array.from(bounds).sort(), counts: Float64Array.from(counts) })),
    )
  const total = (counts: Float64Array) => counts.reduce((sum, one) => sum + one, 0)
  fc.assert(
    fc.property(buckets, buckets, (a, b) => {
      const sum = combine(a, b, 1)!
      expect(total(sum.counts)).toBe(total(a.counts) + total(b.counts))
      for (let i = 0; i < a.bounds.length; i++) {
        const below = (one: Buckets) =>
          one.counts.reduce((all, n, k) => (k < one.bounds.length && one.bounds[k]! <= a.bounds[i]! ? all + n : all), 0)
        expect(below(sum)).toBe(below(a) + below(b))
      }
      expect(total(combine(sum, b, -1)!.counts)).toBe(total(a.counts))
    }),
  )
})
