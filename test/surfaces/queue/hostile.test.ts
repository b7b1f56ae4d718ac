import { expect, test } from 'vitest'
import { forgetNotices, type Notice, onNotice } from '../../../src/base/notice.ts'
import { correlationIdOf } from '../../../src/context/correlation.ts'
import { current, runIn } from '../../../src/context/current.ts'
import { Frame } from '../../../src/context/frame.ts'
import { Propagator } from '../../../src/context/propagator.ts'
import {
  consume,
  type Delivery,
  observeBullMQ,
  observeKafka,
  observePgBoss,
  publish,
  type Settlement,
  watchLag,
} from '../../../src/queue.ts'
import { publishAll } from '../../../src/surfaces/queue/publish.ts'
import { kit, later, until } from './kit.ts'

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

/** What is said from now on. */
function heard(): () => [string, string][] {
  const seen: Notice[] = []
  onNotice((one) => seen.push(one))
  later(() => {
    onNotice(undefined)
    forgetNotices()
  })
  return () => seen.map(({ event, text }) => [event, text])
}

const parents = (spans: object[]) => spans.map((span) => (span as { parent: unknown }).parent)

test('a message that is handed on says nothing of the trace that it came from, in any case of its headers', () => {
  const { tracer } = kit({ propagator: new Propagator(['tracecontext', 'baggage', 'b3']) })
  const span = tracer.start('forward', 1, null)
  const came = {
    TraceParent: Buffer.from(TRACEPARENT),
    tracestate: 'other=1',
    'X-B3-TraceId': 'a'.repeat(32),
    baggage: 'kept=yes',
    'x-kept': '1',
  }
  const sent = runIn(new Frame(null).hold(span), () =>
    publish({ queue: 'orders', headers: came }, (headers) => headers),
  )
  expect(sent).toEqual({
    baggage: 'kept=yes',
    'x-kept': '1',
    traceparent: expect.stringMatching(/^00-/),
    b3: expect.any(String),
  })
  expect(sent['traceparent']).not.toContain('4bf92f3577b34da6a3ce929d0e0e4736')
})

test('what is handed on outside of any trace, without spans, goes as it came', () => {
  kit({ tracer: null })
  const came = { Traceparent: TRACEPARENT, tracestate: 'other=1' }
  expect(publish({ queue: 'orders', headers: came }, (headers) => headers)).toEqual(came)
})

test('headers named after what every object has, and a hundred thousand of them, hide nothing', () => {
  const { spans } = kit()
  const many: Record<string, unknown> = JSON.parse('{"__proto__": "x", "constructor": "y", "toString": "z"}')
  for (let i = 0; i < 100_000; i++) many[`h${i}`] = 'x'.repeat(20)
  many['traceparent'] = TRACEPARENT
  many['x-correlation-id'] = 'order-77'
  expect(consume({ queue: 'orders', headers: many }, () => correlationIdOf(current()!))).toBe('order-77')
  consume({ queue: 'orders', headers: { traceparent: [TRACEPARENT, TRACEPARENT] } }, () => {})
  consume({ queue: 'orders', headers: { traceparent: { toString: () => TRACEPARENT } } }, () => {})
  consume({ queue: 'orders', headers: 'traceparent' as never }, () => {})
  expect(parents(spans())).toEqual(['elsewhere', null, null, null])
})

