// The transactional outbox and its dead letters in the application's database: how many wait, the messages themselves page by
// page, and two things that somebody may do with one. What is in a message is never read, let alone shown. Which columns
// there are is looked at with each question: tables change while a service runs.
import type { Message, MessageStatus } from './answers.ts'
import { Absent } from './source.ts'
import { type Column, type Database, quoted, type Row, tableName, timeOf, type Work } from './sql.ts'

/** As `ops.outbox` has it. */
export interface OutboxConfig {
  readonly table: string
  readonly dead_letter?: string | undefined
  readonly pending: string
  readonly failed: string
  readonly discarded?: string | undefined
  readonly columns: Readonly<Partial<Record<ColumnName, string | undefined>>>
}

export const COLUMN_NAMES = [
  'id',
  'status',
  'event_type',
  'created_at',
  'published_at',
  'failed_at',
  'attempts',
  'last_error',
] as const
type ColumnName = (typeof COLUMN_NAMES)[number]

/** Characters of a text that is shown: less of it is, once it is sanitised. */
const MOST_READ = 2000

/** A table as it is now. */
export interface Table {
  /** Quoted. */
  readonly name: string
  readonly all: ReadonlyMap<string, Column>
  /** Names of the columns that have a part to play. */
  readonly at: Readonly<Partial<Record<ColumnName, string>>>
}

export interface Tables {
  readonly outbox: Table
  /** Null where messages that failed stay in the outbox. */
  readonly dead: Table | null
}

export interface OutboxCounts {
  readonly pending: number
  readonly failed: number
  /** Milliseconds since the epoch; null where nothing waits or the table does not say. */
  readonly oldest: number | null
  /** Null where no table has a time of failure. */
  readonly recent: number | null
}

export type List = 'outbox' | 'dlq'
export type Filter = 'pending' | 'failed' | 'all'

export interface Page {
  readonly list: List
  readonly filter: Filter
  readonly limit: number
  readonly offset: number
}

/** Values of one statement, in the order in which they are bound. */
export class Values {
  readonly list: string[] = []
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  of(value: string, { all }: Table, column: string): string {
    return this.as(value, all.get(column)!.type)
  }

  readonly as = (value: string, type: string): string => {
    this.list.push(value)
    return this.#db.value(this.list.length, type)
  }
}

export class Outbox {
  readonly db: Database
  readonly config: OutboxConfig

  constructor(db: Database, config: OutboxConfig) {
    this.db = db
    this.config = config
  }

  *tables(): Work<Tables> {
    const { table, dead_letter } = this.config
    const outbox = yield* this.#table(table, 'ops.outbox.table')
    const dead = dead_letter === undefined ? null : yield* this.#table(dead_letter, 'ops.outbox.dead_letter')
    return { outbox, dead }
  }

