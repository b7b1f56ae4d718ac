import {
  AckPolicy,
  type Consumer,
  type ConsumerConfig,
  type JsMsg,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream'
import { connect, headers, type NatsConnection } from '@nats-io/transport-node'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { runIn } from '../../../src/context/current.ts'
import { Frame } from '../../../src/context/frame.ts'
import { handle, natsLag, observeNats, watchLag } from '../../../src/queue.ts'
import { type Broker, NATS, nats } from './brokers.ts'
import { countedOf, kit, later, missing, notices, rejections, summary, until } from './kit.ts'

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

/** A client waits for an answer for a second, which a busy machine may take. */
const PATIENT = { timeout: 30_000 }

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
    const answer = await sender.request('greet.ada', 'ada', PATIENT)
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

test.skipIf(none)(
  'each way to settle ends what it settles; a message of a stranger is a CONSUMER root [W-14, W-30]',
  async () => {
    const { consumer, name, queue, beside } = await stream()
    const { spans, counts } = kit()
    const answers: unknown[] = []
    await consumer.consume({
      callback: (async (message: JsMsg): Promise<void> => {
        const text = message.string()
        if (message.info.deliveryCount > 1) message.ack()
        else if (text === 'ack') answers.push(message.ack(), message.ack())
        else if (text === 'ackAck') answers.push(await message.ackAck(), await message.ackAck())
        else if (text === 'nak') answers.push(message.nak())
        else if (text === 'nak later') answers.push(message.nak(10))
        else if (text === 'term') answers.push(message.term())
        else answers.push(message.working(), message.next(''))
      }) as unknown as (message: JsMsg) => void,
    })
    for (const text of ['ack', 'ackAck', 'nak', 'nak later', 'term', 'working']) await beside.publish(`${name}.x`, text)
    await until(() => spans().length === 8)
    expect(answers.sort()).toEqual([true, false, ...Array(7).fill(undefined)].sort())
    const processed = [`process ${queue}`, 'consumer', null]
    expect(summary(spans()).sort()).toEqual([
      ...Array(5).fill(processed),
      [...processed, 'nak', 'it was refused and comes again'],
      [...processed, 'nak', 'it was refused and comes again'],
      [...processed, 'term', 'it was refused for good'],
    ])
    expect(countedOf(queue, counts())).toEqual({
      'queue_messages_total{result=ack}': 5,
      'queue_messages_total{result=nack}': 3,
      'queue_process_duration_seconds{result=ack}': 5,
      'queue_process_duration_seconds{result=nack}': 3,
      queue_in_flight: 0,
      queue_message_age_seconds: 6,
      'errors_total{error_type=nak}': 2,
      'errors_total{error_type=term}': 1,
    })
    // The server takes note of acknowledgements beside what it answers.
    const left = async () => {
      const { num_ack_pending, num_pending } = await consumer.info()
      return [num_ack_pending, num_pending]
    }
    await expect.poll(left).toEqual([0, 0])
  },
)

test.skipIf(none)(
  'in a loop, a batch or one by one, what is done with `handle` is of the message’s trace [W-30, W-32]',
  async () => {
    const { client, consumer, name, queue } = await stream()
    const { tracer, spans, counts } = kit()
    const send = async (...texts: string[]) => {
      for (const text of texts) await client.publish(`${name}.x`, text)
    }
    await send('a', 'b')
    const messages = await consumer.consume()
    for await (const message of messages) {
      const answer = await handle(message, async (one) => {
        await null
        tracer.start(`work on ${one.string()}`).end()
        one.ack()
        return one.string()
      })
      if (answer === 'b') break
    }
    await send('c', 'd')
    const batch: JsMsg[] = []
    for await (const message of await consumer.fetch({ max_messages: 2, expires: 5000 })) batch.push(message)
    expect(countedOf(queue, counts())['queue_in_flight']).toBe(2)
    for (const message of batch) message.ack()
    await send('e')
    const one = await consumer.next({ expires: 5000 })
    expect(countedOf(queue, counts())['queue_in_flight']).toBe(1)
    handle(one!, (message) => message.ack())
    expect(await consumer.next({ expires: 1000 })).toBe(null)
    const published = [`publish ${name}.x`, 'producer', null]
    const processed = [`process ${queue}`, 'consumer', `publish ${name}.x`]
    expect(summary(spans())).toEqual([
      published,
      published,
      ['work on a', 'internal', `process ${queue}`],
      processed,
      ['work on b', 'internal', `process ${queue}`],
      processed,
      published,
      published,
      processed,
      processed,
      published,
      processed,
    ])
    expect(countedOf(queue, counts())).toEqual({
      'queue_messages_total{result=ack}': 5,
      'queue_process_duration_seconds{result=ack}': 5,
      queue_in_flight: 0,
      queue_message_age_seconds: 5,
    })
  },
)

test.skipIf(none)('poison is a nack with its own error each time, until the server gives up [W-14]', async () => {
  const { client, consumer, name, queue } = await stream({ max_deliver: 3 })
  const { spans, counts } = kit()
  const poison = new RangeError('poison')
  const seen: unknown[] = []
  const messages = await consumer.consume()
  const loop = (async () => {
    for await (const message of messages) {
      try {
        await handle(message, () => {
          if (message.string() === 'good') message.ack()
          else throw poison
        })
      } catch (error) {
        seen.push(error)
        message.nak()
      }
    }
  })()
  await client.publish(`${name}.x`, 'bad')
  await until(() => seen.length === 3)
  await client.publish(`${name}.x`, 'good')
  await until(() => spans().length === 6)
  await messages.close()
  await loop
  expect(seen).toEqual([poison, poison, poison])
  const processed = [`process ${queue}`, 'consumer', `publish ${name}.x`]
  // Whether the server confirms a message first or hands it out is its own affair.
  expect(summary(spans()).sort()).toEqual([
    processed,
    [...processed, 'RangeError', 'poison'],
    [...processed, 'RangeError', 'poison'],
    [...processed, 'RangeError', 'poison'],
    [`publish ${name}.x`, 'producer', null],
    [`publish ${name}.x`, 'producer', null],
  ])
  expect(countedOf(queue, counts())).toEqual({
    'queue_messages_total{result=ack}': 1,
    'queue_messages_total{result=nack}': 3,
    'queue_process_duration_seconds{result=ack}': 1,
    'queue_process_duration_seconds{result=nack}': 3,
    queue_in_flight: 0,
    queue_message_age_seconds: 2,
    'errors_total{error_type=RangeError}': 3,
  })
})

test.skipIf(none)(
  'a callback that throws at once ends its consumer as the client does, one that rejects is as loud as before; both are a nack [W-14]',
  async () => {
    const { connection, consumer, name, queue, beside } = await stream()
    const { counts } = kit()
    const unhandled = rejections()
    const error = new RangeError('at once')
    const first = await consumer.consume({
      callback() {
        throw error
      },
    })
    await beside.publish(`${name}.x`, 'bad')
    expect(await first.closed()).toBe(error)
    // Else the server may still give the next one to the first.
    await connection.flush()
    const rejection = new TypeError('later')
    const reject = async () => {
      await null
      throw rejection
    }
    const second = await consumer.consume({ callback: reject as () => void })
    await beside.publish(`${name}.x`, 'bad')
    await until(() => unhandled.length === 1)
    await second.close()
    expect(unhandled).toEqual([rejection])
    // What a subscription throws ends the reading of its connection: that is how the client is.
    const plain = observeNats(await open())
    plain.subscribe('plain', {
      callback() {
        throw error
      },
    })
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    later(() => log.mockRestore())
    plain.publish('plain', 'x')
    await until(() => log.mock.calls.length === 1)
    expect(log.mock.calls).toEqual([['reader closed', error]])
    expect(countedOf(queue, counts())).toMatchObject({ 'queue_messages_total{result=nack}': 2, queue_in_flight: 0 })
    expect(countedOf('plain', counts())).toEqual({
      queue_published_total: 1,
      queue_publish_duration_seconds: 1,
      'queue_messages_total{result=nack}': 1,
      'queue_process_duration_seconds{result=nack}': 1,
      queue_in_flight: 0,
      'errors_total{error_type=RangeError}': 2,
      'errors_total{error_type=TypeError}': 1,
    })
  },
)

test.skipIf(none)('a message that nobody settles is a nack when the server takes it back [W-14]', async () => {
  const { client, consumer, name, queue } = await stream({ ack_wait: 500_000_000, max_deliver: 2 })
  const { spans, counts } = kit()
  const heard: number[] = []
  const messages = await consumer.consume({ callback: (message) => void heard.push(message.info.deliveryCount) })
  await client.publish(`${name}.x`, 'forgotten')
  await until(() => spans().length === 3)
  await messages.close()
  expect(heard).toEqual([1, 2])
  const expired = [`process ${queue}`, 'consumer', `publish ${name}.x`, 'ack_wait', 'nobody settled it in time']
  expect(summary(spans())).toEqual([[`publish ${name}.x`, 'producer', null], expired, expired])
  expect(countedOf(queue, counts())).toEqual({
    'queue_messages_total{result=nack}': 2,
    'queue_process_duration_seconds{result=nack}': 2,
    queue_in_flight: 0,
    queue_message_age_seconds: 1,
    'errors_total{error_type=ack_wait}': 2,
  })
})

test.skipIf(none)(
  'one that acknowledges for all ends all before it; where none is needed the loop says when [W-14]',
  async () => {
    const all = await stream({ ack_policy: AckPolicy.All })
    const { tracer, counts } = kit()
    for (const text of ['a', 'b', 'c', 'd']) await all.beside.publish(`${all.name}.x`, text)
    const batch: JsMsg[] = []
    for await (const message of await all.consumer.fetch({ max_messages: 4, expires: 5000 })) batch.push(message)
    batch[2]!.ack()
    expect(countedOf(all.queue, counts())).toMatchObject({ 'queue_messages_total{result=ack}': 3, queue_in_flight: 1 })
    batch[3]!.ack()
    const ordered = await all.client.consumers.get(all.name)
    const seen: number[] = []
    for await (const message of await ordered.consume()) {
      seen.push(countedOf(all.name, counts())['queue_in_flight']!)
      if (message.string() === 'b') {
        void handle(message, async () => {
          await new Promise((done) => setImmediate(done))
          tracer.start('late').end()
        })
      }
      if (message.string() === 'd') break
    }
    await until(() => countedOf(all.name, counts())['queue_in_flight'] === 0)
    // While b is still handled, c is taken.
    expect(seen[0]).toBe(1)
    expect(countedOf(all.name, counts())).toEqual({
      'queue_messages_total{result=ack}': 4,
      'queue_process_duration_seconds{result=ack}': 4,
      queue_in_flight: 0,
      queue_message_age_seconds: 4,
    })
    const single = await all.client.consumers.get(all.name)
    expect((await single.next({ expires: 5000 }))!.string()).toBe('a')
    await until(() => countedOf(all.name, counts())['queue_messages_total{result=ack}'] === 5)
    expect(countedOf(all.name, counts())['queue_in_flight']).toBe(0)
  },
)

test.skipIf(none)('push consumers are observed as well, over an observed connection once [W-14, W-30]', async () => {
  const { client, connection, manager, name } = await stream()
  observeNats(connection)
  await manager.consumers.add(name, {
    durable_name: 'pushed',
    ack_policy: AckPolicy.Explicit,
    deliver_subject: `deliver.${name}`,
  })
  const { spans, counts } = kit()
  const consumer = await client.consumers.getPushConsumer(name, 'pushed')
  const messages = await consumer.consume({ callback: (message) => message.ack() })
  await client.publish(`${name}.x`, 'a')
  await connection.request(`${name}.x`, 'b', PATIENT)
  connection.publish(`${name}.x`, 'c')
  await until(() => spans().length === 6)
  await messages.close()
  expect(summary(spans()).sort()).toEqual([
    ...Array(3).fill([`process ${name}/pushed`, 'consumer', `publish ${name}.x`]),
    ...Array(3).fill([`publish ${name}.x`, 'producer', null]),
  ])
  expect(countedOf(`deliver.${name}`, counts())).toEqual({})
})

test.skipIf(none)('the API of JetStream, inboxes, replies and key-value buckets are nobody’s messages', async () => {
  const { client, connection, name } = await stream()
  observeNats(connection)
  const { spans } = kit()
  const stream1 = await client.streams.get(name)
  const consumer = await stream1.getConsumer('worker')
  await connection.request('$JS.API.INFO', '', PATIENT)
  connection.publish('_INBOX.mine', 'x')
  connection.subscribe('ask', { callback: (_, message) => void message.respond('answer') })
  const many: string[] = []
  for await (const one of await connection.requestMany('ask', 'x', {
    strategy: 'count',
    maxMessages: 1,
    maxWait: 5000,
  }))
    many.push(one.string())
  const own = await connection.request('ask', 'x', { noMux: true, reply: 'my.answers', ...PATIENT })
  connection.publishMessage({ subject: 'ask', data: new Uint8Array() } as never)
  await client.publish(`${name}.x`, 'a')
  handle((await consumer.next({ expires: 5000 }))!, (message) => message.ack())
  await connection.flush()
  expect([many, own.string()]).toEqual([['answer'], 'answer'])
  expect(summary(spans()).sort()).toEqual(
    [
      ['publish ask', 'producer', null],
      ['process ask', 'consumer', 'publish ask'],
      ['publish ask', 'producer', null],
      ['process ask', 'consumer', 'publish ask'],
      ['publish ask', 'producer', null],
      ['process ask', 'consumer', 'publish ask'],
      [`publish ${name}.x`, 'producer', null],
      [`process ${name}/worker`, 'consumer', `publish ${name}.x`],
    ].sort(),
  )
})

test.skipIf(none)('what cannot be read goes its way, and fails as it did', async () => {
  const { client, connection, manager } = await stream()
  observeNats(connection)
  const { spans } = kit()
  const said = notices()
  const foreign = Object.freeze({
    append() {},
    get code(): number {
      throw new RangeError('no')
    },
    encode: () => Buffer.from('NATS/1.0\r\na: b\r\n\r\n'),
  })
  const heard: unknown[] = []
  connection.subscribe('odd', { callback: (_, message) => void heard.push([...message.headers!]) })
  connection.publish('odd', 'x', { headers: foreign as never })
  connection.publish('odd', 'x', null as never)
  expect(() => connection.publish(undefined as never, 'x')).toThrow('subject')
  await until(() => heard.length === 2)
  expect(heard).toEqual([[['a', ['b']]], [['traceparent', [expect.any(String)]]]])
  expect(summary(spans()).sort()).toEqual([
    ['process odd', 'consumer', null],
    ['process odd', 'consumer', 'publish odd'],
    ['publish odd', 'producer', null],
    ['publish odd', 'producer', null],
  ])
  expect(said).toEqual(['queue.unreadable: a message that cannot be read is sent without being observed: no'])
  await manager.streams.add({ name: 'KV_things', subjects: ['$KV.things.>'] })
  const watcher = await client.consumers.get('KV_things')
  await client.publish('$KV.things.a', 'x')
  for await (const message of await watcher.consume()) {
    expect(message.string()).toBe('x')
    break
  }
  expect(spans()).toHaveLength(4)
})

test.skipIf(none)('what cannot be sent is counted by its error, and fails as it did [W-29]', async () => {
  const { client, connection, name } = await stream()
  observeNats(connection)
  const { counts } = kit()
  const wrong = { expect: { lastSequence: 99 } }
  await expect(client.publish(`${name}.x`, 'x', wrong)).rejects.toThrow('wrong last sequence')
  await expect(client.publish(`${name}.x`, 'x', { msgID: 'a\r\nb' })).rejects.toThrow('cannot contain')
  await expect(connection.request('nobody', 'x', PATIENT)).rejects.toThrow('no responders')
  await expect(client.publish('retried', 'x', { retries: 3 })).rejects.toThrow('not enabled')
  expect(() => connection.publish('a b', 'x')).toThrow('subject')
  await connection.close()
  expect(() => connection.publish('closed', 'x')).toThrow('closed')
  const failed = Object.entries(counts()).filter(([key]) => key.startsWith('queue_published_total'))
  expect(Object.fromEntries(failed)).toEqual({
    [`queue_published_total{queue=${name}.x,error_type=JetStreamApiError}`]: 1,
    [`queue_published_total{queue=${name}.x,error_type=InvalidArgumentError}`]: 1,
    'queue_published_total{queue=nobody,error_type=RequestError}': 1,
    'queue_published_total{queue=retried,error_type=JetStreamNotEnabled}': 1,
    'queue_published_total{queue=a b,error_type=InvalidSubjectError}': 1,
    'queue_published_total{queue=closed,error_type=ClosedConnectionError}': 1,
  })
})

test.skipIf(none)('a message that is handed on says nothing of the trace that it came from [W-29]', async () => {
  const connection = await open()
  observeNats(connection)
  kit()
  const beside = await open()
  const heard = new Promise<Record<string, string[]>>((done) => {
    beside.subscribe('onward', { max: 1, callback: (_, message) => done(Object.fromEntries(message.headers!)) })
  })
  await beside.flush()
  const came = headers()
  came.set('Traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01')
  came.set('tracestate', 'other=1')
  for (const value of ['a', 'b']) came.append('kept', value)
  connection.publish('onward', 'x', { headers: came })
  const traceparent = expect.stringMatching(/^00-(?!4bf92f3577b34da6a3ce929d0e0e4736)/)
  expect(await heard).toEqual({ kept: ['a', 'b'], traceparent: [traceparent] })
  expect(came.get('tracestate')).toBe('other=1')
})

test.skipIf(none)('the lag is what waits for the consumer [G-29]', async () => {
  const { consumer, name, beside, manager } = await stream()
  const { counts } = kit()
  const said = notices()
  const lag = () => counts()[`queue_lag{queue=${name}/worker}`]
  // Six seconds without an answer would be said as well.
  later(watchLag(`${name}/worker`, natsLag(consumer), 2000))
  await until(() => lag() === 0)
  for (let i = 0; i < 3; i++) await beside.publish(`${name}.x`, 'x')
  await until(() => lag() === 3)
  handle((await consumer.next({ expires: 5000 }))!, (message) => message.ack())
  await until(() => lag() === 2)
  await manager.consumers.delete(name, 'worker')
  await until(() => lag() === undefined)
  expect(said).toEqual([`queue.lag: the number of messages waiting in ${name}/worker is not known: consumer not found`])
})

test.skipIf(none)('when nothing has started, and with what is no client, all is as it was [W-09]', async () => {
  const { client, connection, consumer, name } = await stream()
  observeNats(connection)
  expect([connection.publish.length, client.publish.length, consumer.consume.length]).toEqual([3, 1, 0])
  await client.publish(`${name}.x`, 'x')
  const message = await consumer.next({ expires: 5000 })
  expect(message!.headers).toBeUndefined()
  expect(handle(message, (one) => one)).toBe(message)
  message!.ack()
  const said = notices()
  for (const odd of [null, 7, {}, { publish() {} }]) expect(observeNats(odd as never)).toBe(odd)
  await expect(connect({ servers: '127.0.0.1:1', reconnect: false })).rejects.toThrow()
  expect(said).toEqual([
    'queue.client: observeNats was given something that is no connection, JetStream client or consumer of NATS: it is not observed',
  ])
})

test.skipIf(none)(
  'when the server is killed in mid-consume everything ends, and what cannot be sent says so [W-14]',
  async () => {
    const { client, connection, consumer, name, queue } = await stream()
    observeNats(connection)
    const { spans, counts } = kit()
    const open: JsMsg[] = []
    await consumer.consume({ callback: (message) => void open.push(message) })
    let go = (): void => {}
    const loop = (async () => {
      for await (const message of connection.subscribe('plain')) {
        open.push(message as never)
        await new Promise<void>((done) => {
          go = done
        })
      }
    })()
    await client.publish(`${name}.x`, 'x')
    connection.publish('plain', 'x')
    await until(() => open.length === 2)
    expect([countedOf(queue, counts())['queue_in_flight'], countedOf('plain', counts())['queue_in_flight']]).toEqual([
      1, 1,
    ])
    await broker.kill()
    await expect(client.publish(`${name}.x`, 'x', { timeout: 300 })).rejects.toThrow('timeout')
    await connection.close()
    go()
    await loop
    await until(() => spans().length === 5)
    expect(countedOf(queue, counts())).toEqual({
      'queue_messages_total{result=nack}': 1,
      'queue_process_duration_seconds{result=nack}': 1,
      queue_in_flight: 0,
      queue_message_age_seconds: 1,
      'errors_total{error_type=connection_closed}': 1,
      'errors_total{error_type=TimeoutError}': 1,
    })
    expect(countedOf('plain', counts())).toMatchObject({ 'queue_messages_total{result=ack}': 1, queue_in_flight: 0 })
  },
)
