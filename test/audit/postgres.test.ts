// The trail in a real PostgreSQL: in the transaction of the change, kept by the database, one chain whoever writes.
import fc from 'fast-check'
import pg from 'pg'
import { expect, test } from 'vitest'
import type { Audit } from '../../src/audit/audit.ts'
import { GENESIS } from '../../src/audit/chain.ts'
import { type AuditOptions, auditOf, openAudit } from '../../src/audit/open.ts'
import type { ChainedRow } from '../../src/audit/row.ts'
import { observe } from '../../src/surfaces/sql/observe.ts'
import { kit } from '../sql/kit.ts'
import { entries } from './arbitrary.ts'
import { connected, entry, later, noPostgres, outcome, ownPostgres, told } from './kit.ts'

const { server, sql } = await ownPostgres('CREATE TABLE orders (id text PRIMARY KEY, state text NOT NULL)')

const run = test.skipIf(noPostgres)
let tables = 0

/** A trail in a table of its own. */
async function trail(more: AuditOptions = {}): Promise<Audit & { readonly table: string }> {
  const table = more.table ?? `trail_${++tables}`
  const audit = await openAudit({ store: 'postgresql', url: server.url, ...more, table })
  later(() => audit.close())
  return Object.assign(audit, { table })
}

const orders = async () => (await sql.query('SELECT id, state FROM orders ORDER BY id')).rows.map(({ id }) => id)

run('a row is there with the change of its transaction, and gone with it [G-16]', async () => {
  const audit = await trail()
  const client = await connected(server.url)
  await client.query('BEGIN')
  await client.query("INSERT INTO orders VALUES ('committed', 'new')")
  const row = await audit.record(entry({ target_id: 'committed' }), { client })
  expect(row).toMatchObject({ seq: 1, prev_hash: GENESIS, target_id: 'committed' })
  expect(await sql.query(`SELECT FROM ${audit.table}`)).toMatchObject({ rowCount: 0 })
  await client.query('COMMIT')
  await client.query('BEGIN')
  await client.query("INSERT INTO orders VALUES ('rolled back', 'new')")
  await audit.record(entry({ target_id: 'rolled back' }), { client })
  await client.query('ROLLBACK')
  await client.query('BEGIN')
  await audit.record(entry({ target_id: 'again' }), { client })
  await client.query('COMMIT')
  expect(await orders()).toEqual(['committed'])
  expect(told(await audit.rows())).toEqual(['1 order.cancel committed', '2 order.cancel again'])
  expect(await audit.verify()).toMatchObject({ ok: true, rows: 2 })
})

run('a row that is refused takes the change with it, also where nobody looks at the error [G-15]', async () => {
  const audit = await trail()
  const client = await connected(server.url)
  const metadata = { reason: 'x', password_hint: 'rosebud' }
  await client.query('BEGIN')
  await client.query("INSERT INTO orders VALUES ('refused', 'new')")
  const refused = audit.record(entry({ metadata } as never), { client })
  await expect(refused).rejects.toThrow(/^AUDIT_KEY metadata.password_hint: .*found password_hint;/)
  await expect(refused).rejects.not.toThrow('rosebud')
  expect(await outcome(client.query("INSERT INTO orders VALUES ('refused too', 'new')"))).toBe('25P02')
  expect((await client.query('COMMIT')).command).toBe('ROLLBACK')
  expect(await orders()).not.toContain('refused')
  expect(await audit.rows()).toEqual([])
})

run('a trail that cannot be reached, or is none for this client, takes the change with it too', async () => {
  const closed = await trail()
  await closed.close()
  const lost = auditOf({ store: 'postgresql', url: 'postgres://127.0.0.1:1/none' })
  const client = await connected(server.url)
  for (const [audit, code] of [
    [closed, 'AUDIT_CLOSED'],
    [lost, 'AUDIT_STORE'],
    [await openAudit(), 'AUDIT_TRANSACTION'],
  ] as const) {
    await client.query('BEGIN')
    await client.query("INSERT INTO orders VALUES ('unrecorded', 'new')")
    expect(await outcome(audit.record(entry(), { client }))).toBe(code)
    expect((await client.query('COMMIT')).command).toBe('ROLLBACK')
  }
  expect(await orders()).not.toContain('unrecorded')
})

