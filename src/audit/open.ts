// From what is configured, or handed over, to a trail.
import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { Fault } from '../base/fault.ts'
import type { Registry } from '../metrics/registry.ts'
import { type RedactOptions, Redactor } from '../redact/redact.ts'
import { Audit } from './audit.ts'
import { MemoryStore } from './memory.ts'
import type { PGliteLike } from './pglite.ts'
import type { SqliteClass, SqliteLike } from './sqlite.ts'
import type { Store } from './store.ts'

export interface AuditOptions {
  /** `embedded` when left out: in this process, by PGlite or node:sqlite. */
  readonly store?: 'embedded' | 'postgresql' | undefined
  /** File (node:sqlite) or folder (PGlite) of an embedded trail; without it, it is held in memory. */
  readonly path?: string | undefined
  /** Of PostgreSQL: `postgres://user:password@host/database`. */
  readonly url?: string | undefined
  /** `table` or `schema.table` in PostgreSQL; `telltale_audit`. */
  readonly table?: string | undefined
  /** The application's own PGlite or `DatabaseSync`, which then has the table `telltale_audit`, and is not closed by us. */
  readonly database?: unknown
  /** False opens what is there and makes nothing. */
  readonly create?: boolean | undefined
  /** How values are sanitised; the built-in rules when left out. */
  readonly redact?: Redactor | RedactOptions | undefined
  /** Counts appends in it. */
  readonly registry?: Registry | undefined
  /** Milliseconds since the epoch; the clock when left out. */
  readonly now?: (() => number) | undefined
}

/** A trail whose store is opened with the first row. */
export function auditOf(options: AuditOptions): Audit {
  const { redact = {}, registry, now } = options
  const redactor =
    typeof (redact as Redactor).span === 'function' ? (redact as Redactor) : new Redactor(redact as RedactOptions)
  return new Audit({ open: () => storeOf(options), redactor, registry, now })
}

/** Opens a trail; for programs that do not `start`. Rejects with AUDIT_STORE, PEER_MISSING or OPTION_VALUE. */
export function openAudit(options: AuditOptions = {}): Promise<Audit> {
  return auditOf(options).open()
}

async function storeOf(options: AuditOptions): Promise<Store> {
  const { store = 'embedded', path, url, table = 'telltale_audit', database, create = true } = options
  if (database !== undefined) return given(database, create)
  if (store === 'postgresql') {
    if (!url)
      throw new Fault('OPTION_VALUE', { subject: 'audit.url', found: 'no URL', allowed: 'postgres://host/database' })
    const { openPg } = await import('./pg.ts')
    return openPg({ url, table, create })
  }
  return path === undefined ? new MemoryStore() : embedded(resolve(path), create)
}

/** What is there says what it is: a folder is PGlite's, a file SQLite's. */
async function embedded(path: string, create: boolean): Promise<Store> {
  const there = existsSync(path) ? (statSync(path).isDirectory() ? 'folder' : 'file') : undefined
  if (there === undefined && !create) throw new Fault('AUDIT_STORE', { subject: path, found: 'nothing' })
  const Class = there === 'folder' ? undefined : sqliteClass()
  if (Class !== undefined) {
    const { openSqlite } = await import('./sqlite.ts')
    return openSqlite(Class, path, create)
  }
  if (there === 'file') {
    const hint = 'Run Node 22.13 or newer, which has SQLite, or name a folder for PGlite.'
    throw new Fault('AUDIT_STORE', { subject: path, found: 'a file of SQLite', hint })
  }
  const { openPGlite } = await import('./pglite.ts')
  return openPGlite(path, create)
}

/** `DatabaseSync`, where Node has it. */
function sqliteClass(): SqliteClass | undefined {
  const loaded = process.getBuiltinModule('node:sqlite') as { DatabaseSync: SqliteClass } | undefined
  return loaded?.DatabaseSync
}

async function given(database: unknown, create: boolean): Promise<Store> {
  const { transaction, prepare } = database as Partial<PGliteLike & SqliteLike>
  if (typeof transaction === 'function') {
    const { pgliteStore } = await import('./pglite.ts')
    return pgliteStore(database as PGliteLike, create)
  }
  if (typeof prepare === 'function') {
    const { sqliteStore } = await import('./sqlite.ts')
    return sqliteStore(database as SqliteLike, create)
  }
  throw new Fault('OPTION_VALUE', {
    subject: 'database',
    found: typeof database,
    allowed: 'a PGlite or a DatabaseSync',
  })
}
