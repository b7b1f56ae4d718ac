import { expect, test } from 'vitest'
import { type Exemplar, Series } from '../../src/model/metric.ts'
import type { ChartQuestion } from '../../src/store/metric-chart.ts'
import { Query } from '../../src/store/query.ts'
import { Store } from '../../src/store/store.ts'
import { batch, family, resource, type SeriesInit, span, spanHex, T0, traceHex } from './records.ts'

function filled(fill: (store: Store) => void): Query {
  const store = new Store({ now: () => T0 })
  fill(store)
  return new Query(store)
}

const range = { from: T0, to: T0 + 40_000, moments: 4 }

function lines(query: Query, question: Partial<ChartQuestion> & { name: string }) {
  return query.chart({ ...range, ...question })!.lines.map(({ labels, values }) => [labels, values])
}

const counted = (values: readonly (number | null)[], more: SeriesInit = {}) =>
  values.flatMap((value, i) =>
    value === null ? [] : [family('orders', 'counter', [{ ...more, value, time: T0 + i * 10_000 }])],
  )

test('what a counter grew is spread evenly between its points, and its sum stays true', () => {
  const query = filled((store) => store.accept(batch({ series: counted([0, 10, null, 40, 40]) })))
  expect(lines(query, { name: 'orders', as: 'increase' })).toEqual([[{}, [10, 15, 15, 0]]])
  expect(lines(query, { name: 'orders' })).toEqual([[{}, [1, 1.5, 1.5, 0]]])
  const fine = lines(query, { name: 'orders', as: 'increase', moments: 40 })[0]![1] as number[]
  expect(fine.reduce((sum, value) => sum + value, 0)).toBeCloseTo(40)
})

test('a counter that began anew is never negative, and ends with its last point', () => {
  const query = filled((store) => {
    store.accept(batch({ series: counted([100, 110], { start: T0 - 1 }) }))
    store.accept(batch({ series: counted([null, null, 5], { start: T0 + 15_000 }) }))
  })
  expect(lines(query, { name: 'orders', as: 'increase' })).toEqual([[{}, [10, 5, null, null]]])
})

test('what a sender had counted before the store began is not shown as growth, what it counts later from zero is', () => {
  let now = T0
  const store = new Store({ now: () => now })
  const before = { start: T0 - 3_600_000 }
  // The sender's clock may be ahead of ours.
  store.accept(batch({ series: counted([null, 5000, 5010], before) }))
  // The process began after the store.
  store.accept(batch({ resource: resource('late'), series: counted([null, null, 20], { start: T0 + 10_000 }) }))
  now = T0 + 30_000
  store.accept(batch({ series: counted([null, null, null, 8], { ...before, attributes: ['plan', 'new'] }) }))
  expect(lines(new Query(store), { name: 'orders', as: 'increase', by: ['service.name', 'plan'] })).toEqual([
    [{ 'service.name': 'shop', plan: null }, [null, 10, null, null]],
    [{ 'service.name': 'late', plan: null }, [null, 20, null, null]],
    [{ 'service.name': 'shop', plan: 'new' }, [8 / 6, 8 / 6, 8 / 6, null]],
  ])
})

test('lines are grouped by the values of keys, the weightiest first, and what the limit cuts is counted', () => {
  const query = filled((store) => {
    for (const [plan, region, value] of [
      ['pro', 'eu', 5],
      ['pro', 'us', 20],
      ['free', 'eu', 7],
    ] as const) {
      store.accept(batch({ series: counted([0, value], { attributes: ['plan', plan, 'region', region] }) }))
    }
  })
  const ask = (question: Partial<ChartQuestion>) => lines(query, { name: 'orders', as: 'increase', ...question })
  const none = [null, null, null]
  expect(ask({ by: ['plan'] })).toEqual([
    [{ plan: 'pro' }, [25, ...none]],
    [{ plan: 'free' }, [7, ...none]],
  ])
  expect(ask({ aggregate: 'max' })).toEqual([[{}, [20, ...none]]])
  expect(ask({ aggregate: 'mean', where: [{ key: 'region', operator: '=', value: 'eu' }] })).toEqual([
    [{}, [6, ...none]],
  ])
  const cut = query.chart({ ...range, name: 'orders', by: ['plan', 'region'], limit: 1 })!
  expect([cut.lines.map(({ labels }) => labels), cut.left_out, cut.matched]).toEqual([
    [{ plan: 'pro', region: 'us' }],
    2,
    3,
  ])
  expect(cut.labels).toEqual([
    {
      key: 'plan',
      values: [
        { value: 'pro', count: 2 },
        { value: 'free', count: 1 },
      ],
      more: false,
    },
    {
      key: 'region',
      values: [
        { value: 'eu', count: 2 },
        { value: 'us', count: 1 },
      ],
      more: false,
    },
    { key: 'service.instance.id', values: [{ value: 'shop-1', count: 3 }], more: false },
    { key: 'service.name', values: [{ value: 'shop', count: 3 }], more: false },
  ])
})

test('a gauge holds its value until the next point and ends with its last; several senders make a mean', () => {
  const gauge = (value: number, second: number) => family('heat', 'gauge', [{ value, time: T0 + second * 1000 }])
  const query = filled((store) => {
    store.accept(batch({ series: [gauge(10, 5), gauge(90, 6), gauge(30, 7), gauge(50, 25)] }))
    store.accept(batch({ resource: resource('other'), series: [gauge(20, 12)] }))
  })
  expect(lines(query, { name: 'heat', service: 'shop' })).toEqual([[{}, [30, 30, 50, null]]])
  expect(lines(query, { name: 'heat', service: 'shop', aggregate: 'max' })).toEqual([[{}, [90, 30, 50, null]]])
  expect(lines(query, { name: 'heat' })).toEqual([[{}, [30, 25, 50, null]]])
  expect(lines(query, { name: 'heat', aggregate: 'sum' })).toEqual([[{}, [30, 50, 50, null]]])
})