  *#table(written: string, key: string): Work<Table> {
    const all = yield* this.db.columns(written)
    if (all === null) throw new Absent(`the database has no table as ${key} names it`)
    const at: Partial<Record<ColumnName, string>> = {}
    for (const name of COLUMN_NAMES) {
      const column = this.config.columns[name]
      if (all.has(column ?? name)) at[name] = column ?? name
      else if (column !== undefined) throw new Absent(`no column is called as ops.outbox.columns.${name} names it`)
    }
    if (at.id === undefined) throw new Absent('the table has no column id: ops.outbox.columns.id names it')
    return { name: tableName(written), all, at }
  }

  /** `since`: failures from there on are recent, milliseconds since the epoch. */
  *counts(since: number): Work<OutboxCounts> {
    const tables = yield* this.tables()
    const { outbox } = tables
    const pending = yield* this.#count(outbox, (values) => this.is('pending', outbox, values))
    const dead = this.listed('dlq', tables)
    const failed = yield* this.#count(dead.table, (values) => this.where(dead, values))
    return {
      pending,
      failed,
      oldest: pending === 0 ? null : yield* this.#oldest(outbox),
      recent: yield* this.#recent(tables, since),
    }
  }

  *page({ list, filter, limit, offset }: Page): Work<{ total: number; messages: Message[] }> {
    const listed = this.listed(list, yield* this.tables(), filter)
    const { table } = listed
    const total = yield* this.#count(table, (values) => this.where(listed, values))
    const values = new Values(this.db)
    const where = this.where(listed, values)
    const order = this.#order(table, list)
    const page = `ORDER BY ${order} LIMIT ${limit} OFFSET ${offset}`
    const rows = yield {
      text: `SELECT ${this.fields(table)} FROM ${table.name} WHERE ${where} ${page}`,
      values: values.list,
    }
    return { total, messages: rows.map((row) => this.message(row, listed)) }
  }

  /** Where a list is kept, and which of its rows it has. */
  listed(list: List, { outbox, dead }: Tables, filter: Filter = 'all'): Listed {
    if (list === 'dlq') return dead === null ? { table: outbox, rows: 'failed' } : { table: dead, rows: 'dead' }
    return { table: outbox, rows: filter }
  }

  where({ table, rows }: Listed, values: Values): string {
    const { discarded } = this.config
    const { status } = table.at
    if (rows === 'all') return '1 = 1'
    if (rows !== 'dead') return this.is(rows, table, values)
    if (status === undefined || discarded === undefined) return '1 = 1'
    return `(${quoted(status)} IS NULL OR ${quoted(status)} <> ${values.of(discarded, table, status)})`
  }

  is(wanted: 'pending' | 'failed', table: Table, values: Values): string {
    const { status, published_at } = table.at
    if (status !== undefined) return `${quoted(status)} = ${values.of(this.config[wanted], table, status)}`
    if (wanted === 'failed') return '1 = 0'
    return published_at === undefined ? '1 = 1' : `${quoted(published_at)} IS NULL`
  }

  /** What is read of a row, every field as text. */
  fields(table: Table): string {
    return COLUMN_NAMES.flatMap((name) => {
      const column = table.at[name]
      if (column === undefined) return []
      const timed = name.endsWith('_at')
      const text = `CAST(${quoted(column)} AS TEXT)`
      const whole = timed ? this.db.time(quoted(column), table.all.get(column)!.type) : text
      const read = name === 'last_error' || name === 'event_type' ? `substr(${text}, 1, ${MOST_READ})` : whole
      return [`${read} AS ${quoted(name)}`]
    }).join(', ')
  }

  message(row: Row, listed: Listed): Message {
    const time = (name: ColumnName): string | null => {
      const ms = timeOf(row[name])
      return ms === null || Math.abs(ms) > 8.64e15 ? null : new Date(ms).toISOString()
    }
    const attempts = Number(row['attempts'] ?? Number.NaN)
    return {
      id: row['id'] ?? '',
      status: this.status(row, listed),
      event_type: row['event_type']?.slice(0, 200) ?? null,
      created_at: time('created_at'),
      failed_at: time('failed_at'),
      attempts: Number.isFinite(attempts) ? attempts : null,
      last_error: row['last_error'] ?? null,
    }
  }

  status(row: Row, { table, rows }: Listed): MessageStatus {
    const { pending, failed, discarded } = this.config
    const { status } = row
    if (table.at.status !== undefined && status === discarded && discarded !== undefined) return 'discarded'
    if (rows === 'dead') return 'failed'
    if (table.at.status === undefined) return row['published_at'] == null ? 'pending' : 'published'
    if (status === pending) return 'pending'
    if (status === failed) return 'failed'
    return row['published_at'] == null ? 'other' : 'published'
  }

  *#count(table: Table, where: (values: Values) => string): Work<number> {
    const values = new Values(this.db)
    const condition = where(values)
    const text = `SELECT CAST(count(*) AS TEXT) AS n FROM ${table.name} WHERE ${condition}`
    const [row] = yield { text, values: values.list }
    return Number(row?.['n'] ?? 0)
  }

  *#oldest(table: Table): Work<number | null> {
    const column = table.at.created_at
    if (column === undefined) return null
    const values = new Values(this.db)
    const where = this.is('pending', table, values)
    const oldest = this.db.time(`min(${quoted(column)})`, table.all.get(column)!.type)
    const [row] = yield { text: `SELECT ${oldest} AS oldest FROM ${table.name} WHERE ${where}`, values: values.list }
    return timeOf(row?.['oldest'])
  }

  *#recent({ outbox, dead }: Tables, since: number): Work<number | null> {
    let sum: number | null = null
    for (const table of dead === null ? [outbox] : [outbox, dead]) {
      const column = table.at.failed_at
      if (column === undefined) continue
      const { type } = table.all.get(column)!
      sum = (sum ?? 0) + (yield* this.#count(table, (values) => this.db.since(quoted(column), type, since, values.as)))
    }
    return sum
  }

  #order({ at }: Table, list: List): string {
    const last = list === 'dlq' ? ' DESC' : ''
    const time = list === 'dlq' ? (at.failed_at ?? at.created_at) : at.created_at
    return [...(time === undefined ? [] : [time]), at.id!]
      .map((column) => `${quoted(column)}${last} NULLS LAST`)
      .join(', ')
  }
}

export interface Listed {
  readonly table: Table
  /** `dead`: those of the table of dead letters. */
  readonly rows: Filter | 'dead'
}
