// What the process holds for objectives, whichever copy of the package is asked: the pairs of events while telemetry runs,
// what was told before it ran, and the functions of the watchlist, which outlive a stop.
import { shared } from '../base/slot.ts'
import type { Objectives } from './objectives.ts'
import type { ReadSignal } from './watchlist.ts'

/** Something that was told before there was anybody to tell. */
export interface Early {
  readonly what: 'began' | 'ended' | 'since'
  readonly name: string
  readonly key: unknown
  /** When it was told, monotonic and of the day. */
  readonly monotonic: number
  readonly now: number
}

export interface Held {
  running: Objectives | null
  /** What runs, or will in a moment; null where nothing is declared. */
  made: Promise<Objectives> | null
  /** Null once it is known that nobody will ask. */
  early: Early[] | null
  readonly functions: Map<string, ReadSignal>
}

export const held: Held = shared('objectives', () => ({ running: null, made: null, early: [], functions: new Map() }))
