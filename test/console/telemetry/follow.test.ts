import { expect, test } from 'vitest'
import { follow, type Told } from '../../../src/console/telemetry/follow.ts'
import { Store } from '../../../src/store/store.ts'
import { batch, log, span, T0, traceHex } from '../../store/records.ts'
import { ask } from '../ask.ts'
import { serve } from './serve.ts'

/** The life of the store of `serve`: when it began. */
const T36 = (T0 + 60_000).toString(36)

interface Event {
  event: string
  id?: string
  data: unknown
}

/** Reads a stream of events as it comes. */
async function open(url: string, headers: Record<string, string> = {}) {
  const leave = new AbortController()
  const response = await fetch(url, { headers, signal: leave.signal })
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  let ended = false
  const comments: string[] = []
  const read = async (): Promise<string> => {
    while (!text.includes('\n\n')) {
      const { done, value } = await reader.read()
      if (done) {
        ended = true
        return ''
      }
      text += value
    }
    const block = text.slice(0, text.indexOf('\n\n'))
    text = text.slice(block.length + 2)
    return block
  }
  return {
    response,
    comments,
    leave: () => leave.abort(),
    isOver: () => ended,
    async next(): Promise<Event | undefined> {
      for (;;) {
        const block = await read()
        if (ended) return undefined
        const fields = Object.fromEntries(
          block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
        )
        if (fields['event']) return { ...fields, data: JSON.parse(fields['data']!) } as unknown as Event
        comments.push(block)
      }
    },
  }
}

