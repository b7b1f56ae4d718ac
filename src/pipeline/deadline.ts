// A wait that ends: every flush and close of the pipeline has one.
import { timers } from '../base/clock.ts'

/** Waits for `work`, at the latest for `deadlineMs`; never rejects. The timer holds the process, since somebody waits. */
export async function within(deadlineMs: number, work: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<void>((resolve) => {
    timer = timers.setTimeout(resolve, deadlineMs)
  })
  try {
    await Promise.race([work(), deadline])
  } catch {
    // What failed has said so; whoever waits is only told that it is over.
  } finally {
    timers.clearTimeout(timer)
  }
}
