import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { runIn } from '../../../src/context/current.ts'
import { Frame } from '../../../src/context/frame.ts'
import { kafkaLag, watchLag } from '../../../src/queue.ts'
import { about, MS, noKafka, open, quietly, type Shown, shownOf } from './kafka-kit.ts'
import { kit, later, until } from './kit.ts'

interface Cluster {
  findBroker(broker: { nodeId: string }): Promise<unknown>
  findControllerBroker(): Promise<unknown>
}

test.skipIf(noKafka)(
  'a message is one trace from the request over Kafka to what the handler does [W-29, W-30, W-32, W-14]',
  async () => {
    const { producer, consumer } = await open()
    const { tracer, spans, counts } = kit()
    const sender = await producer()
    const request = tracer.start('POST /buy', 2, null)
    const message = { key: 'ada', value: 'book', headers: { kept: Buffer.from('yes') }, partition: 2 }
    const answer = await runIn(new Frame(null).hold(request), () =>
      sender.send({ topic: 'orders', messages: [message] }),
    )
    request.end()
    expect(answer).toMatchObject([{ topicName: 'orders', partition: 2, errorCode: 0, baseOffset: '0' }])
    expect(message).toEqual({ key: 'ada', value: 'book', headers: { kept: Buffer.from('yes') }, partition: 2 })
    const seen: unknown[] = []
    const receiver = await consumer()
    await receiver.subscribe({ topic: 'orders', fromBeginning: true })
    await receiver.run({
      eachMessage: async ({ topic, partition, message: { key, value, headers } }) => {
        tracer.start('ship').end()
        seen.push([topic, partition, String(key), String(value), String(headers!['kept'])])
      },
    })
    await until(() => spans().length === 4, MS)
    expect(seen).toEqual([['orders', 2, 'ada', 'book', 'yes']])
    const where = {
      'messaging.destination.partition.id': '2',
      'messaging.kafka.message.key': 'ada',
      'messaging.kafka.offset': 0,
    }
    expect(spans()).toEqual([
      {
        name: 'publish orders',
        kind: 'producer',
        parent: 'POST /buy',
        trace: 'publish orders',
        attributes: about('publish', 'send', { 'messaging.batch.message_count': 1, ...where }),
      },
      { name: 'POST /buy', kind: 'server', parent: null, trace: 'publish orders', attributes: {} },
      { name: 'ship', kind: 'internal', parent: 'process orders', trace: 'publish orders', attributes: {} },
      {
        name: 'process orders',
        kind: 'consumer',
        parent: 'publish orders',
        trace: 'publish orders',
        attributes: about('process', 'process', { ...where, 'messaging.consumer.group.name': 'mailers' }),
      },
    ])
    await until(() => counts()['queue_lag{queue=orders}'] === 0, MS)
    expect(counts()).toEqual({
      'queue_published_total{queue=orders}': 1,
      'queue_publish_duration_seconds{queue=orders}': 1,
      'queue_messages_total{queue=orders,result=ack}': 1,
      'queue_process_duration_seconds{queue=orders,result=ack}': 1,
      'queue_in_flight{queue=orders}': 0,
      'queue_message_age_seconds{queue=orders}': 1,
      'queue_lag{queue=orders}': 0,
    })
  },
  MS,
)

test.skipIf(noKafka)(
  'a batch to several topics is a span for each, side by side, and every message carries that of its topic [W-29]',
  async () => {
    const { producer, consumer } = await open()
    const { tracer, spans, counts } = kit()
    const sender = await producer()
    const request = tracer.start('POST /buy', 2, null)
    const record = () => [
      {
        topic: 'orders',
        messages: [
          { value: 'a', partition: 1 },
          { value: null, partition: 1, key: Buffer.from([0xff]) },
        ],
      },
      { topic: 'bills', messages: [{ value: 'c', partition: 3, key: Buffer.from('ada') }] },
      { topic: 'nobody', messages: [] },
      { topic: 'orders', messages: [{ value: 'd', partition: 1 }] },
    ]
    const topicMessages = record()
    await runIn(new Frame(null).hold(request), () => sender.sendBatch({ topicMessages }))
    request.end()
    expect(topicMessages).toEqual(record())
    const at = { 'messaging.destination.partition.id': '1' }
    const bill = {
      'messaging.destination.name': 'bills',
      'messaging.batch.message_count': 1,
      'messaging.destination.partition.id': '3',
      'messaging.kafka.message.key': 'ada',
      'messaging.kafka.offset': 0,
    }
    const produced = { kind: 'producer', parent: 'POST /buy', trace: 'publish orders' }
    expect(spans()).toEqual([
      {
        ...produced,
        name: 'publish orders',
        attributes: about('publish', 'send', { 'messaging.batch.message_count': 3, ...at }),
      },
      { ...produced, name: 'publish bills', attributes: about('publish', 'send', bill) },
      { name: 'POST /buy', kind: 'server', parent: null, trace: 'publish orders', attributes: {} },
    ])
    expect(counts()).toEqual({
      'queue_published_total{queue=orders}': 3,
      'queue_published_total{queue=bills}': 1,
      'queue_publish_duration_seconds{queue=orders}': 1,
      'queue_publish_duration_seconds{queue=bills}': 1,
    })
    const receiver = await consumer()
    await receiver.subscribe({ topics: ['orders', 'bills'], fromBeginning: true })
    await receiver.run({ eachMessage: async () => {} })
    await until(() => spans().length === 7, MS)
    const consumed = (spans() as Shown[]).slice(3).map(({ name, parent, attributes }) => {
      const { 'messaging.kafka.offset': offset, 'messaging.kafka.message.tombstone': tombstone } = attributes
      return [name, parent, offset, attributes['messaging.kafka.message.key'], tombstone]
    })
    expect(consumed.sort()).toEqual([
      ['process bills', 'publish bills', 0, 'ada', undefined],
      ['process orders', 'publish orders', 0, undefined, undefined],
      ['process orders', 'publish orders', 1, undefined, true],
      ['process orders', 'publish orders', 2, undefined, undefined],
    ])
  },
  MS,
)

