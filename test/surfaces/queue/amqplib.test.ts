import { type Channel, type ConsumeMessage, connect, type GetMessage } from 'amqplib'
import {
  type ConfirmChannel as CallbackChannel,
  type Connection as CallbackConnection,
  connect as connectBack,
} from 'amqplib/callback_api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runIn } from '../../../src/context/current.ts'
import { Frame } from '../../../src/context/frame.ts'
import { amqplibLag, handle, observeAmqplib, watchLag } from '../../../src/queue.ts'
import { type Broker, RABBITMQ, RABBITMQ_MS, rabbitmq } from './brokers.ts'
import { countedOf, kit, later, missing, notices, rejections, summary, until } from './kit.ts'

const none = missing('rabbitmq-server', RABBITMQ)
let broker: Broker

beforeAll(async () => {
  if (!none) broker = await rabbitmq()
}, RABBITMQ_MS)
afterAll(() => broker?.stop(), RABBITMQ_MS)

let queues = 0

/** An observed connection with a queue of its own, and a channel beside it that is not observed. */
async function open(options: object = {}) {
  const connection = observeAmqplib(await connect(broker.url))
  connection.on('error', () => {})
  later(() => connection.close().catch(() => {}))
  const plain = await connect(broker.url)
  plain.on('error', () => {})
  later(() => plain.close().catch(() => {}))
  const beside = await plain.createChannel()
  const queue = `work-${++queues}`
  await beside.assertQueue(queue, options)
  return { connection, queue, beside }
}

const attributes = (operation: string, type: string, more: object) => ({
  'messaging.system': 'rabbitmq',
  'messaging.operation.name': operation,
  'messaging.operation.type': type,
  'network.peer.address': '127.0.0.1',
  'network.peer.port': broker.port,
  ...more,
})

test.skipIf(none)(
  'a message is one trace from the request over RabbitMQ to what its handler does [W-29, W-30, W-32, W-14, G-04]',
  async () => {
    const { connection, queue } = await open()
    const { tracer, spans, counts } = kit()
    const channel = await connection.createChannel()
    expect(observeAmqplib(channel)).toBe(channel)
    let heard: ConsumeMessage | null = null
    await channel.consume(queue, (message) => {
      heard = message
      setImmediate(() => {
        tracer.start('smtp').end()
        channel.ack(message!)
      })
    })
    const request = tracer.start('POST /signup', 2, null)
    const options = { messageId: 'm1', type: 'signup', timestamp: 1_700_000_000, headers: { kept: 1, also: ['a'] } }
    const frame = new Frame(null).hold(request)
    frame.correlationId = 'signup-7'
    const taken = runIn(frame, () => channel.sendToQueue(queue, Buffer.from('ada'), options))
    request.end()
    expect(taken).toBe(true)
    expect(options.headers).toEqual({ kept: 1, also: ['a'] })
    await until(() => spans().length === 4)
    expect(heard!.content.toString()).toBe('ada')
    expect(heard!.properties.headers).toEqual({
      kept: 1,
      also: ['a'],
      traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-03$/),
      'x-correlation-id': 'signup-7',
    })
    const trace = `publish ${queue}`
    const about = {
      'messaging.destination.name': queue,
      'messaging.message.id': 'm1',
      'messaging.rabbitmq.destination.routing_key': queue,
    }
    expect(spans()).toEqual([
      {
        name: `publish ${queue}`,
        kind: 'producer',
        parent: 'POST /signup',
        trace,
        attributes: attributes('publish', 'send', about),
      },
      { name: 'POST /signup', kind: 'server', parent: null, trace, attributes: {} },
      { name: 'smtp', kind: 'internal', parent: `process ${queue}`, trace, attributes: {} },
      {
        name: `process ${queue}`,
        kind: 'consumer',
        parent: `publish ${queue}`,
        trace,
        attributes: attributes('process', 'process', {
          ...about,
          'messaging.rabbitmq.message.delivery_tag': 1,
          correlation_id: 'signup-7',
          'event.id': 'm1',
          'event.type': 'signup',
          subject: queue,
        }),
      },
    ])
    expect(counts()).toEqual({
      [`queue_published_total{queue=${queue}}`]: 1,
      [`queue_publish_duration_seconds{queue=${queue}}`]: 1,
      [`queue_messages_total{queue=${queue},result=ack}`]: 1,
      [`queue_process_duration_seconds{queue=${queue},result=ack}`]: 1,
      [`queue_in_flight{queue=${queue}}`]: 0,
      [`queue_message_age_seconds{queue=${queue}}`]: 1,
    })
  },
)

