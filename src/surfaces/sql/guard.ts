// Nothing of ours throws into the application: it is said once and the operation goes on without telemetry.
import { noticeOnce, thrownStack } from '../../base/notice.ts'

export function fault(error: unknown): void {
  noticeOnce('sql.fault', 'error', 'sql.fault', `SQL telemetry failed and went on: ${thrownStack(error)}`)
}
