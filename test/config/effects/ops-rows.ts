// Keys of the operations panel.
import type { Overview } from '../../../src/console/ops/answers.ts'
import type * as operations from '../../../src/operations.ts'
import { type Row, row } from './row.ts'
import { get, type Service, until } from './service.ts'

const shared = { dev: true, console: { enabled: true } }
const ops = (settings: object) => ({ base: { ...shared, ops: settings } })

async function overview(service: Service): Promise<Overview> {
  return JSON.parse((await get(`${service.telltale.address}/admin/ops/overview`)).body)
}

const sees = (look: (seen: Overview, service: Service) => unknown, before?: (service: Service) => unknown) =>
  async function seen(service: Service): Promise<unknown> {
    await service.start()
    await before?.(service)
    return look(await overview(service), service)
  }

// --- Prometheus, NATS ---------------------------------------------------------------------------------------------------------

/** Why nothing is known of the fleet; a Prometheus that does not answer within two seconds is asked again. */
async function fleet(service: Service): Promise<unknown> {
  await service.start()
  return service.seen(async () => (await overview(service)).fleet?.reason ?? 'none')
}

/** What Prometheus is shown with each question. */
const keys = sees((_, { front }) => [...new Set(front.receiver.others.map(({ headers }) => headers['x-scope-orgid']))])

const consumers = (stream: string, name: string, num_pending: number) => ({
  name: stream,
  consumer_detail: [{ stream_name: stream, name, num_pending, num_ack_pending: 0 }],
})
const JSZ = {
  account_details: [
    {
      stream_detail: [
        consumers('ORDERS', 'worker', 3),
        consumers('ORDERS', 'mailer', 4),
        consumers('MAILS', 'worker', 5),
      ],
    },
  ],
}

/** Both servers of the run are NATS; one has one message more. */
async function nats(service: Service): Promise<unknown> {
  for (const [i, { receiver }] of [service.front, service.elsewhere].entries()) {
    receiver.answer = (response) => {
      response.end(JSON.stringify(JSZ).replace('"num_pending":3', `"num_pending":${3 + i}`))
      return true
    }
  }
  await service.start()
  // A server that does not answer within two seconds is asked again.
  return service.seen(() => queue(service))
}

async function queue(service: Service): Promise<unknown> {
  const { queues } = await overview(service)
  return queues.map(({ name, source, depth, backlog }) => [name, source, depth, backlog])
}

const NATS = { name: 'orders', source: 'nats', url: 'http://127.0.0.1:[port]', stream: 'ORDERS', consumer: 'worker' }

function ofNats(): Row[] {
  const key = (name: string) => `ops.queues[](nats).${name}`
  const base = ops({ queues: [NATS] })
  const is = (name: string, depth: number, backlog = 1000) => [[name, 'nats', depth, backlog]]
  const all = ['source', 'name', 'url', 'stream', 'consumer'].map(key)
  return [
    {
      keys: all.sort(),
      from: shared,
      to: base.base,
      look: nats,
      sees: [[], is('orders', 3)],
    },
    row(key('name'), ['orders', 'other'], nats, [is('orders', 3), is('other', 3)], base),
    row(
      key('url'),
      ['http://127.0.0.1:[port]', 'http://127.0.0.1:[other]'],
      nats,
      [is('orders', 3), is('orders', 4)],
      base,
    ),
    row(key('stream'), ['ORDERS', 'MAILS'], nats, [is('orders', 3), is('orders', 5)], base),
    row(key('consumer'), ['worker', 'mailer'], nats, [is('orders', 3), is('orders', 4)], base),
    row(key('backlog'), [undefined, 7], nats, [is('orders', 3), is('orders', 3, 7)], base),
  ]
}

// --- A gauge ------------------------------------------------------------------------------------------------------------------

async function gauge(service: Service): Promise<unknown> {
  await service.start()
  service.product.gauge('jobs_waiting').set(10)
  service.product.gauge('mails_waiting').set(20)
  return queue(service)
}

