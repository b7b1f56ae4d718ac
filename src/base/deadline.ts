// A wait that ends.
import { timers } from './clock.ts'

/** What `work` comes to; after `ms` without it, rejects with what `late` makes. The timer holds the process, since somebody waits. */
export async function within<T>(work: Promise<T>, ms: number, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<never>((_, reject) => {
    timer = timers.setTimeout(() => reject(late()), ms)
  })
  try {
    return await Promise.race([work, over])
  } finally {
    timers.clearTimeout(timer)
  }
}