test.skipIf(noKafka)(
  'what is sent in a transaction has spans and headers as anything that is sent [W-29]',
  async () => {
    const { producer } = await open()
    const { spans, counts } = kit()
    // The mock cluster names no controller, which kafkajs asks who counts transactions.
    const { prototype } = createRequire(import.meta.url)('kafkajs/src/cluster') as { prototype: Cluster }
    const { findControllerBroker } = prototype
    prototype.findControllerBroker = function first(this: Cluster) {
      return this.findBroker({ nodeId: '1' })
    }
    later(() => {
      prototype.findControllerBroker = findControllerBroker
    })
    const sender = await producer({ transactionalId: 'shop', idempotent: true, maxInFlightRequests: 1 })
    const transaction = await sender.transaction()
    await transaction.send({ topic: 'orders', messages: [{ value: 'a' }] })
    await transaction.sendBatch({ topicMessages: [{ topic: 'orders', messages: [{ value: 'b' }, { value: 'c' }] }] })
    await transaction.commit()
    const error = await transaction.send({ topic: 'orders', messages: [{ value: 'd' }] }).catch((thrown) => thrown)
    expect(error.message).toBe('Cannot continue to use transaction once ended')
    expect(
      shownOf(spans(), 'publish orders').map(({ status, message, attributes }) => [
        attributes['messaging.batch.message_count'],
        status ?? message,
      ]),
    ).toEqual([
      [1, undefined],
      [2, undefined],
      [1, 'error'],
    ])
    expect(counts()).toEqual({
      'queue_published_total{queue=orders}': 3,
      'queue_published_total{queue=orders,error_type=KafkaJSNonRetriableError}': 1,
      'queue_publish_duration_seconds{queue=orders}': 2,
      'queue_publish_duration_seconds{queue=orders,error_type=KafkaJSNonRetriableError}': 1,
      'errors_total{surface=queue,error_type=KafkaJSNonRetriableError}': 1,
    })
  },
  MS,
)

test.skipIf(noKafka)(
  'the lag is what the cluster says where that is asked for, and else what batches say, until the consumer leaves [G-29]',
  async () => {
    const { client, producer, consumer } = await open()
    const { counts } = kit()
    const sender = await producer()
    const batch = (topic: string) => ({
      topic,
      messages: ['a', 'b', 'c'].map((value) => ({ value, partition: 0 })),
    })
    await sender.sendBatch({ topicMessages: [batch('orders'), batch('bills')] })
    const admin = client.admin()
    later(quietly(() => admin.disconnect()))
    await admin.connect()
    const stop = watchLag('orders', kafkaLag(admin, 'mailers', 'orders'), 100)
    later(stop)
    const lag = (queue: string) => counts()[`queue_lag{queue=${queue}}`]
    await until(() => lag('orders') === 3, MS)
    expect(lag('bills')).toBeUndefined()
    let release = (): void => {}
    const held = new Promise<void>((done) => {
      release = done
    })
    const receiver = await consumer({ maxBytesPerPartition: 1 })
    await receiver.subscribe({ topics: ['orders', 'bills'], fromBeginning: true })
    const seen: string[] = []
    await receiver.run({
      eachMessage: ({ topic }) => {
        seen.push(topic)
        return topic === 'bills' ? held : Promise.resolve()
      },
    })
    await until(() => seen.includes('bills'), MS)
    // Two lie behind the one that is being processed.
    expect(lag('bills')).toBe(2)
    release()
    await until(() => lag('bills') === 0 && lag('orders') === 0, MS)
    await receiver.disconnect()
    expect(lag('bills')).toBeUndefined()
    // What the cluster says is not shown while it takes its time.
    await until(() => lag('orders') === 0, MS)
    stop()
    expect(lag('orders')).toBeUndefined()
  },
  MS,
)
