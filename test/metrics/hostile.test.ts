import { afterEach, expect, test } from 'vitest'
import { forgetNotices, type Notice, onNotice } from '../../src/base/notice.ts'
import { Registry } from '../../src/metrics/registry.ts'

afterEach(() => {
  onNotice(undefined)
  forgetNotices()
})

const boom = () => {
  throw new Error('boom')
}
const THROWN: unknown[] = [
  new Proxy(new Error('x'), { get: boom, getPrototypeOf: boom }),
  Object.create(null),
  { toString: boom },
  Symbol('s'),
  undefined,
]

test('a callback or hook that throws what cannot even be read blanks nothing, at once or later', async () => {
  onNotice(() => {})
  for (const thing of THROWN) {
    const registry = new Registry()
    registry.counter('kept_total').add(3)
    registry.observable('sync', {}, () => {
      throw thing
    })
    registry.observable('async', {}, () => Promise.reject(thing))
    registry.onCollect(() => {
      throw thing
    })
    const kept = registry.families().find(({ name }) => name === 'kept_total')
    expect(kept?.series.map(({ value }) => value)).toEqual([3])
    await new Promise((resolve) => setImmediate(resolve))
  }
})

test('a hook that fails in another way each time is said once', () => {
  const said: Notice[] = []
  onNotice((notice) => void said.push(notice))
  const registry = new Registry()
  let n = 0
  registry.onCollect(() => {
    throw new Error(`attempt ${n++}`)
  })
  for (let i = 0; i < 5; i++) registry.families()
  expect(said.map(({ event }) => event)).toEqual(['metrics.scrape.failed'])
})
