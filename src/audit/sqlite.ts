// A trail in node:sqlite, which Node has from 22.13 on: a file that several processes may share, each row on the disk
// before its append resolves.
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { Fault } from '../base/fault.ts'
import { OWN_STATEMENT } from '../base/own.ts'
import { EMPTY, type Head } from './chain.ts'
import { COLUMNS, EMBEDDED, SQLITE } from './ddl.ts'
import { canonical, type Json } from './metadata.ts'
import { rowOf } from './postgres.ts'
import type { ChainedRow } from './row.ts'
import { PRUNED, type Reader, type Seal, type Store } from './store.ts'

type Cell = string | number | null

interface Statement {
  run(...values: Cell[]): { readonly changes: number | bigint }
  all(...values: Cell[]): readonly Readonly<Record<string, Cell>>[]
}

/** A `DatabaseSync`. */
export interface SqliteLike {
  exec(text: string): void
  prepare(text: string): Statement
  close(): void
  readonly isTransaction?: boolean
}

export type SqliteClass = new (file: string, options?: object) => SqliteLike

/** Opens a file, which only its owner may read. */
export function openSqlite(Class: SqliteClass, file: string, create: boolean): Store {
  if (create) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    closeSync(openSync(file, 'a', 0o600))
  }
  const open = (): SqliteLike => {
    const db = new Class(file)
    db.exec('PRAGMA busy_timeout = 2000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    return db
  }
  const db = open()
  try {
    return sqliteStore(db, create, open)
  } catch (error) {
    db.close()
    throw error
  }
}

/** The trail in a database that the application has open, or that we opened: then `again` opens it once more. */
export function sqliteStore(db: SqliteLike, create: boolean, again?: () => SqliteLike): Store {
  if (create) db.exec(SQLITE)
  else if (ask(db, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", EMBEDDED).length === 0)
    throw new Fault('AUDIT_STORE', { subject: 'audit.path', found: 'no trail' })
  return new SqliteStore(db, again)
}

class SqliteStore implements Store {
  readonly #db: SqliteLike
  readonly #again: (() => SqliteLike) | undefined

  constructor(db: SqliteLike, again: (() => SqliteLike) | undefined) {
    this.#db = db
    this.#again = again
  }

  async append(seal: Seal, client?: unknown): Promise<ChainedRow> {
    if (client === undefined) return within(this.#db, () => append(this.#db, seal))
    const theirs = client as SqliteLike
    if (typeof theirs?.prepare !== 'function' || !isInTransaction(theirs)) {
      const allowed = 'a DatabaseSync of the same file that is in a transaction'
      throw new Fault('AUDIT_TRANSACTION', { subject: 'client', found: 'a client that is in no transaction', allowed })
    }
    return append(theirs, seal)
  }

  async read<T>(work: (reader: Reader) => Promise<T>): Promise<T> {
    if (this.#again === undefined) return work(readerOf(this.#db))
    const db = this.#again()
    try {
      db.exec('BEGIN')
      return await work(readerOf(db))
    } finally {
      db.close()
    }
  }

  async remove(seq: number, limit: number): Promise<number> {
    const text = `DELETE FROM ${EMBEDDED} WHERE seq IN (SELECT seq FROM ${EMBEDDED} WHERE seq <= ? ORDER BY seq LIMIT ?)`
    const changes = within(this.#db, () => this.#db.prepare(`${OWN_STATEMENT} ${text}`).run(seq, limit).changes)
    return Number(changes)
  }

  async close(): Promise<void> {
    if (this.#again !== undefined) this.#db.close()
  }
}

function ask(db: SqliteLike, text: string, ...values: Cell[]): readonly Readonly<Record<string, Cell>>[] {
  return db.prepare(`${OWN_STATEMENT} ${text}`).all(...values)
}

/** In a transaction of our own, which waits for whoever else writes. */
function within<T>(db: SqliteLike, work: () => T): T {
  db.exec(`${OWN_STATEMENT} BEGIN IMMEDIATE`)
  try {
    const result = work()
    db.exec(`${OWN_STATEMENT} COMMIT`)
    return result
  } catch (error) {
    db.exec(`${OWN_STATEMENT} ROLLBACK`)
    throw error
  }
}

/** Node before 24 does not say it: then a BEGIN that succeeds does. */
function isInTransaction(db: SqliteLike): boolean {
  if (typeof db.isTransaction === 'boolean') return db.isTransaction
  try {
    db.exec(`${OWN_STATEMENT} BEGIN`)
  } catch {
    return true
  }
  db.exec(`${OWN_STATEMENT} ROLLBACK`)
  return false
}

function headOf(db: SqliteLike): Head {
  const [row] = ask(db, `SELECT seq, hash FROM ${EMBEDDED} ORDER BY seq DESC LIMIT 1`)
  return row === undefined ? EMPTY : { seq: Number(row['seq']), hash: String(row['hash']) }
}

const INSERT = `INSERT INTO ${EMBEDDED} (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})`

function append(db: SqliteLike, seal: Seal): ChainedRow {
  const row = seal(headOf(db))
  const values = COLUMNS.map((column) => (column === 'metadata' ? canonical(row.metadata as Json) : row[column]))
  db.prepare(`${OWN_STATEMENT} ${INSERT}`).run(...values)
  return row
}

function readerOf(db: SqliteLike): Reader {
  const rows = (rest: string, ...values: Cell[]) =>
    ask(db, `SELECT ${COLUMNS.join(', ')} FROM ${EMBEDDED} ${rest}`, ...values).map(read)
  return {
    head: async () => headOf(db),
    after: async (seq, limit) => rows('WHERE seq > ? ORDER BY seq LIMIT ?', seq, limit),
    byId: async (id) => rows('WHERE id = ? LIMIT 1', id.toLowerCase())[0],
    hasHash: async (hash) => ask(db, `SELECT 1 FROM ${EMBEDDED} WHERE hash = ? LIMIT 1`, hash).length > 0,
    checkpoint: async () =>
      rows('WHERE action = ? AND target_type = ? ORDER BY seq DESC LIMIT 1', PRUNED.action, PRUNED.target_type)[0],
  }
}

/** Text that is JSON, but not as it was written, may say a key twice: it is not what was kept. */
function read(fields: Readonly<Record<string, Cell>>): ChainedRow {
  const text = Object.entries(fields).map(([key, value]) => [key, value === null ? null : String(value)] as const)
  const row = rowOf(Object.fromEntries(text))
  return canonical(row.metadata as Json) === fields['metadata'] ? row : { ...row, metadata: { reason: '[UNREADABLE]' } }
}
