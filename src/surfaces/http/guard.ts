// Nothing of ours throws into the application: an error in a diagnostics-channel subscriber would surface as an uncaught
// exception. It is said once and the request goes on without telemetry.
import { noticeOnce, thrownStack } from '../../base/notice.ts'

export function fault(error: unknown): void {
  noticeOnce('http.fault', 'error', 'http.fault', `HTTP telemetry failed and went on: ${thrownStack(error)}`)
}
