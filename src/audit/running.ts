// The trail of the process: the one that `start` has opened, for ES modules, CommonJS and a second copy of the package.
import { Fault } from '../base/fault.ts'
import { noticeOnce } from '../base/notice.ts'
import { shared } from '../base/slot.ts'
import { Redactor } from '../redact/redact.ts'
import type { Audit, RecordOptions } from './audit.ts'
import { type AuditEntry, type ChainedRow, draftOf } from './row.ts'

const running = shared('audit', () => ({ audit: null as Audit | 'off' | null }))
let plain: Redactor | undefined

/** `off` where the configuration has none, null where nothing runs. */
export function installAudit(audit: Audit | 'off' | null): void {
  running.audit = audit
}

/**
 * Writes one row to the trail of the process and resolves to it; rejects as `Audit.record` does, and with AUDIT_CLOSED
 * before `start()` and after `stop()`. Where `audit.enabled` is false the row is looked at, nothing is written, and it
 * resolves to null.
 */
export async function record(entry: AuditEntry, options?: RecordOptions): Promise<ChainedRow | null> {
  const { audit } = running
  if (audit === null) throw new Fault('AUDIT_CLOSED', { found: 'no trail in this process' })
  if (audit !== 'off') return audit.record(entry, options)
  plain ??= new Redactor()
  draftOf(entry, plain)
  noticeOnce('audit.off', 'warn', 'audit.off', 'audit rows are recorded nowhere: audit.enabled is false')
  return null
}

/** The trail of the process, for its own `verify` and `rows`; null where there is none. */
export function runningAudit(): Audit | null {
  return running.audit === 'off' ? null : running.audit
}
