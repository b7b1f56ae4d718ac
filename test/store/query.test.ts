import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Flat } from '../../src/model/attribute.ts'
import { AttributeTrie } from '../../src/store/attribute-trie.ts'
import { Best } from '../../src/store/best.ts'
import { holds, parseCondition } from '../../src/store/condition.ts'
import { History } from '../../src/store/history.ts'
import { Query } from '../../src/store/query.ts'
import { Store } from '../../src/store/store.ts'
import { batch, log, span, T0 } from './records.ts'

const now = () => T0 + 60_000

const FLAT: Flat = [
  'status',
  503,
  'route',
  '/orders/:id',
  'ok',
  false,
  'tags',
  ['a', 'b'],
  'big',
  2n ** 60n,
  'text',
  'a=b "c"',
]

test.each([
  ['status', true],
  ['!status', false],
  ['!gone', true],
  ['gone', false],
  ['status=503', true],
  ['status = 503', true],
  ['status=503.0', true],
  ['status!=503', false],
  ['status>=500', true],
  ['status>503', false],
  ['status<600', true],
  ['status<=502', false],
  ['status>abc', false],
  ['route=/orders/:id', true],
  ['route~ORDERS', true],
  ['route!~orders', false],
  ['gone!=1', true],
  ['gone!~1', true],
  ['gone=1', false],
  ['ok=false', true],
  ['tags~b', true],
  ['big=1152921504606846976', true],
  ['text="a=b "c""', true],
  ['service.name=shop', true],
  ['resource.service.name=shop', true],
  ['resource.status=503', false],
])('%s holds: %s', (text, expected) => {
  expect(holds([parseCondition(text)], [FLAT], ['service.name', 'shop'])).toBe(expected)
})

test.each(['', '=1', '>', '!a=1', 'a b'])('%o is no condition', (text) => {
  expect(() => parseCondition(text)).toThrow('QUERY_PARAMETER attribute')
})

test('pages of any size give every log once, in order, while more arrive', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom('newest' as const, 'oldest' as const),
      (times, limit, order) => {
        const store = new Store({ now })
        store.accept(batch({ logs: times.map((time) => log({ time: T0 + time })) }))
        const query = new Query(store)
        const wanted = query.logs({ order, limit: 1000 }).items.map(({ number }) => number)
        const seen: number[] = []
        let cursor: string | undefined
        do {
          const page = query.logs({ order, limit, cursor })
          seen.push(...page.items.map(({ number }) => number))
          cursor = page.next_cursor ?? undefined
          store.accept(batch({ logs: [log({ time: order === 'newest' ? T0 + 100 : T0 - 100 })] }))
        } while (cursor !== undefined)
        expect(seen).toEqual(wanted)
      },
    ),
  )
})

test('a page of long bodies ends early, and the next goes on where it ended', () => {
  const store = new Store({ now: () => T0 })
  const body = 'x'.repeat(300_000)
  store.accept(batch({ logs: Array.from({ length: 20 }, (_, i) => log({ body, time: T0 + i })) }))
  const query = new Query(store)
  const seen: number[] = []
  const sizes: number[] = []
  for (let cursor: string | undefined | null; cursor !== null; ) {
    const page = query.logs({ limit: 100, ...(cursor && { cursor }) })
    seen.push(...page.items.map(({ number }) => number))
    sizes.push(page.items.length)
    cursor = page.next_cursor
  }
  expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => 19 - i))
  expect(sizes).toEqual([6, 6, 6, 2])
})

test('a cursor of one order is refused by another', () => {
  const store = new Store({ now })
  store.accept(batch({ spans: [span({ trace: 1, span: 1 }), span({ trace: 2, span: 2 })] }))
  const query = new Query(store)
  const cursor = query.traces({ limit: 1 }).next_cursor!
  expect(() => query.traces({ order: 'slowest', cursor })).toThrow('QUERY_PARAMETER cursor')
  expect(query.traces({ cursor }).items).toHaveLength(1)
})