test('what cannot be read goes its way unobserved: nothing is thrown, nothing stays in flight, and it is said once', () => {
  const seen = heard()
  const { spans, counts } = kit()
  const trap = (key: string): Record<string, never> =>
    Object.defineProperty({}, key, {
      enumerable: true,
      get() {
        throw new RangeError(`no ${key}`)
      },
    })
  const hostile = ['queue', 'batch', 'headers', 'at', 'name', 'id', 'attributes', 'relation'].map(trap)
  const deliveries = [
    ...hostile,
    { queue: Object.create(null) },
    // Alone among these it is observed, without what cannot be read.
    { queue: 'orders', attributes: trap('deep') },
    { queue: 'orders', batch: 7 },
    { queue: 'orders', batch: [trap('at')] },
    { queue: 'orders', id: Object.create(null) },
  ]
  for (const delivery of deliveries) {
    expect(consume(delivery as unknown as Delivery, () => 'done')).toBe('done')
  }
  for (const to of [
    trap('queue'),
    trap('headers'),
    { queue: 'orders', batch: [trap('headers')] },
    { queue: {}, id: 1 },
  ]) {
    expect(publish(to as never, () => 'sent')).toBe('sent')
  }
  expect(consume({ queue: 'orders', batch: [null, undefined, {}] as never }, () => 'done')).toBe('done')
  expect(publish({ queue: 'orders', batch: [null, {}] as never }, (_, each) => each.length)).toBe(2)
  expect(publishAll([{ queue: 'a' }, trap('queue') as never, { queue: 'b' }], (sent) => sent.length)).toBe(3)
  expect(spans().map((span) => (span as { name: string }).name)).toEqual([
    'process orders',
    'publish [object Object]',
    'process orders',
    'publish orders',
    'publish a',
    'publish b',
  ])
  expect(counts()).toEqual({
    'queue_published_total{queue=[object Object]}': 1,
    'queue_published_total{queue=orders}': 2,
    'queue_published_total{queue=a}': 1,
    'queue_published_total{queue=b}': 1,
    'queue_publish_duration_seconds{queue=[object Object]}': 1,
    'queue_publish_duration_seconds{queue=orders}': 1,
    'queue_publish_duration_seconds{queue=a}': 1,
    'queue_publish_duration_seconds{queue=b}': 1,
    'queue_messages_total{queue=orders,result=ack}': 4,
    'queue_process_duration_seconds{queue=orders,result=ack}': 2,
    'queue_in_flight{queue=orders}': 0,
  })
  expect(seen().map(([event]) => event)).toEqual(['queue.unreadable', 'queue.unreadable'])
})

test('a handler that settles twice, too much, after its end or with what is no number settles every message once [W-14]', async () => {
  const { spans, counts } = kit()
  const batch = [{}, {}, {}]
  let late: Settlement | undefined
  consume({ queue: 'orders', batch }, (settlement) => {
    late = settlement
    settlement.nack('once', 2)
    settlement.nack('twice', 2)
    settlement.ack(Number.POSITIVE_INFINITY)
  })
  late!.nack('late', 3)
  late!.ack(3)
  consume({ queue: 'orders', batch }, (settlement) => {
    for (const count of [0, -1, 0.5, Number.NaN, 1n, '1', Symbol('1'), {}, null] as number[]) {
      settlement.nack('nothing', count)
      settlement.ack(count)
    }
  })
  expect(() =>
    consume({ queue: 'orders', batch }, (settlement) => {
      settlement.nack(null, 2)
      throw new RangeError('the third')
    }),
  ).toThrow('the third')
  expect(spans().map((span) => (span as { message?: string }).message)).toEqual(['once', undefined, 'the third'])
  expect(counts()).toEqual({
    'queue_messages_total{queue=orders,result=ack}': 3,
    'queue_messages_total{queue=orders,result=nack}': 6,
    'queue_process_duration_seconds{queue=orders,result=ack}': 1,
    'queue_process_duration_seconds{queue=orders,result=nack}': 2,
    'queue_in_flight{queue=orders}': 0,
    'errors_total{surface=queue,error_type=Error}': 1,
    'errors_total{surface=queue,error_type=RangeError}': 1,
  })
})

test('a handler inside of a handler, or inside of a request without spans, has the trace of its own message alone [W-30]', async () => {
  const { tracer, spans } = kit()
  await consume({ queue: 'outer' }, async () => {
    await consume({ queue: 'inner', headers: { traceparent: TRACEPARENT } }, async () => {
      await null
      tracer.start('work').end()
    })
    tracer.start('rest').end()
  })
  expect(spans().map((span) => [(span as { name: string }).name, (span as { parent: unknown }).parent])).toEqual([
    ['work', 'process inner'],
    ['process inner', 'elsewhere'],
    ['rest', 'process outer'],
    ['process outer', null],
  ])
  kit({ tracer: null })
  const request = new Frame(null).hold(tracer.start('GET /', 2, null))
  const seen = runIn(request, () => consume('orders', () => [current(), publish('next', (headers) => headers)]))
  expect(seen).toEqual([undefined, {}])
})

test('a client that nobody can change stays as it is, and that is said once', async () => {
  const seen = heard()
  const { counts } = kit()
  const producer = Object.freeze({ send: async () => 'sent', sendBatch: async () => 'sent' })
  const boss = Object.freeze({ send: async () => 'id', work: async () => 'worker' })
  const queue = Object.freeze({ name: 'mail', add: async () => 'job', close: async () => {} })
  expect(observeKafka(producer)).toBe(producer)
  expect(observePgBoss(boss)).toBe(boss)
  expect(observeBullMQ(queue)).toBe(queue)
  const half = Object.preventExtensions({ send: async () => 'sent', sendBatch: async () => 'sent' })
  expect(observeKafka(half)).toBe(half)
  expect(await Promise.all([producer.send(), boss.send(), queue.add(), half.send()])).toEqual([
    'sent',
    'id',
    'job',
    'sent',
  ])
  expect(counts()).toEqual({})
  expect(seen()).toHaveLength(1)
})

