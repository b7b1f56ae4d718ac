import { type ConsumeMessage, connect } from 'amqplib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runIn } from '../../../src/context/current.ts'
import { Frame } from '../../../src/context/frame.ts'
import { observeAmqplib } from '../../../src/queue.ts'
import { type Broker, RABBITMQ, RABBITMQ_MS, rabbitmq } from './brokers.ts'
import { kit, later, missing, until } from './kit.ts'

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
  const queue = `work${++queues}`
  await beside.assertQueue(queue, { durable: false, ...options })
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
