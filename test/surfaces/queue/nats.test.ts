import {
  AckPolicy,
  type Consumer,
  type ConsumerConfig,
  type JsMsg,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream'
import { connect, headers, type NatsConnection } from '@nats-io/transport-node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runIn } from '../../../src/context/current.ts'
import { Frame } from '../../../src/context/frame.ts'
import { handle, observeNats } from '../../../src/queue.ts'
import { type Broker, NATS, nats } from './brokers.ts'
import { kit, later, missing, until } from './kit.ts'

const none = missing('nats-server', NATS)
let broker: Broker

beforeAll(async () => {
  if (!none) broker = await nats()
})
afterAll(() => broker?.stop())

async function open(): Promise<NatsConnection> {
  const connection = await connect({ servers: broker.url })
  later(() => connection.close())
  return connection
}

let streams = 0

/** A stream of its own with one durable consumer, over an observed JetStream client. */
async function stream(config: Partial<ConsumerConfig> = {}) {
  const connection = await open()
  const plain = await open()
  const name = `S${++streams}`
  const manager = await jetstreamManager(plain)
  await manager.streams.add({ name, subjects: [`${name}.>`], storage: 'memory' })
  await manager.consumers.add(name, { durable_name: 'worker', ack_policy: AckPolicy.Explicit, ...config })
  const client = jetstream(connection)
  expect(observeNats(observeNats(client))).toBe(client)
  const consumer: Consumer = await client.consumers.get(name, 'worker')
  return { client, connection, manager, consumer, name, queue: `${name}/worker`, beside: jetstream(plain) }
}

const attributes = (operation: string, type: string, more: object) => ({
  'messaging.system': 'nats',
  'messaging.operation.name': operation,
  'messaging.operation.type': type,
  'server.address': '127.0.0.1',
  'server.port': broker.port,
  ...more,
})

test.skipIf(none)(
  'a message is one trace from the request over JetStream to what its handler does [W-29, W-30, W-32, W-14, G-04]',
  async () => {
    const { client, consumer, name, queue } = await stream()
    const { tracer, spans, counts } = kit()
    const given = headers()
    given.append('kept', 'a')
    given.append('kept', 'b')
    const request = tracer.start('POST /signup', 2, null)
    const frame = new Frame(null).hold(request)
    frame.correlationId = 'signup-7'
    const ack = await runIn(frame, () => client.publish(`${name}.new.42`, 'ada', { msgID: 'm1', headers: given }))
    request.end()
    expect(ack).toEqual({ stream: name, seq: 1, duplicate: false })
    let heard: JsMsg | undefined
    const messages = await consumer.consume({
      callback(message) {
        heard = message
        setImmediate(() => {
          tracer.start('smtp').end()
          message.ack()
        })
      },
    })
    await until(() => spans().length === 4)
    await messages.close()
    expect(heard!.string()).toBe('ada')
    expect([...heard!.headers!].sort()).toEqual(
      [
        ['kept', ['a', 'b']],
        ['Nats-Msg-Id', ['m1']],
        ['traceparent', [expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-03$/)]],
        ['x-correlation-id', ['signup-7']],
      ].sort(),
    )
    expect([...given]).toEqual([['kept', ['a', 'b']]])
    const trace = `publish ${name}.new.*`
    const about = {
      'messaging.destination.name': `${name}.new.42`,
      'messaging.destination.template': `${name}.new.*`,
      'messaging.message.id': 'm1',
    }
    expect(spans()).toEqual([
      {
        name: trace,
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
        parent: trace,
        trace,
        attributes: attributes('process', 'process', {
          ...about,
          'messaging.consumer.group.name': 'worker',
          correlation_id: 'signup-7',
          'event.id': 'm1',
          subject: `${name}.new.42`,
        }),
      },
    ])
    expect(counts()).toEqual({
      [`queue_published_total{queue=${name}.new.*}`]: 1,
      [`queue_publish_duration_seconds{queue=${name}.new.*}`]: 1,
      [`queue_messages_total{queue=${queue},result=ack}`]: 1,
      [`queue_process_duration_seconds{queue=${queue},result=ack}`]: 1,
      [`queue_in_flight{queue=${queue}}`]: 0,
      [`queue_message_age_seconds{queue=${queue}}`]: 1,
    })
  },
)

test.skipIf(none)(
  'a plain subject is one trace too, with a callback and in a loop; replies are nobody’s [W-29, W-30]',
  async () => {
    const sender = await open()
    const receiver = await open()
    expect(observeNats(observeNats(sender))).toBe(sender)
    observeNats(receiver)
    const { tracer, spans, counts } = kit()
    receiver.subscribe('greet.*', {
      queue: 'greeters',
      callback: (_error, message) => {
        tracer.start('think').end()
        message.respond(`hello ${message.string()}`)
      },
    })
    const loop = (async () => {
      for await (const message of receiver.subscribe('news', { max: 2 })) {
        await handle(message, async (one) => {
          await null
          tracer.start(one.string()).end()
        })
      }
    })()
    await receiver.flush()
    const answer = await sender.request('greet.ada', 'ada')
    expect(answer.string()).toBe('hello ada')
    sender.publish('news', 'first')
    sender.publish('news', 'second')
    await loop
    const view = spans().map((span) => {
      const { name, kind, parent, attributes } = span as Record<string, unknown>
      return [name, kind, parent, (attributes as Record<string, unknown>)['messaging.consumer.group.name']]
    })
    expect(view.sort()).toEqual(
      [
        ['publish greet.ada', 'producer', null, undefined],
        ['process greet.*', 'consumer', 'publish greet.ada', 'greeters'],
        ['think', 'internal', 'process greet.*', undefined],
        ['publish news', 'producer', null, undefined],
        ['publish news', 'producer', null, undefined],
        ['process news', 'consumer', 'publish news', undefined],
        ['process news', 'consumer', 'publish news', undefined],
        ['first', 'internal', 'process news', undefined],
        ['second', 'internal', 'process news', undefined],
      ].sort(),
    )
    expect(counts()).toEqual({
      'queue_published_total{queue=greet.ada}': 1,
      'queue_publish_duration_seconds{queue=greet.ada}': 1,
      'queue_published_total{queue=news}': 2,
      'queue_publish_duration_seconds{queue=news}': 2,
      'queue_messages_total{queue=greet.*,result=ack}': 1,
      'queue_process_duration_seconds{queue=greet.*,result=ack}': 1,
      'queue_in_flight{queue=greet.*}': 0,
      'queue_messages_total{queue=news,result=ack}': 2,
      'queue_process_duration_seconds{queue=news,result=ack}': 2,
      'queue_in_flight{queue=news}': 0,
    })
  },
)
