// Changes as a real PostgreSQL decodes them and a real consumer hears them.
import type pg from 'pg'
import { type LogicalReplicationService, TestDecodingPlugin, Wal2JsonPlugin } from 'pg-logical-replication'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { observeReplication } from '../../../src/surfaces/cdc/service.ts'
import { snapshotRows } from '../../../src/surfaces/cdc/snapshot.ts'
import { type Postgres, postgres } from '../../otel/servers.ts'
import { connected, kit, LOGICAL, noPostgres, noWal2json, pgoutput, service, until } from './kit.ts'

let server: Postgres
let url: string

beforeAll(async () => {
  if (noPostgres) return
  server = await postgres(LOGICAL)
  url = server.url
  // Since 15.20 the server takes only output plugins that its configuration names.
  const sql = await connected(url)
  const { rows } = await sql.query("SELECT 1 FROM pg_settings WHERE name = 'output_plugin_libraries'")
  if (rows.length === 0) return
  await sql.query('ALTER SYSTEM SET output_plugin_libraries = pgoutput, test_decoding, wal2json')
  await sql.query('SELECT pg_reload_conf()')
  await until(async () => {
    const { rows } = await sql.query("SELECT current_setting('output_plugin_libraries') AS now")
    return rows[0].now.includes('wal2json')
  })
})
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

interface Plugin {
  readonly plugin: Parameters<LogicalReplicationService['subscribe']>[0]
  readonly name: string
  readonly output: string
}

const PLUGINS: readonly Plugin[] = [
  { name: 'one', output: 'wal2json', plugin: new Wal2JsonPlugin({ includeTimestamp: true }) },
  { name: 'two', output: 'wal2json', plugin: new Wal2JsonPlugin({ formatVersion: '2', includeTimestamp: true }) },
  { name: 'untimed', output: 'wal2json', plugin: new Wal2JsonPlugin({ formatVersion: '2' }) },
  { name: 'words', output: 'test_decoding', plugin: new TestDecodingPlugin({ includeTimestamp: true }) },
]

test.for(PLUGINS)('$output counts the same: $name [W-18]', async ({ name, output, plugin }, { skip }) => {
  if (output === 'wal2json' ? noWal2json : noPostgres) skip('it is not installed')
  const { counts } = kit()
  const sql = await connected(url)
  await sql.query(`CREATE TABLE ${name} (id int primary key, v text)`)
  await slot(sql, name, output)
  const observed = observeReplication(service(url))
  let last: unknown
  observed.on('data', (_lsn, message) => {
    last = message
  })
  const running = observed.subscribe(plugin, name)
  await sql.query(`INSERT INTO ${name} SELECT n, NULL FROM generate_series(1, 3) n`)
  await sql.query('BEGIN')
  await sql.query(`UPDATE ${name} SET v = 'x' WHERE id < 3`)
  await sql.query(`DELETE FROM ${name} WHERE id = 3`)
  await sql.query('COMMIT')
  // The parser of test_decoding knows no TRUNCATE.
  if (output === 'wal2json') await sql.query(`TRUNCATE ${name}`)
  await sql.query(`INSERT INTO ${name} VALUES (9, 'last')`)
  await until(() => JSON.stringify(last ?? '').includes('last') || JSON.stringify(counts()).includes('insert}":4'))
  await until(() => /"C"|COMMIT|"change"/.test(JSON.stringify(last)))
  await observed.stop()
  await running
  expect(counts(/^cdc/)).toEqual({
    [`cdc_changes_total{slot=${name},op=insert}`]: 4,
    [`cdc_changes_total{slot=${name},op=update}`]: 2,
    [`cdc_changes_total{slot=${name},op=delete}`]: 1,
    // Format 1 of wal2json tells no TRUNCATE.
    ...(output === 'wal2json' && name !== 'one' && { [`cdc_changes_total{slot=${name},op=truncate}`]: 1 }),
    ...(name !== 'untimed' && { [`cdc_commit_age_seconds{slot=${name}}`]: output === 'wal2json' ? 4 : 3 }),
  })
})
