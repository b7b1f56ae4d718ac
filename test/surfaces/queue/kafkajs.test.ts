import { createRequire } from 'node:module'
import {
  type Consumer,
  type ConsumerConfig,
  Kafka,
  logLevel,
  Partitioners,
  type Producer,
  type ProducerConfig,
} from 'kafkajs'
import { expect, test } from 'vitest'
import { runIn } from '../../../src/context/current.ts'
import { Frame } from '../../../src/context/frame.ts'
import { kafkaLag, observeKafka, watchLag } from '../../../src/queue.ts'
import { freePort } from '../../otel/servers.ts'
import { KCAT, kafka } from './kafka.ts'
import { kit, later, missing, until } from './kit.ts'

const noKafka = missing('kcat', KCAT)
const MS = 60_000

/** kafkajs tries again what is no error of programming: a RangeError would end the consumer. */
class Poison extends Error {}
class Worse extends Error {}

interface Cluster {
  findBroker(broker: { nodeId: string }): Promise<unknown>
  findControllerBroker(): Promise<unknown>
}

interface Opened {
  readonly client: Kafka
  producer(options?: ProducerConfig): Promise<Producer>
  consumer(options?: Partial<ConsumerConfig>): Promise<Consumer>
  kill(): Promise<void>
}

function clientOf(url: string): Kafka {
  const retry = { initialRetryTime: 50, maxRetryTime: 200, retries: 5 }
  return new Kafka({ clientId: 'test', brokers: [url], logLevel: logLevel.NOTHING, connectionTimeout: 5000, retry })
}

/** Errors of connections that the test cuts are no failures of the test. */
const quietly = (close: () => Promise<unknown>) => () =>
  Promise.race([close().catch(() => {}), new Promise((done) => setTimeout(done, 5000))])

async function open(observed = true): Promise<Opened> {
  const broker = await kafka()
  later(broker.stop)
  const client = clientOf(broker.url)
  if (observed) expect(observeKafka(observeKafka(client))).toBe(client)
  return {
    client,
    kill: broker.stop,
    async producer(options) {
      const made = client.producer({ createPartitioner: Partitioners.DefaultPartitioner, ...options })
      later(quietly(() => made.disconnect()))
      await made.connect()
      return made
    },
    async consumer(options) {
      const made = client.consumer({ groupId: 'mailers', maxWaitTimeInMs: 100, ...options })
      later(quietly(() => made.disconnect()))
      await made.connect()
      return made
    },
  }
}

const about = (operation: string, type: string, more: object) => ({
  'messaging.system': 'kafka',
  'messaging.operation.name': operation,
  'messaging.operation.type': type,
  'messaging.destination.name': 'orders',
  ...more,
})

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

interface Shown {
  readonly name: string
  readonly parent: string | null
  readonly links?: string[]
  readonly status?: string
  readonly message?: string
  readonly attributes: Record<string, unknown>
}

const shownOf = (spans: object[], name: string): Shown[] => (spans as Shown[]).filter((span) => span.name === name)
const balanced = (counts: Record<string, number>, queue = 'orders'): boolean =>
  counts[`queue_in_flight{queue=${queue}}`] === 0

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
  'poison is a nack each time it is tried, thrown at once or later, and a stranger’s message is a root [W-14, W-30]',
  async () => {
    const { client, producer, consumer } = await open(false)
    const { spans, counts } = kit()
    const sender = await producer()
    await sender.send({ topic: 'orders', messages: [{ value: 'stranger', partition: 0 }] })
    observeKafka(sender)
    await sender.send({ topic: 'orders', messages: [{ value: 'poison', partition: 0 }] })
    const receiver = observeKafka(observeKafka(await consumer()))
    await receiver.subscribe({ topic: 'orders', fromBeginning: true })
    let tried = 0
    await receiver.run({
      eachMessage: ({ message }): Promise<void> => {
        if (String(message.value) === 'stranger') return Promise.resolve()
        tried++
        if (tried === 1) throw new Poison('poison')
        return tried === 2 ? Promise.reject(new Worse('poison still')) : Promise.resolve()
      },
    })
    await until(() => spans().length === 5 && counts()['queue_lag{queue=orders}'] === 0, MS)
    expect(shownOf(spans(), 'process orders').map(({ parent, status, message }) => [parent, status, message])).toEqual([
      [null, undefined, undefined],
      ['publish orders', 'error', 'poison'],
      ['publish orders', 'error', 'poison still'],
      ['publish orders', undefined, undefined],
    ])
    // A consumer that was observed by itself learns the name of its group when it joins.
    expect(shownOf(spans(), 'process orders')[0]).toEqual({
      name: 'process orders',
      kind: 'consumer',
      parent: null,
      trace: 'process orders',
      attributes: about('process', 'process', {
        'messaging.destination.partition.id': '0',
        'messaging.kafka.offset': 0,
        'messaging.consumer.group.name': 'mailers',
      }),
    })
    expect(counts()).toEqual({
      'queue_published_total{queue=orders}': 1,
      'queue_publish_duration_seconds{queue=orders}': 1,
      'queue_messages_total{queue=orders,result=ack}': 2,
      'queue_messages_total{queue=orders,result=nack}': 2,
      'queue_process_duration_seconds{queue=orders,result=ack}': 2,
      'queue_process_duration_seconds{queue=orders,result=nack}': 2,
      'queue_in_flight{queue=orders}': 0,
      'queue_message_age_seconds{queue=orders}': 4,
      'queue_lag{queue=orders}': 0,
      'errors_total{surface=queue,error_type=Poison}': 1,
      'errors_total{surface=queue,error_type=Worse}': 1,
    })
    expect(client.consumer).toBe(Kafka.prototype.consumer)
  },
  MS,
)