run('whatever is recorded is read back as it was, and the chain holds over it', { timeout: 120_000 }, async () => {
  const audit = await trail()
  let written = 0
  await fc.assert(
    fc.asyncProperty(fc.array(entries, { minLength: 1, maxLength: 5 }), async (given) => {
      const recorded: ChainedRow[] = []
      for (const { id: _, ...rest } of given) recorded.push(await audit.record(rest))
      const plain = JSON.parse(JSON.stringify(recorded)) as unknown
      expect(await audit.rows({ after: written })).toEqual(plain)
      written += given.length
    }),
    { numRuns: 40 },
  )
  expect(await audit.verify()).toMatchObject({ ok: true, rows: written })
})

run('a client that is in no transaction, and a pool, are refused: their row could not be undone', async () => {
  const audit = await trail()
  const pool = new pg.Pool({ connectionString: server.url, max: 3 })
  later(() => pool.end())
  const client = await connected(server.url)
  expect(await outcome(audit.record(entry(), { client }))).toBe('AUDIT_TRANSACTION')
  expect(await outcome(audit.record(entry(), { client: pool }))).toBe('AUDIT_TRANSACTION')
  expect(await outcome(audit.record(entry(), { client: {} }))).toBe('AUDIT_TRANSACTION')
  expect(await audit.rows()).toEqual([])
})

run('a client that telltale/sql observes works as without, and the trail makes no operations of its own', async () => {
  const on = kit()
  later(on.stop)
  const audit = await trail()
  const pool = observe(new pg.Pool({ connectionString: server.url }))
  later(() => pool.end())
  const client = await pool.connect()
  await client.query('BEGIN')
  await client.query("INSERT INTO orders VALUES ('observed', 'new')")
  await audit.record(entry(), { client })
  await client.query('COMMIT')
  client.release()
  expect(on.counts('sql_ops_total')).toEqual({
    'exec ok postgresql BEGIN': 1,
    'exec ok postgresql INSERT': 1,
    'exec ok postgresql COMMIT': 1,
  })
  expect(await audit.verify()).toMatchObject({ ok: true, rows: 1 })
})

run.each(['UPDATE # SET action = action', 'DELETE FROM #', 'DELETE FROM # WHERE seq = 1', 'TRUNCATE #'])(
  'the database refuses %s [G-16]',
  async (statement) => {
    const audit = await trail()
    await audit.record(entry())
    await audit.record(entry())
    const text = statement.replace('#', audit.table)
    await expect(sql.query(text)).rejects.toThrow(`is append-only: ${statement.split(' ')[0]} is refused`)
    await sql.query('SET session_replication_role = replica')
    await expect(sql.query(text)).rejects.toThrow('append-only')
    await sql.query('SET session_replication_role = DEFAULT')
    expect(await audit.verify()).toMatchObject({ ok: true, rows: 2 })
  },
)

run('the database takes no row that does not follow the last', async () => {
  const audit = await trail()
  await audit.record(entry())
  const copy = `INSERT INTO ${audit.table} SELECT 7, gen_random_uuid(), actor_user_id, actor_role, action, target_type, target_id,
    result, correlation_id, metadata, created_at, actor_ip, user_agent, prev_hash, hash FROM ${audit.table}`
  await expect(sql.query(copy)).rejects.toThrow('takes no row but the one that follows its last')
})

run('a snapshot that is older than the last row is a conflict as any other, and the second try succeeds', async () => {
  const audit = await trail()
  const client = await connected(server.url)
  for (const level of ['REPEATABLE READ', 'SERIALIZABLE']) {
    await client.query(`BEGIN ISOLATION LEVEL ${level}`)
    await client.query('SELECT count(*) FROM orders')
    await audit.record(entry({ target_id: `before ${level}` }))
    expect(await outcome(audit.record(entry(), { client }))).toBe('40001')
    await client.query('ROLLBACK')
    await client.query(`BEGIN ISOLATION LEVEL ${level}`)
    await audit.record(entry({ target_id: level }), { client })
    await client.query('COMMIT')
  }
  expect(await audit.verify()).toMatchObject({ ok: true, rows: 4 })
})

