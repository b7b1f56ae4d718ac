// The trail in PostgreSQL's words, for every client that can `query(text, values)` and answers rows: node-postgres, PGlite,
// and a transaction of either. What is read is asked for as text, since an application may have its own parsers of types.
import { Fault } from '../base/fault.ts'
import { EMPTY, type Head } from './chain.ts'
import { COLUMNS, postgresGuards, postgresTable, quoted, type TableName, TRIGGERS } from './ddl.ts'
import type { ActorRole, AuditResult, ChainedRow } from './row.ts'
import { PRUNED, type Reader, type Seal } from './store.ts'
import { ask, type Fields, type Queryable } from './transaction.ts'

/** The high half of the lock's number; the low one is the table's. */
const LOCK = 1_952_805_748n << 32n

/** `table` or `schema.table` of the configuration, quoted. */
export function tableOf(written: string): string {
  const parts = written.split('.')
  if (parts.length > 2 || !parts.every((part) => /^[A-Za-z_][\w$]{0,62}$/.test(part))) {
    const allowed = 'table or schema.table of letters, digits, _ and $'
    throw new Fault('OPTION_VALUE', { subject: 'audit.table', found: written.slice(0, 200), allowed })
  }
  return parts.map(quoted).join('.')
}

/** Where the table is for this connection; statements of others, with other search paths, then mean the same one. */
export async function found(client: Queryable, table: string): Promise<TableName | undefined> {
  const text = `SELECT n.nspname::text AS schema, c.relname::text AS name FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass($1)`
  const [row] = await ask(client, text, [table])
  if (row === undefined) return undefined
  const schema = quoted(row['schema']!)
  return { schema, full: `${schema}.${quoted(row['name']!)}` }
}

/** Makes what is missing. One at a time does, in a transaction that `client` is in. */
export async function prepare(client: Queryable, table: string): Promise<TableName> {
  await ask(client, `SELECT pg_advisory_xact_lock(${LOCK})::text`)
  let name = await found(client, table)
  if (name === undefined) {
    for (const text of postgresTable({ full: table, schema: '' })) await ask(client, text)
    name = (await found(client, table))!
    await guard(client, name)
  }
  return name
}

export async function guard(client: Queryable, name: TableName): Promise<void> {
  for (const text of postgresGuards(name)) await ask(client, text)
}

/** Whether the triggers that keep the table append-only are all there and enabled. */
export async function guarded(client: Queryable, { full }: TableName): Promise<boolean> {
  const text = `SELECT count(*)::text AS n FROM pg_catalog.pg_trigger
    WHERE tgrelid = to_regclass($1) AND tgname::text = ANY ($2::text[]) AND tgenabled = 'A'`
  const [row] = await ask(client, text, [full, `{${TRIGGERS.join(',')}}`])
  return row?.['n'] === String(TRIGGERS.length)
}

/** Of this database of this server since it was started; null where the trail is not there, or not to be written. */
export async function placeOf(client: Queryable, { full }: TableName): Promise<string | null> {
  const text = `SELECT CASE WHEN has_table_privilege(to_regclass($1)::oid, 'SELECT')
    AND has_table_privilege(to_regclass($1)::oid, 'INSERT')
    THEN d.oid::text || ' ' || extract(epoch FROM pg_postmaster_start_time())::text END AS place
    FROM pg_catalog.pg_database d WHERE d.datname = current_database()`
  const [row] = await ask(client, text, [full])
  return row?.['place'] ?? null
}

const PLACES = COLUMNS.map((name, i) => {
  const type = { seq: 'bigint', id: 'uuid', metadata: 'jsonb', created_at: 'timestamptz' }[name as string] ?? 'text'
  return `$${i + 1}::text::${type}`
})

/**
 * Appends in the transaction that `client` is in. The lock is held to its end, so that rows follow one another in every
 * isolation level: where the snapshot is older than the last row, the server says 40001, as it does for any conflict.
 * The insertion asks whether it still is the transaction that has taken the lock.
 */
