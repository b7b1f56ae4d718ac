// Every way in which a consumer of a slot fails, against a real PostgreSQL: it counts once, and the application sees what it
// would see without us.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { forgetNotices, onNotice } from '../../../src/base/notice.ts'
import { observeReplication } from '../../../src/surfaces/cdc/service.ts'
import { type Postgres, postgres } from '../../otel/servers.ts'
import { connected, kit, LOGICAL, later, noPostgres, pgoutput, service, until } from './kit.ts'

let server: Postgres
let url: string

beforeAll(async () => {
  if (noPostgres) return
  server = await postgres(LOGICAL)
  url = server.url
  const sql = await connected(url)
  await sql.query('CREATE TABLE a (id int primary key)')
  await sql.query('CREATE PUBLICATION pub FOR TABLE a')
  await sql.query("CREATE ROLE locked LOGIN REPLICATION PASSWORD 'right'")
  await sql.end()
})
afterAll(() => server?.stop())
beforeEach(() => {
  forgetNotices()
  const said: string[] = []
  const before = onNotice(({ text }) => said.push(text))
  later(() => {
    onNotice(before)
    expect(said).toEqual([])
  })
})

/** How `subscribe` ended, and the `error` events. */
interface End {
  readonly rejected: unknown
  readonly events: readonly unknown[]
}

/** Follows until it ends as expected, with every error that is told, those of its connection after the end too. */
async function follow(
  expected: End,
  at: string,
  slot: string,
  during: () => unknown = () => {},
  publication = 'pub',
): Promise<void> {
  const events: unknown[] = []
  // It says nothing by a timer: a server that ends before it has read all does not close the connection, but cuts it.
  const observed = observeReplication(service(at))
  observed.on('error', (error) => void events.push(code(error)))
  let started = false
  observed.on('start', () => {
    started = true
  })
  const running = observed.subscribe(pgoutput(publication), slot)
  let settled = false
  const end = running.then(
    () => undefined,
    (error) => code(error),
  )
  void end.then(() => {
    settled = true
  })
  await until(() => started || settled)
  await during()
  const rejected = await end
  await expect.poll(() => ({ rejected, events })).toEqual(expected)
  await new Promise((done) => setTimeout(done, 50))
  expect(events).toEqual(expected.events)
}

function code(error: unknown): unknown {
  const { code, message } = error as { code?: string; message: string }
  return code ?? message
}

async function slot(name: string): Promise<void> {
  const sql = await connected(url)
  await sql.query("SELECT pg_create_logical_replication_slot($1, 'pgoutput')", [name])
}

function one(name: string, type: string): Record<string, number> {
  return { [`cdc_errors_total{slot=${name}}`]: 1, [`errors_total{surface=cdc,error_type=${type}}`]: 1 }
}

test.skipIf(noPostgres)('a connection refused counts once [W-18]', async () => {
  const { counts } = kit()
  await follow(
    {
      rejected: 'ECONNREFUSED',
      events: ['ECONNREFUSED'],
    },
    'postgres://postgres@127.0.0.1:1/postgres',
    'orders',
  )
  expect(counts()).toEqual(one('orders', 'ECONNREFUSED'))
})

test.skipIf(noPostgres)('a slot that does not exist counts once [W-18]', async () => {
  const { counts } = kit()
  await follow({ rejected: '42704', events: [] }, url, 'nowhere')
  expect(counts()).toEqual(one('nowhere', '42704'))
})

test.skipIf(noPostgres)('a slot that another consumer has counts once; the first goes on [W-18]', async () => {
  const { counts } = kit()
  await slot('taken')
  const first = observeReplication(service(url))
  let data = 0
  first.on('data', () => void data++)
  const started = new Promise<void>((done) => first.on('start', () => done()))
  const running = first.subscribe(pgoutput('pub'), 'taken')
  await started
  await follow({ rejected: '55006', events: [] }, url, 'taken')
  const sql = await connected(url)
  await sql.query('INSERT INTO a VALUES (1)')
  await until(() => data === 4)
  await first.stop()
  await running
  expect(counts()).toEqual({
    ...one('taken', '55006'),
    'cdc_changes_total{slot=taken,op=insert}': 1,
    'cdc_commit_age_seconds{slot=taken}': 1,
  })
})

test.skipIf(noPostgres)('a publication that does not exist counts once, with the first change [W-18]', async () => {
  const { counts } = kit()
  await slot('unpublished')
  const sql = await connected(url)
  const insert = () => sql.query('INSERT INTO a VALUES (2)')
  await follow({ rejected: '42704', events: [] }, url, 'unpublished', insert, 'missing')
  expect(counts()).toEqual(one('unpublished', '42704'))
})

