// A trail in PostgreSQL: two connections of our own, opened when there is something to write and let go of when there is
// not, and the application's client where a row belongs to its transaction.
import { Fault } from '../base/fault.ts'
import { notice, thrownText } from '../base/notice.ts'
import type { TableName } from './ddl.ts'
import { append, found, guard, guarded, placeOf, prepare, reader, remove, tableOf } from './postgres.ts'
import type { ChainedRow } from './row.ts'
import type { Reader, Seal, Store } from './store.ts'
import { type Lent, type Queryable, transaction } from './transaction.ts'

interface Pool {
  connect(): Promise<Lent>
  end(): Promise<void>
  on(event: 'error', listener: (error: Error) => void): unknown
}

type PoolClass = new (options: Readonly<Record<string, unknown>>) => Pool

export interface PgOptions {
  readonly url: string
  /** `table` or `schema.table`. */
  readonly table: string
  /** Makes the table where there is none. */
  readonly create: boolean
}

const CONNECT_MS = 10_000
const BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = '10s'"
const SNAPSHOT = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY'

/** Opens the trail. Rejects with PEER_MISSING, AUDIT_STORE, or OPTION_VALUE for a name that no table has. */
export async function openPg({ url, table, create }: PgOptions): Promise<Store> {
  const written = tableOf(table)
  const pool = new (await loadPool())({
    connectionString: url,
    application_name: 'telltale audit',
    max: 2,
    idleTimeoutMillis: 10_000,
    connectionTimeoutMillis: CONNECT_MS,
    allowExitOnIdle: true,
  })
  // A connection that breaks is opened again when it is needed; whoever waits for it hears of it by its statement.
  pool.on('error', () => {})
  try {
    const name = await transaction(pool, BEGIN, async (client) =>
      create ? prepare(client, written) : await found(client, written),
    )
    if (name === undefined) throw new Fault('AUDIT_STORE', { subject: 'audit.table', found: `no table ${table}` })
    if (create) await keepGuarded(pool, name)
    return new PgStore(pool, name)
  } catch (error) {
    await pool.end().catch(() => {})
    throw error
  }
}

async function loadPool(): Promise<PoolClass> {
  try {
    const loaded = (await import('pg')) as unknown as { default?: { Pool: PoolClass }; Pool?: PoolClass }
    return (loaded.default?.Pool ?? loaded.Pool)!
  } catch (cause) {
    const hint = 'Install it (npm install pg), or keep the trail in the process: audit.store: embedded.'
    throw new Fault('PEER_MISSING', { subject: 'pg', found: 'audit.store: postgresql', hint }, { cause })
  }
}

/** Somebody may have switched the triggers off. Who may not put them back says so and goes on: better a row than none. */
async function keepGuarded(pool: Pool, name: TableName): Promise<void> {
  try {
    await transaction(pool, BEGIN, async (client) => {
      if (await guarded(client, name)) return
      await guard(client, name)
      notice(
        'warn',
        'audit.unguarded',
        `triggers of the audit trail ${name.full} were missing or disabled: they are back`,
      )
    })
  } catch (error) {
    const text = `the audit trail ${name.full} is not append-only: its triggers are missing or disabled (${thrownText(error)})`
    notice('error', 'audit.unguarded', text)
  }
}

class PgStore implements Store {
  readonly #pool: Pool
  readonly #name: TableName

  constructor(pool: Pool, name: TableName) {
    this.#pool = pool
    this.#name = name
  }

  append(seal: Seal, client?: unknown): Promise<ChainedRow> {
    if (client !== undefined) return append(queryable(client), this.#name, seal)
    return transaction(this.#pool, BEGIN, (own) => append(own, this.#name, seal))
  }

  async holds(client: unknown): Promise<boolean> {
    const theirs = await placeOf(queryable(client), this.#name)
    if (theirs === null) return false
    return theirs === (await transaction(this.#pool, BEGIN, (own) => placeOf(own, this.#name)))
  }

  read<T>(work: (reader: Reader) => Promise<T>): Promise<T> {
    return transaction(this.#pool, SNAPSHOT, (client) => work(reader(client, this.#name)))
  }

  remove(seq: number, limit: number): Promise<number> {
    return transaction(this.#pool, BEGIN, (client) => remove(client, this.#name, seq, limit))
  }

  close(): Promise<void> {
    return this.#pool.end()
  }
}

export function queryable(client: unknown): Queryable {
  if (typeof (client as Queryable | null)?.query === 'function') return client as Queryable
  const allowed = 'a client with query(text, values) that is in a transaction'
  throw new Fault('AUDIT_TRANSACTION', { subject: 'client', found: typeof client, allowed })
}
