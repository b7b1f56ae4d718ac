// What `start` says about change data capture, once per process and for every copy of the package. It is all that a service
// without a slot loads of this room.
import { shared } from '../../base/slot.ts'
import type { Registry } from '../../metrics/registry.ts'

export interface CdcOptions {
  readonly registry: Registry
  /** Monotonic milliseconds; the clock of the process unless given. */
  readonly now?: () => number
}

export const settings: { options: CdcOptions | null; readonly waiting: Set<() => void> } = shared('cdc', () => ({
  options: null as CdcOptions | null,
  /** Slots that are watched: asked about when it begins, not an interval later. */
  waiting: new Set<() => void>(),
}))

/** Begins, and returns what ends it. */
export function configureCdc(options: CdcOptions): () => void {
  settings.options = options
  for (const ask of settings.waiting) ask()
  return () => {
    if (settings.options === options) settings.options = null
  }
}