run('a savepoint that is rolled back takes its row along', async () => {
  const audit = await trail()
  const client = await connected(server.url)
  await client.query('BEGIN')
  await audit.record(entry({ target_id: 'kept' }), { client })
  await client.query('SAVEPOINT s')
  await audit.record(entry({ target_id: 'gone' }), { client })
  await client.query('ROLLBACK TO SAVEPOINT s')
  await audit.record(entry({ target_id: 'kept too' }), { client })
  await client.query('COMMIT')
  expect(told(await audit.rows())).toEqual(['1 order.cancel kept', '2 order.cancel kept too'])
  expect(await audit.verify()).toMatchObject({ ok: true, rows: 2 })
})

run('the search path, the parsers and the schema of the client do not matter', async () => {
  await sql.query('CREATE SCHEMA IF NOT EXISTS elsewhere; CREATE SCHEMA IF NOT EXISTS "Audits"')
  const plain = await trail()
  const named = await trail({ table: 'Audits.Trail' })
  const client = await connected(server.url)
  for (const type of [20, 1184, 2950, 3802]) client.setTypeParser(type, () => 'parsed')
  await client.query('SET search_path = elsewhere')
  for (const audit of [plain, named]) {
    await client.query('BEGIN')
    await audit.record(entry(), { client })
    await client.query('COMMIT')
    await audit.record(entry())
    expect(await audit.verify()).toMatchObject({ ok: true, rows: 2 })
  }
})

run('many replicas that start at once make one table, and each writes to it', async () => {
  const table = 'started_together'
  const audits = await Promise.all(Array.from({ length: 8 }, () => trail({ table })))
  await Promise.all(audits.flatMap((audit) => [audit.record(entry()), audit.record(entry())]))
  expect(await audits[0]!.verify()).toMatchObject({ ok: true, rows: 16 })
})

run('a user who may only add and read rows is enough for a service, and cannot remove any', async () => {
  const owner = await trail()
  await sql.query(`CREATE ROLE clerk LOGIN; GRANT SELECT, INSERT ON ${owner.table} TO clerk`)
  const audit = await trail({ table: owner.table, url: server.url.replace('postgres@', 'clerk@') })
  await audit.record(entry())
  expect(await audit.verify()).toMatchObject({ ok: true, rows: 1 })
  const clerk = await connected(server.url.replace('postgres@', 'clerk@'))
  for (const text of [
    'DELETE FROM #',
    'UPDATE # SET action = action',
    'TRUNCATE #',
    'ALTER TABLE # DISABLE TRIGGER ALL',
  ])
    expect(await outcome(clerk.query(text.replace('#', owner.table)))).toBe('42501')
})

run('a database that is not there fails the row with its code, without the password, and is asked again', async () => {
  const url = 'postgres://shop:secret-word@127.0.0.1:1/shop'
  await expect(openAudit({ store: 'postgresql', url })).rejects.toThrow(/^AUDIT_STORE .*found ECONNREFUSED/)
  await expect(openAudit({ store: 'postgresql', url })).rejects.not.toThrow('secret-word')
  expect(await outcome(openAudit({ store: 'postgresql', url: server.url, table: 'a b' }))).toBe('OPTION_VALUE')
  expect(await outcome(openAudit({ store: 'postgresql', url: server.url, table: 'none', create: false }))).toBe(
    'AUDIT_STORE',
  )
})

run('a connection that breaks fails what was under way and nothing after it', async () => {
  const audit = await trail()
  await audit.record(entry())
  await sql.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'telltale audit'`)
  const outcomes = [await outcome(audit.record(entry())), await outcome(audit.record(entry()))]
  expect(outcomes.at(-1)).toMatchObject({ target_id: '42' })
  expect((await audit.verify()).ok).toBe(true)
})
