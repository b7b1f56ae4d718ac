// Messages of an outbox and dead letters, over PGlite and a real PostgreSQL: pages of them, and what may be done with one.
import { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuditEntry } from '../../../src/audit/row.ts'
import { onNotice } from '../../../src/base/notice.ts'
import { loadConfig } from '../../../src/config/load.ts'
import type { Asked } from '../../../src/console/declared.ts'
import { type MessageMeans, Messages } from '../../../src/console/ops/messages.ts'
import { databaseOf } from '../../../src/console/ops/provided.ts'
import { POSTGRES, type Postgres, postgres, REQUIRED } from '../../otel/servers.ts'
import { operationsOf } from './kit.ts'

interface Sql {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
}

let server: Postgres | undefined
let pool: pg.Pool | undefined
let lite: PGlite
const noPostgres = POSTGRES === undefined && !REQUIRED

beforeAll(async () => {
  onNotice(() => {})
  lite = await PGlite.create()
  if (noPostgres) return
  server = await postgres()
  pool = new pg.Pool({ connectionString: server.url, max: 4 })
}, 180_000)
afterAll(async () => {
  onNotice(undefined)
  await lite.close()
  await pool?.end()
  await server?.stop()
}, 60_000)

const TABLES = `
DROP SCHEMA IF EXISTS app CASCADE; CREATE SCHEMA app; DROP TYPE IF EXISTS state;
CREATE TYPE state AS ENUM ('pending', 'failed', 'published', 'discarded');
CREATE TABLE app.outbox (
  "id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, status state NOT NULL, event_type text, payload jsonb NOT NULL,
  created_at timestamptz NOT NULL, attempts int NOT NULL DEFAULT 0, last_error text, failed_at timestamptz,
  published_at timestamptz, size int GENERATED ALWAYS AS (length(payload::text)) STORED);
CREATE TABLE app.dead (
  id bigint PRIMARY KEY, event_type text, payload jsonb, created_at timestamptz, attempts int, last_error text,
  failed_at timestamptz, reason text, size int);
INSERT INTO app.outbox (status, event_type, payload, created_at, attempts, last_error, failed_at, published_at) VALUES
  ('published', 'order.placed', '{"secret": "s1"}', '2027-01-15 07:00Z', 1, NULL, NULL, '2027-01-15 07:00:01Z'),
  ('pending', 'order.placed', '{"secret": "s2"}', '2027-01-15 07:58Z', 0, NULL, NULL, NULL),
  ('pending', 'order.paid', '{"secret": "s3"}', '2027-01-15 07:50Z', 2, 'connect ECONNREFUSED 10.1.2.3:5672', '2027-01-15 07:59Z', NULL),
  ('failed', 'order.lost', '{"secret": "s4"}', '2027-01-15 06:00Z', 9, 'password=hunter2 refused by amqp://u:p@mq.internal:5672/v', '2027-01-15 06:30Z', NULL);
INSERT INTO app.dead VALUES
  (70, 'order.lost', '{"secret": "s5"}', '2027-01-14 06:00Z', 9, 'no route', '2027-01-14 07:00Z', 'gave up', 1),
  (71, 'order.lost', '{"secret": "s6"}', '2027-01-15 06:00Z', 9, 'no route', '2027-01-15 07:00Z', 'gave up', 1);
`

const PLAIN = '{ outbox: { table: app.outbox } }'
const DEAD = '{ outbox: { table: app.outbox, dead_letter: app.dead } }'
const KEPT = '{ outbox: { table: app.outbox, discarded: discarded } }'

const OUTBOX = '/api/v1/admin/outbox/messages'
const DLQ = '/api/v1/admin/dlq/messages'

