import { expect, test } from 'vitest'
import { forgetNotices, type Notice, onNotice } from '../../../src/base/notice.ts'
import { observeKafka } from '../../../src/queue.ts'
import { about } from './kafka-kit.ts'
import { kit, later } from './kit.ts'

interface Message {
  value: string | Buffer
  headers?: Record<string, string>
}

/** As `@confluentinc/kafka-javascript` is shaped: `sendBatch` is made of `send`, messages are changed, nothing is announced. */
class Cluster {
  readonly sent: [string, Message][] = []
  run: { eachMessage?: (payload: object) => Promise<void>; eachBatch?: (payload: object) => Promise<void> } = {}

  producer() {
    const { sent } = this
    return new (class Producer {
      async send({ topic, messages }: { topic: string; messages: Message[] }) {
        for (const message of messages) {
          message.value = Buffer.from(message.value)
          sent.push([topic, message])
        }
        return [{ topicName: topic, partition: 0, errorCode: 0, baseOffset: '7' }]
      }

      async sendBatch({ topicMessages }: { topicMessages: { topic: string; messages: Message[] }[] }) {
        const records = await Promise.all(topicMessages.map((one) => this.send(one)))
        return records.flat()
      }

      async transaction() {
        return this
      }
    })()
  }

  consumer(_config: object) {
    const cluster = this
    return {
      async subscribe() {},
      async run(config: Cluster['run']) {
        cluster.run = config
      },
    }
  }
}

test('a client whose sendBatch is made of its own send sends each message once, and knows its group by any name', async () => {
  const { spans, counts } = kit()
  const cluster = observeKafka(new Cluster())
  const producer = cluster.producer()
  expect(await producer.transaction()).toBe(producer)
  const batch = { topicMessages: [{ topic: 'orders', messages: [{ value: 'a' }, { value: 'b' }] }] }
  const record = { topicName: 'orders', partition: 0, errorCode: 0, baseOffset: '7' }
  expect(await producer.sendBatch(batch)).toEqual([record])
  expect(batch.topicMessages[0]!.messages).toEqual([{ value: 'a' }, { value: 'b' }])
  const traceparent = expect.stringMatching(/^00-/)
  const carried = (text: string) => ['orders', { value: Buffer.from(text), headers: { traceparent } }]
  expect(cluster.sent).toEqual([carried('a'), carried('b')])
  for (const config of [{ kafkaJS: { groupId: 'one' } }, { 'group.id': 'two' }, { groupId: 'three' }, {}]) {
    const consumer = cluster.consumer(config)
    await consumer.run({ eachMessage: async () => {} })
    await cluster.run.eachMessage!({ topic: 'orders', partition: 0, message: { value: 'a', offset: '1' } })
  }
  const [published, ...processed] = spans() as { name: string; attributes: Record<string, unknown> }[]
  expect([published!.name, published!.attributes]).toEqual([
    'publish orders',
    about('publish', 'send', {
      'messaging.batch.message_count': 2,
      'messaging.destination.partition.id': '0',
    }),
  ])
  expect(processed.map(({ attributes }) => attributes['messaging.consumer.group.name'])).toEqual([
    'one',
    'two',
    'three',
    undefined,
  ])
  expect(counts()).toEqual({
    'queue_published_total{queue=orders}': 2,
    'queue_publish_duration_seconds{queue=orders}': 1,
    'queue_messages_total{queue=orders,result=ack}': 4,
    'queue_process_duration_seconds{queue=orders,result=ack}': 4,
    'queue_in_flight{queue=orders}': 0,
  })
})

test('what is no client of Kafka is given back as it was, and that is said once', () => {
  const seen: Notice[] = []
  onNotice((one) => seen.push(one))
  later(() => {
    onNotice(undefined)
    forgetNotices()
  })
  const strange = { send() {} }
  expect(observeKafka(strange as never)).toBe(strange)
  expect(observeKafka(null as never)).toBeNull()
  expect(Reflect.ownKeys(strange)).toEqual(['send'])
  expect(seen.map(({ event, text }) => [event, text])).toEqual([
    ['queue.client', 'observeKafka was given something that is no Kafka, producer or consumer: it is not observed'],
  ])
})
