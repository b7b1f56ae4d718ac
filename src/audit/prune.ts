// How rows grow old. A checkpoint is appended first, which carries the number and the hash of the last row that goes; the
// rows go after it, in small steps, and the chain begins with the row behind them. The guards of the table let nothing go
// that no checkpoint covers. A service never does this: who may add rows need not be able to remove any.
import { Fault } from '../base/fault.ts'
import type { Audit } from './audit.ts'
import type { ChainedRow } from './row.ts'
import { PRUNED } from './store.ts'

export interface Pruned {
  /** How many rows went. */
  readonly rows: number
  /** The last that did; null when none did. */
  readonly last: { readonly seq: number; readonly hash: string } | null
  /** The row that says so. */
  readonly checkpoint: ChainedRow | null
}

const STEP = 5000

/** How many rows come before the first that is not older than `before`, milliseconds since the epoch, and the last of them. */
export async function olderThan(audit: Audit, before: number): Promise<{ rows: number; last: ChainedRow | null }> {
  let last: ChainedRow | null = null
  let rows = 0
  for (;;) {
    const batch: readonly ChainedRow[] = await audit.rows({ after: last?.seq ?? 0 })
    for (const row of batch) {
      if (!(Date.parse(row.created_at) < before)) return { rows, last }
      last = row
      rows++
    }
    if (batch.length < 1000) return { rows, last }
  }
}

/** Removes the rows up to `seq`. Rejects with AUDIT_BROKEN, and removes nothing, where the chain does not hold. */
export async function prune(audit: Audit, seq: number): Promise<Pruned> {
  const { broken } = await audit.verify()
  if (broken !== null) {
    const found = `${broken.kind} at row ${broken.seq ?? '?'} (${broken.id ?? 'no id'}): ${broken.text}`
    throw new Fault('AUDIT_BROKEN', { found })
  }
  return drop(audit, seq)
}

/** The same for a chain that is known to hold. */
export async function drop(audit: Audit, seq: number): Promise<Pruned> {
  const [row] = await audit.rows({ after: seq - 1, limit: 1 })
  if (row === undefined || row.seq !== seq) return { rows: 0, last: null, checkpoint: null }
  const metadata = { old_value: { seq }, reason: 'retention' }
  const checkpoint = await audit.own({ ...PRUNED, target_id: row.hash, metadata })
  let rows = 0
  for (;;) {
    const removed = await audit.remove(seq, STEP)
    rows += removed
    if (removed < STEP) break
  }
  return { rows, last: { seq, hash: row.hash }, checkpoint }
}
