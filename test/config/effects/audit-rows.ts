// Keys of the audit trail: whether there is one, where it is kept, and what of it is old.
import { existsSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import type { AuditEntry, openAudit as open, record as write } from '../../../src/audit.ts'
import { run } from '../../cli/run.ts'
import { ROOT } from '../../house/source.ts'
import { freePort } from '../../otel/servers.ts'
import { type Row, row } from './row.ts'
import type { Service } from './service.ts'

const ENTRY: AuditEntry = { actor_role: 'system', action: 'a', target_type: 't', target_id: '1', result: 'success' }

/** What becomes of a row. */
async function recorded(service: Service): Promise<unknown> {
  // Drivers are looked for where the application is.
  symlinkSync(join(ROOT, 'node_modules'), join(service.folder, 'node_modules'))
  const { record } = service.door<{ record: typeof write }>('audit')
  try {
    await service.start()
    return (await record(ENTRY))?.seq ?? 'nowhere'
  } catch (error) {
    const { code, faults } = error as { code?: string; faults?: readonly { code: string }[] }
    return faults?.[0]?.code ?? code
  }
}

async function made(service: Service): Promise<unknown> {
  const seq = await recorded(service)
  await service.telltale.stop()
  return [seq, ...['one', 'two'].filter((name) => existsSync(join(service.folder, name)))]
}

/** The table that has the row, in a database of its own. */
async function tables(service: Service): Promise<unknown> {
  const db = await PGlite.create()
  const server = new PGLiteSocketServer({ db, port: await freePort(), host: '127.0.0.1' })
  await server.start()
  service.later(async () => {
    await server.stop()
    await db.close()
  })
  const { port } = server as unknown as { port: number }
  service.env['DATABASE_URL'] = `postgres://postgres@127.0.0.1:${port}/postgres`
  const seq = await recorded(service)
  await service.telltale.stop()
  const found = await db.query<{ name: string }>(
    "SELECT relname AS name FROM pg_class WHERE relname LIKE 'trail%' AND relkind = 'r'",
  )
  return [seq, ...found.rows.map(({ name }) => name)]
}

/** How many rows of a trail are too old to be kept. */
async function old(service: Service): Promise<unknown> {
  const { openAudit } = service.door<{ openAudit: typeof open }>('audit')
  const audit = await openAudit({ path: join(service.folder, 'one'), now: () => Date.now() - 86_400_000 })
  await audit.record(ENTRY)
  await audit.close()
  const { out } = await run(service.folder, ['audit', 'prune', '--dry-run', '--json'])
  return (JSON.parse(out) as { rows: number }).rows
}

const on = { audit: { enabled: true } }
const elsewhere = { audit: { enabled: true, store: 'postgresql' } }
const NOBODY = 'postgres://127.0.0.1:1/none'

export const AUDIT: readonly Row[] = [
  row('audit.enabled', [false, true], recorded, ['nowhere', 1]),
  row('audit.store', ['embedded', 'postgresql'], recorded, [1, 'AUDIT_STORE'], {
    base: on,
    env: { DATABASE_URL: NOBODY },
  }),
  row(
    'audit.path',
    ['one', './two'],
    made,
    [
      [1, 'one'],
      [1, 'two'],
    ],
    { base: on },
  ),
  row('audit.url_env', ['ONE_URL', 'TWO_URL'], recorded, ['AUDIT_STORE', 'CONFIG_UNSET_VARIABLE'], {
    base: elsewhere,
    env: { ONE_URL: NOBODY },
  }),
  row(
    'audit.table',
    ['trail_one', 'public.trail_two'],
    tables,
    [
      [1, 'trail_one'],
      [1, 'trail_two'],
    ],
    { base: elsewhere },
  ),
  row('audit.retention', ['2d', '1h'], old, [0, 1], { base: { audit: { enabled: true, path: 'one' } } }),
]