test.skipIf(none)('a message of a stranger is a CONSUMER root; exchange, key and queue name it [W-30]', async () => {
  const { connection, queue, beside } = await open()
  await beside.assertExchange('shop', 'topic')
  await beside.bindQueue(queue, 'shop', 'orders.*')
  const { spans, counts } = kit()
  const channel = await connection.createChannel()
  beside.publish('shop', 'orders.77', Buffer.from('a'), { correlationId: 'c1' })
  await channel.consume(queue, (message) => channel.ack(message!))
  await until(() => spans().length === 1)
  channel.publish('shop', 'orders.78', Buffer.from('b'), { headers: { traceparent: 'nonsense' } })
  await until(() => spans().length === 3)
  const key = (n: number, more: object) => ({ 'messaging.rabbitmq.destination.routing_key': `orders.${n}`, ...more })
  const told = (n: number, more: object) =>
    attributes(
      'process',
      'process',
      key(n, {
        'messaging.destination.name': `shop:orders.${n}:${queue}`,
        'messaging.rabbitmq.message.delivery_tag': n - 76,
        subject: `orders.${n}`,
        ...more,
      }),
    )
  expect(spans()).toEqual([
    {
      name: `process ${queue}`,
      kind: 'consumer',
      parent: null,
      trace: `process ${queue}`,
      attributes: told(77, { 'messaging.message.conversation_id': 'c1' }),
    },
    {
      name: 'publish shop',
      kind: 'producer',
      parent: null,
      trace: 'publish shop',
      attributes: attributes('publish', 'send', key(78, { 'messaging.destination.name': 'shop:orders.78' })),
    },
    {
      name: `process ${queue}`,
      kind: 'consumer',
      parent: 'publish shop',
      trace: 'publish shop',
      attributes: told(78, {}),
    },
  ])
  expect(counts()).toEqual({
    'queue_published_total{queue=shop}': 1,
    'queue_publish_duration_seconds{queue=shop}': 1,
    [`queue_messages_total{queue=${queue},result=ack}`]: 2,
    [`queue_process_duration_seconds{queue=${queue},result=ack}`]: 2,
    [`queue_in_flight{queue=${queue}}`]: 0,
  })
})

test.skipIf(none)(
  'headers that amqplib adds itself, and those of the caller, stay beside the context [W-29]',
  async () => {
    const { connection, queue, beside } = await open()
    const copied = `${queue}-copied`
    await beside.assertQueue(copied)
    const { spans } = kit()
    const channel = await connection.createChannel()
    const heard: unknown[] = []
    for (const one of [queue, copied]) {
      await beside.consume(one, (message) => heard.push(message!.properties.headers), { noAck: true })
    }
    const headers = Object.freeze({ kept: 1, Traceparent: 'of another' })
    channel.sendToQueue(queue, Buffer.from('a'), Object.freeze({ CC: copied, headers }))
    await until(() => heard.length === 2)
    channel.sendToQueue(queue, Buffer.from('b'), Object.freeze({ headers }))
    await until(() => heard.length === 3)
    const traceparent = expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-03$/)
    expect(heard[0]).toEqual({ kept: 1, traceparent, CC: [copied] })
    expect(heard[1]).toEqual(heard[0])
    expect(heard[2]).toEqual({ kept: 1, traceparent })
    expect(spans().length).toBe(2)
  },
)

