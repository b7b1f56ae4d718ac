// Nothing of ours throws into the application: it is said once and the operation goes on without telemetry.
import { noticeOnce, thrownStack } from '../../base/notice.ts'

export function fault(error: unknown): void {
  noticeOnce('kv.fault', 'error', 'kv.fault', `Key-value telemetry failed and went on: ${thrownStack(error)}`)
}
