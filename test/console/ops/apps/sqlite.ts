// Run by Node 24, which has node:sqlite and runs TypeScript: an outbox in SQLite, as JSON.
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { AuditEntry } from '../../../../src/audit/row.ts'
import type { Asked } from '../../../../src/console/declared.ts'
import { Messages } from '../../../../src/console/ops/messages.ts'
import { Outbox, type OutboxConfig } from '../../../../src/console/ops/outbox.ts'
import { databaseOf } from '../../../../src/console/ops/provided.ts'

interface Database {
  exec(sql: string): void
  prepare(sql: string): { all(): Record<string, unknown>[] }
}

// The types of Node 20 do not have it.
const { DatabaseSync } = createRequire(import.meta.url)('node:sqlite') as {
  DatabaseSync: new (path: string) => Database
}

const NOW = Date.UTC(2027, 0, 15, 8)
const sqlite = new DatabaseSync(':memory:')
sqlite.exec(`
CREATE TABLE outbox (id INTEGER PRIMARY KEY, status TEXT, event_type TEXT, payload TEXT, created_at TEXT, failed_at INTEGER,
  attempts INTEGER, last_error TEXT, size INTEGER GENERATED ALWAYS AS (length(payload)) VIRTUAL);
CREATE TABLE dead (id INTEGER, event_type TEXT, payload TEXT, created_at TEXT, failed_at INTEGER, attempts INTEGER, size INTEGER);
INSERT INTO outbox (id, status, event_type, payload, created_at, failed_at, attempts) VALUES
  (1, 'pending', 'order.placed', 's1', '2027-01-15 07:58:00', NULL, 0),
  (2, 'pending', 'order.paid', 's2', '2027-01-15T07:50:00Z', ${NOW / 1000 - 60}, 2),
  (3, 'failed', 'order.lost', 's3', '2027-01-15', ${NOW - 30_000}, 9);
INSERT INTO dead VALUES (7, 'order.lost', 's7', '2027-01-14', ${NOW - 3_600_000}, 9, 1);
`)

const config = (more: Partial<OutboxConfig> = {}): OutboxConfig => ({
  table: 'outbox',
  pending: 'pending',
  failed: 'failed',
  columns: {},
  ...more,
})
const db = databaseOf(sqlite)
const counts = (one: OutboxConfig) => db.read(new Outbox(db, one).counts(NOW - 300_000))

const rows: string[] = []
let refuses = false
const messages = (outbox: OutboxConfig, database = db) =>
  new Messages({
    outbox,
    database: { get: () => database },
    instance: 'shop-1',
    redact: (text) => text,
    adminRoles: [],
    async record({ action, target_id, result, metadata }: AuditEntry) {
      if (refuses) throw new Error('full')
      rows.push([action, target_id, result, ...Object.values(metadata ?? {})].join(' '))
    },
  })
const asked = (id: string): Asked => ({
  request: new Request('http://h/', { method: 'POST' }),
  search: new URLSearchParams(),
  params: { id },
  tenant: 'main',
  caller: null,
  correlationId: 'c',
  now: NOW,
})
const outcome = async (work: Promise<object>) =>
  work.catch((error: { status?: number; code?: string }) => [error.status, error.code])

const plain = messages(config())
const dead = messages(config({ dead_letter: 'dead' }))
const found = {
  counts: [await counts(config()), await counts(config({ dead_letter: 'dead' }))],
  page: (await plain.page('outbox', asked(''))).messages,
  requeued: [await plain.act('outbox', 'requeue', asked('3')), await plain.act('outbox', 'requeue', asked('3'))],
  revived: [await dead.act('dlq', 'requeue', asked('7')), await dead.act('dlq', 'requeue', asked('7'))],
  missing: await outcome(plain.act('outbox', 'discard', asked("1' OR '1'='1"))),
  busy: await (async () => {
    sqlite.exec('BEGIN')
    const told = await outcome(plain.act('outbox', 'discard', asked('1')))
    sqlite.exec('ROLLBACK')
    return told
  })(),
  unrecorded: await (async () => {
    refuses = true
    const told = await outcome(plain.act('outbox', 'discard', asked('1')))
    refuses = false
    return told
  })(),
  locked: await (async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'ops-')), 'shop.db')
    const [one, two] = [new DatabaseSync(file), new DatabaseSync(file)]
    one.exec('CREATE TABLE outbox (id INTEGER PRIMARY KEY, status TEXT); BEGIN IMMEDIATE')
    two.exec('PRAGMA busy_timeout = 1')
    const told = await outcome(messages(config(), databaseOf(two)).act('outbox', 'discard', asked('1')))
    one.exec('ROLLBACK')
    rmSync(dirname(file), { recursive: true })
    return told
  })(),
  discarded: await plain.act('outbox', 'discard', asked('2')),
  rows,
  left: sqlite
    .prepare('SELECT id, status, attempts, payload, size FROM outbox ORDER BY id')
    .all()
    .map((row) => Object.values(row).join(' ')),
  dead: sqlite.prepare('SELECT id FROM dead').all().length,
}
process.stdout.write(JSON.stringify(found))