test.skipIf(none)('what a broker names itself is one series [W-10]', async () => {
  const { connection } = await open()
  const { spans, counts } = kit()
  const channel = await connection.createChannel()
  const { queue } = await channel.assertQueue('', { exclusive: true })
  expect(queue).toMatch(/^amq\.gen-/)
  await channel.consume('', (message) => channel.ack(message!))
  await channel.consume('amq.rabbitmq.reply-to', () => {}, { noAck: true })
  channel.sendToQueue(queue, Buffer.from('a'), { replyTo: 'amq.rabbitmq.reply-to' })
  await until(() => spans().length === 2)
  expect(summary(spans())).toEqual([
    ['publish amq.gen-*', 'producer', null],
    ['process amq.gen-*', 'consumer', 'publish amq.gen-*'],
  ])
  expect(counts()['queue_in_flight{queue=amq.gen-*}']).toBe(0)
})

test.skipIf(none)(
  'a PRODUCER span of a confirm channel ends when the broker confirms; its refusal and an unroutable message are failures [W-29]',
  async () => {
    const { connection, queue } = await open({ maxLength: 1, overflow: 'reject-publish' })
    const { tracer, spans, counts } = kit()
    const channel = await connection.createConfirmChannel()
    const told: unknown[][] = []
    const request = tracer.start('request', 2, null)
    const send = (key: string, mandatory: boolean): Promise<void> =>
      new Promise((done) => {
        runIn(new Frame(null).hold(request), () =>
          channel.publish('', key, Buffer.from('x'), { mandatory }, (...answer: unknown[]) => {
            tracer.start('told').end()
            told.push(answer)
            done()
          }),
        )
        expect(spans().filter((span) => (span as { name: string }).name === `publish ${key}`).length).toBe(told.length)
      })
    await send(queue, false)
    await send(queue, false)
    const nobody = `${queue}-nobody`
    channel.publish('', nobody, Buffer.from('x'), { mandatory: true })
    await channel.waitForConfirms()
    request.end()
    expect(told).toEqual([[null], [expect.objectContaining({ message: 'message nacked' })]])
    expect(summary(spans())).toEqual([
      [`publish ${queue}`, 'producer', 'request'],
      ['told', 'internal', 'request'],
      [`publish ${queue}`, 'producer', 'request', 'nack', 'the broker refused it'],
      ['told', 'internal', 'request'],
      [`publish ${nobody}`, 'producer', null, 'unroutable', 'no queue took it'],
      ['request', 'server', null],
    ])
    expect(counts()).toEqual({
      [`queue_published_total{queue=${queue}}`]: 1,
      [`queue_publish_duration_seconds{queue=${queue}}`]: 1,
      [`queue_published_total{queue=${queue},error_type=nack}`]: 1,
      [`queue_publish_duration_seconds{queue=${queue},error_type=nack}`]: 1,
      [`queue_published_total{queue=${nobody},error_type=unroutable}`]: 1,
      [`queue_publish_duration_seconds{queue=${nobody},error_type=unroutable}`]: 1,
      'errors_total{surface=queue,error_type=nack}': 1,
      'errors_total{surface=queue,error_type=unroutable}': 1,
    })
  },
)

test.skipIf(none)('a channel that is closed before the broker confirms fails what it sent, once [W-29]', async () => {
  const { connection } = await open()
  const { counts, spans } = kit()
  const channel = await connection.createConfirmChannel()
  channel.on('error', () => {})
  const told: unknown[] = []
  expect(() => channel.publish('shop', 'k', 'no buffer' as never)).toThrow(TypeError)
  channel.publish('no-such-exchange', 'k', Buffer.from('x'), {}, (error: Error | null) => told.push(error?.message))
  await expect(channel.waitForConfirms()).rejects.toThrow('channel closed')
  expect(() => channel.publish('shop', 'k', Buffer.from('x'))).toThrow(/closed/)
  expect(told).toEqual(['channel closed'])
  expect(summary(spans())[1]).toEqual([
    'publish no-such-exchange',
    'producer',
    null,
    'channel_closed',
    'the channel was closed before that',
  ])
  expect(counts()).toEqual({
    'queue_published_total{queue=no-such-exchange,error_type=channel_closed}': 1,
    'queue_publish_duration_seconds{queue=no-such-exchange,error_type=channel_closed}': 1,
    'queue_published_total{queue=shop,error_type=IllegalOperationError}': 1,
    'queue_publish_duration_seconds{queue=shop,error_type=IllegalOperationError}': 1,
    'queue_published_total{queue=shop,error_type=TypeError}': 1,
    'queue_publish_duration_seconds{queue=shop,error_type=TypeError}': 1,
    'errors_total{surface=queue,error_type=channel_closed}': 1,
    'errors_total{surface=queue,error_type=IllegalOperationError}': 1,
    'errors_total{surface=queue,error_type=TypeError}': 1,
  })
})

