import { expect, test } from 'vitest'
import { forgetNotices, type Notice, onNotice } from '../../../src/base/notice.ts'
import { correlationIdOf } from '../../../src/context/correlation.ts'
import { current, runIn } from '../../../src/context/current.ts'
import { Frame } from '../../../src/context/frame.ts'
import { consume, publish, watchLag } from '../../../src/queue.ts'
import { kit, later, until } from './kit.ts'

const about = (operation: string, type: string, more: object = {}) => ({
  'messaging.operation.name': operation,
  'messaging.operation.type': type,
  'messaging.destination.name': 'orders',
  ...more,
})

test('one trace goes from the sender through the headers to the consumer and what it does [W-29, W-30, W-14]', async () => {
  const { tracer, spans, counts } = kit()
  let sent: Record<string, string> = {}
  const outer = tracer.start('GET /buy', 2, null)
  const receipt = runIn(new Frame(null).hold(outer), () =>
    publish({ queue: 'orders', system: 'kafka', id: 7, headers: { kept: 'yes' } }, (headers) => {
      sent = headers
      return 'receipt'
    }),
  )
  outer.end()
  expect(receipt).toBe('receipt')
  expect(sent).toEqual({ kept: 'yes', traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-03$/) })
  const answer = await consume(
    { queue: 'orders', system: 'kafka', id: 7, headers: sent, at: Date.now() - 50 },
    async () => {
      await null
      tracer.start('ship').end()
      return 42
    },
  )
  expect(answer).toBe(42)
  expect(spans()).toEqual([
    {
      name: 'publish orders',
      kind: 'producer',
      parent: 'GET /buy',
      trace: 'publish orders',
      attributes: { 'messaging.system': 'kafka', ...about('publish', 'send', { 'messaging.message.id': '7' }) },
    },
    { name: 'GET /buy', kind: 'server', parent: null, trace: 'publish orders', attributes: {} },
    { name: 'ship', kind: 'internal', parent: 'process orders', trace: 'publish orders', attributes: {} },
    {
      name: 'process orders',
      kind: 'consumer',
      parent: 'publish orders',
      trace: 'publish orders',
      attributes: { 'messaging.system': 'kafka', ...about('process', 'process', { 'messaging.message.id': '7' }) },
    },
  ])
  expect(counts()).toEqual({
    'queue_published_total{queue=orders}': 1,
    'queue_publish_duration_seconds{queue=orders}': 1,
    'queue_messages_total{queue=orders,result=ack}': 1,
    'queue_process_duration_seconds{queue=orders,result=ack}': 1,
    'queue_in_flight{queue=orders}': 0,
    'queue_message_age_seconds{queue=orders}': 1,
  })
})

test('a message without traceparent, or with a broken one, is a CONSUMER root with all it knows, also inside of other work [W-30]', () => {
  const { tracer, spans } = kit()
  const loop = tracer.start('the loop', 1, null)
  runIn(new Frame(null).hold(loop), () => {
    consume({ queue: 'orders', id: 'a' }, () => {})
    consume({ queue: 'orders', headers: { traceparent: 'nonsense' } }, () => {})
  })
  const root = (more: object) => ({
    name: 'process orders',
    kind: 'consumer',
    parent: null,
    trace: 'process orders',
    attributes: about('process', 'process', more),
  })
  expect(spans()).toEqual([root({ 'messaging.message.id': 'a' }), root({})])
})

test('a handler that throws, at once or later, is a nack; the very error goes on and nothing stays in flight [W-14]', async () => {
  const { spans, counts } = kit()
  const error = new RangeError('poison')
  expect(() =>
    consume('orders', () => {
      throw error
    }),
  ).toThrow(error)
  await expect(consume('orders', () => Promise.reject(error))).rejects.toBe(error)
  expect(spans()).toMatchObject(
    [1, 2].map(() => ({ status: 'error', message: 'poison', attributes: { 'error.type': 'RangeError' } })),
  )
  expect(counts()).toEqual({
    'queue_messages_total{queue=orders,result=nack}': 2,
    'queue_process_duration_seconds{queue=orders,result=nack}': 2,
    'queue_in_flight{queue=orders}': 0,
    'errors_total{surface=queue,error_type=RangeError}': 2,
  })
})

test('what cannot be sent is counted by its error, and thrown on [W-29]', async () => {
  const { spans, counts } = kit()
  await expect(publish('orders', () => Promise.reject(new TypeError('gone')))).rejects.toThrow('gone')
  expect(spans()).toMatchObject([{ name: 'publish orders', kind: 'producer', status: 'error', message: 'gone' }])
  expect(counts()).toEqual({
    'queue_published_total{queue=orders,error_type=TypeError}': 1,
    'queue_publish_duration_seconds{queue=orders,error_type=TypeError}': 1,
    'errors_total{surface=queue,error_type=TypeError}': 1,
  })
})

function batchOf(kitted: ReturnType<typeof kit>): Record<string, string>[] {
  const sent = ['one', 'two'].map((name) => {
    const span = kitted.tracer.start(name, 1, null)
    const headers = runIn(new Frame(null).hold(span), () => publish('orders', (given) => given))
    span.end()
    return headers
  })
  return sent
}

