// The health of slots, asked of a real PostgreSQL and of a real standby.
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { forgetNotices, onNotice } from '../../../src/base/notice.ts'
import { health } from '../../../src/health/default.ts'
import { configureCdc } from '../../../src/surfaces/cdc/settings.ts'
import { type SlotClient, type SlotOptions, watchSlot } from '../../../src/surfaces/cdc/slot.ts'
import { type Postgres, postgres } from '../../otel/servers.ts'
import { connected, type Kit, kit, LOGICAL, later, noPostgres, pgoutput, service, until } from './kit.ts'

let server: Postgres
let url: string
let sql: pg.Client

beforeAll(async () => {
  if (noPostgres) return
  server = await postgres([...LOGICAL, 'max_slot_wal_keep_size=32MB', 'min_wal_size=32MB', 'max_wal_size=32MB'])
  url = server.url
})
afterAll(() => server?.stop())

const said: string[] = []
beforeEach(async () => {
  said.length = 0
  forgetNotices()
  const before = onNotice(({ level, text }) => said.push(`${level}: ${text}`))
  later(() => onNotice(before))
  if (!noPostgres) sql = await connected(url)
})

function watch(client: unknown, slot: string, options: SlotOptions = {}): () => void {
  const end = watchSlot(client as SlotClient, slot, { everyMs: 100, ...options })
  later(end)
  return end
}

/** A clock that stands still: however long a server takes to answer, it is waited for. */
const patient = (): number => 0

async function slot(name: string): Promise<void> {
  await sql.query("SELECT pg_create_logical_replication_slot($1, 'pgoutput')", [name])
}

async function write(): Promise<void> {
  await sql.query('CREATE TABLE IF NOT EXISTS filler (v text)')
  await sql.query("INSERT INTO filler SELECT repeat('x', 1000) FROM generate_series(1, 1000)")
}

async function check(name: string): Promise<unknown> {
  const { checks, status } = await health.run()
  const found = checks.find((one) => one.name === name)
  return found === undefined ? undefined : [status, found.status, found.reason]
}

/** The gauges of a slot, without their common beginning. */
function gauges({ counts }: Kit, name: string): Record<string, number> {
  const all = Object.entries(counts(/^cdc_(retained|unconfirmed|safe|slot)/))
  const own = all.filter(([key]) => key.endsWith(`{slot=${name}}`))
  return Object.fromEntries(own.map(([key, value]) => [key.slice(4, key.indexOf('{')), value]))
}

test.skipIf(noPostgres)(
  'the WAL that a slot keeps grows while nobody acknowledges and falls when it is [W-18]',
  async () => {
    const on = kit(patient)
    await slot('lagging')
    await sql.query('CREATE PUBLICATION everything FOR ALL TABLES')
    const end = watch(sql, 'lagging')
    await until(() => gauges(on, 'lagging')['slot_active'] === 0)
    const before = gauges(on, 'lagging')
    await write()
    await until(() => gauges(on, 'lagging')['retained_wal_bytes']! > before['retained_wal_bytes']! + 900_000)
    const grown = gauges(on, 'lagging')
    expect(Object.keys(grown)).toEqual([
      'retained_wal_bytes',
      'unconfirmed_wal_bytes',
      'safe_wal_bytes',
      'slot_active',
      'slot_lost',
    ])
    expect(grown['unconfirmed_wal_bytes']).toBeGreaterThan(900_000)
    expect(grown['safe_wal_bytes']).toBeLessThan(before['safe_wal_bytes']! - 900_000)
    expect(await check('cdc lagging')).toEqual(['ok', 'ok', ''])
    const consumer = service(url, { acknowledge: { auto: false, timeoutSeconds: 0 } })
    let last = ''
    consumer.on('data', (lsn, { tag }) => {
      if (tag === 'commit') last = lsn
    })
    const running = consumer.subscribe(pgoutput('everything'), 'lagging')
    await until(() => last !== '' && gauges(on, 'lagging')['slot_active'] === 1)
    expect(gauges(on, 'lagging')['unconfirmed_wal_bytes']).toBeGreaterThan(900_000)
    await until(async () => {
      await consumer.acknowledge(last)
      // The place to begin anew moves on with what the server notes of running transactions.
      await sql.query('CHECKPOINT')
      const now = gauges(on, 'lagging')
      return now['unconfirmed_wal_bytes']! < 50_000 && now['retained_wal_bytes']! < 50_000
    })
    await consumer.stop()
    await running
    end()
    expect(on.counts()).toEqual({})
    expect(await check('cdc lagging')).toBe(undefined)
    expect(said).toEqual([])
  },
)