test.skipIf(noPostgres)('a wrong password counts once [W-18]', async () => {
  const { counts } = kit()
  const sql = await connected(url)
  const rules = join(server.folder, 'pg_hba.conf')
  writeFileSync(rules, `host all locked 127.0.0.1/32 scram-sha-256\n${readFileSync(rules, 'utf8')}`)
  await sql.query('SELECT pg_reload_conf()')
  const at = `postgres://locked:wrong@127.0.0.1:${server.port}/postgres`
  await until(() =>
    connected(at).then(
      () => false,
      () => true,
    ),
  )
  await follow({ rejected: '28P01', events: ['28P01'] }, at, 'orders')
  expect(counts()).toEqual(one('orders', '28P01'))
})

test.skipIf(noPostgres)(
  'a server that is killed in mid-stream counts once, and the next subscribe works [W-18]',
  async () => {
    const { counts } = kit()
    await slot('killed')
    await follow(
      {
        rejected: 'Connection terminated unexpectedly',
        events: ['Connection terminated unexpectedly'],
      },
      url,
      'killed',
      () => server.kill(),
    )
    expect(counts()).toEqual(one('killed', 'Error'))
    await server.begin()
  },
)

test.skipIf(noPostgres)(
  'a consumer that the server throws out counts once, though it is told twice [W-18]',
  async () => {
    const { counts } = kit()
    await slot('dropped')
    const sql = await connected(url)
    const drop = async (): Promise<void> => {
      await sql.query("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = 'dropped'")
      await until(async () => {
        const dropped = sql.query("SELECT pg_drop_replication_slot('dropped')")
        return dropped.then(
          () => true,
          () => false,
        )
      })
    }
    await follow(
      {
        rejected: '57P01',
        events: ['Connection terminated unexpectedly'],
      },
      url,
      'dropped',
      drop,
    )
    expect(counts()).toEqual(one('dropped', '57P01'))
  },
)

test.skipIf(noPostgres)('a stream that ends although nobody stopped it counts once [W-18]', async () => {
  const { counts } = kit()
  await slot('ended')
  const plugin = pgoutput('pub')
  const start = plugin.start.bind(plugin)
  let end = (): void => {}
  plugin.start = (...args) => Promise.race([start(...args), new Promise((done) => (end = () => done(undefined)))])
  const observed = observeReplication(service(url))
  observed.on('start', () => end())
  expect(await observed.subscribe(plugin, 'ended')).toBe(undefined)
  expect(counts()).toEqual(one('ended', 'ended'))
})

test.skipIf(noPostgres)(
  'with flow control, a handler that rejects is an error event and counts each time [W-18]',
  async () => {
    const { counts } = kit()
    await slot('slow')
    const sql = await connected(url)
    const made = service(url, { acknowledge: { auto: true, timeoutSeconds: 0 }, flowControl: { enabled: true } })
    const observed = observeReplication(made)
    const events: unknown[] = []
    let done = false
    observed.on('error', (error) => events.push(error))
    observed.on('data', async (_lsn, { tag }) => {
      if (tag === 'commit') done = true
      if (tag === 'insert') throw new RangeError('too slow')
    })
    const running = observed.subscribe(pgoutput('pub'), 'slow')
    await sql.query('INSERT INTO a VALUES (8), (9)')
    await until(() => done)
    await observed.stop()
    await running
    expect(events).toEqual([new RangeError('too slow'), new RangeError('too slow')])
    expect(counts()).toEqual({
      'cdc_changes_total{slot=slow,op=insert}': 2,
      'cdc_commit_age_seconds{slot=slow}': 1,
      'cdc_errors_total{slot=slow}': 2,
      'errors_total{surface=cdc,error_type=RangeError}': 2,
    })
  },
)

test.skipIf(noPostgres)('a handler that throws counts once, and what it throws goes on to who emitted [W-18]', () => {
  const { counts } = kit()
  const observed = observeReplication(service(url), { slot: 'thrown' })
  const error = new RangeError('not ours')
  observed.on('data', () => {
    throw error
  })
  const emit = (): unknown => observed.emit('data', '0/1', { tag: 'insert' })
  expect(emit).toThrow(error)
  expect(() => observed.emit('error', error)).toThrow(error)
  expect(counts()).toEqual({
    'cdc_changes_total{slot=thrown,op=insert}': 1,
    ...one('thrown', 'RangeError'),
  })
})

test.skipIf(noPostgres)('a message that the plugin cannot read counts once, and its error goes on [W-18]', async () => {
  const { counts } = kit()
  await slot('unread')
  const observed = observeReplication(service(url), { slot: 'mine' })
  const plugin = pgoutput('pub')
  const started = new Promise<void>((done) => observed.on('start', () => done()))
  const running = observed.subscribe(plugin, 'unread')
  await started
  expect(() => plugin.parse(Buffer.from('?'))).toThrow('unknown pgoutput message')
  await observed.stop()
  await running
  expect(counts()).toEqual(one('mine', 'Error'))
})