const waits = (second: number, buckets: readonly number[], more: SeriesInit = {}, bounds = [0.1, 0.2]) => {
  const count = buckets.reduce((sum, n) => sum + n, 0)
  return family('wait', 'histogram', [{ ...more, time: T0 + second * 1000, count, value: count / 10, buckets }], {
    bounds,
    unit: 's',
  })
}

test('quantiles, means and a heatmap are of what was observed in each moment, of all series together', () => {
  const query = filled((store) => {
    store.accept(batch({ series: [waits(0, [0, 0, 0]), waits(10, [10, 0, 0]), waits(20, [10, 10, 0])] }))
    const other = { attributes: ['route', '/b'] }
    store.accept(batch({ series: [waits(0, [0, 0], other, [0.2]), waits(10, [10, 0], other, [0.2])] }))
  })
  expect(lines(query, { name: 'wait', as: 'p50' })).toEqual([[{}, [0.1, 0.15000000000000002, null, null]]])
  expect(lines(query, { name: 'wait', as: 'mean' })).toEqual([[{}, [0.1, 0.1, null, null]]])
  expect(lines(query, { name: 'wait', as: 'rate', by: ['route'] })).toEqual([
    [{ route: null }, [1, 1, null, null]],
    [{ route: '/b' }, [1, null, null, null]],
  ])
  expect(query.chart({ ...range, name: 'wait', as: 'heatmap' })!.heatmap).toEqual({
    bounds: [0.1, 0.2],
    cells: [
      [10, 10, 0],
      [0, 10, 0],
      [0, 0, 0],
      [0, 0, 0],
    ],
  })
})

test('a heatmap of any number of bounds has at most sixty, and loses no observation', () => {
  const bounds = Array.from({ length: 150 }, (_, i) => i + 1)
  const query = filled((store) => {
    store.accept(
      batch({ series: [waits(0, new Array(151).fill(0), {}, bounds), waits(10, new Array(151).fill(2), {}, bounds)] }),
    )
  })
  const { heatmap } = query.chart({ ...range, name: 'wait', as: 'heatmap' })!
  expect([heatmap!.bounds.length, heatmap!.bounds[49], heatmap!.cells[0]!.reduce((sum, n) => sum + n, 0)]).toEqual([
    50, 150, 302,
  ])
})

function exemplar(time: number, value: number, trace: number): Exemplar {
  return { time, value, t0: 0, t1: 0, t2: 0, t3: trace, s0: 0, s1: trace, attributes: null }
}

function withExemplars(exemplars: readonly Exemplar[]) {
  const one = family('wait', 'histogram', [], { bounds: [0.1] })
  const series = new Series(['route', '/a'], Float64Array.of(1, 1), T0)
  series.exemplars = [...exemplars]
  series.time = T0 + 20_000
  series.count = 2
  one.series.push(series)
  return one
}

test('exemplars lead from a line to traces, and say whether the trace is here', () => {
  const query = filled((store) =>
    store.accept(
      batch({
        spans: [span({ trace: 7, span: 7 })],
        series: [
          withExemplars([
            exemplar(T0 + 5000, 0.05, 7),
            exemplar(T0 + 6000, 3, 8),
            exemplar(T0 + 7000, 1, 0),
            exemplar(T0 + 90_000, 1, 7),
          ]),
        ],
      }),
    ),
  )
  expect(query.chart({ ...range, name: 'wait', by: ['route'] })!.exemplars).toEqual([
    { line: 0, time_ms: T0 + 5000, value: 0.05, trace_id: traceHex(7), span_id: spanHex(7), held: true },
    { line: 0, time_ms: T0 + 6000, value: 3, trace_id: traceHex(8), span_id: spanHex(8), held: false },
  ])
})

test('of many exemplars the newest stay, and of older ones some of all the time, the highest first', () => {
  const store = new Store({ now: () => T0 })
  const all = Array.from({ length: 400 }, (_, i) => exemplar(T0 + i * 1000, i === 100 ? 9 : 1, i + 1))
  for (const one of all) store.accept(batch({ series: [withExemplars([one])] }))
  const kept = new Query(store).chart({ name: 'wait', from: T0, to: T0 + 400_000 })!.exemplars
  const seconds = kept.map(({ time_ms }) => (time_ms - T0) / 1000)
  expect(seconds.slice(-24)).toEqual(Array.from({ length: 24 }, (_, i) => 376 + i))
  expect(seconds).toHaveLength(48)
  expect(seconds).toContain(100)
  expect(Math.max(...seconds.map((second, i) => second - (seconds[i - 1] ?? 0)))).toBeLessThan(60)
  store.clear()
  expect(store.metrics.bytes).toBe(0)
})

test('what cannot be drawn of a kind of metric is not, and a metric that is not here is nothing', () => {
  const query = filled((store) => store.accept(batch({ series: counted([0, 10]) })))
  expect(lines(query, { name: 'orders', as: 'p95' })).toEqual([])
  expect(query.chart({ name: 'nothing' })).toBeUndefined()
})
