// Token buckets in bounded memory: what is admitted, and what a flood can make of it.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ClientLimit } from '../../src/access/limit.ts'

function limit(options: Partial<ConstructorParameters<typeof ClientLimit>[0]> = {}) {
  const clock = { ms: 1000 }
  const made = new ClientLimit({ capacity: 10, perMinute: 60, places: 100, now: () => clock.ms, ...options })
  return {
    clock,
    limit: made,
    admitted: (client: string, requests: number) => {
      let count = 0
      for (let i = 0; i < requests; i++) if (made.take(client) === 0) count++
      return count
    },
  }
}

test('the first ten at once pass and the eleventh does not; one a second comes back [R-23] [ruling 28]', () => {
  const { limit: made, clock, admitted } = limit()
  expect(Array.from({ length: 11 }, () => made.take('a'))).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1000])
  clock.ms += 250
  expect(made.take('a')).toBe(750)
  clock.ms += 750
  expect([made.take('a'), made.take('a')]).toEqual([0, 1000])
  clock.ms += 3500
  expect(admitted('a', 10)).toBe(3)
  clock.ms += 3_600_000
  expect(admitted('a', 20)).toBe(10)
})

test('who asks while the bucket is empty loses nothing by it [R-23]', () => {
  const { limit: made, clock, admitted } = limit()
  admitted('a', 10)
  // Ten tenths are not quite one in floating point.
  const waits = Array.from({ length: 10 }, () => {
    clock.ms += 100
    return made.take('a') as number
  })
  expect(waits.map(Math.round)).toEqual([900, 800, 700, 600, 500, 400, 300, 200, 100, 0])
  expect(waits.at(-1)).toBe(0)
})

test('clients have buckets of their own [R-23]', () => {
  const { admitted } = limit()
  expect([admitted('a', 20), admitted('b', 20), admitted('a', 1)]).toEqual([10, 10, 0])
})

test('an idle client is forgotten after five minutes, but never before its bucket is full [R-23]', () => {
  const { limit: made, clock } = limit()
  for (let i = 0; i < 50; i++) made.take(`idle ${i}`)
  clock.ms += 299_999
  made.take('a')
  expect(made.size).toBe(51)
  clock.ms += 1
  made.take('a')
  expect(made.size).toBe(1)
  made.take('b')
  expect(made.size).toBe(2)
  const slow = limit({ perMinute: 1 })
  slow.admitted('a', 10)
  slow.clock.ms += 540_000
  slow.limit.take('b')
  expect([slow.limit.size, slow.admitted('a', 20)]).toEqual([2, 9])
})

test('memory is bounded however many clients there are, and one request forgets few of them [R-23]', () => {
  const { limit: made, clock } = limit({ places: 1000 })
  for (let i = 0; i < 5000; i++) made.take(`a${i}`)
  expect(made.size).toBe(1000)
  clock.ms += 300_000
  made.take('b')
  expect(made.size).toBe(1000 - 64 + 1)
})

test('a client that pushes its own bucket out gets no new one: places are taken over with what is left in them [R-23]', () => {
  const { limit: made, admitted } = limit({ places: 100 })
  expect(admitted('flood', 50)).toBe(10)
  // Every place is emptied, the flooding client's own too.
  const others = Array.from({ length: 500 }, (_, i) => admitted(`other ${i}`, 20))
  expect(others.reduce((sum, one) => sum + one, 0)).toBe(99 * 10)
  expect([admitted('flood', 50), made.size]).toEqual([0, 100])
})

test('a client that asks at leisure keeps its place while others come and go [R-23]', () => {
  const { limit: made, clock } = limit({ places: 100 })
  const waits: (number | Promise<number>)[] = []
  for (let round = 0; round < 60; round++) {
    for (let i = 0; i < 50; i++) made.take(`visitor ${round * 50 + i}`)
    waits.push(made.take('scraper'))
    clock.ms += 15_000
  }
  expect(waits.every((wait) => wait === 0)).toBe(true)
})

test('whatever comes from whom and when, all clients together get what the places hold, and a client what its bucket holds [R-23]', () => {
  const step = fc.record({ client: fc.integer({ min: 0, max: 12 }), ms: fc.integer({ min: 0, max: 400 }) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const { limit: made, clock } = limit({ places: 4, capacity: 3 })
      let all = 0
      const start = clock.ms
      for (const { client, ms } of steps) {
        clock.ms += ms
        const wait = made.take(String(client)) as number
        if (wait === 0) all++
        else expect(wait).toBeLessThanOrEqual(1000 + 1e-6)
        expect(made.size).toBeLessThanOrEqual(4)
      }
      expect(all).toBeLessThanOrEqual(4 * (3 + (clock.ms - start) / 1000) + 1e-6)
    }),
    { numRuns: 200 },
  )
})
