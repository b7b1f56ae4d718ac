/** What became of the records of one signal. `accepted` = held + evicted + cleared (+ merged, for points). */
export class Counts {
  accepted = 0
  /** Sent again: same trace and span id, or the same point. */
  duplicates = 0
  /** Refused by a limit or without a usable id. */
  dropped = 0
  evicted = 0
  cleared = 0
}