test.skipIf(noPostgres)(
  'a slot that is lost counts once and fails its check [W-18]',
  async () => {
    const on = kit(patient)
    await slot('losing')
    let asked = 0
    const counting = {
      query: (text: string, values: string[]) => {
        asked++
        return sql.query(text, values)
      },
    }
    watch(counting, 'losing', { health: 'critical' })
    await until(() => gauges(on, 'losing')['slot_lost'] === 0)
    await until(async () => {
      for (let i = 0; i < 4; i++) await write()
      await sql.query('SELECT pg_switch_wal()')
      await sql.query('CHECKPOINT')
      return gauges(on, 'losing')['slot_lost'] === 1
    }, 60_000)
    const enough = asked + 2
    await until(() => asked >= enough)
    expect(await check('cdc losing')).toEqual(['unhealthy', 'fail', 'the slot is lost'])
    expect(on.counts()).toEqual({
      'cdc_errors_total{slot=losing}': 1,
      'cdc_slot_active{slot=losing}': 0,
      'cdc_slot_lost{slot=losing}': 1,
      'errors_total{surface=cdc,error_type=slot_lost}': 1,
    })
    expect(said).toEqual([
      'error: the replication slot losing is lost: the server has removed WAL that its consumer needs',
      'error: health check cdc losing fails: the slot is lost',
    ])
  },
  90_000,
)

test.skipIf(noPostgres)(
  'a slot that is dropped counts once and shows nothing; made again it is shown [W-18]',
  async () => {
    const on = kit(patient)
    await slot('dropped')
    watch(sql, 'dropped')
    await until(() => gauges(on, 'dropped')['slot_active'] === 0)
    await sql.query("SELECT pg_drop_replication_slot('dropped')")
    await until(() => gauges(on, 'dropped')['slot_active'] === undefined)
    expect(on.counts()).toEqual({
      'cdc_errors_total{slot=dropped}': 1,
      'errors_total{surface=cdc,error_type=slot_missing}': 1,
    })
    expect(await check('cdc dropped')).toEqual(['degraded', 'fail', 'the slot does not exist'])
    await slot('dropped')
    await until(() => gauges(on, 'dropped')['slot_active'] === 0)
    await until(async () => String(await check('cdc dropped')) === 'ok,ok,')
    expect(on.counts(/errors/)).toEqual({
      'cdc_errors_total{slot=dropped}': 1,
      'errors_total{surface=cdc,error_type=slot_missing}': 1,
    })
  },
)

test.skipIf(noPostgres)('a slot that nobody reads for too long fails its check [W-18]', async () => {
  let now = 0
  const on = kit(() => now)
  await slot('idle')
  watch(sql, 'idle', { inactiveMs: 60_000 })
  await until(() => gauges(on, 'idle')['slot_active'] === 0)
  expect(await check('cdc idle')).toEqual(['ok', 'ok', ''])
  now = 61_000
  await until(async () => String(await check('cdc idle')) === 'degraded,fail,nobody has read the slot for 61 s')
})

test.skipIf(noPostgres)(
  'a server that is killed leaves nothing shown, said once, until it is back [W-18, W-10]',
  async () => {
    const on = kit(patient)
    await slot('killed')
    const { Pool } = (await import('pg')).default
    const pool = new Pool({ connectionString: url, max: 1 })
    pool.on('error', () => {})
    later(() => pool.end())
    watch(pool, 'killed')
    await until(() => gauges(on, 'killed')['slot_active'] === 0)
    await server.kill()
    await until(() => gauges(on, 'killed')['slot_active'] === undefined)
    expect(on.counts()).toEqual({})
    expect(said).toEqual([expect.stringMatching(/^warn: the state of the replication slot killed is not known: /)])
    expect(await check('cdc killed')).toEqual([
      'degraded',
      'fail',
      expect.stringContaining('the state of the slot is not known: '),
    ])
    await server.begin()
    await until(() => gauges(on, 'killed')['slot_active'] === 0)
    await until(async () => String(await check('cdc killed')) === 'ok,ok,')
    expect(on.counts(/errors/)).toEqual({})
  },
)

test.skipIf(noPostgres)('a server without wal_status shows what it knows [W-18]', async () => {
  const on = kit(patient)
  await slot('old')
  await sql.query('CREATE SCHEMA old')
  await sql.query(`CREATE VIEW old.pg_replication_slots AS
    SELECT slot_name, active, restart_lsn, confirmed_flush_lsn FROM pg_catalog.pg_replication_slots`)
  await sql.query('SET search_path = old, pg_catalog')
  watch(sql, 'old')
  await until(() => gauges(on, 'old')['slot_active'] === 0)
  expect(Object.keys(gauges(on, 'old'))).toEqual([
    'retained_wal_bytes',
    'unconfirmed_wal_bytes',
    'slot_active',
    'slot_lost',
  ])
})

