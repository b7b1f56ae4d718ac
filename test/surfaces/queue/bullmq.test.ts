import { DelayedError, FlowProducer, Queue, UnrecoverableError, Worker } from 'bullmq'
import { expect, test } from 'vitest'
import { runIn } from '../../../src/context/current.ts'
import { Frame } from '../../../src/context/frame.ts'
import { observeBullMQ } from '../../../src/queue.ts'
import { REDIS, redis } from '../../otel/servers.ts'
import { kit, later, missing, until } from './kit.ts'

const noRedis = missing('redis-server', REDIS)

async function open(): Promise<{ connection: { host: string; port: number }; kill(): Promise<void> }> {
  const server = await redis()
  later(server.stop)
  return { connection: { host: '127.0.0.1', port: Number(new URL(server.url).port) }, kill: server.stop }
}

/** Errors of connections that the test cuts are no failures of the test. */
function closing<T extends { close(): Promise<unknown>; on(event: 'error', heard: () => void): unknown }>(
  client: T,
): T {
  client.on('error', () => {})
  later(() => Promise.race([client.close().catch(() => {}), new Promise((done) => setTimeout(done, 2000))]))
  return client
}

const attributes = (queue: string, operation: string, type: string, more: object) => ({
  'messaging.system': 'bullmq',
  'messaging.operation.name': operation,
  'messaging.operation.type': type,
  'messaging.destination.name': queue,
  ...more,
})

test.skipIf(noRedis)(
  'a job is one trace from the request over Redis to what the processor does [W-29, W-30, W-32, W-14]',
  async () => {
    const { connection } = await open()
    const { tracer, spans, counts } = kit()
    const queue = closing(new Queue('mail', { connection }))
    expect(observeBullMQ(observeBullMQ(queue))).toBe(queue)
    const done: unknown[] = []
    const worker = closing(
      new Worker(
        'mail',
        async (job) => {
          tracer.start('smtp').end()
          done.push(job.data)
          return 'sent'
        },
        { connection },
      ),
    )
    observeBullMQ(worker)
    const request = tracer.start('POST /signup', 2, null)
    const job = await runIn(new Frame(null).hold(request), () => queue.add('welcome', { to: 'ada' }, { jobId: 'j1' }))
    request.end()
    await until(() => done.length === 1 && spans().length === 4)
    // The worker tells Redis after the processor has ended.
    await until(async () => (await job.getState()) === 'completed')
    expect(spans()).toEqual([
      {
        name: 'publish mail',
        kind: 'producer',
        parent: 'POST /signup',
        trace: 'publish mail',
        attributes: attributes('mail', 'publish', 'send', { 'messaging.message.id': 'j1' }),
      },
      { name: 'POST /signup', kind: 'server', parent: null, trace: 'publish mail', attributes: {} },
      { name: 'smtp', kind: 'internal', parent: 'process mail', trace: 'publish mail', attributes: {} },
      {
        name: 'process mail',
        kind: 'consumer',
        parent: 'publish mail',
        trace: 'publish mail',
        attributes: attributes('mail', 'process', 'process', { 'messaging.message.id': 'j1' }),
      },
    ])
    expect([done, counts()]).toEqual([
      [{ to: 'ada' }],
      {
        'queue_published_total{queue=mail}': 1,
        'queue_publish_duration_seconds{queue=mail}': 1,
        'queue_messages_total{queue=mail,result=ack}': 1,
        'queue_process_duration_seconds{queue=mail,result=ack}': 1,
        'queue_in_flight{queue=mail}': 0,
        'queue_message_age_seconds{queue=mail}': 1,
      },
    ])
  },
)

