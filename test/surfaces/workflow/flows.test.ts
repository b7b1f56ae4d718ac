// BullMQ's flows, whose jobs are workflows and steps of the generic kind.
import { FlowProducer, Worker } from 'bullmq'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { observeBullMQ } from '../../../src/queue.ts'
import { step, workflow } from '../../../src/workflow.ts'
import { REDIS, redis, type Server } from '../../otel/servers.ts'
import { later, missing, kit as queues, until } from '../queue/kit.ts'
import { kit } from './kit.ts'

const none = missing('redis-server', REDIS)
let server: Server | undefined

beforeAll(async () => {
  server = none ? undefined : await redis()
})

afterAll(() => server?.stop())

test.skipIf(none)('a flow over three levels is one trace, a job that is tried again among them [W-32]', async () => {
  const { tracer, spans } = queues()
  const { counts } = kit({ tracer })
  const connection = { url: server!.url, maxRetriesPerRequest: null } as never
  const closing = <T extends { close(): Promise<unknown> }>(client: T): T => {
    later(() => client.close())
    return client
  }
  const flows = observeBullMQ(closing(new FlowProducer({ connection })))
  let failures = 1
  const handlers: Record<string, () => unknown> = {
    parts: () => {
      if (failures-- > 0) throw new Error('no part')
    },
    wheels: () => step('true', () => {}),
    bicycles: () => workflow('assemble', { engine: 'bullmq' }, () => step('mount', async () => 'done')),
  }
  for (const name of Object.keys(handlers)) {
    observeBullMQ(closing(new Worker(name, async () => handlers[name]!(), { connection })))
  }
  await flows.add({
    name: 'bicycle',
    queueName: 'bicycles',
    children: [
      {
        name: 'wheel',
        queueName: 'wheels',
        children: [{ name: 'spoke', queueName: 'parts', data: {}, opts: { attempts: 2 } }],
      },
    ],
  })
  await until(() => spans().length === 8)
  type View = { name: string; kind: string; parent: string | null; trace: string; status?: string }
  expect(
    (spans() as View[]).map(({ name, kind, parent, status = 'unset' }) => `${name} ${kind} < ${parent} ${status}`),
  ).toEqual([
    'publish bicycles producer < null unset',
    'process parts consumer < publish bicycles error',
    'process parts consumer < publish bicycles unset',
    'step true internal < process wheels unset',
    'process wheels consumer < publish bicycles unset',
    'step mount internal < workflow assemble unset',
    'workflow assemble internal < process bicycles unset',
    'process bicycles consumer < publish bicycles unset',
  ])
  expect(new Set((spans() as View[]).map(({ trace }) => trace))).toEqual(new Set(['publish bicycles']))
  expect(counts()).toMatchObject({ 'workflow_completed_total assemble success': 1, 'workflow_active assemble': 0 })
})