describe.each([
  ['PGlite', false, 'single-instance', () => lite as unknown as Sql],
  ['PostgreSQL', noPostgres, 'cluster', () => pool as unknown as Sql],
] as const)('%s', (_, missing, scope, client) => {
  const run = test.skipIf(missing)

  async function opened(ops: string) {
    const sql = client()
    const exec = (sql as unknown as { exec?: (text: string) => Promise<unknown> }).exec
    await (exec ? exec.call(sql, TABLES) : sql.query(TABLES))
    const { ask, rows, ...rest } = operationsOf({ ops, client: sql })
    const post = (path: string, init: RequestInit = {}) => ask(path, { method: 'POST', ...init })
    const left = async (table: string) => {
      const columns = table === 'outbox' ? 'id, status, attempts, payload' : 'id, payload'
      return (await sql.query(`SELECT ${columns} FROM app.${table} ORDER BY id`)).rows.map((row) =>
        Object.values(row as object)
          .map((one) => (typeof one === 'object' ? one.secret : one))
          .map(String)
          .join(' '),
      )
    }
    const audited = () =>
      rows.map(({ action, target_type, target_id, result, metadata }) => [
        ...[action, target_type, target_id, result],
        Object.values(metadata ?? {}).join(' '),
      ])
    return { ask, post, left, audited, ...rest }
  }

  const message = (id: string, status: string, event_type: string, created_at: string, more: object = {}) => ({
    ...{ id, status, event_type, created_at: `2027-01-${created_at}:00.000Z` },
    ...{ failed_at: null, attempts: 0, last_error: null, ...more },
  })
  const head = { generated_at: '2027-01-15T08:00:00.000Z', scope, instance: 'shop-1' }
  const placed = message('2', 'pending', 'order.placed', '15T07:58')
  const paid = message('3', 'pending', 'order.paid', '15T07:50', {
    ...{ failed_at: '2027-01-15T07:59:00.000Z', attempts: 2, last_error: 'connect ECONNREFUSED [HOST]' },
  })
  const lost = message('4', 'failed', 'order.lost', '15T06:00', {
    ...{ failed_at: '2027-01-15T06:30:00.000Z', attempts: 9 },
    last_error: 'password=[REDACTED] refused by amqp://[HOST]/v',
  })

  run('a list has what a message is and never what is in it, filtered and page by page [G-28]', async () => {
    const { ask } = await opened(PLAIN)
    const list = { ...head, list: 'outbox', limit: 50, offset: 0 }
    expect(await ask(OUTBOX)).toEqual({ ...list, status: 'pending', total: 2, messages: [paid, placed] })
    expect(await ask(`${OUTBOX}?status=failed`)).toEqual({ ...list, status: 'failed', total: 1, messages: [lost] })
    expect(await ask(`${OUTBOX}?status=all&limit=2&offset=1`)).toEqual({
      ...{ ...list, status: 'all', total: 4, limit: 2, offset: 1 },
      messages: [message('1', 'published', 'order.placed', '15T07:00', { attempts: 1 }), paid],
    })
    expect(await ask(DLQ)).toEqual({ ...list, list: 'dlq', status: 'failed', total: 1, messages: [lost] })
    expect(JSON.stringify(await ask(`${OUTBOX}?status=all`))).not.toMatch(/secret|s\d|hunter2|10\.1|internal/)
  })

  run('the trail has the id as the database writes it, however it was written [G-28]', async () => {
    const { post, audited } = await opened(DEAD)
    expect(await post(`${DLQ}/+70/requeue`)).toMatchObject({ id: '70', changed: true })
    expect(await post(`${DLQ}/070/requeue`)).toMatchObject({ id: '70', changed: false })
    expect(await post(`${DLQ}/%2071/discard`)).toMatchObject({ id: '71', changed: true })
    expect(audited().map(([, , id]) => id)).toEqual(['70', '70', '71'])
  })

  run('dead letters of their own table, the last first [G-28]', async () => {
    const { ask, overview } = await opened(DEAD)
    const more = { attempts: 9, last_error: 'no route' }
    expect(await ask(DLQ)).toEqual({
      ...{ ...head, list: 'dlq', limit: 50, offset: 0, status: 'failed', total: 2 },
      messages: [
        message('71', 'failed', 'order.lost', '15T06:00', { ...more, failed_at: '2027-01-15T07:00:00.000Z' }),
        message('70', 'failed', 'order.lost', '14T06:00', { ...more, failed_at: '2027-01-14T07:00:00.000Z' }),
      ],
    })
    const { outbox, queue_depth, outbox_relay_ok } = await overview()
    expect({ outbox, queue_depth, outbox_relay_ok }).toEqual({
      outbox: {
        ...{ scope, pending: 2, failed: 2, oldest_seconds: 600, recent_failures: 1, reason: null },
        measured_at: head.generated_at,
      },
      queue_depth: { nats: null, node_tasks: null, dlq_pending: 2 },
      outbox_relay_ok: false,
    })
  })

  run.each([
    [`${OUTBOX}?status=new`, 'status has to be one of pending, failed, all.'],
    [`${OUTBOX}?limit=0`, 'limit has to be a whole number from 1 to 200.'],
    [`${OUTBOX}?limit=201`, 'limit has to be a whole number from 1 to 200.'],
    [`${DLQ}?offset=-1`, 'offset has to be a whole number from 0 to 10000.'],
    [`${DLQ}?offset=1e3`, 'offset has to be a whole number from 0 to 10000.'],
  ])('a question that cannot be answered is refused: %s', async (path, detail) => {
    const { ask } = await opened(PLAIN)
    expect(await ask(path)).toEqual({ status: 400, code: 'invalid_request', detail })
  })

  run(
    'a failed message is put back, once; a pending one stays, a published one is refused; each is audited [G-28]',
    async () => {
      const { post, left, audited } = await opened(PLAIN)
      const done = { list: 'outbox', action: 'requeue', status: 'pending' }
      expect(await post(`${OUTBOX}/4/requeue`)).toEqual({ ...done, id: '4', changed: true })
      expect(await post(`${OUTBOX}/4/requeue`)).toEqual({ ...done, id: '4', changed: false })
      expect(await post(`${OUTBOX}/2/requeue`)).toEqual({ ...done, id: '2', changed: false })
      expect(await post(`${OUTBOX}/1/requeue`)).toEqual({
        status: 409,
        code: 'conflict',
        detail: 'The message is published.',
      })
      const none = { status: 404, code: 'not_found', detail: 'There is no such message.' }
      expect(await post(`${OUTBOX}/99/requeue`)).toEqual(none)
      // What no id of this table can be is nobody's id.
      expect(await post(`${OUTBOX}/${encodeURIComponent("4' OR '1'='1")}/requeue`)).toEqual(none)
      expect(await post(`${OUTBOX}/99999999999999999999/discard`)).toEqual(none)
      expect(await left('outbox')).toEqual(['1 published 1 s1', '2 pending 0 s2', '3 pending 2 s3', '4 pending 0 s4'])
      const row = (id: string, result: string, text: string, action = 'requeue') => [
        ...[`outbox.${action}`, 'outbox_message', id, result, text],
      ]
      expect(audited()).toEqual([
        row('4', 'success', 'failed pending'),
        row('4', 'success', 'pending pending'),
        row('2', 'success', 'pending pending'),
        row('1', 'failure', 'conflict'),
        row('99', 'failure', 'not_found'),
        row("4' OR '1'='1", 'failure', 'not_found'),
        row('99999999999999999999', 'failure', 'not_found', 'discard'),
      ])
    },
  )

  run('a message is discarded: gone, or kept with the status that says so [G-28]', async () => {
    const gone = await opened(PLAIN)
    const done = { id: '4', list: 'dlq', action: 'discard', changed: true }
    expect(await gone.post(`${DLQ}/4/discard`)).toEqual({ ...done, status: 'gone' })
    expect(await gone.post(`${DLQ}/4/discard`)).toMatchObject({ status: 404 })
    // It is no dead letter.
    expect(await gone.post(`${DLQ}/2/discard`)).toMatchObject({ status: 409 })
    expect(await gone.left('outbox')).toEqual(['1 published 1 s1', '2 pending 0 s2', '3 pending 2 s3'])
    const kept = await opened(KEPT)
    expect(await kept.post(`${DLQ}/4/discard`)).toEqual({ ...done, status: 'discarded' })
    expect(await kept.post(`${DLQ}/4/discard`)).toEqual({ ...done, changed: false, status: 'discarded' })
    expect(await kept.post(`${OUTBOX}/2/discard`)).toMatchObject({ changed: true, status: 'discarded' })
    expect(await kept.left('outbox')).toEqual([
      '1 published 1 s1',
      '2 discarded 0 s2',
      '3 pending 2 s3',
      '4 discarded 9 s4',
    ])
    expect(await kept.ask(`${OUTBOX}?status=all`)).toMatchObject({ messages: [{ status: 'discarded' }, {}, {}, {}] })
  })

  run('a dead letter is put back into the outbox with all that is in it, once [G-28]', async () => {
    const { post, left, audited } = await opened(DEAD)
    const done = { id: '70', list: 'dlq', action: 'requeue', status: 'pending' }
    expect(await post(`${DLQ}/70/requeue`)).toEqual({ ...done, changed: true })
    expect(await post(`${DLQ}/70/requeue`)).toEqual({ ...done, changed: false })
    expect(await left('outbox')).toContain('70 pending 0 s5')
    expect(await left('dead')).toEqual(['71 s6'])
    expect(await post(`${DLQ}/71/discard`)).toMatchObject({ changed: true, status: 'gone' })
    expect(await post(`${DLQ}/4/requeue`)).toMatchObject({ status: 409, detail: 'The message is failed.' })
    expect(await left('dead')).toEqual([])
    expect(audited().map((row) => row.slice(0, 4).join(' '))).toEqual([
      'dlq.requeue dead_letter 70 success',
      'dlq.requeue dead_letter 70 success',
      'dlq.discard dead_letter 71 success',
      'dlq.requeue dead_letter 4 failure',
    ])
  })

  run('a relay that has left a copy in the outbox has it put back there', async () => {
    const { post, left } = await opened(DEAD)
    await client().query('UPDATE app.dead SET id = 4 WHERE id = 70; ')
    expect(await post(`${DLQ}/4/requeue`)).toMatchObject({ changed: true, status: 'pending' })
    expect(await left('outbox')).toContain('4 pending 0 s4')
    expect(await left('dead')).toEqual(['71 s6'])
  })

  run('what cannot be recorded is not done [G-16]', async () => {
    const sql = client()
    await opened(PLAIN)
    const record = () => Promise.reject(new Error('the trail at db9.internal is full'))
    const { ask } = operationsOf({ ops: PLAIN, client: sql, record })
    expect(await ask(`${OUTBOX}/4/requeue`, { method: 'POST' })).toEqual({
      ...{ status: 503, code: 'service_unavailable', detail: 'This is not available at the moment.' },
    })
    const { rows } = await sql.query('SELECT status::text AS status FROM app.outbox WHERE id = 4')
    expect(rows).toEqual([{ status: 'failed' }])
  })

  run('another site, another body and no id are refused, and recorded [G-28]', async () => {
    const { post, left, audited } = await opened(PLAIN)
    const path = `${OUTBOX}/4/discard`
    expect(
      [
        await post(path, { headers: { 'sec-fetch-site': 'cross-site' } }),
        await post(path, { headers: { origin: 'https://evil.example' } }),
        await post(path, { headers: { 'content-type': 'text/plain' }, body: 'x' }),
        await post(path, { headers: { 'content-type': 'application/json' }, body: '1' }),
        await post(`${OUTBOX}/${'9'.repeat(201)}/discard`),
        await post(`${OUTBOX}/a%00b/discard`),
      ].map(({ status, code }) => [status, code]),
    ).toEqual([
      [403, 'cross_site'],
      [403, 'cross_site'],
      [415, 'unsupported_media_type'],
      [400, 'invalid_request'],
      [400, 'invalid_request'],
      [400, 'invalid_request'],
    ])
    expect((await left('outbox')).length).toBe(4)
    expect(audited().map(([action, , , result, text]) => [action, result, text])).toEqual([
      ['outbox.discard', 'failure', 'cross_site'],
      ['outbox.discard', 'failure', 'cross_site'],
      ['outbox.discard', 'failure', 'unsupported_media_type'],
      ['outbox.discard', 'failure', 'invalid_request'],
      ['outbox.discard', 'failure', 'invalid_request'],
      ['outbox.discard', 'failure', 'invalid_request'],
    ])
  })

  run('a table that is not as it is declared says so, and nothing of the database', async () => {
    const reasons = async (outbox: string) => {
      const { overview } = operationsOf({ ops: `{ outbox: ${outbox} }`, client: client() })
      return (await overview()).outbox?.reason
    }
    await opened(PLAIN)
    expect([
      await reasons('{ table: app.nothing }'),
      await reasons('{ table: app.outbox, dead_letter: nothing }'),
      await reasons('{ table: app.outbox, columns: { attempts: tries } }'),
      await reasons('{ table: app.outbox, pending: waiting }'),
    ]).toEqual([
      'the database has no table as ops.outbox.table names it',
      'the database has no table as ops.outbox.dead_letter names it',
      'no column is called as ops.outbox.columns.attempts names it',
      'it failed (22P02)',
    ])
  })
})

