// Who did what to which thing, kept so that it can be proved: rows of one shape that are added and never changed, each
// holding on to the one before. It promises that a row which cannot be kept fails whoever wrote it, so that nothing
// happens unrecorded, in the transaction of the change where there is one; that nothing secret is in a row; and that any
// row which is changed, moved or taken away is found. It refuses metadata that nobody has thought of.
import { randomUUID } from 'node:crypto'
import { now } from '../base/clock.ts'
import { Fault } from '../base/fault.ts'
import { correlationId, currentCorrelationId } from '../context/correlation.ts'
import { declare } from '../metrics/declare.ts'
import type { Registry } from '../metrics/registry.ts'
import { NAMES } from '../model/names.ts'
import { type Redactor, redactText } from '../redact/redact.ts'
import { chained, type Head } from './chain.ts'
import { MemoryStore } from './memory.ts'
import { drop } from './prune.ts'
import { type AuditEntry, type ChainedRow, type Draft, draftOf } from './row.ts'
import { spoil } from './spoil.ts'
import type { Reader, Store } from './store.ts'
import { type Verification, type VerifyOptions, verifyChain } from './verify.ts'

export interface AuditParts {
  /** Opens the store; asked again when it failed. */
  readonly open: () => Promise<Store>
  readonly redactor: Redactor
  /** Counts appends; without it nothing is counted. */
  readonly registry?: Registry | undefined
  /** Milliseconds since the epoch. */
  readonly now?: (() => number) | undefined
}

export interface RecordOptions {
  /**
   * The client that the change of data runs on, inside its transaction: `pg.Client`, a client of `pg.Pool`, a transaction of
   * PGlite, anything with `query(text, values)` that answers `{ rows }`; a `DatabaseSync` of the same file. The row is there
   * when the transaction commits, and gone when it does not.
   */
  readonly client?: unknown
}

export class Audit {
  readonly #parts: AuditParts
  #store: Promise<Store> | null = null
  #closed = false

  constructor(parts: AuditParts) {
    this.#parts = parts
  }

  /**
   * Writes one row and resolves to it. Rejects, and nothing is written, with AUDIT_KEY for a metadata key that is not
   * allowed, AUDIT_ROW for another field that cannot be kept, AUDIT_TRANSACTION for a client that is in no transaction,
   * AUDIT_STORE where the store does not take it, AUDIT_CLOSED after `close`; with the driver's own error where a statement
   * on `client` fails. With a fault the PostgreSQL transaction of `client` fails too.
   */
  async record(entry: AuditEntry, { client }: RecordOptions = {}): Promise<ChainedRow> {
    try {
      return await this.#write(entry, client)
    } catch (error) {
      this.#count('error')
      // The client's own errors have made its transaction fail already.
      if (client !== undefined && error instanceof Fault) await spoil(client)
      throw error
    }
  }

  /** The same for a row that goes into the log where the store does not take it. @internal */
  async offer(entry: AuditEntry): Promise<ChainedRow> {
    try {
      return await this.#write(entry, undefined)
    } catch (error) {
      this.#count('fallback')
      throw error
    }
  }

  async #write(entry: AuditEntry, client: unknown): Promise<ChainedRow> {
    const draft = draftOf(entry, this.#parts.redactor)
    const store = await this.#opened()
    const row = await this.#append(store, draft, client)
    const surplus = store instanceof MemoryStore ? store.surplus : 0
    if (surplus > 0) await drop(this, surplus)
    return row
  }

  /**
   * Whether a row may be recorded on this client: it speaks to the database that the trail is kept in, and may write to it.
   * @internal
   */
  async holds(client: unknown): Promise<boolean> {
    const store = await this.#opened()
    return (await store.holds?.(client)) ?? false
  }

  /** Opens the store now rather than with the first row. Rejects with AUDIT_STORE or PEER_MISSING. */
  async open(): Promise<this> {
    await this.#opened()
    return this
  }

  /** Walks the whole chain, or from a row on. Rejects with AUDIT_STORE where it cannot be read. */
  verify(options: VerifyOptions = {}): Promise<Verification> {
    return this.#read((reader) => verifyChain(reader, options))
  }

  /** The last row's number and hash; 0 and 64 zeros for a trail without rows. */
  head(): Promise<Head> {
    return this.#read((reader) => reader.head())
  }

  /** Rows after the number `after`, in their order; at most `limit`, 1 000. */
  rows({
    after = 0,
    limit = 1000,
  }: {
    readonly after?: number
    readonly limit?: number
  } = {}): Promise<readonly ChainedRow[]> {
    const most = Math.max(1, Math.min(10_000, Math.floor(limit)))
    return this.#read((reader) => reader.after(after, most))
  }

  /** Waits for nothing that is under way; later rows are refused. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    const store = await this.#store?.catch(() => null)
    await store?.close()
  }

  /** A row that only the trail itself writes: nothing in it is anybody's but ours. @internal */
  async own(row: Pick<Draft, 'action' | 'target_type' | 'target_id' | 'metadata'>): Promise<ChainedRow> {
    const nobody = { actor_user_id: null, actor_role: 'system', actor_ip: null, user_agent: null } as const
    const ids = { id: randomUUID(), correlation_id: currentCorrelationId() ?? correlationId() }
    return this.#append(await this.#opened(), { ...ids, ...nobody, result: 'success', ...row }, undefined)
  }

  /** @internal */
  async remove(seq: number, limit: number): Promise<number> {
    const store = await this.#opened()
    return store.remove(seq, limit).catch((error: unknown) => Promise.reject(storeFault(error)))
  }

  async #append(store: Store, draft: Draft, client: unknown): Promise<ChainedRow> {
    const { now: clock = now } = this.#parts
    try {
      const row = await store.append((head) => chained(draft, head, clock()), client)
      this.#count('signed', row)
      return row
    } catch (error) {
      if (error instanceof Fault || client !== undefined) throw error
      throw storeFault(error)
    }
  }

  async #read<T>(work: (reader: Reader) => Promise<T>): Promise<T> {
    const store = await this.#opened()
    return store.read(work).catch((error: unknown) => Promise.reject(storeFault(error)))
  }

  #opened(): Promise<Store> {
    if (this.#closed) return Promise.reject(new Fault('AUDIT_CLOSED', { found: 'a trail that was closed' }))
    this.#store ??= this.#parts.open().catch((error: unknown) => {
      this.#store = null
      throw storeFault(error)
    })
    return this.#store
  }

  #count(status: 'signed' | 'fallback' | 'error', row?: ChainedRow): void {
    const { registry } = this.#parts
    if (registry === undefined) return
    declare(registry, NAMES.audit_chain_appends_total).add(1, { status })
    if (row === undefined) return
    declare(registry, NAMES.audit_chain_depth).set(row.seq)
    declare(registry, NAMES.audit_chain_last_append_timestamp_seconds).set(Date.parse(row.created_at) / 1000)
  }
}

/** Any failure of a store as a fault; what the driver said stays its cause. */
function storeFault(error: unknown): Fault {
  if (error instanceof Fault) return error
  const { code, message } = error as { code?: unknown; message?: unknown }
  const said = redactText(String(message ?? error).slice(0, 300))
  return new Fault('AUDIT_STORE', { found: typeof code === 'string' ? `${code} ${said}` : said }, { cause: error })
}