test.skipIf(noPostgres)(
  'a standby tells of its slots by the WAL that it has received [W-18]',
  async () => {
    const on = kit(patient)
    const standby = await postgres(['hot_standby=on', 'max_wal_senders=16', 'max_replication_slots=16'], (to) =>
      to.run('pg_basebackup', '-h', '127.0.0.1', '-p', `${server.port}`, '-U', 'postgres', '-R', '-D', to.folder),
    )
    later(() => standby.stop())
    const there = await connected(standby.url)
    await there.query("SELECT pg_create_physical_replication_slot('cascade', true)")
    watch(there, 'cascade')
    await until(() => gauges(on, 'cascade')['slot_active'] === 0)
    await write()
    await until(() => gauges(on, 'cascade')['retained_wal_bytes']! > 900_000)
    expect(Object.keys(gauges(on, 'cascade'))).toEqual(['retained_wal_bytes', 'slot_active', 'slot_lost'])
    expect(said).toEqual([])
  },
  60_000,
)

test('questions begin with the surface and end with it, and one is asked at a time [W-11]', async () => {
  const asked: unknown[][] = []
  let answer = (_: unknown): void => {}
  const client = {
    query: (...args: unknown[]) => {
      asked.push(args)
      return new Promise((done) => (answer = done))
    },
  }
  watch(client, 'later')
  await new Promise((done) => setTimeout(done, 250))
  expect(asked).toEqual([])
  const on = kit()
  await until(() => asked.length > 0)
  await new Promise((done) => setTimeout(done, 250))
  expect(asked.map(([text, values]) => [String(text).startsWith('/* telltale */ SELECT'), values])).toEqual([
    [true, ['later']],
  ])
  answer({ rows: [{ active: true, status: 'reserved', safe: null, retained: '12', unconfirmed: '-1' }] })
  await until(() => asked.length === 2)
  expect(gauges(on, 'later')).toEqual({
    retained_wal_bytes: 12,
    unconfirmed_wal_bytes: 0,
    slot_active: 1,
    slot_lost: 0,
  })
  on.stop()
  answer({ rows: [] })
  await new Promise((done) => setTimeout(done, 250))
  expect(asked.length).toBe(2)
  configureCdc({ registry: on.registry })()
})

test('a question that is not answered leaves nothing shown, and is not asked again beside it [W-18]', async () => {
  const on = kit()
  const answers = [Promise.resolve({ rows: [{ active: true }] }), new Promise(() => {})]
  let asked = 0
  watch({ query: () => answers[asked++] }, 'hanging')
  await until(() => gauges(on, 'hanging')['slot_active'] === 1)
  await until(() => said.length > 0)
  expect(said).toEqual(['warn: the state of the replication slot hanging is not known: the server does not answer'])
  expect([asked, on.counts()]).toEqual([2, {}])
})

test('whatever a client does, nothing is thrown and nothing is shown [W-18]', async () => {
  const on = kit()
  const clients: unknown[] = [
    null,
    undefined,
    'pool',
    {},
    new Proxy(
      {},
      {
        get() {
          throw new Error('poison')
        },
      },
    ),
  ]
  for (const client of clients) watchSlot(client as SlotClient, 'x')()
  watchSlot({ query: () => Promise.resolve({ rows: [] }) }, undefined as never)()
  watchSlot({ query: () => Promise.resolve({ rows: [] }) }, '')()
  const answers: (() => unknown)[] = [
    () => {
      throw new Error('at once')
    },
    () => Promise.reject(null),
    () => 7,
    () => undefined,
    () => ({ rows: null }),
    () => ({ rows: [null] }),
  ]
  const ends = answers.map((query, i) => watch({ query }, `bad${i}`))
  await until(() => said.length === answers.length + 2)
  for (const end of ends) end()
  for (const end of ends) end()
  expect(on.counts()).toEqual({})
  expect(said).toEqual([
    'warn: watchSlot takes a client with a method query and the name of a slot: nothing is watched',
    expect.stringMatching(/^error: CDC telemetry failed and went on: Error: poison/),
    ...answers.map((_, i) => expect.stringMatching(`^warn: the state of the replication slot bad${i} is not known: `)),
  ])
})
