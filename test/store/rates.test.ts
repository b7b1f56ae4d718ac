import { expect, test } from 'vitest'
import { Query } from '../../src/store/query.ts'
import { MOST_TIMELINES } from '../../src/store/service-rates.ts'
import { Store } from '../../src/store/store.ts'
import { batch, resource, span, T0 } from './records.ts'

test('of any number of services and operations only those with the most requests have a timeline', () => {
  const store = new Store({ now: () => T0 + 1000 })
  for (let i = 1; i <= 1000; i++) {
    const twice = i % 2 === 0 && i <= 2 * MOST_TIMELINES
    const some = (first: number) =>
      Array.from({ length: twice ? 2 : 1 }, (_, n) => span({ trace: first + i * 2 + n, span: 1, name: `op ${i}` }))
    store.accept(batch({ resource: resource(`service ${i}`), spans: some(0) }))
    store.accept(batch({ resource: resource('many'), spans: some(10_000) }))
  }
  const query = new Query(store)
  const services = query.services({ moments: 5 }).filter(({ service }) => service !== 'many')
  const operations = query.operations({ service: 'many', moments: 5 })
  const drawn = operations.filter(({ timeline }) => timeline.length === 5)
  expect([operations.length, drawn.length]).toEqual([1000, MOST_TIMELINES])
  expect(drawn.every(({ requests }) => requests === 2)).toBe(true)
  expect(services).toHaveLength(1000)
  expect(services.filter(({ timeline }) => timeline.length === 5)).toHaveLength(MOST_TIMELINES - 1)
})
