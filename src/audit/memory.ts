// A trail that ends with the process, for development and tests: nothing to install, and nothing that another can read.
import { Fault } from '../base/fault.ts'
import { EMPTY } from './chain.ts'
import type { ChainedRow } from './row.ts'
import { coveredBy, type Reader, type Seal, type Store } from './store.ts'

export class MemoryStore implements Store {
  #rows: ChainedRow[] = []
  readonly #ids = new Set<string>()

  readonly #most: number

  /** `most`: rows that it holds; the oldest tenth goes then. */
  constructor(most = 100_000) {
    this.#most = most
  }

  /** The last row that is to go; 0 while there is room. */
  get surplus(): number {
    const [first] = this.#rows
    return this.#rows.length > this.#most ? first!.seq - 1 + Math.floor(this.#rows.length - this.#most * 0.9) : 0
  }

  async append(seal: Seal, client?: unknown): Promise<ChainedRow> {
    if (client !== undefined) throw noClient()
    const last = this.#rows.at(-1)
    const row = frozen(seal(last ?? EMPTY))
    if (this.#ids.has(row.id)) throw new Error(`the trail has a row ${row.id} already`)
    this.#ids.add(row.id)
    this.#rows.push(row)
    return row
  }

  read<T>(work: (reader: Reader) => Promise<T>): Promise<T> {
    const rows = [...this.#rows]
    return work({
      head: async () => rows.at(-1) ?? EMPTY,
      after: async (seq, limit) => rows.filter((row) => row.seq > seq).slice(0, limit),
      byId: async (id) => rows.find((row) => row.id === id),
      hasHash: async (hash) => rows.some((row) => row.hash === hash),
      checkpoint: async () => rows.findLast((row) => coveredBy(row) !== null),
    })
  }

  async remove(seq: number, limit: number): Promise<number> {
    const end = this.#rows.findIndex((row) => row.seq > seq)
    const count = Math.min(limit, end < 0 ? this.#rows.length : end)
    for (let i = 0; i < count; i++) this.#ids.delete(this.#rows[i]!.id)
    this.#rows = this.#rows.slice(count)
    return count
  }

  async close(): Promise<void> {}
}

/** Readers get the rows themselves. */
function frozen<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) frozen(inner)
  return Object.freeze(value)
}

/** A trail that no client of the application shares a database with. */
export function noClient(): Fault {
  const hint = 'Keep the trail in the database of the transaction: audit.store: postgresql, or openAudit({ database }).'
  return new Fault('AUDIT_TRANSACTION', { subject: 'client', found: 'a trail that is held apart', hint })
}
