// What an administrator may do with a message of the outbox or a dead letter: put it back among those that wait, or discard
// it. Each is one transaction in which the row is locked; done twice, the second time changes nothing. Both are generators of
// statements, so that SQLite can run them in one turn.
import { Conflict, NotFound } from '../../access/error-kinds.ts'
import type { MessageStatus } from './answers.ts'
import { type List, type Listed, type Outbox, type Table, type Tables, Values } from './outbox.ts'
import { quoted, type Row, type Work } from './sql.ts'

export type Action = 'requeue' | 'discard'

interface Change {
  readonly changed: boolean
  readonly from: MessageStatus
  readonly to: MessageStatus | 'gone'
}

export interface Done extends Change {
  /** As the database writes it: of a number, one id has many spellings. */
  readonly id: string
}

export function* act(outbox: Outbox, action: Action, list: List, id: string): Work<Done> {
  const tables = yield* outbox.tables()
  const listed = outbox.listed(list, tables)
  const row = yield* locked(outbox, listed.table, id)
  if (row !== null) {
    const done = (change: Change): Done => ({ ...change, id: row['id'] ?? id })
    const status = outbox.status(row, listed)
    if (list === 'dlq' && listed.rows === 'failed' && status !== 'failed') return done(settled(action, status))
    if (action === 'discard') return done(yield* discard(outbox, listed, id, status))
    return done(
      listed.rows === 'dead'
        ? yield* revive(outbox, tables, id, status)
        : yield* requeue(outbox, listed.table, id, status),
    )
  }
  // What was put back already is in the outbox now.
  if (action === 'requeue' && tables.dead !== null && list === 'dlq') {
    const there = yield* locked(outbox, tables.outbox, id)
    if (there !== null) {
      const change = settled(action, outbox.status(there, outbox.listed('outbox', tables)))
      return { ...change, id: there['id'] ?? id }
    }
  }
  throw new NotFound('There is no such message.')
}

function settled(action: Action, status: MessageStatus): Change {
  if (status === (action === 'requeue' ? 'pending' : 'discarded')) return { changed: false, from: status, to: status }
  throw new Conflict(`The message is ${status === 'other' ? 'in another state' : status}.`)
}

function* requeue(outbox: Outbox, table: Table, id: string, status: MessageStatus): Work<Change> {
  if (status !== 'failed') return settled('requeue', status)
  const values = new Values(outbox.db)
  const set = Object.entries(waiting(outbox, table, values)).map(([column, value]) => `${quoted(column)} = ${value}`)
  if (set.length > 0)
    yield { text: `UPDATE ${table.name} SET ${set.join(', ')} WHERE ${isId(table, id, values)}`, values: values.list }
  return { changed: true, from: status, to: 'pending' }
}

/** From the dead letters back into the outbox, with all columns that both have. */
function* revive(outbox: Outbox, tables: Tables, id: string, status: MessageStatus): Work<Change> {
  if (status !== 'failed') return settled('requeue', status)
  const { outbox: table } = tables
  const dead = tables.dead!
  const there = yield* locked(outbox, table, id)
  if (there === null) {
    const values = new Values(outbox.db)
    const fresh = waiting(outbox, table, values)
    const common = [...table.all].filter(([name, { computed }]) => !computed && (dead.all.has(name) || name in fresh))
    const columns = common.map(([name]) => name)
    const read = columns.map((name) => fresh[name] ?? quoted(name))
    const into = `INSERT INTO ${table.name} (${columns.map(quoted).join(', ')}) ${outbox.db.overriding}`
    const text = `${into} SELECT ${read.join(', ')} FROM ${dead.name} WHERE ${isId(dead, id, values)}`
    yield { text, values: values.list }
  } else {
    const held = outbox.status(there, outbox.listed('outbox', tables))
    // The relay has left a copy.
    if (held !== 'pending') yield* requeue(outbox, table, id, held)
  }
  yield* remove(outbox, dead, id)
  return { changed: true, from: status, to: 'pending' }
}

function* discard(outbox: Outbox, listed: Listed, id: string, status: MessageStatus): Work<Change> {
  if (status !== 'failed' && status !== 'pending') return settled('discard', status)
  const { table } = listed
  const { discarded } = outbox.config
  const column = table.at.status
  if (discarded === undefined || column === undefined) {
    yield* remove(outbox, table, id)
    return { changed: true, from: status, to: 'gone' }
  }
  const values = new Values(outbox.db)
  const set = `${quoted(column)} = ${values.of(discarded, table, column)}`
  yield { text: `UPDATE ${table.name} SET ${set} WHERE ${isId(table, id, values)}`, values: values.list }
  return { changed: true, from: status, to: 'discarded' }
}

/** Columns of a message that waits anew; how it failed before stays to be read. */
function waiting({ config }: Outbox, table: Table, values: Values): Readonly<Record<string, string>> {
  const { status, attempts, published_at } = table.at
  return {
    ...(status !== undefined && { [status]: values.of(config.pending, table, status) }),
    ...(attempts !== undefined && { [attempts]: '0' }),
    ...(published_at !== undefined && { [published_at]: 'NULL' }),
  }
}

function* remove({ db }: Outbox, table: Table, id: string): Work<void> {
  const values = new Values(db)
  yield { text: `DELETE FROM ${table.name} WHERE ${isId(table, id, values)}`, values: values.list }
}

/** The row, which nobody else changes until the end of the transaction; null where there is none. */
function* locked(outbox: Outbox, table: Table, id: string): Work<Row | null> {
  const { db } = outbox
  const values = new Values(db)
  const text = `SELECT ${outbox.fields(table)} FROM ${table.name} WHERE ${isId(table, id, values)} LIMIT 2${db.lockRow}`
  const rows = yield { text, values: values.list }
  if (rows.length > 1) throw new Conflict('Several messages have this id.')
  return rows[0] ?? null
}

function isId(table: Table, id: string, values: Values): string {
  const column = table.at.id!
  return `${quoted(column)} = ${values.of(id, table, column)}`
}
