import { expect, test } from 'vitest'
import { onNotice } from '../../../src/base/notice.ts'
import { type Carrier, consume, observeBullMQ, observeKafka, observePgBoss } from '../../../src/queue.ts'
import { kit, later } from './kit.ts'

/** What a method was called with, by a client that does nothing else. */
function recorder(...names: string[]) {
  const calls: unknown[][] = []
  const methods = names.map((name) => [name, async (...args: unknown[]) => void calls.push(args)])
  return { calls, client: Object.fromEntries(methods) as Record<string, (...args: unknown[]) => Promise<unknown>> }
}

class Job {
  readonly name = 'welcome'
  readonly #queue = 'mail'

  get queueName(): string {
    return this.#queue
  }

  get opts(): { telemetry?: { metadata: string } } {
    return {}
  }
}

test('what BullMQ would refuse reaches BullMQ as it is', async () => {
  kit()
  const queue = recorder('add', 'addBulk', 'close')
  observeBullMQ(Object.assign(queue.client, { name: 'mail' }) as never)
  const flows = recorder('add', 'addBulk', 'close')
  observeBullMQ(flows.client as never)
  const endless: Record<string, unknown> = { name: 'a', queueName: 'mail' }
  endless['children'] = [endless]
  const broken = { name: 'a', queueName: 'mail', children: [null] }
  const bulks = [undefined, null, 7, [null], [{ name: 'a' }, undefined]]
  for (const bulk of bulks) {
    await queue.client['addBulk']!(bulk)
    await flows.client['addBulk']!(bulk)
  }
  expect(queue.calls.map(([one]) => one)).toEqual(bulks)
  expect(flows.calls.map(([one]) => one)).toEqual(bulks)
  flows.calls.length = 0
  for (const flow of [endless, broken, null, 'flow']) await flows.client['add']!(flow)
  const [first, ...others] = flows.calls.map(([one]) => one)
  expect([first === endless, others]).toEqual([true, [broken, null, 'flow']])
  await flows.client['add']!(new Job())
  const sent = flows.calls.at(-1)![0] as Job
  expect([
    sent.name,
    sent.queueName,
    sent instanceof Job,
    Object.keys(JSON.parse(sent.opts.telemetry!.metadata)),
  ]).toEqual(['welcome', 'mail', true, ['traceparent']])
})

test('data that is no plain record, or none, comes out of pg-boss as it went in', async () => {
  kit()
  const boss = recorder('send', 'insert', 'work')
  observePgBoss(boss.client as never)
  class Money {
    readonly cents = 5

    toJSON(): string {
      return `${this.cents} ct`
    }
  }
  const written = { toJSON: () => 'as text' }
  const all = [{}, { a: 1 }, null, undefined, [], 7, new Date(0), new Money(), new Map([[1, 2]]), written]
  for (const data of all) await boss.client['send']!('reports', data)
  await boss.client['send']!({ name: 'reports', data: { b: 2 } })
  await boss.client['insert']!('reports', [null])
  await boss.client['insert']!('reports', [{ id: 'x', data: new Date(0) }, {}])
  const stored = boss.calls.map(([queue, data]) =>
    JSON.parse(JSON.stringify(data ?? (queue as { data?: unknown }).data ?? null)),
  )
  const seen: unknown[] = []
  await boss.client['work']!('reports', async (jobs: { data: unknown }[]) => {
    for (const { data } of jobs) seen.push(data)
  })
  const handler = boss.calls.at(-1)!.at(-1) as (jobs: unknown[]) => Promise<void>
  for (const data of stored.slice(0, 11)) await handler([{ id: '1', data }])
  const plain = JSON.parse(JSON.stringify([...all.map((data) => data ?? null), { b: 2 }]))
  expect(seen).toEqual(plain)
  expect(stored[11]).toEqual([null])
  expect(stored[12]).toEqual([
    { id: 'x', data: '1970-01-01T00:00:00.000Z' },
    { data: { $telltale: { traceparent: expect.any(String), none: '' } } },
  ])
})

