// Run by Node 24, which has node:sqlite and runs TypeScript: what a trail in a file does, as JSON.
import { statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type AuditOptions, openAudit } from '../../../src/audit/open.ts'
import { prune } from '../../../src/audit/prune.ts'
import type { AuditEntry } from '../../../src/audit/row.ts'

interface Database {
  exec(sql: string): void
  prepare(sql: string): { all(): { n: number }[] }
  close(): void
}

// The types of Node 20 do not have it.
const { DatabaseSync } = createRequire(import.meta.url)('node:sqlite') as {
  DatabaseSync: new (path: string) => Database
}
const path = join(process.argv[2]!, 'trail', 'audit.db')
const base: AuditEntry = { actor_role: 'user', action: 'a', target_type: 't', target_id: '1', result: 'success' }
const entry = (target_id: string): AuditEntry => ({ ...base, target_id })

async function outcome(work: () => unknown): Promise<string> {
  try {
    await work()
    return 'done'
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    return code === 'ERR_SQLITE_ERROR' ? message : (code ?? message)
  }
}

const open = (more: AuditOptions = {}) => openAudit({ path, ...more })
const audit = await open()
const mode = (statSync(path).mode & 0o777).toString(8)
await audit.record({ ...entry('1'), metadata: { reason: 'ü', old_value: { b: [1.5], a: '"' } } })
const second = await open()
await Promise.all([second.record(entry('2')), audit.record(entry('3'))])
const refused = await outcome(() => audit.record({ ...entry('x'), metadata: { note: 1 } as never }))

const own = new DatabaseSync(path)
own.exec('CREATE TABLE orders (id TEXT)')
own.exec("BEGIN; INSERT INTO orders VALUES ('committed')")
await audit.record(entry('4'), { client: own })
own.exec('COMMIT')
own.exec("BEGIN; INSERT INTO orders VALUES ('rolled back')")
await audit.record(entry('gone'), { client: own })
own.exec('ROLLBACK')
const outside = await outcome(() => audit.record(entry('x'), { client: own }))
const foreign = await outcome(() => audit.record(entry('x'), { client: {} }))
const [orders] = own.prepare('SELECT count(*) AS n FROM orders').all()

const columns =
  'id, actor_user_id, actor_role, action, target_type, target_id, result, correlation_id, metadata, created_at, actor_ip, user_agent, prev_hash, hash'
const statements = [
  "UPDATE telltale_audit SET action = 'b'",
  'UPDATE OR REPLACE telltale_audit SET seq = 2 WHERE seq = 1',
  'DELETE FROM telltale_audit WHERE seq = 1',
  `INSERT OR REPLACE INTO telltale_audit (seq, ${columns}) SELECT 1, ${columns} FROM telltale_audit WHERE seq = 2`,
  `REPLACE INTO telltale_audit (seq, ${columns}) SELECT 5, ${columns} FROM telltale_audit WHERE seq = 2`,
]
const guards: string[] = []
for (const text of statements) guards.push(await outcome(() => own.exec(text)))
const whole = await audit.verify()

const shared = await openAudit({ database: own })
own.exec('BEGIN')
await shared.record(entry('5'), { client: own })
own.exec('COMMIT')
await shared.record(entry('6'))
const pruned = await prune(audit, 2)
const after = await audit.verify()
own.exec('DROP TRIGGER telltale_audit_keep')
own.exec(`UPDATE telltale_audit SET metadata = '{"reason":"x",' || substr(metadata, 2) WHERE seq = 6`)
const { broken } = await audit.verify()
for (const one of [audit, second, shared]) await one.close()
own.close()
const absent = await outcome(() => open({ path: `${path}.none`, create: false }))
process.stdout.write(
  JSON.stringify({
    mode,
    refused,
    outside,
    foreign,
    orders: orders!.n,
    guards,
    whole: [whole.ok, whole.rows],
    pruned: pruned.rows,
    after: [after.ok, after.rows],
    broken: [broken?.kind, broken?.seq],
    absent,
  }),
)
