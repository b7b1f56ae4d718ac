import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteWriter, utf8 } from '../../src/base/bytes.ts'
import { retryAfter, waitBefore } from '../../src/base/retry.ts'
import { Ring } from '../../src/base/ring.ts'

test('a ring behaves like a list that loses its oldest items, and counts them', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.array(fc.option(fc.nat())), (capacity, steps) => {
      const ring = new Ring<number>(capacity)
      const list: number[] = []
      let dropped = 0
      for (const step of steps) {
        if (step === null) expect(ring.shift()).toBe(list.shift())
        else {
          list.push(step)
          const full = list.length > ring.capacity
          if (full) {
            list.shift()
            dropped++
          }
          expect(ring.push(step)).toBe(!full)
        }
        expect([ring.size, ring.peek(), ring.dropped]).toEqual([list.length, list[0], dropped])
      }
    }),
  )
})

test('the capacity of a ring is the next power of two', () => {
  expect([1, 2, 3, 512, 2000, 2048].map((n) => new Ring(n).capacity)).toEqual([1, 2, 4, 512, 2048, 2048])
})

const retry = { firstMs: 1000, capMs: 10_000, attempts: 6, totalMs: 60_000 }

test('waits grow to the cap with full jitter', () => {
  const most = [1, 2, 3, 4, 5].map((attempt) => waitBefore(retry, attempt, 0, undefined, () => 1))
  expect(most).toEqual([1000, 2000, 4000, 8000, 10_000])
  expect(waitBefore(retry, 5, 0, undefined, () => 0)).toBe(0)
})

test('there is an end of attempts, of time, and of what a server may ask for', () => {
  expect(waitBefore(retry, 6, 0, undefined)).toBeUndefined()
  expect(waitBefore(retry, 1, 59_500, undefined, () => 1)).toBeUndefined()
  expect(waitBefore(retry, 1, 0, 61_000)).toBeUndefined()
  expect(waitBefore(retry, 1, 0, 5000, () => 0)).toBe(5000)
})

test('Retry-After is read as seconds or as a date, and nothing else', () => {
  const now = Date.UTC(2026, 0, 1)
  expect(
    ['3', ' 120 ', new Date(now + 5000).toUTCString(), new Date(now - 5000).toUTCString()].map((field) =>
      retryAfter(field, now),
    ),
  ).toEqual([3000, 120_000, 5000, 0])
  expect([undefined, '', '-1', '1.5', 'soon', '9e9'].map((field) => retryAfter(field, now))).toEqual(
    new Array(6).fill(undefined),
  )
})

test('a byte writer grows and hands out a copy of what was written', () => {
  const writer = new ByteWriter(4)
  writer.bytes(Uint8Array.of(1, 2, 3))
  writer.bytes(Uint8Array.of(4, 5, 6))
  const taken = writer.take()
  writer.data[0] = 9
  expect([...taken]).toEqual([1, 2, 3, 4, 5, 6])
  expect([...writer.view()]).toEqual([9, 2, 3, 4, 5, 6])
  expect(utf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0xff, 0x61))).toBe('\ufeff\ufffda')
})