test('jobs that are fetched have their data as it went in, and what they carry out of sight', async () => {
  const { tracer, spans } = kit()
  let stored: unknown = null
  const boss = observePgBoss({
    send: async (_queue: string, data: unknown) => void (stored = data),
    work: async () => {},
    fetch: async () => [{ id: '1', data: stored }, { id: '2', data: { by: 'others' } }, null],
    getJobById: async () => (stored === null ? null : { id: '1', data: stored }),
  })
  expect(await boss.getJobById()).toBeNull()
  await boss.send('reports', { month: 5 })
  const jobs = (await boss.fetch()) as ({ id: string; data: unknown; $telltale?: Carrier } | null)[]
  expect(jobs).toEqual([{ id: '1', data: { month: 5 } }, { id: '2', data: { by: 'others' } }, null])
  expect(await boss.getJobById()).toEqual({ id: '1', data: { month: 5 } })
  consume({ queue: 'reports', headers: jobs[0]!.$telltale }, () => tracer.start('render').end())
  expect(spans().map((span) => [(span as { name: string }).name, (span as { parent: unknown }).parent])).toEqual([
    ['publish reports', null],
    ['render', 'process reports'],
    ['process reports', 'publish reports'],
  ])
})

test('what Kafka would refuse reaches Kafka as it is, and messages of a class stay what they are', async () => {
  const { counts } = kit()
  const producer = recorder('send', 'sendBatch')
  observeKafka(producer.client as never)
  const trap = Object.defineProperty({ value: 'a' }, 'headers', {
    enumerable: true,
    get() {
      throw new RangeError('no headers')
    },
  })
  const records = [
    undefined,
    null,
    'orders',
    { topic: 7, messages: [] },
    { topic: 'orders' },
    { topic: 'orders', messages: 'a' },
    { topic: 'orders', messages: new Array(1) },
    { topic: 'orders', messages: [trap] },
    { topic: 'orders', messages: [{ value: 'a' }, null] },
  ]
  for (const record of records) {
    await producer.client['send']!(record)
    await producer.client['sendBatch']!({ topicMessages: [record] })
    await producer.client['sendBatch']!(record)
  }
  const reached = producer.calls.map(([one], i) =>
    i % 3 === 1 ? (one as { topicMessages: unknown[] }).topicMessages[0] : one,
  )
  expect(reached.map((one, i) => one === records[Math.floor(i / 3)])).toEqual(reached.map(() => true))
  expect(counts()).toEqual({})
  class Event {
    readonly value = 'a'
    readonly #key = 'ada'

    get key(): string {
      return this.#key
    }

    get headers(): object {
      return { kept: 'yes' }
    }
  }
  const event = new Event()
  await producer.client['send']!({ topic: 'orders', messages: [event], acks: 1 })
  const [sent] = producer.calls.at(-1) as [{ acks: number; messages: Event[] }]
  const [message] = sent.messages
  expect([sent.acks, message!.key, message!.headers, message instanceof Event, event.headers]).toEqual([
    1,
    'ada',
    { kept: 'yes', traceparent: expect.any(String) },
    true,
    { kept: 'yes' },
  ])
})

test('ten thousand topics in one call are ten thousand spans and no more than one call', async () => {
  onNotice(() => {})
  later(() => onNotice(undefined))
  const { spans, counts } = kit()
  let calls = 0
  const producer = observeKafka({
    send: async () => null,
    async sendBatch({ topicMessages }: { topicMessages: { topic: string }[] }) {
      calls++
      return topicMessages.map(({ topic }, i) => ({ topicName: topic, partition: 0, baseOffset: String(i) }))
    },
  })
  const topicMessages = Array.from({ length: 10_000 }, (_, i) => ({ topic: `t${i}`, messages: [{ value: 'a' }] }))
  await producer.sendBatch({ topicMessages })
  const last = spans().at(-1) as { name: string; attributes: Record<string, unknown> }
  expect([calls, spans().length, last.name, last.attributes['messaging.kafka.offset']]).toEqual([
    1,
    10_000,
    'publish t9999',
    9999,
  ])
  expect(counts()['queue_published_total{otel.metric.overflow=true}']).toBe(8000)
})