function ofMetric(): Row[] {
  const key = (name: string) => `ops.queues[](metric).${name}`
  const base = ops({ queues: [{ name: 'jobs', source: 'metric', metric: 'jobs_waiting' }] })
  const is = (name: string, depth: number, backlog = 1000) => [[name, 'metric', depth, backlog]]
  return [
    {
      keys: ['metric', 'name', 'source'].map(key),
      from: shared,
      to: base.base,
      look: gauge,
      sees: [[], is('jobs', 10)],
    },
    row(key('name'), ['jobs', 'other'], gauge, [is('jobs', 10), is('other', 10)], base),
    row(key('metric'), ['jobs_waiting', 'mails_waiting'], gauge, [is('jobs', 10), is('jobs', 20)], base),
    row(key('backlog'), [undefined, 7], gauge, [is('jobs', 10), is('jobs', 10, 7)], base),
    row('ops.incidents.queue_backlog', [undefined, 8], gauge, [is('jobs', 10), is('jobs', 10, 8)], base),
  ]
}

// --- Tables -------------------------------------------------------------------------------------------------------------------

const COLUMNS = ['id', 'status', 'event_type', 'created_at', 'published_at', 'failed_at', 'attempts', 'last_error']
const OTHERS = ['key', 'state', 'kind', 'at', 'sent', 'broken', 'tries', 'error']

/** A pool of connections that says what it was asked, and answers that everything is there, three times. */
class Pool {
  readonly totalCount = 0
  readonly asked: string[] = []

  async query(text: string, values: readonly unknown[] = []) {
    const plain = text.replace('/* telltale */ ', '')
    if (plain.includes('pg_attribute')) {
      const type = (name: string) => (name.endsWith('_at') || name === 'at' ? 'timestamp with time zone' : 'text')
      return { rows: [...COLUMNS, ...OTHERS].map((name) => ({ name, type: type(name), computed: 'false' })) }
    }
    if (!/^(?:BEGIN|COMMIT)/.test(plain))
      this.asked.push(`${plain} ${values.filter((one) => !/^\d{4}-/.test(String(one)))}`)
    // Two minutes to whoever looks a little before or after.
    const ago = String(Date.now() - 125_000)
    return { rows: [{ n: '3', oldest: ago, id: '1', status: 'failed', state: 'failed', created_at: ago }] }
  }

  async connect() {
    return { query: this.query.bind(this), release: () => {} }
  }
}

function provided(service: Service): Pool {
  const pool = new Pool()
  service.later(service.door<typeof operations>('operations').provideOperations(pool))
  return pool
}

const statements = async (service: Service) => {
  const pool = provided(service)
  await service.start()
  await overview(service)
  return pool.asked
}

const SQL = { name: 'mails', source: 'sql', table: 'mails' }
const COUNT = 'SELECT CAST(count(*) AS TEXT) AS n FROM'
const asText = (i: number) => `CAST($${i}::text AS text)`

function ofTable(): Row[] {
  const key = (name: string) => `ops.queues[](sql).${name}`
  const base = ops({ queues: [SQL] })
  const withStatus = ops({ queues: [{ ...SQL, status_column: 'status' }] })
  const depth = async (service: Service) => {
    provided(service)
    await service.start()
    return queue(service)
  }
  const is = (name: string, backlog = 1000) => [[name, 'sql', 3, backlog]]
  const counts = (where: string, table = '"mails"') => [`${COUNT} ${table} WHERE ${where}`]
  return [
    { keys: ['name', 'source', 'table'].map(key), from: shared, to: base.base, look: depth, sees: [[], is('mails')] },
    row(key('name'), ['mails', 'other'], depth, [is('mails'), is('other')], base),
    row(key('backlog'), [undefined, 7], depth, [is('mails'), is('mails', 7)], base),
    row(key('table'), ['mails', 'app.mails'], statements, [counts('1 = 1 '), counts('1 = 1 ', '"app"."mails"')], base),
    row(
      key('status_column'),
      [undefined, 'status'],
      statements,
      [counts('1 = 1 '), counts(`"status" = ${asText(1)} pending`)],
      base,
    ),
    row(
      key('pending'),
      [undefined, 'new'],
      statements,
      [counts(`"status" = ${asText(1)} pending`), counts(`"status" = ${asText(1)} new`)],
      withStatus,
    ),
  ]
}

