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
import { observeKafka } from '../../../src/queue.ts'
import { KCAT, kafka } from './kafka.ts'
import { kit, later, missing, until } from './kit.ts'

const noKafka = missing('kcat', KCAT)
const MS = 60_000

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
      const made = client.consumer({ groupId: 'mailers', ...options })
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
