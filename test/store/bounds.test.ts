import { expect, test } from 'vitest'
import { onNotice } from '../../src/base/notice.ts'
import { DEFAULT_LIMITS } from '../../src/store/limits.ts'
import { Query } from '../../src/store/query.ts'
import { Store } from '../../src/store/store.ts'
import { batch, family, log, resource, span, T0, traceHex } from './records.ts'

const now = () => T0

function held(store: Store): number[] {
  return [...store.traces.newestFirst('default')].map((trace) => Number.parseInt(trace.id, 16))
}

test('under its limits the store loses nothing', () => {
  const store = new Store({ now })
  for (let i = 1; i <= 500; i++) {
    store.accept(
      batch({
        spans: [span({ trace: i, span: i })],
        logs: [log({ trace: i })],
        series: [family('m', 'gauge', [{ value: i, time: T0 + i }])],
      }),
    )
  }
  const { signals } = new Query(store).status()
  expect(signals.spans).toMatchObject({ accepted: 500, held: 500, evicted: 0, dropped: 0, duplicates: 0 })
  expect(signals.logs).toMatchObject({ accepted: 500, held: 500, evicted: 0, dropped: 0 })
  expect(signals.points).toMatchObject({ accepted: 500, held: 500, evicted: 0, dropped: 0 })
})

test('spans past the limit push out whole traces, the one heard of longest ago first, and are counted', () => {
  const store = new Store({ limits: { spans: 4 }, now })
  store.accept(
    batch({ spans: [span({ trace: 1, span: 1 }), span({ trace: 2, span: 2 }), span({ trace: 1, span: 3 })] }),
  )
  store.accept(batch({ spans: [span({ trace: 3, span: 4 }), span({ trace: 3, span: 5 })] }))
  expect(held(store)).toEqual([3, 1])
  store.accept(batch({ spans: [span({ trace: 4, span: 6 })] }))
  expect(held(store)).toEqual([4, 3])
  expect(new Query(store).status().signals.spans).toMatchObject({ accepted: 6, held: 3, evicted: 3, dropped: 0 })
  expect(store.traces.evictedTraces).toBe(2)
})

test('bytes bound spans as records do', () => {
  const store = new Store({ limits: { spanBytes: 40_000 }, now })
  for (let i = 1; i <= 100; i++)
    store.accept(batch({ spans: [span({ trace: i, span: i, attributes: ['big', 'x'.repeat(2000)] })] }))
  const { spans } = new Query(store).status().signals
  expect(spans.bytes).toBeLessThanOrEqual(40_000)
  expect(spans.held).toBeGreaterThan(5)
  expect(spans.held + spans.evicted).toBe(100)
  expect(held(store)[0]).toBe(100)
})

test('a runaway trace stops growing instead of pushing out all others', () => {
  const store = new Store({ limits: { spans: 10, spansPerTrace: 3 }, now })
  store.accept(batch({ spans: [span({ trace: 1, span: 1 })] }))
  for (let i = 10; i < 30; i++) store.accept(batch({ spans: [span({ trace: 2, span: i })] }))
  expect(held(store)).toEqual([2, 1])
  expect(store.traces.counts).toMatchObject({ accepted: 4, dropped: 17, evicted: 0 })
})

test('logs past the limit go oldest first and leave their trace', () => {
  const store = new Store({ limits: { logs: 2 }, now })
  store.accept(
    batch({ spans: [span({ span: 1 })], logs: ['a', 'b', 'c'].map((body) => log({ body, trace: 1, span: 1 })) }),
  )
  expect(new Query(store).trace(traceHex(1))?.tree[0]?.logs.map(({ body }) => body)).toEqual(['b', 'c'])
  expect(new Query(store).status().signals.logs).toMatchObject({ accepted: 3, held: 2, evicted: 1 })
})

test('bytes bound logs as records do; one that alone is too large is dropped and pushes out none', () => {
  const store = new Store({ limits: { logBytes: 5000 }, now })
  store.accept(batch({ logs: [log({ body: 'small' }), log({ body: 'x'.repeat(5000) })] }))
  expect(new Query(store).logs().items.map(({ body }) => body)).toEqual(['small'])
  for (let i = 0; i < 50; i++) store.accept(batch({ logs: [log({ body: `line ${i}` })] }))
  const { logs } = new Query(store).status().signals
  expect(logs.bytes).toBeLessThanOrEqual(5000)
  expect({ dropped: logs.dropped, sum: logs.held + logs.evicted }).toEqual({ dropped: 1, sum: 51 })
  expect(new Query(store).logs({ limit: 1 }).items[0]?.body).toBe('line 49')
})