// --- The outbox ---------------------------------------------------------------------------------------------------------------

/** Names and values in what is asked of the outbox by the overview, by a page of each list, and by discarding a message. */
async function outbox(service: Service): Promise<unknown> {
  const pool = provided(service)
  await service.start()
  if ((await overview(service)).outbox === null) return 'no outbox'
  const lists = `${service.telltale.address}/api/v1/admin`
  await get(`${lists}/outbox/messages`)
  await get(`${lists}/dlq/messages`)
  await fetch(`${lists}/outbox/messages/1/discard`, { method: 'POST' })
  const words = (found: readonly string[]) => [...new Set(found)].sort().join(' ')
  const names = pool.asked.flatMap((text) => [...text.matchAll(/"(\w+)"/g)].map(([, name]) => name!))
  const values = pool.asked
    .flatMap((text) => text.slice(text.lastIndexOf(' ') + 1).split(','))
    .filter((one) => /^[a-z]+$/.test(one))
  return { names: words(names), values: words(values), deletes: pool.asked.some((text) => text.startsWith('DELETE')) }
}

const names = (...extra: string[]) => [...COLUMNS, ...extra].sort().join(' ')

function ofOutbox(): Row[] {
  const base = ops({ outbox: { table: 'outbox' } })
  const seen = { names: names('outbox'), values: 'failed pending', deletes: true }
  const key = (name: string) => `ops.outbox.${name}`
  return [
    { keys: [key('table')], from: shared, to: base.base, look: outbox, sees: ['no outbox', seen] },
    row(
      key('dead_letter'),
      [undefined, 'dead'],
      outbox,
      [seen, { ...seen, names: names('dead', 'outbox'), values: 'pending' }],
      base,
    ),
    row(key('pending'), [undefined, 'new'], outbox, [seen, { ...seen, values: 'failed new' }], base),
    row(
      key('failed'),
      [undefined, 'broken'],
      outbox,
      [seen, { ...seen, values: 'broken pending', deletes: false }],
      base,
    ),
    row(
      key('discarded'),
      [undefined, 'thrown'],
      outbox,
      [seen, { ...seen, values: 'failed pending thrown', deletes: false }],
      base,
    ),
    ...COLUMNS.map((column, i) =>
      row(
        key(`columns.${column}`),
        [undefined, OTHERS[i]],
        outbox,
        [seen, { ...seen, names: [...COLUMNS, OTHERS[i], 'outbox'].sort().join(' ') }],
        base,
      ),
    ),
  ]
}

// --- Incidents ----------------------------------------------------------------------------------------------------------------

const incidents = (before: (service: Service) => unknown) => async (service: Service) => {
  await before(service)
  if (service.telltale === undefined) await service.start()
  return (await overview(service)).incidents.map(({ class: kind, severity, detail }) => [kind, severity, detail])
}