test.skipIf(noKafka)(
  'a batch is one span with links to its senders; what was resolved before it failed is done, the rest comes again [W-14]',
  async () => {
    const { producer, consumer } = await open()
    const { spans, counts } = kit()
    const sender = await producer()
    // The mock cluster hands out what one call sent, and never more at once.
    const messages = ['a', 'b', 'c'].map((value) => ({ value, partition: 0 }))
    await sender.send({ topic: 'orders', messages })
    const receiver = await consumer()
    await receiver.subscribe({ topic: 'orders', fromBeginning: true })
    const sizes: number[] = []
    await receiver.run({
      eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
        sizes.push(batch.messages.length)
        for (const message of batch.messages) {
          if (sizes.length === 1 && message.offset === '1') throw new Poison('poison')
          resolveOffset(message.offset)
          await heartbeat()
        }
      },
    })
    await until(() => sizes.length === 2 && spans().length === 3 && counts()['queue_lag{queue=orders}'] === 0, MS)
    const place = { 'messaging.destination.partition.id': '0', 'messaging.consumer.group.name': 'mailers' }
    const root = { name: 'process orders', kind: 'consumer', parent: null, trace: 'process orders' }
    expect([sizes, spans().slice(1)]).toEqual([
      [3, 2],
      [
        {
          ...root,
          links: ['publish orders', 'publish orders', 'publish orders'],
          status: 'error',
          message: 'poison',
          attributes: about('process', 'process', {
            'messaging.batch.message_count': 3,
            ...place,
            'error.type': 'Poison',
          }),
        },
        {
          ...root,
          links: ['publish orders', 'publish orders'],
          attributes: about('process', 'process', { 'messaging.batch.message_count': 2, ...place }),
        },
      ],
    ])
    expect(counts()).toEqual({
      'queue_published_total{queue=orders}': 3,
      'queue_publish_duration_seconds{queue=orders}': 1,
      'queue_messages_total{queue=orders,result=ack}': 3,
      'queue_messages_total{queue=orders,result=nack}': 2,
      'queue_process_duration_seconds{queue=orders,result=nack}': 1,
      'queue_process_duration_seconds{queue=orders,result=ack}': 1,
      'queue_in_flight{queue=orders}': 0,
      'queue_message_age_seconds{queue=orders}': 5,
      'queue_lag{queue=orders}': 0,
      'errors_total{surface=queue,error_type=Poison}': 1,
    })
  },
  MS,
)

test.skipIf(noKafka)(
  'a batch whose handler is told to stop, or that resolves by itself, counts what it resolved; no failure [W-14]',
  async () => {
    const { producer, consumer } = await open()
    const { spans, counts } = kit({ batch: 'parent' })
    const sender = await producer()
    const messages = ['a', 'b', 'c', 'd'].map((value) => ({ value, partition: 0 }))
    await sender.send({ topic: 'orders', messages })
    const receiver = await consumer()
    await receiver.subscribe({ topic: 'orders', fromBeginning: true })
    const rounds: string[][] = []
    await receiver.run({
      eachBatchAutoResolve: false,
      eachBatch: async ({ batch, resolveOffset, isStale, isRunning }) => {
        const round: string[] = []
        rounds.push(round)
        for (const { value, offset } of batch.messages) {
          if (!isRunning() || isStale()) break
          round.push(String(value))
          resolveOffset(offset)
          if (rounds.length === 1) return
          // From the second round on: to the end of the partition, and told so.
          receiver.seek({ topic: 'orders', partition: 0, offset: rounds.length === 2 ? '3' : '4' })
        }
      },
    })
    await until(() => rounds.length === 3 && spans().length === 4, MS)
    expect(rounds).toEqual([['a'], ['b'], ['d']])
    expect(shownOf(spans(), 'process orders').map(({ parent, status, links }) => [parent, status, links])).toEqual([
      ['publish orders', undefined, ['publish orders', 'publish orders', 'publish orders']],
      ['publish orders', undefined, ['publish orders', 'publish orders']],
      ['publish orders', undefined, undefined],
    ])
    expect(counts()).toMatchObject({
      'queue_messages_total{queue=orders,result=ack}': 3,
      'queue_messages_total{queue=orders,result=nack}': 5,
      'queue_in_flight{queue=orders}': 0,
    })
    expect(Object.keys(counts()).filter((name) => name.startsWith('errors_total'))).toEqual([])
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
    expect([lag('bills'), lag('orders')]).toEqual([undefined, 0])
    stop()
    expect(lag('orders')).toBeUndefined()
  },
  MS,
)