export async function append(client: Queryable, name: TableName, seal: Seal): Promise<ChainedRow> {
  const lock = `SELECT pg_advisory_xact_lock(${LOCK} | to_regclass($1)::oid::bigint)::text, txid_current()::text AS tx`
  const [locked] = await ask(client, lock, [name.full])
  const row = seal(await head(client, name))
  const values = COLUMNS.map((column) => {
    const value = row[column]
    return typeof value === 'object' && value !== null ? JSON.stringify(value) : value === null ? null : String(value)
  })
  const insert = `INSERT INTO ${name.full} (${COLUMNS.join(', ')}) SELECT ${PLACES.join(', ')}
    WHERE txid_current()::text = $${COLUMNS.length + 1}::text ON CONFLICT (seq) DO NOTHING RETURNING seq::text AS seq`
  const inserted = await ask(client, insert, [...values, locked?.['tx']])
  if (inserted.length === 0) {
    throw new Fault('AUDIT_TRANSACTION', { subject: 'client', found: 'a client that is in no transaction' })
  }
  return row
}

async function head(client: Queryable, { full }: TableName): Promise<Head> {
  const [row] = await ask(
    client,
    `SELECT seq::text AS seq, hash::text AS hash FROM ${full} ORDER BY ${full}.seq DESC LIMIT 1`,
  )
  return row === undefined ? EMPTY : { seq: Number(row['seq']), hash: row['hash']! }
}

const SELECTED = COLUMNS.map((name) =>
  name === 'created_at'
    ? `to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at`
    : `${name}::text AS ${name}`,
).join(', ')

export function reader(client: Queryable, name: TableName): Reader {
  const { full } = name
  const rows = async (rest: string, values: readonly unknown[]) =>
    (await ask(client, `SELECT ${SELECTED} FROM ${full} ${rest}`, values)).map(rowOf)
  return {
    head: () => head(client, name),
    after: (seq, limit) =>
      rows(`WHERE ${full}.seq > $1::text::bigint ORDER BY ${full}.seq LIMIT ${limit}`, [String(seq)]),
    byId: async (id) => (await rows('WHERE id::text = $1 LIMIT 1', [id.toLowerCase()]))[0],
    hasHash: async (hash) => (await ask(client, `SELECT 1 FROM ${full} WHERE hash = $1 LIMIT 1`, [hash])).length > 0,
    checkpoint: async () =>
      (
        await rows(`WHERE action = $1 AND target_type = $2 ORDER BY ${full}.seq DESC LIMIT 1`, [
          PRUNED.action,
          PRUNED.target_type,
        ])
      )[0],
  }
}

export async function remove(client: Queryable, { full }: TableName, seq: number, limit: number): Promise<number> {
  const text = `DELETE FROM ${full} WHERE seq IN (SELECT seq FROM ${full} WHERE seq <= $1::text::bigint ORDER BY seq LIMIT ${limit})
    RETURNING 1 AS one`
  return (await ask(client, text, [String(seq)])).length
}

/** A row as text. What is not as it was written (a time with microseconds, a document that is none) stays wrong. */
export function rowOf(fields: Fields): ChainedRow {
  return {
    id: fields['id'] ?? '',
    actor_user_id: fields['actor_user_id'] ?? null,
    actor_role: (fields['actor_role'] ?? '') as ActorRole,
    action: fields['action'] ?? '',
    target_type: fields['target_type'] ?? '',
    target_id: fields['target_id'] ?? '',
    result: (fields['result'] ?? '') as AuditResult,
    correlation_id: fields['correlation_id'] ?? '',
    metadata: parsed(fields['metadata']),
    created_at: (fields['created_at'] ?? '').replace(/(\.\d{3})000Z$/, '$1Z'),
    actor_ip: fields['actor_ip'] ?? null,
    user_agent: fields['user_agent'] ?? null,
    seq: Number(fields['seq']),
    prev_hash: fields['prev_hash'] ?? '',
    hash: fields['hash'] ?? '',
  }
}

function parsed(text: string | null | undefined): ChainedRow['metadata'] {
  try {
    return JSON.parse(text ?? 'null') as ChainedRow['metadata']
  } catch {
    return { reason: '[UNREADABLE]' }
  }
}
