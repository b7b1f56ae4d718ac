// A wait that ends: every flush and close of the pipeline has one.
import { within as inTime } from '../base/deadline.ts'

/** Waits for `work`, at the latest for `deadlineMs`; never rejects. The timer holds the process, since somebody waits. */
export async function within(deadlineMs: number, work: () => Promise<void>): Promise<void> {
  try {
    await inTime(work(), deadlineMs, () => new Error('late'))
  } catch {
    // What failed has said so; whoever waits is only told that it is over.
  }
}
