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

test('a topic for each customer is one series, and a CloudEvent tells whose event it is [G-04]', async () => {
  const { spans, counts } = kit()
  const topic = 'orders.0190163d-8694-739b-aea5-966c26f8ad91'
  const cluster = observeKafka(new Cluster())
  await cluster.producer().send({ topic, messages: [{ value: 'a' }] })
  await cluster.consumer({}).run({ eachMessage: async () => {} })
  const headers = { ce_id: Buffer.from('e-1'), ce_type: Buffer.from('order.paid'), ce_subject: Buffer.from('order/7') }
  await cluster.run.eachMessage!({ topic, partition: 3, message: { value: 'a', offset: '1', headers } })
  expect(spans()).toEqual([
    {
      name: 'publish orders.*',
      kind: 'producer',
      parent: null,
      trace: 'publish orders.*',
      attributes: about('publish', 'send', {
        'messaging.destination.name': topic,
        'messaging.batch.message_count': 1,
        'messaging.destination.partition.id': '0',
        'messaging.kafka.offset': 7,
      }),
    },
    {
      name: 'process orders.*',
      kind: 'consumer',
      parent: null,
      trace: 'process orders.*',
      attributes: about('process', 'process', {
        'messaging.destination.name': topic,
        'messaging.destination.partition.id': '3',
        'messaging.kafka.offset': 1,
        'event.id': 'e-1',
        'event.type': 'order.paid',
        subject: 'order/7',
      }),
    },
  ])
  expect(counts()['queue_messages_total{queue=orders.*,result=ack}']).toBe(1)
})

test('a batch whose handler is told to stop has processed what it resolved, one that is not told all of it [W-14]', async () => {
  const { counts } = kit()
  const cluster = observeKafka(new Cluster())
  const messages = ['7', '8', '10', '9007199254740993'].map((offset) => ({ value: 'a', offset }))
  const batch = { topic: 'orders', partition: 0, messages }
  type Payload = { resolveOffset(offset: unknown): unknown; isRunning(): boolean; isStale(): boolean }
  const handlers: ((payload: Payload) => unknown)[] = [
    ({ isRunning, isStale }) => [isRunning(), isStale()],
    ({ resolveOffset, isRunning }) => [resolveOffset('8'), isRunning()],
    ({ resolveOffset, isStale }) => [resolveOffset('9007199254740992'), isStale()],
    ({ resolveOffset, isStale }) => [resolveOffset('9007199254740993'), resolveOffset('7'), isStale()],
    ({ resolveOffset, isStale }) => [resolveOffset({}), resolveOffset('eight'), isStale()],
  ]
  const told: unknown[] = []
  for (const [i, handler] of handlers.entries()) {
    await cluster.consumer({}).run({ eachBatch: async (payload) => void told.push(handler(payload as Payload)) })
    const stop = i > 0
    const before = counts()['queue_messages_total{queue=orders,result=nack}'] ?? 0
    await cluster.run.eachBatch!({
      batch,
      resolveOffset: (offset: unknown) => offset,
      isRunning: () => !stop,
      isStale: () => stop,
    })
    told.push((counts()['queue_messages_total{queue=orders,result=nack}'] ?? 0) - before)
  }
  expect(told).toEqual([
    [true, false],
    0,
    ['8', false],
    2,
    ['9007199254740992', true],
    1,
    ['9007199254740993', '7', true],
    0,
    [{}, 'eight', true],
    4,
  ])
  expect(counts()['queue_in_flight{queue=orders}']).toBe(0)
})

test('when nothing has started, a client gets the very messages and handlers get what it gives [W-09]', async () => {
  const cluster = observeKafka(new Cluster())
  const producer = cluster.producer()
  const message = { value: 'a' }
  await producer.send({ topic: 'orders', messages: [message] })
  await producer.sendBatch({ topicMessages: [{ topic: 'orders', messages: [message] }] })
  expect(cluster.sent.map(([topic, one]) => [topic, one === (message as unknown)])).toEqual([
    ['orders', true],
    ['orders', true],
  ])
  const seen: unknown[] = []
  const handler = async (payload: object) => void seen.push(payload)
  await cluster.consumer({}).run({ eachMessage: handler, eachBatch: handler })
  const one = { topic: 'orders', partition: 0, message: { value: 'a', offset: '1' } }
  const all = { batch: { topic: 'orders', partition: 0, messages: [one.message] } }
  await cluster.run.eachMessage!(one)
  await cluster.run.eachBatch!(all)
  expect([seen[0] === one, seen[1] === all]).toEqual([true, true])
})

test('what a consumer announces is its lag: partitions that go elsewhere go, several consumers add up, garbage is none [G-29]', () => {
  const { counts } = kit()
  const consumer = () => {
    const listeners: Record<string, (event: unknown) => void> = {}
    observeKafka({
      subscribe() {},
      run() {},
      events: {
        START_BATCH_PROCESS: 's',
        END_BATCH_PROCESS: 'e',
        GROUP_JOIN: 'j',
        STOP: 'p',
        DISCONNECT: 'd',
        CRASH: 'c',
      },
      on(event: string, listener: (event: unknown) => void) {
        listeners[event] = listener
      },
    })
    return (event: string, payload?: unknown) => listeners[event]!({ payload })
  }
  const lags = () => [counts()['queue_lag{queue=orders}'], counts()['queue_lag{queue=bills}']]
  const at = (topic: unknown, partition: number, lag: unknown) => ({
    topic,
    partition,
    offsetLag: lag,
    offsetLagLow: lag,
  })
  const [one, two] = [consumer(), consumer()]
  one('s', at('orders', 0, '5'))
  one('s', at('orders', 1, '7'))
  one('e', at('orders', 1, '2'))
  one('s', at('bills', 0, '9'))
  two('s', at('orders', 2, '100'))
  expect(lags()).toEqual([107, 9])
  const garbage = [
    undefined,
    null,
    7,
    {},
    at(7, 0, '1'),
    at('orders', 0, 'many'),
    at('orders', 0, '-1001'),
    at('orders', 0, undefined),
  ]
  for (const payload of garbage) for (const event of ['s', 'e']) one(event, payload)
  expect(lags()).toEqual([107, 9])
  one('j', { groupId: 'mailers', memberAssignment: { orders: [1] } })
  expect(lags()).toEqual([102, undefined])
  one('j', { memberAssignment: null })
  expect(lags()).toEqual([100, undefined])
  two('c')
  two('d')
  expect(lags()).toEqual([undefined, undefined])
})

test('a configuration that cannot be read, or none, reaches the consumer as it is', async () => {
  kit()
  const given: unknown[] = []
  const consumer = observeKafka({ subscribe() {}, run: async (...args: unknown[]) => void given.push(...args) })
  const trap = Object.defineProperty({}, 'eachMessage', {
    get() {
      throw new RangeError('no handler')
    },
  })
  const inherited = Object.create({ eachMessage: async () => 'inherited', autoCommit: false })
  const run = consumer.run as (...args: unknown[]) => Promise<void>
  onNotice(() => {})
  later(() => onNotice(undefined))
  for (const config of [trap, undefined, null, 7, inherited]) await run(config)
  expect(given.slice(0, 4)).toEqual([trap, undefined, null, 7])
  const last = given[4] as { autoCommit: boolean; eachMessage(payload: object): Promise<string> }
  expect([last.autoCommit, await last.eachMessage({ topic: 'orders', message: { value: 'a' } })]).toEqual([
    false,
    'inherited',
  ])
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
