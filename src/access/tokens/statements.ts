// What is said to PostgreSQL. Values are parameters; the table is the one thing that cannot be one, so its name is checked
// and quoted. Every statement begins with the mark by which our own surfaces pass it by.
import { crc32 } from 'node:zlib'
import { Fault } from '../../base/fault.ts'
import { OWN_STATEMENT } from '../../base/own.ts'
import { MAX_TOKENS } from './book.ts'
import { FORMAT } from './store.ts'

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/
/** First half of the key of the lock among writers; the second is the table's name. */
const LOCK = 0x74656c6c

/** Each part in quotes, so that it means what was written; undefined when it is no name of a table. */
export function quotedTable(written: string): string | undefined {
  const parts = written.split('.')
  if (parts.length > 2 || !parts.every((part) => NAME.test(part))) return undefined
  return parts.map((part) => `"${part}"`).join('.')
}

const milliseconds = (column: string) => `round(extract(epoch FROM ${column}) * 1000)::float8 AS ${column}`
const moment = (parameter: number) => `to_timestamp($${parameter}::float8 / 1000)`

export class Statements {
  /** The format, and a mark of everything that the table holds. */
  readonly state: string
  readonly all: string
  readonly allForUpdate: string
  readonly exists: string
  readonly format: string
  readonly lock: readonly string[]
  readonly create: readonly string[]
  readonly put: string
  readonly remove: string

  constructor(written: string) {
    const table = quotedTable(written)
    if (table === undefined) {
      const allowed = 'letters, digits and underscores, with a schema and a dot before them or without'
      throw new Fault('CONFIG_VALUE', { subject: 'access.tokens.table', found: JSON.stringify(written), allowed })
    }
    const own = (text: string) => `${OWN_STATEMENT} ${text}`
    const comment = `obj_description('${table}'::regclass, 'pg_class') AS format`
    const columns = [
      'token_id::text AS token_id, hash, scopes, label, replaced_by::text AS replaced_by',
      ...['created_at', 'expires_at', 'revoked_at', 'accepted_until'].map(milliseconds),
    ].join(', ')
    // A table of somebody else may be large: its rows are not looked at.
    this.state = own(
      `SELECT format, CASE WHEN format LIKE 'telltale tokens %' THEN (SELECT md5(coalesce(string_agg(kept::text, E'\\n' ORDER BY kept::text COLLATE "C"), '')) FROM ${table} AS kept) END AS mark FROM (SELECT ${comment}) AS found`,
    )
    this.all = own(
      `SELECT ${columns} FROM ${table} ORDER BY ${table}.created_at, ${table}.token_id LIMIT ${MAX_TOKENS + 1}`,
    )
    this.allForUpdate = `${this.all} FOR UPDATE`
    this.exists = own(`SELECT to_regclass('${table}')::text AS found`)
    this.format = own(`SELECT ${comment}`)
    this.lock = [
      own("SET LOCAL lock_timeout = '4s'"),
      own("SET LOCAL statement_timeout = '4s'"),
      own(`SELECT pg_advisory_xact_lock(${LOCK}, ${crc32(written) | 0})`),
    ]
    this.create = [
      own(
        `CREATE TABLE ${table} (token_id uuid PRIMARY KEY, hash text NOT NULL, scopes text[] NOT NULL, label text, created_at timestamptz NOT NULL, expires_at timestamptz, revoked_at timestamptz, replaced_by uuid, accepted_until timestamptz)`,
      ),
      own(`COMMENT ON TABLE ${table} IS 'telltale tokens ${FORMAT}'`),
    ]
    this.put = own(
      `INSERT INTO ${table} (token_id, hash, scopes, label, created_at, expires_at, revoked_at, replaced_by, accepted_until)
VALUES ($1, $2, $3, $4, ${moment(5)}, ${moment(6)}, ${moment(7)}, $8, ${moment(9)})
ON CONFLICT (token_id) DO UPDATE SET revoked_at = excluded.revoked_at, replaced_by = excluded.replaced_by, accepted_until = excluded.accepted_until`,
    )
    this.remove = own(`DELETE FROM ${table} WHERE token_id = $1`)
  }
}