/** `count` messages, all delivered and none settled. */
async function delivered(channel: Channel, queue: string, count: number): Promise<ConsumeMessage[]> {
  const messages: ConsumeMessage[] = []
  await channel.consume(queue, (message) => {
    if (message !== null) messages.push(message)
  })
  for (let i = 0; i < count; i++) channel.sendToQueue(queue, Buffer.from(`${i}`))
  await until(() => messages.length === count)
  return messages
}

test.skipIf(none)('each way to settle ends what it settles, and nothing twice [W-14]', async () => {
  const { connection, queue } = await open()
  const { counts } = kit()
  const channel = await connection.createChannel()
  const m = await delivered(channel, queue, 12)
  const flight = () => countedOf(queue, counts())['queue_in_flight']
  const left: unknown[] = [flight()]
  const tell = (settle: () => unknown): void => {
    settle()
    left.push(flight())
  }
  tell(() => channel.ack(m[2]!))
  tell(() => channel.ack(m[3]!, true))
  tell(() => channel.nack(m[4]!, false, false))
  tell(() => channel.nack(m[6]!, true, false))
  tell(() => channel.reject(m[7]!, false))
  tell(() => channel.ackAll())
  expect(left).toEqual([12, 11, 8, 7, 5, 4, 0])
  await channel.close()
  expect(countedOf(queue, counts())).toEqual({
    queue_published_total: 12,
    queue_publish_duration_seconds: 12,
    'queue_messages_total{result=ack}': 8,
    'queue_messages_total{result=nack}': 4,
    'queue_process_duration_seconds{result=ack}': 8,
    'queue_process_duration_seconds{result=nack}': 4,
    queue_in_flight: 0,
    'errors_total{error_type=nack}': 4,
  })
})

test.skipIf(none)('what is put back or asked for anew is a nack, and comes again in its trace [W-14]', async () => {
  const { connection, queue } = await open()
  const { spans, counts } = kit()
  const channel = await connection.createChannel()
  let times = 0
  await channel.consume(queue, (message) => {
    times++
    if (times === 1) channel.nack(message!)
    else if (times === 2) void channel.recover()
    else if (times === 3) channel.nackAll()
    else channel.ack(message!)
  })
  channel.sendToQueue(queue, Buffer.from('x'), { timestamp: Date.now() - 1000 })
  await until(() => spans().length === 5)
  const again = [`process ${queue}`, 'consumer', `publish ${queue}`]
  expect(summary(spans())).toEqual([
    [`publish ${queue}`, 'producer', null],
    [...again, 'nack', 'it was put back into the queue'],
    [...again, 'recover', 'the channel asked for it anew'],
    [...again, 'nack', 'it was put back into the queue'],
    again,
  ])
  expect(countedOf(queue, counts())).toEqual({
    queue_published_total: 1,
    queue_publish_duration_seconds: 1,
    'queue_messages_total{result=ack}': 1,
    'queue_messages_total{result=nack}': 3,
    'queue_process_duration_seconds{result=ack}': 1,
    'queue_process_duration_seconds{result=nack}': 3,
    queue_in_flight: 0,
    queue_message_age_seconds: 1,
    'errors_total{error_type=nack}': 2,
    'errors_total{error_type=recover}': 1,
  })
})

