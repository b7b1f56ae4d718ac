// Where a trail is kept, as the trail sees it. Whoever stores rows hands out the head, takes the row that is made of it and
// lets nobody in between; the chain itself is none of its business.
import type { Head } from './chain.ts'
import type { ChainedRow } from './row.ts'

/** Makes the row that follows `head`. */
export type Seal = (head: Head) => ChainedRow

export interface Store {
  /**
   * Appends the row that `seal` makes. With `client`, in the transaction that it is in; rejects with AUDIT_TRANSACTION where
   * it is in none, and with the client's own error where its statement fails.
   */
  append(seal: Seal, client?: unknown): Promise<ChainedRow>
  /** Whether `append` with this client reaches the same trail; false when left out. Leaves a transaction as it is. */
  holds?(client: unknown): Promise<boolean>
  /** Reads the trail as it is at one moment. */
  read<T>(work: (reader: Reader) => Promise<T>): Promise<T>
  /** Removes at most `limit` rows up to `seq`, which a checkpoint covers; resolves to how many. */
  remove(seq: number, limit: number): Promise<number>
  close(): Promise<void>
}

export interface Reader {
  head(): Promise<Head>
  /** Rows after `seq` in their order. */
  after(seq: number, limit: number): Promise<readonly ChainedRow[]>
  byId(id: string): Promise<ChainedRow | undefined>
  hasHash(hash: string): Promise<boolean>
  /** The last row that says what was pruned. */
  checkpoint(): Promise<ChainedRow | undefined>
}

/** Action and target type of the rows that say what was pruned. */
export const PRUNED = { action: 'audit.prune', target_type: 'audit_chain' } as const

/** The last row that a checkpoint covers; null for what is none. */
export function coveredBy(row: ChainedRow): Head | null {
  if (row.action !== PRUNED.action || row.target_type !== PRUNED.target_type) return null
  const { old_value } = row.metadata as { old_value?: { seq?: unknown } }
  const seq = old_value?.seq
  return Number.isSafeInteger(seq) ? { seq: seq as number, hash: row.target_id } : null
}