test('followed logs arrive as they are written, matching ones only, numbered', async () => {
  const { store, url } = await serve()
  store.accept(batch({ logs: [log({ body: 'before' })] }))
  const stream = await open(`${url}/api/v1/logs?follow=true&severity=warn`)
  expect(stream.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  store.accept(batch({ logs: [log({ body: 'quiet' }), log({ body: 'loud', severity: 'error' })] }))
  expect(await stream.next()).toMatchObject({
    event: 'log',
    id: `2-${T36}`,
    data: { number: 2, body: 'loud', severity: 17 },
  })
  store.accept(batch({ logs: [log({ body: 'again', severity: 'warn' })] }))
  expect(await stream.next()).toMatchObject({ event: 'log', id: `3-${T36}`, data: { body: 'again' } })
  stream.leave()
})

test('a reader that comes back with Last-Event-ID misses nothing that is held', async () => {
  const { store, url } = await serve()
  store.accept(batch({ logs: ['a', 'b', 'c'].map((body) => log({ body })) }))
  const stream = await open(`${url}/api/v1/logs?follow=true`, { 'last-event-id': '0' })
  expect([(await stream.next())?.data, (await stream.next())?.data]).toMatchObject([{ body: 'b' }, { body: 'c' }])
  stream.leave()
})

test('a number of an earlier life of the store leads to all that the new one holds', async () => {
  const { store, url } = await serve()
  store.accept(batch({ logs: ['a', 'b'].map((body) => log({ body })) }))
  const later = await open(`${url}/api/v1/logs?follow=true`, { 'last-event-id': `0-${T36}` })
  expect(await later.next()).toMatchObject({ id: `1-${T36}`, data: { body: 'b' } })
  later.leave()
  const earlier = await open(`${url}/api/v1/logs?follow=true`, { 'last-event-id': '900-abc' })
  expect([(await earlier.next())?.id, (await earlier.next())?.id]).toEqual([`0-${T36}`, `1-${T36}`])
  earlier.leave()
})

test('of many missed records the newest thousand are told again', async () => {
  const { store, url } = await serve({ waiting: 5000 })
  store.accept(batch({ logs: Array.from({ length: 1500 }, (_, i) => log({ body: `line ${i}` })) }))
  const stream = await open(`${url}/api/v1/logs?follow=true`, { 'last-event-id': '3' })
  expect(await stream.next()).toMatchObject({ data: { number: 500 } })
  for (let n = 501; n < 1499; n++) await stream.next()
  expect(await stream.next()).toMatchObject({ data: { number: 1499 } })
  stream.leave()
})

test('a followed trace is told again as it grows', async () => {
  const { store, url } = await serve()
  const stream = await open(`${url}/api/v1/traces?follow=true&service=shop`)
  store.accept(batch({ spans: [span({ span: 2, parent: 1, took: 4 })] }))
  expect(await stream.next()).toMatchObject({
    event: 'trace',
    data: { trace_id: traceHex(1), spans: 1, rooted: false },
  })
  store.accept(batch({ spans: [span({ span: 1, took: 9 })] }))
  expect(await stream.next()).toMatchObject({ event: 'trace', data: { spans: 2, rooted: true, duration_ms: 9 } })
  stream.leave()
})

test('a silent stream says that it is there', async () => {
  const { store, url } = await serve({ heartbeatMs: 20 })
  const stream = await open(`${url}/api/v1/logs?follow=true`)
  const first = stream.next()
  while (!stream.comments.includes(': still here')) await new Promise((resolve) => setTimeout(resolve, 5))
  store.accept(batch({ logs: [log({ body: 'at last' })] }))
  expect(await first).toMatchObject({ data: { body: 'at last' } })
  stream.leave()
})

test('a reader that is too slow loses the oldest and is told how many', async () => {
  let tell: (told: Told) => void = () => {}
  const response = follow({
    begin(given) {
      tell = given
      return () => {}
    },
    waiting: 3,
  })
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  await reader.read()
  await new Promise((resolve) => setImmediate(resolve))
  // One pull is under way and takes the first; what follows waits until it is read.
  tell({ event: 'log', id: '0', data: 0 })
  await new Promise((resolve) => setImmediate(resolve))
  for (let id = 1; id <= 10; id++) tell({ event: 'log', id: String(id), data: id })
  const event = (id: number) => `event: log\nid: ${id}\ndata: ${id}\n\n`
  expect((await reader.read()).value).toBe(event(0))
  expect((await reader.read()).value).toBe(`event: dropped\ndata: {"dropped":7}\n\n${event(8)}${event(9)}${event(10)}`)
  await reader.cancel()
})

test('a reader that takes nothing is let go, and finds the end after what was sent', async () => {
  let tell: (told: Told) => void = () => {}
  const let_go = new Promise<void>((resolve) => {
    const response = follow({
      begin(given) {
        tell = given
        return () => resolve()
      },
      heartbeatMs: 5,
      patienceMs: 15,
    })
    unread = response
  })
  for (let id = 0; id < 200; id++) tell({ event: 'log', id: String(id), data: id })
  await let_go
  const text = await unread!.text()
  expect(text.startsWith('retry: 2000')).toBe(true)
  expect(text).not.toContain('data: 199\n')
})

let unread: Response | undefined

test('what waits under one key is replaced by its newest state and costs one place', async () => {
  let tell: (told: Told) => void = () => {}
  const response = follow({
    begin(given) {
      tell = given
      return () => {}
    },
    waiting: 2,
  })
  for (let n = 1; n <= 100; n++) tell({ event: 'trace', key: 'a', data: n })
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (!text.includes('event')) text += (await reader.read()).value
  expect(text).toBe('retry: 2000\n: following\n\nevent: trace\ndata: 100\n\n')
  await reader.cancel()
})

/** How many listeners the store still tells. */
class CountingStore extends Store {
  listening = 0

  override listen(...given: Parameters<Store['listen']>): () => void {
    const end = super.listen(...given)
    this.listening++
    return () => {
      this.listening--
      end()
    }
  }
}

const becomes = (read: () => unknown, wanted: unknown) => expect.poll(read).toBe(wanted)

test('a stream whose reader leaves lets go of the store', async () => {
  const store = new CountingStore({ now: () => T0 })
  const { url } = await serve({ store })
  const streams = await Promise.all([open(`${url}/api/v1/logs?follow=true`), open(`${url}/api/v1/traces?follow=true`)])
  await becomes(() => store.listening, 2)
  for (const stream of streams) stream.leave()
  await becomes(() => store.listening, 0)
})

test('streams end when the server closes', async () => {
  const closing = new AbortController()
  const store = new CountingStore({ now: () => T0 })
  const { url } = await serve({ store, closing: closing.signal })
  const stream = await open(`${url}/api/v1/logs?follow=true`)
  await becomes(() => store.listening, 1)
  closing.abort()
  expect(await stream.next()).toBeUndefined()
  expect(store.listening).toBe(0)
  const late = await open(`${url}/api/v1/logs?follow=true`)
  expect(await late.next()).toBeUndefined()
  expect(store.listening).toBe(0)
})

test('one stream more than the most is refused, and a place that is left is free again', async () => {
  const store = new CountingStore({ now: () => T0 })
  const { url } = await serve({ store, followers: 1 })
  const stream = await open(`${url}/api/v1/logs?follow=true`)
  const { status, text } = await ask(url, '/api/v1/logs?follow=true')
  expect({ status, code: JSON.parse(text).code }).toEqual({ status: 503, code: 'too_many_followers' })
  stream.leave()
  await becomes(() => store.listening, 0)
  const next = await open(`${url}/api/v1/logs?follow=true`)
  expect(next.response.status).toBe(200)
  next.leave()
})

test('HEAD of a stream answers its headers and follows nothing', async () => {
  const store = new CountingStore({ now: () => T0 })
  const { url } = await serve({ store })
  const { status, headers, text } = await ask(url, '/api/v1/logs?follow=true', { method: 'HEAD' })
  expect({ status, type: headers['content-type'], text, listening: store.listening }).toEqual({
    status: 200,
    type: 'text/event-stream; charset=utf-8',
    text: '',
    listening: 0,
  })
})