test.skipIf(none)(
  'poison is a nack with its own error each time, until the broker sets it aside [W-14, W-30]',
  async () => {
    const dead = `dead-${++queues}`
    const { connection, queue, beside } = await open({
      arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 2 },
      deadLetterExchange: '',
      deadLetterRoutingKey: dead,
    })
    await beside.assertQueue(dead)
    const { spans, counts } = kit()
    const channel = await connection.createChannel()
    const poison = new RangeError('poison')
    const seen: unknown[] = []
    await channel.consume(queue, (message) => {
      try {
        handle(message!, () => {
          throw poison
        })
      } catch (error) {
        seen.push(error)
        channel.nack(message!)
      }
    })
    await channel.consume(dead, (message) => channel.ack(message!))
    channel.sendToQueue(queue, Buffer.from('x'))
    await until(() => spans().length === 5)
    expect(seen).toEqual([poison, poison, poison])
    const failed = [`process ${queue}`, 'consumer', `publish ${queue}`, 'RangeError', 'poison']
    expect(summary(spans())).toEqual([
      [`publish ${queue}`, 'producer', null],
      failed,
      failed,
      failed,
      [`process ${dead}`, 'consumer', `publish ${queue}`],
    ])
    expect(countedOf(queue, counts())).toEqual({
      queue_published_total: 1,
      queue_publish_duration_seconds: 1,
      'queue_messages_total{result=nack}': 3,
      'queue_process_duration_seconds{result=nack}': 3,
      queue_in_flight: 0,
      'errors_total{error_type=RangeError}': 3,
    })
    expect(countedOf(dead, counts())['queue_messages_total{result=ack}']).toBe(1)
  },
)

test.skipIf(none)(
  'a handler that throws at once closes the channel as amqplib does, one that rejects is as loud as before; both are a nack [W-14]',
  async () => {
    const { connection, queue } = await open()
    const { spans, counts } = kit()
    const unhandled = rejections()
    const first = await connection.createChannel()
    const errors: unknown[] = []
    first.on('error', (error) => errors.push((error as Error).message))
    const closed = new Promise((done) => first.once('close', done))
    await first.consume(queue, () => {
      throw new RangeError('at once')
    })
    first.sendToQueue(queue, Buffer.from('x'))
    await closed
    expect(errors).toEqual(['at once'])
    const second = await connection.createChannel()
    const later = new TypeError('later')
    const { consumerTag } = await second.consume(queue, async () => {
      await null
      throw later
    })
    await until(() => unhandled.length === 1)
    expect(unhandled).toEqual([later])
    await second.cancel(consumerTag)
    await second.close()
    expect(summary(spans())).toEqual([
      [`publish ${queue}`, 'producer', null],
      [`process ${queue}`, 'consumer', `publish ${queue}`, 'RangeError', 'at once'],
      [`process ${queue}`, 'consumer', `publish ${queue}`, 'TypeError', 'later'],
    ])
    expect(countedOf(queue, counts())).toEqual({
      queue_published_total: 1,
      queue_publish_duration_seconds: 1,
      'queue_messages_total{result=nack}': 2,
      'queue_process_duration_seconds{result=nack}': 2,
      queue_in_flight: 0,
      'errors_total{error_type=RangeError}': 1,
      'errors_total{error_type=TypeError}': 1,
    })
  },
)

test.skipIf(none)('without acknowledgements a message is done when its handler is [W-14]', async () => {
  const { connection, queue } = await open()
  const { counts } = kit()
  const unhandled = rejections()
  const channel = await connection.createChannel()
  const going: ((error?: Error) => void)[] = []
  await channel.consume(
    queue,
    (message) =>
      message!.content.toString() === 'now'
        ? 'done'
        : new Promise<void>((resolve, reject) => going.push((error) => (error ? reject(error) : resolve()))),
    { noAck: true },
  )
  for (const text of ['now', 'later', 'never']) channel.sendToQueue(queue, Buffer.from(text))
  await until(() => going.length === 2)
  expect(countedOf(queue, counts())).toMatchObject({ queue_in_flight: 2, 'queue_messages_total{result=ack}': 1 })
  going[0]!()
  await channel.close()
  going[1]!(new RangeError('no'))
  await until(() => unhandled.length === 1)
  expect(countedOf(queue, counts())).toEqual({
    queue_published_total: 3,
    queue_publish_duration_seconds: 3,
    'queue_messages_total{result=ack}': 2,
    'queue_messages_total{result=nack}': 1,
    'queue_process_duration_seconds{result=ack}': 2,
    'queue_process_duration_seconds{result=nack}': 1,
    queue_in_flight: 0,
    'errors_total{error_type=RangeError}': 1,
  })
})

