// The one place that every failure passes (W-18): of a consumer, of its slot, and of ours.
import { noticeOnce, thrownStack } from '../../base/notice.ts'
import { surface } from './surface.ts'

/** A consumer of `slot` failed, or the slot did. `type` is a bounded word. */
export function failed(slot: string, type: string): void {
  try {
    surface()?.slot(slot).failed(type)
  } catch (error) {
    fault(error)
  }
}

/** Nothing of ours throws into the application: it is said once and replication goes on without telemetry. */
export function fault(error: unknown): void {
  noticeOnce('cdc.fault', 'error', 'cdc.fault', `CDC telemetry failed and went on: ${thrownStack(error)}`)
}
