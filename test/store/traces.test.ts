import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KIND_CLIENT, KIND_INTERNAL } from '../../src/model/span.ts'
import { Query } from '../../src/store/query.ts'
import { Store } from '../../src/store/store.ts'
import { batch, log, resource, span, spanHex, T0, traceHex } from './records.ts'

const now = () => T0 + 60_000
const row = (store: Store, trace = 1) =>
  new Query(store).traces().items.find(({ trace_id }) => trace_id === traceHex(trace))

test('spans of one trace meet whatever the order and the batches they come in', () => {
  const all = [
    span({ span: 1, took: 20 }),
    span({ span: 2, parent: 1, start: T0 + 1, took: 18, kind: KIND_INTERNAL }),
    span({ span: 3, parent: 2, start: T0 + 2, took: 6, kind: KIND_CLIENT, error: true }),
    span({ span: 4, parent: 2, start: T0 + 9, took: 6, kind: KIND_CLIENT }),
    span({ span: 5, parent: 99, start: T0 + 30, took: 5 }),
  ]
  const whole = new Store({ now })
  whole.accept(batch({ spans: all }))
  const wanted = new Query(whole).trace(traceHex(1))
  expect(wanted?.tree.map(({ span_id, depth, orphan, self_ms }) => [span_id, depth, orphan, self_ms])).toEqual([
    [spanHex(1), 0, false, 2],
    [spanHex(2), 1, false, 6],
    [spanHex(3), 2, false, 6],
    [spanHex(4), 2, false, 6],
    [spanHex(5), 0, true, 5],
  ])
  fc.assert(
    fc.property(
      fc.shuffledSubarray(all, { minLength: 5 }),
      fc.array(fc.nat(2), { minLength: 5, maxLength: 5 }),
      (order, cuts) => {
        const store = new Store({ now })
        let waiting: typeof all = []
        order.forEach((one, i) => {
          waiting.push(one)
          if (cuts[i] !== 0) {
            store.accept(batch({ spans: waiting }))
            waiting = []
          }
        })
        store.accept(batch({ spans: waiting }))
        expect(new Query(store).trace(traceHex(1))).toEqual(wanted)
      },
    ),
  )
})

test('a span that is sent again counts once', () => {
  const store = new Store({ now })
  const one = span({ span: 1 })
  store.accept(batch({ spans: [one, one] }))
  store.accept(batch({ spans: [one] }))
  expect(row(store)?.spans).toBe(1)
  expect(store.traces.counts).toMatchObject({ accepted: 1, duplicates: 2, dropped: 0 })
})

test('a finished span takes the place of the same span that was still running, not the reverse', () => {
  const store = new Store({ now })
  store.accept(batch({ spans: [span({ span: 1, took: undefined })] }))
  expect(new Query(store).trace(traceHex(1))?.tree[0]).toMatchObject({ running: true, duration_ms: 0 })
  store.accept(batch({ spans: [span({ span: 1, took: 12, error: true })] }))
  store.accept(batch({ spans: [span({ span: 1, took: undefined })] }))
  expect(new Query(store).trace(traceHex(1))?.tree).toMatchObject([
    { running: false, duration_ms: 12, status: 'error' },
  ])
  expect(row(store)).toMatchObject({ spans: 1, errors: 1, duration_ms: 12 })
})

test('a trace of thousands of running spans takes their ends one by one, whatever halves their ids share', () => {
  const store = new Store({ now })
  const all = (took: number | undefined, error: boolean) =>
    Array.from({ length: 20_000 }, (_, i) => {
      const one = span({ span: 1, parent: i === 0 ? 0 : 1, start: T0 + i, took, error: error && i % 1000 === 7 })
      one.s0 = i << 12
      return one
    })
  store.accept(batch({ spans: all(undefined, false) }))
  const trace = [...store.traces.newestFirst('default')][0]!
  // Each look at a span that is held is counted: nothing may be done for each pair of them.
  let looks = 0
  for (const held of trace.spans) {
    let at = held.record
    Object.defineProperty(held, 'record', {
      get() {
        looks++
        return at
      },
      set(given) {
        at = given
      },
    })
  }
  store.accept(batch({ resource: resource('late'), spans: all(9, true) }))
  expect(row(store)).toMatchObject({ spans: 20_000, errors: 20, duration_ms: 20_008, service: 'late' })
  expect(looks).toBeLessThan(20_000 * 30)
  expect(store.traces.bytes).toBe(trace.bytes)
})

test('a late root names the trace', () => {
  const store = new Store({ now })
  store.accept(batch({ resource: resource('db'), spans: [span({ span: 2, parent: 1, name: 'child', start: T0 + 1 })] }))
  expect(row(store)).toMatchObject({ name: 'child', service: 'db', rooted: false })
  store.accept(batch({ spans: [span({ span: 1, name: 'root', took: 30 })] }))
  expect(row(store)).toMatchObject({
    name: 'root',
    service: 'shop',
    rooted: true,
    duration_ms: 30,
    services: [
      { service: 'db', spans: 1 },
      { service: 'shop', spans: 1 },
    ],
  })
})