test.skipIf(noKafka)(
  'when the broker is killed in the middle of a message the counts stay balanced, and what fails to be sent says so',
  async () => {
    const { producer, consumer, kill } = await open()
    const { counts } = kit()
    const sender = await producer({ retry: { retries: 0 } })
    await sender.send({ topic: 'orders', messages: [{ value: 'one' }] })
    const receiver = await consumer({ retry: { retries: 0, restartOnFailure: async () => false } })
    await receiver.subscribe({ topic: 'orders', fromBeginning: true })
    let release = (): void => {}
    let crashed = false
    receiver.on('consumer.crash', () => {
      crashed = true
    })
    let began = false
    await receiver.run({
      eachMessage: () => {
        began = true
        return new Promise<void>((done) => {
          release = done
        })
      },
    })
    await until(() => began, MS)
    expect(counts()['queue_in_flight{queue=orders}']).toBe(1)
    await kill()
    await expect(sender.send({ topic: 'orders', messages: [{ value: 'two' }] })).rejects.toThrow()
    release()
    await until(() => crashed && balanced(counts()), MS)
    const failed = Object.entries(counts()).filter(([name]) =>
      /^(queue_published_total|queue_publish_duration_seconds)\{queue=orders,error_type=|^errors_total/.test(name),
    )
    expect(failed.map(([, count]) => count)).toEqual([1, 1, 1])
    expect(
      Object.fromEntries(Object.entries(counts()).filter((one) => !failed.some(([name]) => name === one[0]))),
    ).toEqual({
      'queue_published_total{queue=orders}': 1,
      'queue_publish_duration_seconds{queue=orders}': 1,
      'queue_messages_total{queue=orders,result=ack}': 1,
      'queue_process_duration_seconds{queue=orders,result=ack}': 1,
      'queue_in_flight{queue=orders}': 0,
      'queue_message_age_seconds{queue=orders}': 1,
    })
  },
  MS,
)

test(
  'where nobody listens, and with what no producer takes, the client fails as it would without us',
  async () => {
    const { spans, counts } = kit()
    const url = `127.0.0.1:${await freePort()}`
    const [bare, observed] = [clientOf(url), observeKafka(clientOf(url))]
    const options = { createPartitioner: Partitioners.DefaultPartitioner, retry: { retries: 0 } }
    const outcome = async (client: Kafka): Promise<unknown[]> => {
      const [producer, consumer] = [client.producer(options), client.consumer({ groupId: 'g', retry: { retries: 0 } })]
      const tried = [
        () => producer.connect(),
        () => consumer.connect(),
        () => consumer.subscribe({ topic: 'orders' }),
        () => consumer.run(undefined),
        () => producer.send({ topic: 'orders', messages: [{ value: 'a' }] }),
        () => producer.send({ topic: '', messages: [{ value: 'a' }] }),
        () => producer.send(undefined as never),
        () => producer.send({ topic: 'orders', messages: [undefined] as never }),
        () => producer.send({ topic: 'orders' } as never),
        () => producer.sendBatch({}),
        () => producer.sendBatch(null as never),
        () => producer.sendBatch({ topicMessages: [{ topic: 'orders', messages: 7 }] as never }),
        () => producer.transaction(),
      ]
      const results: unknown[] = []
      for (const attempt of tried) {
        results.push(
          await attempt().then(
            (value) => ['resolved', value],
            ({ name, message }) => ['rejected', name, message],
          ),
        )
      }
      await consumer.stop()
      return results
    }
    expect(await outcome(observed)).toEqual(await outcome(bare))
    expect(shownOf(spans(), 'publish orders').map(({ status }) => status)).toEqual(['error'])
    expect(counts()).toEqual({
      'queue_published_total{queue=orders,error_type=KafkaJSError}': 1,
      'queue_publish_duration_seconds{queue=orders,error_type=KafkaJSError}': 1,
      'errors_total{surface=queue,error_type=KafkaJSError}': 1,
    })
  },
  MS,
)