test('a series keeps its newest points, and the series heard of longest ago goes when there are too many', () => {
  const store = new Store({ limits: { pointsPerSeries: 3, series: 2 }, now })
  for (let i = 1; i <= 5; i++)
    store.accept(batch({ series: [family('m', 'gauge', [{ attributes: ['k', 'a'], value: i, time: T0 + i }])] }))
  const points = () =>
    new Query(store)
      .series({ name: 'm' })
      ?.series.map((one) => [one.attributes['k'], one.points.map(({ value }) => value)])
  expect(points()).toEqual([['a', [3, 4, 5]]])
  store.accept(batch({ series: [family('m', 'gauge', [{ attributes: ['k', 'b'], value: 1 }])] }))
  store.accept(
    batch({
      series: [
        family('m', 'gauge', [
          { attributes: ['k', 'a'], value: 6, time: T0 + 6 },
          { attributes: ['k', 'c'], value: 1 },
        ]),
      ],
    }),
  )
  expect(points()).toEqual([
    ['a', [4, 5, 6]],
    ['c', [1]],
  ])
  expect(new Query(store).status().signals.points).toMatchObject({ accepted: 8, held: 4, evicted: 4 })
})

test('bytes bound points: histories are halved first, whole series go last', () => {
  const store = new Store({ limits: { pointBytes: 60_000 }, now })
  for (let i = 0; i < 400; i++) {
    const series = Array.from({ length: 10 }, (_, k) => ({
      attributes: ['k', k],
      value: i + k,
      count: i + 1,
      buckets: [i, 1],
      time: T0 + i,
    }))
    store.accept(batch({ series: [family('h', 'histogram', series, { bounds: [1] })] }))
  }
  const { points } = new Query(store).status().signals
  expect(points.bytes).toBeLessThanOrEqual(60_000)
  expect({ sum: points.held + points.evicted, series: store.metrics.size }).toEqual({ sum: 4000, series: 10 })
  expect(new Query(store).series({ name: 'h' })?.series[0]?.points.at(-1)?.time_ms).toBe(T0 + 399)
})

test('what is forgotten is forgotten whole: senders, names and bytes go back to nothing', () => {
  const store = new Store({ now })
  for (let i = 1; i <= 20; i++) {
    store.accept(
      batch({
        resource: resource(`s${i}`),
        spans: [span({ trace: i, span: i })],
        logs: [log({ trace: i })],
        series: [family(`m${i}`, 'counter', [{ value: 1 }])],
      }),
    )
  }
  store.accept(batch({ spans: [span({ trace: 1, span: 1 })] }), 'other')
  store.clear()
  const { signals, services } = new Query(store).status()
  expect({ services, spans: signals.spans.held, logs: signals.logs, points: signals.points }).toMatchObject({
    services: 0,
    spans: 1,
    logs: { held: 0, bytes: 0, cleared: 20 },
    points: { held: 0, bytes: 0, cleared: 20 },
  })
  expect([...store.identities.values('default')]).toEqual([])
  expect([...store.metrics.all('default')]).toEqual([])
  store.clear('other')
  expect({ spans: store.traces.spans, bytes: store.traces.bytes, traces: store.traces.size }).toEqual({
    spans: 0,
    bytes: 0,
    traces: 0,
  })
})

test('a batch that cannot be understood harms nothing and is said', () => {
  const said: string[] = []
  const before = onNotice(({ event }) => said.push(event))
  const store = new Store({ now })
  expect(() => store.accept({ ...batch({ resource: resource('odd') }), spans: null } as never)).not.toThrow()
  onNotice(before)
  expect({ said, senders: [...store.identities.values('default')] }).toEqual({ said: ['store.failed'], senders: [] })
  store.accept(batch({ spans: [span({ span: 1 })] }))
  expect(held(store)).toEqual([1])
})

test('a listener that throws is not heard again, the others are', () => {
  const store = new Store({ now })
  const heard: string[] = []
  store.listen({
    log() {
      heard.push('bad')
      throw new Error('no')
    },
  })
  const end = store.listen({ log: (one) => heard.push(String(one.record.body)), trace: (one) => heard.push(one.id) })
  store.accept(batch({ logs: [log({ body: '1' }), log({ body: '2' })], spans: [span({ span: 1 }), span({ span: 2 })] }))
  end()
  store.accept(batch({ logs: [log({ body: '3' })] }))
  expect(heard).toEqual(['bad', traceHex(1), '1', '2'])
})

test('the default limits are a ceiling of about 400 MiB', () => {
  const { spanBytes, logBytes, pointBytes } = DEFAULT_LIMITS
  expect((spanBytes + logBytes + pointBytes) / 1024 / 1024).toBe(384)
})