/** Eight requests, of which two fail. */
const failing = incidents(async (service) => {
  await service.start()
  const app = await service.app((request, response) => {
    response.writeHead(request.url === '/bad' ? 500 : 200).end()
  })
  for (const path of ['/', '/bad', '/', '/', '/', '/bad', '/', '/']) await fetch(`${app}${path}`)
  await until(async () => (await service.scrape(/^http_requests_total\{.*status="(500".* 2|200".* 6)$/)).length === 2)
})

/** Three messages that failed for good, three failures of late, and one that waits for two minutes. */
const stuck = incidents(provided)

const worked = incidents(async (service) => {
  await service.start()
  service.product.counter('process_terminated_total', { labels: ['result'] }).add(3, { result: 'error' })
})

/** A queue that was too deep, and is not any more. */
async function cleared(service: Service): Promise<unknown> {
  await service.start()
  const depth = service.product.gauge('jobs_waiting')
  depth.set(10)
  await overview(service)
  depth.set(0)
  return service.settled(async () => (await overview(service)).incidents.length)
}

function ofIncidents(): Row[] {
  const key = (name: string) => `ops.incidents.${name}`
  const few = ops({ incidents: { http_requests: 8 } })
  const fails = (severity: string, bound = '5 %', window = '5 min') => [
    ['api_5xx_elevated', severity, `25 % of 8 requests failed with 5xx in ${window} (${bound} are too many)`],
  ]
  const box = ops({ outbox: { table: 'outbox' } })
  const relay = ['outbox_relay_degraded', 'critical', 'publishing failed 3 times in 5 min']
  const dead = ['dlq_backlog', 'warning', '3 messages failed for good (1 or more are a backlog)']
  const old = ['outbox_relay_degraded', 'warning', 'a message of the outbox has waited for 2 min (60 s are too long)']
  const queue = { queues: [{ name: 'jobs', source: 'metric', metric: 'jobs_waiting', backlog: 5 }] }
  return [
    row(key('window'), [undefined, '1m'], failing, [fails('critical'), fails('critical', '5 %', '60 s')], few),
    row(key('http_requests'), [8, undefined], failing, [fails('critical'), []], { base: shared }),
    row(key('http_5xx_rate'), [undefined, 0.2], failing, [fails('critical'), fails('critical', '20 %')], few),
    row(key('http_5xx_critical'), [undefined, 0.5], failing, [fails('critical'), fails('warning')], few),
    row(key('publish_failures'), [undefined, 4], stuck, [[relay, dead], [dead]], box),
    row(key('dlq_backlog'), [undefined, 4], stuck, [[relay, dead], [relay]], box),
    row(
      key('outbox_age'),
      [undefined, '1m'],
      stuck,
      [
        [relay, dead],
        [relay, dead, old],
      ],
      box,
    ),
    row(
      key('worker_failures'),
      [undefined, 3],
      worked,
      [[], [['worker_failures', 'warning', '3 of messages, workflows and processes failed in 5 min']]],
      { base: shared },
    ),
    row(key('clear_after'), [undefined, '1ms'], cleared, [1, 0], ops(queue)),
  ]
}

// --- Links --------------------------------------------------------------------------------------------------------------------

async function links(service: Service): Promise<unknown> {
  await service.start()
  return JSON.parse((await get(`${service.telltale.address}/console/session`)).body).links
}

const runbook = sees(
  ({ incidents: [first] }) => first?.runbook_url,
  (service) => service.product.gauge('jobs_waiting').set(10),
)

function ofLinks(): Row[] {
  const link = (key: string, address: string) =>
    row(`ops.links.${key}`, [undefined, address], links, [{}, { [key]: address }], { base: shared })
  const runbooks = { 'ops.queue.backlog': 'https://runbooks.example/queue' }
  const queues = [{ name: 'jobs', source: 'metric', metric: 'jobs_waiting', backlog: 5 }]
  return [
    link('trace', 'https://traces.example/{trace_id}'),
    link('logs', 'https://logs.example/?id={correlation_id}'),
    link('dashboard', 'https://dashboards.example/d/1'),
    row('ops.runbooks', [undefined, runbooks], runbook, [null, 'https://runbooks.example/queue'], ops({ queues })),
  ]
}

export const OPS: readonly Row[] = [
  row(
    'ops.prometheus_url',
    [undefined, 'http://127.0.0.1:[port]/prometheus'],
    fleet,
    ['none', 'Prometheus answers with status 202'],
    { base: shared },
  ),
  row(
    'ops.prometheus_headers',
    [undefined, { 'X-Scope-OrgID': 'shop' }],
    keys,
    [[undefined], ['shop']],
    ops({ prometheus_url: 'http://127.0.0.1:[port]' }),
  ),
  ...ofNats(),
  ...ofMetric(),
  ...ofTable(),
  ...ofOutbox(),
  ...ofIncidents(),
  ...ofLinks(),
]
