// Changes as a real PostgreSQL decodes them and a real consumer hears them.
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { observeReplication } from '../../../src/surfaces/cdc/service.ts'
import { snapshotRows } from '../../../src/surfaces/cdc/snapshot.ts'
import { type Postgres, postgres } from '../../otel/servers.ts'
import { connected, kit, LOGICAL, noPostgres, pgoutput, service, until } from './kit.ts'

let server: Postgres
let url: string

beforeAll(async () => {
  if (noPostgres) return
  server = await postgres(LOGICAL)
  url = server.url
}, 60_000)
afterAll(() => server?.stop())

async function slot(client: pg.Client, name: string, plugin = 'pgoutput'): Promise<void> {
  await client.query('SELECT pg_create_logical_replication_slot($1, $2)', [name, plugin])
}

test.skipIf(noPostgres)(
  'each change counts once by what it was, and each commit by its age; the service is the same object [W-18]',
  async () => {
    const { counts } = kit()
    const sql = await connected(url)
    await sql.query('CREATE TABLE a (id int primary key, v text)')
    await sql.query('CREATE TABLE b (id int primary key)')
    await sql.query('CREATE PUBLICATION pub FOR TABLE a, b')
    await slot(sql, 'orders')
    const made = service(url)
    const observed = observeReplication(made)
    expect(observed).toBe(made)
    expect(observeReplication(observed)).toBe(made)
    const heard: string[] = []
    observed.on('data', (_lsn, message) => void heard.push(message.tag))
    const running = observed.subscribe(pgoutput('pub'), 'orders')
    await sql.query('INSERT INTO a SELECT n, NULL FROM generate_series(1, 3) n')
    await sql.query('BEGIN')
    await sql.query('INSERT INTO b VALUES (1)')
    await sql.query("UPDATE a SET v = 'x' WHERE id < 3")
    await sql.query('DELETE FROM a WHERE id = 3')
    await sql.query('COMMIT')
    await sql.query('BEGIN')
    await sql.query('INSERT INTO b VALUES (2)')
    await sql.query('ROLLBACK')
    await sql.query('TRUNCATE a, b')
    snapshotRows('orders', 42)
    await until(() => heard.filter((tag) => tag === 'commit').length === 3)
    await observed.stop()
    expect(await running).toBe(undefined)
    expect(heard.filter((tag) => !['begin', 'commit', 'relation'].includes(tag))).toEqual([
      ...['insert', 'insert', 'insert'],
      ...['insert', 'update', 'update', 'delete'],
      'truncate',
    ])
    expect(counts()).toEqual({
      'cdc_changes_total{slot=orders,op=insert}': 4,
      'cdc_changes_total{slot=orders,op=update}': 2,
      'cdc_changes_total{slot=orders,op=delete}': 1,
      'cdc_changes_total{slot=orders,op=truncate}': 2,
      'cdc_changes_total{slot=orders,op=snapshot}': 42,
      'cdc_commit_age_seconds{slot=orders}': 3,
    })
  },
)
