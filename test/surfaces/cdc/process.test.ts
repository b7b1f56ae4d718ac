// A whole process over the built package: what `start` wires, what is scraped, and a handler that throws.
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dist, run } from '../../house/dist.ts'
import { type Postgres, postgres } from '../../otel/servers.ts'
import { folder } from '../../start/kit.ts'
import { connected, LOGICAL, noPostgres } from './kit.ts'

const ROOT = join(import.meta.dirname, '../../..')

let server: Postgres

beforeAll(async () => {
  if (noPostgres) return
  await dist()
  server = await postgres(LOGICAL)
})
afterAll(() => server?.stop())

const PROGRAM = `
import pg from 'pg'
import { LogicalReplicationService, PgoutputPlugin } from 'pg-logical-replication'
import { start } from 'telltale'
import { observeReplication, snapshotRows, watchSlot } from 'telltale/cdc'
import { observe } from 'telltale/sql'
const [url, how] = process.argv.slice(2)
const pool = observe(new pg.Pool({ connectionString: url }), { name: 'orders' })
// Often enough, and seldom enough for a server that takes its time: what is not answered by the next turn would be said.
const watched = watchSlot(pool, how, { everyMs: 5000 })
const made = new LogicalReplicationService({ connectionString: url }, { acknowledge: { auto: true, timeoutSeconds: 0 } })
const service = how === 'bare' ? made : observeReplication(made)
const telltale = await start()
const scrape = async () => (await (await fetch(telltale.address + '/metrics')).text())
  .split('\\n').filter((line) => /^(cdc|errors|sql)_[a-z_]*(total|bytes|active|lost|count)\\{/.test(line))
service.on('data', async (lsn, message) => {
  if (message.tag === 'commit') done()
})
service.on('data', (lsn, message) => {
  if (how !== 'whole' && message.tag === 'insert') throw new RangeError('not mine')
})
let done
const delivered = new Promise((resolve) => { done = resolve })
snapshotRows(how, 2)
const running = service.subscribe(new PgoutputPlugin({ protoVersion: 1, publicationNames: ['pub'] }), how)
await delivered
let lines = []
while (!lines.some((line) => /^cdc_unconfirmed_wal_bytes.* 0$/.test(line))) {
  await new Promise((resolve) => setTimeout(resolve, 20))
  lines = await scrape()
}
watched()
const after = (await scrape()).filter((line) => /bytes|active|lost/.test(line))
await service.stop()
await running
await pool.end()
await telltale.stop()
console.log(JSON.stringify({ lines, after }))
`

async function program(how: string): Promise<{ code: number | null; stderr: string; said: unknown }> {
  const cwd = folder({
    'package.json': '{ "type": "module" }',
    'telltale.yaml': 'name: shop\nserver: { port: 0 }\n',
    'program.mjs': PROGRAM,
  })
  mkdirSync(join(cwd, 'node_modules'))
  symlinkSync(ROOT, join(cwd, 'node_modules', 'telltale'))
  for (const name of ['pg', 'pg-logical-replication'])
    symlinkSync(join(ROOT, 'node_modules', name), join(cwd, 'node_modules', name))
  const sql = await connected(server.url)
  await sql.query('CREATE TABLE IF NOT EXISTS a (id serial primary key)')
  await sql.query('DROP PUBLICATION IF EXISTS pub')
  await sql.query('CREATE PUBLICATION pub FOR TABLE a')
  await sql.query("SELECT pg_create_logical_replication_slot($1, 'pgoutput')", [how])
  await sql.query('INSERT INTO a DEFAULT VALUES')
  const { code, stdout, stderr } = await run(
    process.env['TELLTALE_NODE'] ?? process.execPath,
    ['program.mjs', server.url, how],
    {
      cwd,
      env: { PATH: process.env['PATH'] },
    },
  )
  return { code, stderr, said: stdout === '' ? null : JSON.parse(stdout.trim().split('\n').at(-1)!) }
}

test.skipIf(noPostgres)(
  'a real program shows its changes and its slot, before which no series is there; its questions are no operations [W-18, W-10, W-11, W-22]',
  async () => {
    const ran = await program('whole')
    const said = ran.said as { lines: string[]; after: string[] }
    expect({
      ...ran,
      said: { ...said, lines: said.lines.map((line) => line.replace(/(retained.*) \d+$/, '$1 N')) },
    }).toEqual({
      code: 0,
      stderr: '',
      said: {
        lines: [
          'cdc_changes_total{slot="whole",op="snapshot",service="shop"} 2',
          'cdc_changes_total{slot="whole",op="insert",service="shop"} 1',
          'cdc_commit_age_seconds_count{slot="whole",service="shop"} 1',
          'cdc_retained_wal_bytes{slot="whole",service="shop"} N',
          'cdc_unconfirmed_wal_bytes{slot="whole",service="shop"} 0',
          'cdc_slot_active{slot="whole",service="shop"} 1',
          'cdc_slot_lost{slot="whole",service="shop"} 0',
        ],
        after: [],
      },
    })
  },
)

test.skipIf(noPostgres)('a handler that throws ends the process as it would without us [W-18]', async () => {
  const ended = async (how: string) => {
    const { code, stderr, said } = await program(how)
    return { code, said, error: /^RangeError: not mine\n {4}at LogicalReplicationService/m.test(stderr) }
  }
  expect([await ended('bare'), await ended('ours')]).toEqual(Array(2).fill({ code: 1, said: null, error: true }))
})
