// Where tokens are kept. Two kinds: a file of this machine, and a table of PostgreSQL that every replica reads.
import type { TokenBook } from './book.ts'
import type { StoredToken } from './record.ts'

/** The format that is written. A store in a later format is refused and never written over. */
export const FORMAT = 1

export interface Kept {
  /** Changes whenever what is kept does. */
  readonly mark: string
  /** Null when there is no store yet: nobody has made a token. */
  readonly tokens: readonly StoredToken[] | null
}

export interface TokenStore {
  /** What is kept; null when it is still what `mark` was given with. Rejects with a Fault. */
  read(mark?: string): Promise<Kept | null>
  /**
   * Shows `work` what is kept now and writes what it changed, as one step that no other process sees half of or loses.
   * `work` may run again when another process was in the way. Nothing is written when it throws.
   */
  change<T>(work: (book: TokenBook) => T): Promise<T>
  /** Lets go of what it holds; never rejects. */
  close(): Promise<void>
}
