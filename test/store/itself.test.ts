// What points at itself: a link of a trace to itself, and a service that calls another instance of itself.
import { expect, test } from 'vitest'
import { SpanRare } from '../../src/model/span.ts'
import { Query } from '../../src/store/query.ts'
import { Store } from '../../src/store/store.ts'
import { batch, resource, span, T0, traceHex } from './records.ts'

const now = () => T0 + 60_000

test('a trace that links to itself is not linked by itself', () => {
  const store = new Store({ now })
  const one = span({ span: 1 })
  one.rare = new SpanRare()
  one.rare.links = [
    { t0: 0, t1: 0, t2: 0, t3: 1, s0: 0, s1: 1, flags: 0, traceState: '', attributes: null, dropped: 0 },
  ]
  store.accept(batch({ spans: [one] }))
  expect(new Query(store).trace(traceHex(1))).toMatchObject({ linked_by: [], linked_by_left_out: 0 })
})

test('instances of one service that call each other are one node without an edge', () => {
  const store = new Store({ now })
  const instance = (id: string) => resource('shop', ['service.instance.id', id])
  store.accept(batch({ resource: instance('a'), spans: [span({ span: 1 })] }))
  store.accept(batch({ resource: instance('b'), spans: [span({ span: 2, parent: 1, start: T0 + 1, took: 2 })] }))
  const { nodes, edges } = new Query(store).map()
  expect([nodes.map(({ name }) => name), edges]).toEqual([['shop'], []])
})