test('conditions about a span must hold for one and the same span', () => {
  const store = new Store({ now })
  store.accept(
    batch({
      spans: [
        span({ span: 1, name: 'a', attributes: ['x', 1] }),
        span({ span: 2, parent: 1, name: 'b', attributes: ['y', 1] }),
      ],
    }),
  )
  const query = new Query(store)
  expect(query.traces({ name: 'a', where: [parseCondition('x=1')] }).items).toHaveLength(1)
  expect(query.traces({ name: 'a', where: [parseCondition('y=1')] }).items).toHaveLength(0)
})

test('a correlation id is a trace written as a UUID, or what stands on a span or a log line of it [G-10]', () => {
  const store = new Store({ now })
  store.accept(
    batch({
      spans: [
        span({ trace: 1, span: 1 }),
        span({ trace: 2, span: 2, attributes: ['correlation_id', 'order-4711'] }),
        span({ trace: 3, span: 3 }),
        span({ trace: 3, span: 4, parent: 3, attributes: ['correlation_id', 'order-4711'] }),
        span({ trace: 4, span: 5 }),
      ],
      logs: [log({ trace: 4, span: 5, attributes: ['correlation_id', 'from-a-log'] })],
    }),
  )
  const query = new Query(store)
  const of = (correlation: string) =>
    query
      .traces({ correlation })
      .items.map(({ trace_id }) => Number.parseInt(trace_id, 16))
      .sort()
  expect(of('00000000-0000-4000-8000-000000000001')).toEqual([1])
  expect(of('order-4711')).toEqual([2, 3])
  expect(of('from-a-log')).toEqual([4])
  expect(of('00000000-0000-1000-8000-000000000001')).toEqual([])
  expect(of('order')).toEqual([])
  expect(query.traceFacets({ correlation: 'order-4711' }).matched).toBe(2)
})

test('a ring of any history gives each item by its number until it is gone', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 300 }), (pushes) => {
      const history = new History<number>()
      const model: number[] = []
      let next = 0
      for (const push of pushes) {
        if (push) {
          expect(history.push(next)).toBe(next)
          model.push(next++)
        } else expect(history.shift()).toBe(model.shift())
      }
      expect(history.size).toBe(model.length)
      for (let n = -1; n <= next; n++) expect(history.at(n)).toBe(model.includes(n) ? n : undefined)
    }),
  )
})

test('the best of many are those that sorting finds', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50)), fc.integer({ min: 1, max: 10 }), (all, limit) => {
      const best = new Best<number>(limit, (a, b) => a < b)
      for (const one of all) best.offer(one)
      expect(best.page).toEqual([...all].sort((a, b) => a - b).slice(0, limit))
      expect(best.more).toBe(all.length > limit)
    }),
  )
})

test('attributes lead to one thing exactly when they are the same set', () => {
  const value = fc.oneof(
    fc.constantFrom(1, '1', true, 'true', null, 'a|b', '', 2n),
    fc.array(fc.constantFrom('a', 'b', 1), { maxLength: 2 }),
  )
  const object = fc.dictionary(fc.constantFrom('k', 'l', 'k|l', '__proto__x'), value, { maxKeys: 3 })
  const canonical = (one: object) =>
    JSON.stringify(
      Object.entries(one)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, held]) => [key, typeof held, typeof held === 'bigint' ? String(held) : held]),
    )
  fc.assert(
    fc.property(fc.array(object, { maxLength: 20 }), (all) => {
      const trie = new AttributeTrie<{ at: string }>()
      const model = new Map<string, { at: string }>()
      for (const one of all) {
        const at = canonical(one)
        const flat = Object.entries(one).reverse().flat() as Flat
        const found = trie.of(flat, () => ({ at }))
        expect(found.at).toBe(at)
        if (model.has(at)) expect(found).toBe(model.get(at))
        model.set(at, found)
      }
      expect(trie.size).toBe(model.size)
      for (const thing of model.values()) trie.delete(thing)
      expect([trie.size, [...trie.values()]]).toEqual([0, []])
    }),
  )
})