test.skipIf(noPostgres)(
  'two administrators and a relay at once: one of them changes the message, whole [G-28]',
  async () => {
    await pool!.query(TABLES)
    const { ask } = operationsOf({ ops: DEAD, client: pool })
    const all = await Promise.all(
      Array.from({ length: 6 }, (_, i) => ask(`${DLQ}/70/${i % 2 === 0 ? 'requeue' : 'discard'}`, { method: 'POST' })),
    )
    expect(all.filter(({ changed }) => changed === true).length).toBe(1)
    const { rows } = await pool!.query(
      'SELECT (SELECT count(*) FROM app.dead WHERE id = 70)::int AS dead, (SELECT count(*) FROM app.outbox WHERE id = 70)::int AS back',
    )
    expect(rows[0].dead).toBe(0)
    expect(rows[0].back).toBe(all.some(({ action, changed }) => action === 'requeue' && changed === true) ? 1 : 0)
  },
)

test.skipIf(noPostgres)(
  'a row that somebody else holds is not waited for without end [G-28]',
  { timeout: 60_000 },
  async () => {
    await pool!.query(TABLES)
    const relay = await pool!.connect()
    await relay.query('BEGIN; SELECT 1 FROM app.outbox WHERE id = 4 FOR UPDATE')
    const { ask, rows } = operationsOf({ ops: PLAIN, client: pool })
    expect(await ask(`${OUTBOX}/4/requeue`, { method: 'POST' })).toMatchObject({
      status: 503,
      code: 'service_unavailable',
    })
    await relay.query('COMMIT')
    relay.release()
    expect(rows.map(({ result }) => result)).toEqual(['failure'])
    expect(await ask(`${OUTBOX}/4/requeue`, { method: 'POST' })).toMatchObject({ changed: true })
    // Nothing is left open.
    expect(pool!.idleCount).toBe(pool!.totalCount)
  },
)