test('a batch is one span with links to every sender, counted by message; what is said to be a nack is one [W-14, W-29]', () => {
  const kitted = kit()
  const batch = [...batchOf(kitted).map((headers) => ({ headers })), { headers: null }]
  consume({ queue: 'orders', batch }, (settlement) => {
    expect(kitted.counts()['queue_in_flight{queue=orders}']).toBe(3)
    settlement.nack(new Error('second'), 1)
  })
  expect(kitted.spans().at(-1)).toEqual({
    name: 'process orders',
    kind: 'consumer',
    parent: null,
    trace: 'process orders',
    links: ['publish orders', 'publish orders'],
    status: 'error',
    message: 'second',
    attributes: about('process', 'process', { 'messaging.batch.message_count': 3, 'error.type': 'Error' }),
  })
  expect(kitted.counts()).toMatchObject({
    'queue_messages_total{queue=orders,result=ack}': 2,
    'queue_messages_total{queue=orders,result=nack}': 1,
    'queue_in_flight{queue=orders}': 0,
  })
})

test('the switch makes a batch a child of its first sender, and one message a trace of its own with a link', () => {
  const kitted = kit({ batch: 'parent', message: 'link' })
  const [first, second] = batchOf(kitted)
  consume({ queue: 'orders', batch: [{ headers: first! }, { headers: second! }] }, () => {})
  consume({ queue: 'orders', headers: first! }, () => {})
  consume({ queue: 'orders', headers: first!, relation: 'parent' }, () => {})
  expect(kitted.spans().slice(-3)).toMatchObject([
    { name: 'process orders', parent: 'publish orders', links: ['publish orders'] },
    { name: 'process orders', parent: null, links: ['publish orders'] },
    { name: 'process orders', parent: 'publish orders' },
  ])
})

test('each message of a batch that is sent gets the context in headers of its own; nothing is sent for none [W-29]', () => {
  const { spans, counts } = kit()
  const each = publish({ queue: 'orders', batch: [{ headers: { n: '1' } }, {}] }, (_, all) => all)
  expect(each).toEqual([{ n: '1', traceparent: expect.any(String) }, { traceparent: each[0]!['traceparent'] }])
  expect(publish({ queue: 'orders', batch: [] }, (_, all) => all)).toEqual([])
  expect(spans()).toMatchObject([{ attributes: about('publish', 'send', { 'messaging.batch.message_count': 2 }) }])
  expect(counts()['queue_published_total{queue=orders}']).toBe(2)
})

test('bytes are headers too, a correlation id travels, and headers that cannot be read are none [G-08]', () => {
  const { spans } = kit()
  const from = new Frame(null)
  from.correlationId = 'order-77'
  const sent = runIn(from, () => publish('orders', (headers) => headers))
  const bytes = Object.fromEntries(Object.entries(sent).map(([key, text]) => [key.toUpperCase(), Buffer.from(text)]))
  expect(consume({ queue: 'orders', headers: bytes }, () => correlationIdOf(current()!))).toBe('order-77')
  const hostile = {
    get traceparent(): string {
      throw new Error('no')
    },
  }
  expect(consume({ queue: 'orders', headers: hostile }, () => 'done')).toBe('done')
  expect(spans().map((span) => (span as { parent: unknown }).parent)).toEqual([null, 'publish orders', null])
})

test('without spans the context still goes through, and what is counted is counted', () => {
  const { tracer, spans, counts } = kit({ tracer: null })
  const outer = tracer.start('outer', 1, null)
  const headers = runIn(new Frame(null).hold(outer), () => publish('orders', (given) => given))
  const seen = consume({ queue: 'orders', headers }, () => current()!.s1)
  expect([seen, spans()]).toEqual([(outer as unknown as { s1: number }).s1, []])
  expect(counts()['queue_messages_total{queue=orders,result=ack}']).toBe(1)
})

test('when nothing has started, both are the call of the function [W-09]', () => {
  expect(publish({ queue: 'orders', headers: { a: 'b' } }, (headers) => headers)).toEqual({ a: 'b' })
  expect(consume({ queue: 'orders' }, (settlement) => settlement.nack())).toBeUndefined()
})

test('without a name of a queue, or with nothing at all from code without types, both work [W-29]', () => {
  const { spans } = kit()
  publish({ queue: '' }, () => {})
  publish(undefined as never, () => {})
  consume(null as never, () => {})
  expect(spans().map((span) => (span as { name: string }).name)).toEqual(['publish', 'publish', 'process'])
})

test('no series exists before the first message of its kind [W-10]', () => {
  const { counts } = kit()
  expect(counts()).toEqual({})
})

test('the lag is what the queue says, and gone when it does not know [G-29, S-07]', async () => {
  const { counts } = kit()
  const seen: Notice[] = []
  onNotice((one) => seen.push(one))
  later(() => {
    onNotice(undefined)
    forgetNotices()
  })
  const answers: (() => Promise<number>)[] = [
    async () => 12,
    async () => Promise.reject(new Error('down')),
    async () => 3,
  ]
  let asked = 0
  const stop = watchLag('orders', () => answers[Math.min(asked++, 2)]!(), 100)
  const lag = () => counts()['queue_lag{queue=orders}']
  await until(() => lag() === 12)
  await until(() => lag() === undefined)
  await until(() => lag() === 3)
  stop()
  expect(lag()).toBeUndefined()
  expect(seen.map(({ event, text }) => [event, text])).toEqual([
    ['queue.lag', 'the number of messages waiting in orders is not known: down'],
  ])
})
