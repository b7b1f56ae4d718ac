// The trail of the process, as the application meets it: the one that `start` has opened.
import { Fault } from '../base/fault.ts'
import { noticeOnce } from '../base/notice.ts'
import { Redactor } from '../redact/redact.ts'
import type { Audit, RecordOptions } from './audit.ts'
import { type AuditEntry, type ChainedRow, draftOf } from './row.ts'
import { slot } from './slot.ts'

let plain: Redactor | undefined

/**
 * Writes one row to the trail of the process and resolves to it; rejects as `Audit.record` does, and with AUDIT_CLOSED
 * before `start()` and after `stop()`. Where `audit.enabled` is false the row is looked at, nothing is written, and it
 * resolves to null.
 */
export async function record(entry: AuditEntry, options?: RecordOptions): Promise<ChainedRow | null> {
  if (slot.audit === null) throw new Fault('AUDIT_CLOSED', { found: 'no trail in this process' })
  if (slot.audit !== 'off') return (await slot.audit).record(entry, options)
  plain ??= new Redactor()
  draftOf(entry, plain)
  noticeOnce('audit.off', 'warn', 'audit.off', 'audit rows are recorded nowhere: audit.enabled is false')
  return null
}

/** The trail of the process, for its own `verify` and `rows`; null where there is none. */
export async function runningAudit(): Promise<Audit | null> {
  return slot.audit === 'off' ? null : slot.audit
}