test.skipIf(noRedis)(
  'poison is a nack each time it is tried, a job that is put off is one without an error, a stranger’s is a root [W-14, W-30]',
  async () => {
    const { connection } = await open()
    const { spans, counts } = kit()
    const queue = closing(new Queue('work', { connection }))
    let put = false
    const worker = observeBullMQ(
      closing(
        new Worker(
          'work',
          async (job, token) => {
            if (job.name === 'poison') throw new UnrecoverableError('bad')
            if (job.name === 'later' && !put) {
              put = true
              await job.moveToDelayed(Date.now() + 20, token)
              throw new DelayedError()
            }
            return null
          },
          { connection },
        ),
      ),
    )
    let completed = 0
    worker.on('completed', () => completed++)
    await queue.add('stranger', {})
    observeBullMQ(queue)
    await queue.addBulk([
      { name: 'poison', data: {} },
      { name: 'later', data: {}, opts: { attempts: 2 } },
    ])
    await until(() => completed === 2 && spans().length === 5)
    const summary = spans().map((span) => {
      const { name, kind, parent, status } = span as Record<string, string>
      return [name, kind, parent, status]
    })
    expect(summary.sort()).toEqual(
      [
        ['publish work', 'producer', null, undefined],
        ['process work', 'consumer', null, undefined],
        ['process work', 'consumer', 'publish work', 'error'],
        ['process work', 'consumer', 'publish work', undefined],
        ['process work', 'consumer', 'publish work', undefined],
      ].sort(),
    )
    expect(counts()).toEqual({
      'queue_published_total{queue=work}': 2,
      'queue_publish_duration_seconds{queue=work}': 1,
      'queue_messages_total{queue=work,result=ack}': 2,
      'queue_messages_total{queue=work,result=nack}': 2,
      'queue_process_duration_seconds{queue=work,result=ack}': 2,
      'queue_process_duration_seconds{queue=work,result=nack}': 2,
      'queue_in_flight{queue=work}': 0,
      'queue_message_age_seconds{queue=work}': expect.any(Number),
      'errors_total{surface=queue,error_type=UnrecoverableError}': 1,
    })
  },
)

test.skipIf(noRedis)('every job of a flow is of the trace that added the flow', async () => {
  const { connection } = await open()
  const { spans } = kit()
  const flows = observeBullMQ(closing(new FlowProducer({ connection })))
  for (const name of ['parts', 'whole']) observeBullMQ(closing(new Worker(name, async () => name, { connection })))
  await flows.add({
    name: 'assemble',
    queueName: 'whole',
    children: [
      { name: 'wheel', queueName: 'parts', data: {} },
      { name: 'bell', queueName: 'parts', data: {} },
    ],
  })
  await until(() => spans().length === 4)
  expect(spans().map((span) => [(span as { name: string }).name, (span as { parent: string }).parent])).toEqual([
    ['publish whole', null],
    ['process parts', 'publish whole'],
    ['process parts', 'publish whole'],
    ['process whole', 'publish whole'],
  ])
})

test.skipIf(noRedis)(
  'when Redis is killed in the middle of a job the counts stay balanced, and what fails to be sent says so',
  async () => {
    const { connection, kill } = await open()
    const { counts } = kit()
    const fast = { ...connection, maxRetriesPerRequest: 0, retryStrategy: () => null }
    const queue = observeBullMQ(closing(new Queue('orders', { connection: fast })))
    let release = (): void => {}
    let running = false
    const worker = new Worker(
      'orders',
      () => {
        running = true
        return new Promise<void>((resolve) => {
          release = resolve
        })
      },
      { connection: { ...connection, retryStrategy: () => null } },
    )
    observeBullMQ(closing(worker))
    await queue.add('one', {})
    await until(() => running)
    expect(counts()['queue_in_flight{queue=orders}']).toBe(1)
    await kill()
    await until(() =>
      queue.add('two', {}).then(
        () => false,
        () => true,
      ),
    )
    release()
    await until(() => counts()['queue_in_flight{queue=orders}'] === 0)
    const failed = Object.entries(counts()).filter(([name]) =>
      name.startsWith('queue_published_total{queue=orders,error_type='),
    )
    expect(failed.length).toBeGreaterThan(0)
    expect(counts()['queue_messages_total{queue=orders,result=ack}']).toBe(1)
  },
)
