import { Kafka, Partitioners } from 'kafkajs'
import { expect, test } from 'vitest'
import { observeKafka } from '../../../src/queue.ts'
import { freePort } from '../../otel/servers.ts'
import { about, balanced, clientOf, MS, noKafka, open, type Shown, shownOf } from './kafka-kit.ts'
import { kit, until } from './kit.ts'

/** kafkajs tries again what is no error of programming: a RangeError would end the consumer. */
class Poison extends Error {}
class Worse extends Error {}

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

test.skipIf(noKafka)(
  'what stops and starts again in the middle of a message loses none: each ends where it began [W-09]',
  async () => {
    const { producer, consumer } = await open()
    const before = kit()
    const sender = await producer()
    const send = (value: string) => sender.send({ topic: 'orders', messages: [{ value, partition: 0 }] })
    await send('one')
    const receiver = await consumer()
    await receiver.subscribe({ topic: 'orders', fromBeginning: true })
    let release = (): void => {}
    const seen: string[] = []
    await receiver.run({
      eachMessage: ({ message }) => {
        seen.push(String(message.value))
        return message.offset === '0'
          ? new Promise<void>((done) => {
              release = done
            })
          : Promise.resolve()
      },
    })
    await until(() => seen.length === 1, MS)
    before.stop()
    await send('unseen')
    const after = kit()
    release()
    await send('two')
    await until(() => after.counts()['queue_messages_total{queue=orders,result=ack}'] === 2, MS)
    expect(seen).toEqual(['one', 'unseen', 'two'])
    expect([before.counts(), balanced(after.counts())]).toEqual([
      {
        'queue_published_total{queue=orders}': 1,
        'queue_publish_duration_seconds{queue=orders}': 1,
        'queue_messages_total{queue=orders,result=ack}': 1,
        'queue_process_duration_seconds{queue=orders,result=ack}': 1,
        'queue_in_flight{queue=orders}': 0,
        'queue_message_age_seconds{queue=orders}': 1,
        'queue_lag{queue=orders}': 0,
      },
      true,
    ])
    const order = (span: object) => [(span as Shown).name, (span as Shown).parent]
    expect(after.spans().map(order).sort()).toEqual([
      ['process orders', null],
      ['process orders', 'publish orders'],
      ['publish orders', null],
    ])
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
