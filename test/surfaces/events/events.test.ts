import { EventEmitter, getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { Registry } from '../../../src/metrics/registry.ts'
import { Events } from '../../../src/surfaces/events/events.ts'
import { scrape } from '../../metrics/scrape.ts'

function made(maxSubscribers?: number) {
  const registry = new Registry()
  const events = new Events(registry)
  events.configure({ maxSubscribers })
  const lines = () =>
    scrape(registry)
      .split('\n')
      .filter((line) => line.startsWith('eventbus_'))
  return { observe: events.observe, lines }
}

const active = (count: number) => `eventbus_subscribers_active ${count}`
const rejected = (count: number) => `eventbus_subscribers_rejected_total{reason="cap"} ${count}`
const failed = (type: string, count: number) => `eventbus_dispatch_failures_total{error_type="${type}"} ${count}`

test('before a bus is observed there is no series; with one, both start at 0 [W-10] [W-19]', () => {
  const { observe, lines } = made()
  expect(lines()).toEqual([])
  const bus = new EventEmitter()
  expect(observe(bus)).toBe(bus)
  expect(lines()).toEqual([active(0), rejected(0)])
})

test('subscribers of an emitter are counted however they come and go [W-19]', () => {
  const { observe, lines } = made()
  const bus = new EventEmitter()
  const early = () => {}
  bus.on('paid', early)
  observe(bus)
  observe(bus)
  bus.once('paid', early).prependListener('paid', early).addListener('sent', early).prependOnceListener('sent', early)
  expect(lines()[0]).toBe(active(5))
  bus.emit('paid')
  bus.emit('sent')
  expect(lines()[0]).toBe(active(3))
  bus.off('paid', early)
  bus.removeAllListeners()
  expect(lines()).toEqual([active(0), rejected(0)])
  expect(Object.keys(bus)).toEqual(Object.keys(new EventEmitter()))
})

test('at the cap a subscriber is turned away and counted, those there stay [W-19]', () => {
  const { observe, lines } = made(2)
  const bus = observe(new EventEmitter())
  const heard: number[] = []
  for (let i = 0; i < 4; i++) expect(bus.on('paid', () => heard.push(i))).toBe(bus)
  bus.once('sent', () => heard.push(9))
  bus.emit('paid')
  bus.emit('sent')
  expect(heard).toEqual([0, 1, 9])
  expect(lines()).toEqual([active(2), rejected(2)])
  const wide = observe(new EventEmitter(), { maxSubscribers: 10 })
  for (let i = 0; i < 4; i++) wide.on('paid', () => {})
  expect(lines()).toEqual([active(6), rejected(2)])
})

test('an error of a listener reaches whoever emits, and is one failure however far it travels [W-19]', () => {
  const { observe, lines } = made()
  const [inner, outer] = [observe(new EventEmitter()), observe(new EventEmitter())]
  const error = new RangeError('too far')
  inner.on('step', () => {
    throw error
  })
  outer.on('go', () => inner.emit('step'))
  expect(() => outer.emit('go')).toThrow(error)
  expect(() => inner.emit('error', new TypeError('nobody listens'))).toThrow('nobody listens')
  expect(lines()).toEqual([active(2), rejected(0), failed('RangeError', 1), failed('TypeError', 1)])
})

test('a newListener that subscribes more is counted, and a listener that is none is refused by Node itself', () => {
  const { observe, lines } = made()
  const bus = observe(new EventEmitter())
  bus.once('newListener', () => bus.on('paid', () => {}))
  bus.on('paid', () => {})
  expect(lines()[0]).toBe(active(2))
  expect(() => bus.on('paid', 'text' as never)).toThrow(TypeError)
  bus.on('paid', () => {})
  expect(lines()[0]).toBe(active(3))
})

test('subscribers of an EventTarget are counted, capped, and removed as they were given [W-19]', () => {
  const { observe, lines } = made(2)
  const target = new EventTarget()
  expect(observe(target)).toBe(target)
  const heard: string[] = []
  const first = (event: Event) => heard.push(`first ${event.type}`)
  const second = { handleEvent: (event: Event) => heard.push(`second ${event.type}`) }
  target.addEventListener('paid', first)
  target.addEventListener('paid', first)
  target.addEventListener('paid', second, { once: true })
  target.addEventListener('paid', () => heard.push('never'))
  const stop = new AbortController()
  target.addEventListener('sent', first, { signal: stop.signal })
  expect(lines()).toEqual([active(3), rejected(1)])
  target.dispatchEvent(new Event('paid'))
  expect(lines()[0]).toBe(active(2))
  stop.abort()
  target.removeEventListener('paid', first)
  target.dispatchEvent(new Event('paid'))
  target.dispatchEvent(new Event('sent'))
  target.addEventListener('paid', null)
  expect([heard, getEventListeners(target, 'paid').length]).toEqual([['first paid', 'second paid'], 0])
  expect(lines()).toEqual([active(0), rejected(1)])
})

test('an error of an EventTarget’s listener is counted, and stays the uncaught exception that it is [W-19]', async () => {
  const { observe, lines } = made()
  const target = observe(new EventTarget())
  const uncaught: string[] = []
  const before = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', (error) => uncaught.push(error.message))
  try {
    target.addEventListener('paid', () => {
      throw new RangeError('at once')
    })
    target.addEventListener('paid', async () => {
      throw new TypeError('later')
    })
    expect(target.dispatchEvent(new Event('paid'))).toBe(true)
    await new Promise((resolve) => setTimeout(resolve, 10))
  } finally {
    process.removeAllListeners('uncaughtException')
    for (const listener of before) process.on('uncaughtException', listener)
  }
  expect(uncaught.sort()).toEqual(['at once', 'later'])
  expect(lines()).toEqual([active(2), rejected(0), failed('RangeError', 1), failed('TypeError', 1)])
})

test('what is no bus is left alone, and what is frozen still counts', () => {
  const { observe, lines } = made()
  expect([observe(null as never), observe({ on: 1 })]).toEqual([null, { on: 1 }])
  const frozen = Object.freeze(new EventEmitter())
  expect(observe(frozen)).toBe(frozen)
  expect(lines()).toEqual([active(0), rejected(0)])
})