test.skipIf(none)(
  'what is got one by one is settled like the rest, and handled in its trace [W-14, W-30]',
  async () => {
    const { connection, queue } = await open()
    const { tracer, spans, counts } = kit()
    const channel = await connection.createConfirmChannel()
    for (const text of ['a', 'b', 'c']) channel.sendToQueue(queue, Buffer.from(text))
    await channel.waitForConfirms()
    const first = (await channel.get(queue)) as GetMessage
    const answer = await handle(first, async (message) => {
      tracer.start('work').end()
      return message.content.toString()
    })
    expect([answer, countedOf(queue, counts())['queue_in_flight']]).toEqual(['a', 1])
    channel.ack(first)
    const second = (await channel.get(queue, { noAck: true })) as GetMessage
    await handle(second, async () => {
      await new Promise((done) => setImmediate(done))
      tracer.start('late work').end()
    })
    await channel.get(queue, { noAck: true })
    expect(await channel.get(queue)).toBe(false)
    await until(() => spans().length === 8)
    const published = [`publish ${queue}`, 'producer', null]
    const processed = [`process ${queue}`, 'consumer', `publish ${queue}`]
    expect(summary(spans())).toEqual([
      published,
      published,
      published,
      ['work', 'internal', `process ${queue}`],
      processed,
      ['late work', 'internal', `process ${queue}`],
      processed,
      processed,
    ])
    expect(countedOf(queue, counts())).toEqual({
      queue_published_total: 3,
      queue_publish_duration_seconds: 3,
      'queue_messages_total{result=ack}': 3,
      'queue_process_duration_seconds{result=ack}': 3,
      queue_in_flight: 0,
    })
  },
)

test.skipIf(none)('a consumer whose queue is deleted is told so, and what it had is a nack [W-14]', async () => {
  const { connection, queue, beside } = await open()
  const { spans, counts } = kit()
  const channel = await connection.createChannel()
  const heard: unknown[] = []
  await channel.consume(queue, (message) => heard.push(message?.content.toString() ?? null))
  channel.sendToQueue(queue, Buffer.from('x'))
  await until(() => heard.length === 1)
  await beside.deleteQueue(queue)
  await until(() => heard.length === 2)
  expect(heard).toEqual(['x', null])
  expect(summary(spans())).toEqual([
    [`publish ${queue}`, 'producer', null],
    [`process ${queue}`, 'consumer', `publish ${queue}`, 'consumer_cancelled', 'the broker cancelled the consumer'],
  ])
  expect(countedOf(queue, counts())).toEqual({
    queue_published_total: 1,
    queue_publish_duration_seconds: 1,
    'queue_messages_total{result=nack}': 1,
    'queue_process_duration_seconds{result=nack}': 1,
    queue_in_flight: 0,
    'errors_total{error_type=consumer_cancelled}': 1,
  })
})

test.skipIf(none)('messages that are never settled end with their channel, or with its connection [W-14]', async () => {
  const { connection, queue } = await open()
  const { counts } = kit()
  const channel = await connection.createChannel()
  const messages = await delivered(channel, queue, 2)
  await channel.close()
  expect(() => channel.ack(messages[0]!)).toThrow(/closed/)
  const other = await connection.createChannel()
  const again: unknown[] = []
  await other.consume(queue, (message) => again.push(message))
  await until(() => again.length === 2)
  await connection.close()
  expect(countedOf(queue, counts())).toEqual({
    queue_published_total: 2,
    queue_publish_duration_seconds: 2,
    'queue_messages_total{result=nack}': 4,
    'queue_process_duration_seconds{result=nack}': 4,
    queue_in_flight: 0,
    'errors_total{error_type=channel_closed}': 4,
  })
})