test('what is under way when all of it stops and starts again ends where it began, and nothing goes below zero [W-09]', async () => {
  const before = kit()
  let release = (): void => {}
  const held = new Promise<void>((done) => {
    release = done
  })
  const [consumed, published] = [consume('orders', () => held), publish('orders', () => held)]
  before.stop()
  expect(consume('orders', () => 'unseen')).toBe('unseen')
  const after = kit()
  consume('orders', () => {})
  release()
  await Promise.all([consumed, published])
  const ended = {
    'queue_messages_total{queue=orders,result=ack}': 1,
    'queue_process_duration_seconds{queue=orders,result=ack}': 1,
    'queue_in_flight{queue=orders}': 0,
  }
  expect(before.counts()).toEqual({
    ...ended,
    'queue_published_total{queue=orders}': 1,
    'queue_publish_duration_seconds{queue=orders}': 1,
  })
  expect(after.counts()).toEqual(ended)
  expect([before.spans().length, after.spans().length]).toEqual([2, 1])
})

test('a batch of a hundred thousand is one span whose links are bounded, and every message counts', () => {
  const { spans, counts } = kit()
  const headers = { traceparent: TRACEPARENT, kept: 'yes' }
  const batch = Array.from({ length: 100_000 }, () => ({ headers, at: 1 }))
  consume({ queue: 'orders', batch }, (settlement) => settlement.nack('half', 50_000))
  const each = publish({ queue: 'orders', batch }, (_, all) => all)
  expect([each.length, each[99_999]]).toEqual([100_000, { kept: 'yes', traceparent: expect.any(String) }])
  expect((spans()[0] as { links: unknown[] }).links).toHaveLength(128)
  expect(counts()).toMatchObject({
    'queue_published_total{queue=orders}': 100_000,
    'queue_messages_total{queue=orders,result=ack}': 50_000,
    'queue_messages_total{queue=orders,result=nack}': 50_000,
    'queue_in_flight{queue=orders}': 0,
    'queue_message_age_seconds{queue=orders}': 100_000,
  })
})

test('a queue for every message stays within the limit of series, and in flight comes back to zero in the overflow too', async () => {
  heard()
  const { counts } = kit()
  const held: (() => void)[] = []
  const work = Array.from({ length: 3000 }, (_, i) =>
    consume(`q${i}`, () => new Promise<void>((done) => held.push(done))),
  )
  for (const done of held) done()
  await Promise.all(work)
  const inFlight = Object.entries(counts()).filter(([name]) => name.startsWith('queue_in_flight'))
  expect(inFlight.length).toBeLessThanOrEqual(2001)
  expect(new Set(inFlight.map(([, value]) => value))).toEqual(new Set([0]))
})

test('a question for the lag that nobody answers, or at a pace that is none, is no loop and no old answer [G-29]', async () => {
  const seen = heard()
  const { counts } = kit()
  let asked = 0
  const answers = [async () => 7, () => new Promise<number>(() => {})]
  later(watchLag('orders', () => answers[Math.min(asked++, 1)]!(), 100))
  await until(() => counts()['queue_lag{queue=orders}'] === 7)
  await until(() => counts()['queue_lag{queue=orders}'] === undefined)
  expect([asked, seen()]).toEqual([
    2,
    [['queue.lag', 'the number of messages waiting in orders is not known: it does not answer']],
  ])
  const paces = [Number.NaN, Number.POSITIVE_INFINITY, 'often' as never]
  let many = 0
  for (const pace of paces) later(watchLag('bills', async () => many++, pace))
  await until(() => counts()['queue_lag{queue=bills}'] === 2)
  const stop = watchLag('mails', async () => 1, 100)
  const other = watchLag('mails', async () => 1, 100)
  await until(() => counts()['queue_lag{queue=mails}'] === 1)
  stop()
  stop()
  await until(() => counts()['queue_lag{queue=mails}'] === 1)
  other()
  expect([counts()['queue_lag{queue=mails}'], many]).toEqual([undefined, 3])
})