test('logs find their trace and span though they come first', () => {
  const store = new Store({ now })
  store.accept(batch({ logs: [log({ trace: 1, span: 2, body: 'early' })] }))
  expect(new Query(store).trace(traceHex(1))).toBeUndefined()
  expect(row(store)).toBeUndefined()
  store.accept(batch({ spans: [span({ span: 2 })] }))
  expect(new Query(store).trace(traceHex(1))?.tree[0]?.logs.map(({ body }) => body)).toEqual(['early'])
})

test('a span without ids or without a time is dropped and counted', () => {
  const store = new Store({ now })
  store.accept(batch({ spans: [span({ trace: 0, span: 1 }), span({ span: 0 }), span({ span: 3, start: Number.NaN })] }))
  expect(store.traces.counts).toMatchObject({ accepted: 0, dropped: 3 })
  expect(new Query(store).traces().items).toEqual([])
})

test('a cycle of parents is shown once and ends', () => {
  const store = new Store({ now })
  store.accept(
    batch({ spans: [span({ span: 1, parent: 2 }), span({ span: 2, parent: 1 }), span({ span: 3, parent: 3 })] }),
  )
  expect(
    new Query(store)
      .trace(traceHex(1))
      ?.tree.map(({ span_id }) => span_id)
      .sort(),
  ).toEqual([1, 2, 3].map(spanHex))
})

test('keys from the wire cannot reach a prototype', () => {
  const store = new Store({ now })
  store.accept(
    batch({
      spans: [span({ span: 1, attributes: ['__proto__', 'x', 'constructor', { __proto__: null, polluted: 1 }] })],
    }),
  )
  const attributes = new Query(store).trace(traceHex(1))?.tree[0]?.attributes
  expect(JSON.stringify(attributes)).toBe('{"__proto__":"x","constructor":{"polluted":1}}')
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})

test('tenants do not see each other, even with the same ids', () => {
  const store = new Store({ now })
  store.accept(batch({ spans: [span({ span: 1, name: 'mine' })], logs: [log({ body: 'mine' })] }), 'a')
  store.accept(batch({ spans: [span({ span: 1, name: 'yours' })], logs: [log({ body: 'yours' })] }), 'b')
  const see = (tenant: string) => {
    const query = new Query(store, tenant)
    return [
      query.traces().items.map(({ name }) => name),
      query.trace(traceHex(1))?.tree.map(({ name }) => name),
      query.logs().items.map(({ body }) => body),
      query.services().length,
    ]
  }
  expect(see('a')).toEqual([['mine'], ['mine'], ['mine'], 1])
  expect(see('b')).toEqual([['yours'], ['yours'], ['yours'], 1])
  expect(see('default')).toEqual([[], undefined, [], 0])
})

interface Held {
  readonly id: number
  readonly spans: Map<number, boolean>
}

test('whatever comes, the store holds what a plain model of it holds', () => {
  const one = fc.record({
    trace: fc.integer({ min: 1, max: 6 }),
    id: fc.integer({ min: 1, max: 5 }),
    ended: fc.boolean(),
    logs: fc.nat(2),
  })
  fc.assert(
    fc.property(
      fc.array(one, { maxLength: 60 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 4 }),
      (given, spans, spansPerTrace) => {
        const store = new Store({ limits: { spans, spansPerTrace, logs: 3 }, now })
        let model: Held[] = []
        const counts = { accepted: 0, duplicates: 0, dropped: 0, evicted: 0, cleared: 0 }
        for (const { trace, id, ended, logs } of given) {
          store.accept(
            batch({
              spans: [span({ trace, span: id, took: ended ? 5 : undefined })],
              logs: Array.from({ length: logs }, () => log({ trace, span: id })),
            }),
          )
          const held = model.find((other) => other.id === trace) ?? { id: trace, spans: new Map<number, boolean>() }
          const before = held.spans.get(id)
          if (before !== undefined) counts.duplicates++
          else if (held.spans.size >= Math.min(spans, spansPerTrace)) {
            counts.dropped++
            continue
          } else counts.accepted++
          if (before !== undefined && (before || !ended)) continue
          held.spans.set(id, ended)
          model = [held, ...model.filter((other) => other !== held)]
          while (model.reduce((sum, other) => sum + other.spans.size, 0) > spans)
            counts.evicted += model.pop()!.spans.size
        }
        expect(
          [...store.traces.newestFirst('default')].map((trace) => [
            Number.parseInt(trace.id, 16),
            trace.spans.map(({ record }) => record.s1).sort(),
          ]),
        ).toEqual(model.map((held) => [held.id, [...held.spans.keys()].sort()]))
        expect({ ...store.traces.counts }).toEqual(counts)
        expect(store.traces.spans).toBe(counts.accepted - counts.evicted)
        expect(store.traces.bytes).toBe(
          [...store.traces.newestFirst('default')].reduce((sum, trace) => sum + trace.bytes, 0),
        )
      },
    ),
    { numRuns: 300 },
  )
})