test.skipIf(none)('a consumer that settles nothing holds no more than 10 000 messages open', async () => {
  const { connection, queue } = await open()
  const { counts } = kit()
  const said = notices()
  const channel = await connection.createChannel()
  const messages = await delivered(channel, queue, 10_003)
  expect(said).toEqual([
    'queue.unsettled: a channel of RabbitMQ: 10000 messages are not settled; the oldest count as nack',
  ])
  expect(countedOf(queue, counts())).toMatchObject({
    'queue_messages_total{result=nack}': 3,
    queue_in_flight: 10_000,
    'errors_total{error_type=unsettled}': 3,
  })
  channel.ack(messages.at(-1)!, true)
  expect(countedOf(queue, counts())).toMatchObject({
    'queue_messages_total{result=ack}': 10_000,
    'queue_messages_total{result=nack}': 3,
    queue_in_flight: 0,
  })
})

test.skipIf(none)('channels of the callback API are observed as well [W-29, W-30, W-14]', async () => {
  const { queue } = await open()
  const { spans, counts } = kit()
  const connection = await new Promise<CallbackConnection>((done) => connectBack(broker.url, (_, made) => done(made)))
  later(() => connection.close())
  observeAmqplib(connection)
  const channel = await new Promise<CallbackChannel>((done) => {
    connection.createConfirmChannel((error, made) => {
      expect(error).toBe(null)
      done(made)
    })
  })
  await new Promise((done) => channel.sendToQueue(queue, Buffer.from('a'), {}, done))
  await new Promise((done) => channel.sendToQueue(queue, Buffer.from('b'), {}, done))
  const got = await new Promise<GetMessage>((done) =>
    channel.get(queue, {}, (_, message) => done(message as GetMessage)),
  )
  expect(channel.ack(got)).toBe(channel)
  const answer = await new Promise((done) => {
    channel.consume(
      queue,
      (message) => channel.ack(message!),
      {},
      (_, ok) => done(Object.keys(ok)),
    )
  })
  expect(answer).toEqual(['consumerTag'])
  await until(() => spans().length === 4)
  expect(countedOf(queue, counts())).toEqual({
    queue_published_total: 2,
    queue_publish_duration_seconds: 2,
    'queue_messages_total{result=ack}': 2,
    'queue_process_duration_seconds{result=ack}': 2,
    queue_in_flight: 0,
  })
  const read = amqplibLag(connection, queue)
  channel.sendToQueue(queue, Buffer.from('c'))
  await until(() => spans().length === 6)
  expect(await read()).toBe(0)
})

test.skipIf(none)('the lag is what waits in the queue, and unknown when there is no such queue [G-29]', async () => {
  const { connection, queue, beside } = await open()
  const { counts } = kit()
  const said = notices()
  const lag = () => counts()[`queue_lag{queue=${queue}}`]
  later(watchLag(queue, amqplibLag(connection, queue), 100))
  await until(() => lag() === 0)
  for (let i = 0; i < 3; i++) beside.sendToQueue(queue, Buffer.from('x'))
  await until(() => lag() === 3)
  await beside.deleteQueue(queue)
  await until(() => lag() === undefined)
  await beside.assertQueue(queue)
  await until(() => lag() === 0)
  expect(said).toEqual([expect.stringContaining(`the number of messages waiting in ${queue} is not known: `)])
})

test.skipIf(none)('what cannot be read goes its way, and fails as it did', async () => {
  const { connection, queue } = await open()
  const { spans, counts } = kit()
  const said = notices()
  const channel = await connection.createConfirmChannel()
  const odd = {
    get headers(): object {
      throw new RangeError('no')
    },
  }
  expect(() => channel.sendToQueue(queue, Buffer.from('x'), odd)).toThrow('no')
  expect(() => channel.publish(Symbol('a') as never, Symbol('b') as never, Buffer.from('x'))).toThrow(TypeError)
  channel.sendToQueue(queue, Buffer.from('x'), null as never)
  await channel.waitForConfirms()
  expect(() => channel.ack(undefined as never)).toThrow(TypeError)
  expect(summary(spans())).toEqual([
    ['publish Symbol(a)', 'producer', null, 'TypeError', expect.any(String)],
    [`publish ${queue}`, 'producer', null],
  ])
  expect(countedOf(queue, counts())).toMatchObject({ queue_published_total: 1 })
  expect(said).toEqual(['queue.unreadable: a message that cannot be read is sent without being observed: no'])
})

