// Databases as the operations endpoints ask them: PostgreSQL (node-postgres, PGlite) and SQLite (node:sqlite), told by the
// shape of their client. What is to be done is a generator that yields statements and is given rows, so that the same work
// runs over a connection that is waited for and in one turn of SQLite, where nobody may come in between. Names are quoted,
// values are bound; what is read is text, whatever parsers of types an application has.
import { ask, type Lent, type Queryable, transaction } from '../../audit/transaction.ts'
import { OWN_STATEMENT } from '../../base/own.ts'
import type { Scope } from './answers.ts'
import { Absent } from './source.ts'

export type Cell = string | null
export type Row = Readonly<Record<string, Cell>>

export interface Statement {
  readonly text: string
  readonly values?: readonly string[]
}

export type Work<T> = Generator<Statement, T, readonly Row[]>

export interface Column {
  /** As a cast to it is written. */
  readonly type: string
  /** The database computes it: nobody may write it. */
  readonly computed: boolean
}

export interface Database {
  readonly scope: Scope
  read<T>(work: Work<T>): Promise<T>
  /**
   * In one transaction. `seal` runs before it is committed, with the client that it runs on; what it throws undoes the change.
   * Where a transaction cannot wait for anybody, the change is tried, undone, sealed with null, and made.
   */
  change<T>(make: () => Work<T>, seal: (result: T, client: unknown) => Promise<void>): Promise<T>
  /** Columns of a table; null where there is none. */
  columns(table: string): Work<ReadonlyMap<string, Column> | null>
  /** The value with this number, from 1 on, as `type`. */
  value(index: number, type: string): string
  /** Expression: milliseconds since the epoch where the type says so, else the text. */
  time(column: string, type: string): string
  /** Condition: not before `ms`, milliseconds since the epoch; the column stands alone where its type is one of time. */
  since(column: string, type: string, ms: number, bind: (value: string, type: string) => string): string
  readonly lockRow: string
  /** Between `INSERT INTO … (…)` and what is inserted. */
  readonly overriding: string
}

export const quoted = (name: string): string => `"${name}"`
/** `schema.table`, each part quoted. */
export const tableName = (name: string): string => name.split('.').map(quoted).join('.')

export interface PoolLike extends Queryable {
  connect(): Promise<Lent>
  readonly totalCount: number
}

export interface PGliteLike extends Queryable {
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>
}

export interface SqliteLike {
  exec(text: string): void
  prepare(text: string): { all(values: Record<string, string>): readonly unknown[] }
  readonly isTransaction?: boolean
}

const BEGIN_READ = "BEGIN READ ONLY; SET LOCAL statement_timeout = '2s'; SET LOCAL lock_timeout = '1s'"
const BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = '10s'; SET LOCAL lock_timeout = '3s'"

async function run<T>(work: Work<T>, client: Queryable): Promise<T> {
  let step = work.next([])
  while (!step.done) step = work.next(await ask(client, step.value.text, step.value.values))
  return step.value
}

const COLUMNS = `SELECT a.attname::text AS name, format_type(a.atttypid, a.atttypmod)::text AS type,
(a.attgenerated <> '')::text AS computed FROM pg_catalog.pg_attribute a
WHERE a.attrelid = to_regclass($1::text) AND a.attnum > 0 AND NOT a.attisdropped`

const POSTGRES = {
  *columns(table: string): Work<ReadonlyMap<string, Column> | null> {
    const rows = yield { text: COLUMNS, values: [tableName(table)] }
    if (rows.length === 0) return null
    return new Map(rows.map((row) => [row['name']!, { type: row['type']!, computed: row['computed'] === 'true' }]))
  },
  value: (index: number, type: string) => `CAST($${index}::text AS ${type})`,
  time(column: string, type: string) {
    const ms = (instant: string) => `round(extract(epoch FROM ${instant}) * 1000)::text`
    if (type.startsWith('timestamp')) {
      return ms(type.includes('with time zone') ? column : `(${column} AT TIME ZONE 'UTC')`)
    }
    return type === 'date' ? ms(`(${column}::timestamp AT TIME ZONE 'UTC')`) : `${column}::text`
  },
  since(column: string, type: string, ms: number, bind: (value: string, type: string) => string) {
    const iso = new Date(ms).toISOString()
    if (type.startsWith('timestamp')) {
      return `${column} >= ${bind(type.includes('with time zone') ? iso : iso.slice(0, -1), type)}`
    }
    if (type === 'date') return `${column} >= ${bind(iso.slice(0, 10), type)}`
    if (/^(?:bigint|integer|numeric|double|real)/.test(type)) return numbersSince(column, ms, 'bigint', bind)
    return textsSince(`${column}::text`, iso, 'text', bind)
  },
  lockRow: ' FOR UPDATE',
  // Of an identity column too.
  overriding: 'OVERRIDING SYSTEM VALUE',
}