test.each([
  ['a single client of pg', { query: () => {}, connect: () => {}, on: () => {} }, 'an object of another shape'],
  ['nothing', null, 'null'],
  ['a text', 'postgres://', 'string'],
])('%s is refused', async (_, client, found) => {
  const { provideOperations } = await import('../../../src/operations.ts')
  expect(() => provideOperations(client as never)).toThrow(
    `OPERATIONS_CLIENT The operations panel cannot use what was handed over.; found ${found}.`.replace('.;', ';'),
  )
})

const OUTBOX_OF = loadConfig({ text: `name: shop\nops: ${PLAIN}\n`, env: {} }).config.ops.outbox!
const askedOf = (id: string): Asked => ({
  request: new Request('http://h/', { method: 'POST' }),
  ...{ search: new URLSearchParams(), params: { id }, tenant: 'main', caller: null, correlationId: 'c-1', now: 0 },
})
const means = (client: unknown, more: Partial<MessageMeans> = {}): MessageMeans => ({
  ...{ outbox: OUTBOX_OF, database: { get: () => databaseOf(client) }, instance: 'shop-1', adminRoles: [] },
  ...{ redact: (text: string) => text, record: async () => {}, ...more },
})

test('an id that ends a line, or speaks to a terminal, is one line of the log and of the trail', async () => {
  const said: string[] = []
  onNotice(({ text }) => void said.push(text))
  const { rows, ask } = operationsOf({ ops: PLAIN, client: lite })
  await ask(`${OUTBOX}/1%0d%0aroot%20did%1b%5b2J%c2%9b%e2%80%a8x/requeue`, { method: 'POST' })
  onNotice(() => {})
  expect(said).toEqual(['message 1 root did [2J x: requeue was refused (invalid_request)'])
  expect(rows.map((row) => row.target_id)).toEqual(['1 root did [2J x'])
})

