import { PGlite } from '@electric-sql/pglite'
import { PgBoss } from 'pg-boss'
import { expect, test } from 'vitest'
import { runIn } from '../../../src/context/current.ts'
import { Frame } from '../../../src/context/frame.ts'
import { observePgBoss } from '../../../src/queue.ts'
import { kit, later, until } from './kit.ts'

/** pg-boss over a real PostgreSQL that runs in this process. */
async function open(): Promise<PgBoss> {
  const pg = await PGlite.create()
  const boss = new PgBoss({
    db: {
      async executeSql(text: string, values?: unknown[]) {
        if (values !== undefined && values.length > 0) return pg.query(text, values) as Promise<{ rows: unknown[] }>
        const results = await pg.exec(text)
        return { rows: (results.at(-1)?.rows ?? []) as unknown[] }
      },
    },
    supervise: false,
    schedule: false,
  } as never)
  boss.on('error', () => {})
  later(async () => {
    await boss.stop({ graceful: false })
    await pg.close()
  })
  await boss.start()
  return boss
}

const about = (operation: string, type: string, more: object = {}) => ({
  'messaging.system': 'postgresql',
  'messaging.operation.name': operation,
  'messaging.operation.type': type,
  'messaging.destination.name': 'reports',
  ...more,
})

test('a job in PostgreSQL is one trace, and the handler sees the data as it was sent [W-29, W-30, W-14]', async () => {
  const { tracer, spans, counts } = kit()
  const boss = await open()
  expect(observePgBoss(observePgBoss(boss))).toBe(boss)
  await boss.createQueue('reports')
  const seen: unknown[] = []
  const request = tracer.start('POST /reports', 2, null)
  const id = await runIn(new Frame(null).hold(request), () => boss.send('reports', { month: 5 }))
  request.end()
  await boss.work('reports', { pollingIntervalSeconds: 0.5, includeMetadata: true }, async ([job]) => {
    tracer.start('render').end()
    seen.push(job!.data)
  })
  await until(() => spans().length === 4)
  expect(seen).toEqual([{ month: 5 }])
  expect(spans()).toEqual([
    {
      name: 'publish reports',
      kind: 'producer',
      parent: 'POST /reports',
      trace: 'publish reports',
      attributes: about('publish', 'send'),
    },
    { name: 'POST /reports', kind: 'server', parent: null, trace: 'publish reports', attributes: {} },
    { name: 'render', kind: 'internal', parent: 'process reports', trace: 'publish reports', attributes: {} },
    {
      name: 'process reports',
      kind: 'consumer',
      parent: 'publish reports',
      trace: 'publish reports',
      attributes: about('process', 'process', { 'messaging.message.id': id }),
    },
  ])
  expect(counts()).toEqual({
    'queue_published_total{queue=reports}': 1,
    'queue_publish_duration_seconds{queue=reports}': 1,
    'queue_messages_total{queue=reports,result=ack}': 1,
    'queue_process_duration_seconds{queue=reports,result=ack}': 1,
    'queue_in_flight{queue=reports}': 0,
    'queue_message_age_seconds{queue=reports}': 1,
  })
})

test('jobs that are taken together are a batch with links; a handler that throws nacks them all, and pg-boss tries again [W-14]', async () => {
  const { spans, counts } = kit()
  const boss = observePgBoss(await open())
  await boss.createQueue('reports')
  await boss.insert('reports', [{ data: { n: 1 } }, { data: null as never }] as never)
  const taken: unknown[] = []
  await boss.work('reports', { pollingIntervalSeconds: 0.5, batchSize: 5 }, async (jobs) => {
    taken.push(jobs.map(({ data }) => JSON.stringify(data)).sort())
    throw new RangeError('poison')
  })
  await until(() => spans().length === 2)
  expect(taken[0]).toEqual(['null', '{"n":1}'])
  expect(spans()[1]).toEqual({
    name: 'process reports',
    kind: 'consumer',
    parent: null,
    trace: 'process reports',
    links: ['publish reports', 'publish reports'],
    status: 'error',
    message: 'poison',
    attributes: about('process', 'process', { 'messaging.batch.message_count': 2, 'error.type': 'RangeError' }),
  })
  expect(counts()).toMatchObject({
    'queue_messages_total{queue=reports,result=nack}': 2,
    'queue_in_flight{queue=reports}': 0,
  })
})