/** node-postgres: each piece of work on a connection of its own. */
export function poolDatabase(pool: PoolLike): Database {
  return {
    ...POSTGRES,
    scope: 'cluster',
    read: (work) => transaction(pool, BEGIN_READ, (client) => run(work, client)),
    change: (make, seal) =>
      transaction(pool, BEGIN, async (client) => {
        const result = await run(make(), client)
        await seal(result, client)
        return result
      }),
  }
}

/** PostgreSQL inside this process. */
export function pgliteDatabase(db: PGliteLike): Database {
  return {
    ...POSTGRES,
    scope: 'single-instance',
    read: (work) => db.transaction((tx) => run(work, tx)),
    change: (make, seal) =>
      db.transaction(async (tx) => {
        const result = await run(make(), tx)
        await seal(result, tx)
        return result
      }),
  }
}

/** A `DatabaseSync`: a transaction begins and ends within one turn. */
export function sqliteDatabase(db: SqliteLike): Database {
  function runNow<T>(work: Work<T>): T {
    let step = work.next([])
    while (!step.done) {
      const { text, values = [] } = step.value
      // By name: versions of node:sqlite differ in how they bind numbered ones.
      const named = Object.fromEntries(values.map((value, i) => [`:p${i + 1}`, value]))
      const rows = db.prepare(`${OWN_STATEMENT} ${text}`).all(named) as readonly Record<string, unknown>[]
      step = work.next(rows.map(textRow))
    }
    return step.value
  }
  function within<T>(work: Work<T>, end: 'COMMIT' | 'ROLLBACK'): T {
    if (db.isTransaction === true) throw new Absent('the database is in a transaction of the application')
    db.exec(`${OWN_STATEMENT} BEGIN IMMEDIATE`)
    let last = 'ROLLBACK'
    try {
      const result = runNow(work)
      last = end
      return result
    } finally {
      db.exec(`${OWN_STATEMENT} ${last}`)
    }
  }
  return {
    scope: 'single-instance',
    read: async (work) => runNow(work),
    async change(make, seal) {
      const result = within(make(), 'ROLLBACK')
      await seal(result, null)
      return within(make(), 'COMMIT')
    },
    *columns(table) {
      const [name = '', schema] = table.split('.').reverse()
      const at = schema === undefined ? 'pragma_table_xinfo(:p1)' : 'pragma_table_xinfo(:p1, :p2)'
      const values = schema === undefined ? [name] : [name, schema]
      const rows = yield { text: `SELECT name, type, hidden FROM ${at}`, values }
      if (rows.length === 0) return null
      return new Map(rows.map((row) => [row['name']!, { type: row['type']!, computed: row['hidden'] !== '0' }]))
    },
    // A column of numbers makes a number of what is compared with it, or stored, where the whole text is one: a cast would
    // make one of its beginning.
    value: (index) => `:p${index}`,
    time: (column) => `CAST(${column} AS TEXT)`,
    since(column, _, ms, bind) {
      const text = textsSince(column, new Date(ms).toISOString(), 'TEXT', bind)
      const number = numbersSince(column, ms, 'INTEGER', (value, type) => `CAST(${bind(value, type)} AS ${type})`)
      return `CASE typeof(${column}) WHEN 'text' THEN ${text} ELSE ${number} END`
    },
    lockRow: '',
    overriding: '',
  }
}

type Bind = (value: string, type: string) => string

/** Seconds, or milliseconds. */
function numbersSince(column: string, ms: number, type: string, bind: Bind): string {
  const [seconds, most, millis] = [Math.floor(ms / 1000), SECONDS, Math.floor(ms)].map((at) => bind(String(at), type))
  return `(${column} >= ${seconds} AND ${column} < ${most} OR ${column} >= ${millis})`
}

/** ISO 8601 in UTC, with a T or a blank. */
function textsSince(column: string, iso: string, type: string, bind: Bind): string {
  return `replace(substr(${column}, 1, 19), ' ', 'T') >= ${bind(iso.slice(0, 19), type)}`
}

function textRow(row: Record<string, unknown>): Row {
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, value === null ? null : String(value)]))
}

/** Numbers below are seconds since the epoch, others milliseconds. */
const SECONDS = 100_000_000_000

/** A time as a column may hold it: seconds or milliseconds since the epoch, or ISO 8601, which is UTC where it does not say. */
export function timeOf(text: string | null | undefined): number | null {
  if (text === null || text === undefined || text === '') return null
  if (/^-?\d{1,15}(?:\.\d{1,9})?$/.test(text)) {
    const value = Number(text)
    return Math.abs(value) < SECONDS ? Math.round(value * 1000) : Math.round(value)
  }
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text)
  const zoned = day || /(?:Z|[+-]\d{2}(?::?\d{2})?)$/i.test(text)
  const ms = Date.parse(zoned ? text : `${text.replace(' ', 'T')}Z`)
  return Number.isNaN(ms) ? null : ms
}