test.skipIf(none)('when nothing has started, channels do what they do [W-09]', async () => {
  const { connection, queue } = await open()
  const channel = await connection.createConfirmChannel()
  expect([channel.publish.length, channel.consume.length, channel.ack.length]).toEqual([5, 3, 2])
  await new Promise((done) => channel.sendToQueue(queue, Buffer.from('x'), { headers: { a: 1 } }, done))
  const message = (await channel.get(queue)) as GetMessage
  expect(message.properties.headers).toEqual({ a: 1 })
  expect(handle(message, (one) => one)).toBe(message)
  channel.ack(message)
})

test('a connection that is refused, and what is no client, tell nothing and break nothing', async () => {
  const { counts, spans } = kit()
  const said = notices()
  const failures: string[] = []
  const connection = observeAmqplib(
    await connect('amqp://127.0.0.1:1', { recovery: { initialDelay: 1, maxRetries: 2, waitForConnect: false } }),
  )
  connection.on('connect-failed', (error) => failures.push((error as { code?: string }).code ?? ''))
  await expect(connection.createChannel()).rejects.toThrow(/ECONNREFUSED/)
  expect(failures).toEqual(['ECONNREFUSED', 'ECONNREFUSED', 'ECONNREFUSED'])
  for (const odd of [null, 7, {}, { publish() {} }]) expect(observeAmqplib(odd as never)).toBe(odd)
  expect([counts(), spans()]).toEqual([{}, []])
  expect(said).toEqual([
    'queue.client: observeAmqplib was given something that is no connection or channel of amqplib: it is not observed',
  ])
})

test.skipIf(none)(
  'when the broker is killed in mid-consume everything ends, and what cannot be sent says so [W-14]',
  async () => {
    const { connection, queue } = await open()
    const { counts, spans } = kit()
    const channel = await connection.createConfirmChannel()
    const messages: ConsumeMessage[] = []
    await channel.consume(queue, (message) => messages.push(message!))
    channel.sendToQueue(queue, Buffer.from('a'))
    await channel.waitForConfirms()
    await until(() => messages.length === 1)
    const closed = new Promise((done) => connection.once('close', done))
    const told = new Promise((done) => {
      void broker.kill().then(() => undefined)
      channel.sendToQueue(queue, Buffer.from('b'), {}, done)
    })
    await closed
    expect(String(await told)).toContain('channel closed')
    expect(() => channel.ack(messages[0]!)).toThrow(/closed/i)
    expect(() => channel.sendToQueue(queue, Buffer.from('c'))).toThrow(/closed/i)
    expect(summary(spans()).map((one) => (one as unknown[]).slice(0, 4))).toEqual([
      [`publish ${queue}`, 'producer', null],
      [`publish ${queue}`, 'producer', null, 'channel_closed'],
      [`process ${queue}`, 'consumer', `publish ${queue}`, 'channel_closed'],
      [`publish ${queue}`, 'producer', null, 'IllegalOperationError'],
    ])
    expect(countedOf(queue, counts())).toEqual({
      queue_published_total: 1,
      queue_publish_duration_seconds: 1,
      'queue_published_total{error_type=channel_closed}': 1,
      'queue_publish_duration_seconds{error_type=channel_closed}': 1,
      'queue_published_total{error_type=IllegalOperationError}': 1,
      'queue_publish_duration_seconds{error_type=IllegalOperationError}': 1,
      'queue_messages_total{result=nack}': 1,
      'queue_process_duration_seconds{result=nack}': 1,
      queue_in_flight: 0,
      'errors_total{error_type=channel_closed}': 2,
      'errors_total{error_type=IllegalOperationError}': 1,
    })
  },
)