test('a refusal does not wait for a trail that never answers', async () => {
  const hangs = () => new Promise<never>(() => {})
  const messages = new Messages(means(lite, { record: hangs, recordMs: 20 }))
  await expect(messages.act('outbox', 'requeue', askedOf('\0'))).rejects.toMatchObject({ code: 'invalid_request' })
})

test('what somebody was told is not done, for the database was late, is not done later [G-28]', async () => {
  await lite.exec(TABLES)
  const rows: unknown[] = []
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  let last: Promise<unknown> = Promise.resolve()
  // Every connection is taken for a while.
  const client = {
    ...{ query: lite.query.bind(lite), waitReady: lite.waitReady },
    transaction: (work: (tx: unknown) => Promise<unknown>) =>
      (last = opened.then(() => lite.transaction(work as never))),
  }
  const record = async (entry: AuditEntry) => void rows.push(entry.result)
  const messages = new Messages(means(client, { record, deadlineMs: 20 }))
  await expect(messages.act('outbox', 'requeue', askedOf('4'))).rejects.toMatchObject({ code: 'service_unavailable' })
  open()
  await expect(last).rejects.toThrow('the database answered too late')
  expect(rows).toEqual(['failure'])
  expect((await lite.query('SELECT status FROM app.outbox WHERE id = 4')).rows).toEqual([{ status: 'failed' }])
})

test('of an error as long as a book its beginning is read', async () => {
  await lite.exec(TABLES)
  await lite.exec("UPDATE app.outbox SET last_error = repeat('x', 1000000), event_type = repeat('y', 1000000)")
  const lengths: number[] = []
  const client = {
    ...{ query: lite.query.bind(lite), waitReady: lite.waitReady },
    transaction: (work: (tx: unknown) => Promise<unknown>) =>
      lite.transaction((tx) =>
        work({
          async query(text: string, values: unknown[]) {
            const answer = await tx.query<Record<string, string | null>>(text, values)
            for (const { last_error, event_type } of answer.rows)
              lengths.push(last_error?.length ?? 0, event_type?.length ?? 0)
            return answer
          },
        }),
      ),
  }
  const { ask } = operationsOf({ ops: PLAIN, client })
  const { messages } = (await ask(OUTBOX)) as unknown as { messages: { last_error: string; event_type: string }[] }
  expect(messages.map((one) => [one.last_error.length, one.event_type.length])).toEqual([
    [500, 200],
    [500, 200],
  ])
  expect(Math.max(...lengths)).toBe(2000)
})
