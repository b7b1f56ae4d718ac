// A trail in PGlite: PostgreSQL in this process, for Node before 22.13, which has no SQLite. A folder has one owner at a
// time; a file beside it says which.
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { Fault } from '../base/fault.ts'
import type { TableName } from './ddl.ts'
import { EMBEDDED, quoted } from './ddl.ts'
import { own } from './owner.ts'
import { queryable } from './pg.ts'
import { append, found, prepare, reader, remove } from './postgres.ts'
import type { ChainedRow } from './row.ts'
import type { Reader, Seal, Store } from './store.ts'
import type { Queryable } from './transaction.ts'

export interface PGliteLike extends Queryable {
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>
  close(): Promise<void>
}

interface PGliteClass {
  create(folder: string): Promise<PGliteLike>
}

const TABLE = quoted(EMBEDDED)

/** Opens a folder. Rejects with PEER_MISSING, or AUDIT_STORE where another process has it. */
export async function openPGlite(folder: string, create: boolean): Promise<Store> {
  const PGlite = await loadPGlite(folder)
  mkdirSync(dirname(folder), { recursive: true, mode: 0o700 })
  const release = own(folder)
  try {
    const db = await PGlite.create(folder)
    const store = await pgliteStore(db, create)
    return store.owning(async () => {
      await db.close()
      release()
    })
  } catch (error) {
    release()
    throw error
  }
}

async function loadPGlite(folder: string): Promise<PGliteClass> {
  try {
    return ((await import('@electric-sql/pglite')) as unknown as { PGlite: PGliteClass }).PGlite
  } catch (cause) {
    const subject = '@electric-sql/pglite'
    const hint = `Install it (npm install ${subject}), or run Node 22.13 or newer, which has SQLite.`
    throw new Fault('PEER_MISSING', { subject, found: `an embedded audit trail at ${folder}`, hint }, { cause })
  }
}

/** The trail in a database that the application has open, or that we opened. */
export async function pgliteStore(db: PGliteLike, create: boolean): Promise<PGliteStore> {
  const name = await db.transaction((tx) => (create ? prepare(tx, TABLE) : found(tx, TABLE)))
  if (name === undefined) throw new Fault('AUDIT_STORE', { subject: 'audit.path', found: 'no trail' })
  return new PGliteStore(db, name)
}

class PGliteStore implements Store {
  readonly #db: PGliteLike
  readonly #name: TableName
  #close: () => Promise<void> = async () => {}

  constructor(db: PGliteLike, name: TableName) {
    this.#db = db
    this.#name = name
  }

  /** Closes what it was opened with. */
  owning(close: () => Promise<void>): this {
    this.#close = close
    return this
  }

  async append(seal: Seal, client?: unknown): Promise<ChainedRow> {
    if (client !== undefined) return append(queryable(client), this.#name, seal)
    return this.#db.transaction((tx) => append(tx, this.#name, seal))
  }

  read<T>(work: (reader: Reader) => Promise<T>): Promise<T> {
    return this.#db.transaction((tx) => work(reader(tx, this.#name)))
  }

  remove(seq: number, limit: number): Promise<number> {
    return this.#db.transaction((tx) => remove(tx, this.#name, seq, limit))
  }

  close(): Promise<void> {
    return this.#close()
  }
}
