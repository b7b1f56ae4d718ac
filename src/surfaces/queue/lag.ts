// How many messages wait: a number that only the queue knows, so it is asked now and then, one question at a time.
import { timers } from '../../base/clock.ts'
import { noticeOnce, thrownText } from '../../base/notice.ts'
import { running } from './surface.ts'

const EVERY_MS = 15_000

/**
 * Asks `read` for the number of waiting messages every `everyMs` (15 seconds) and shows it as `queue_lag`. When it
 * fails or answers no number the series is gone until it knows again; that is said once. Returns the end of it.
 */
export function watchLag(
  queue: string,
  read: () => number | PromiseLike<number>,
  everyMs: number = EVERY_MS,
): () => void {
  let asking = false
  let ended = false
  const tell = (messages: number | null): void => running.surface?.series(queue)?.lag(ended ? null : messages)
  const ask = async (): Promise<void> => {
    if (asking || running.surface === null) return
    asking = true
    try {
      const messages = await read()
      if (!Number.isFinite(messages)) throw new TypeError(`it answered ${String(messages)}`)
      tell(messages)
    } catch (error) {
      tell(null)
      const text = `the number of messages waiting in ${queue} is not known: ${thrownText(error)}`
      noticeOnce(`queue.lag\n${queue}`, 'warn', 'queue.lag', text)
    } finally {
      asking = false
    }
  }
  const timer = timers.setInterval(() => void ask(), Math.max(100, everyMs))
  timer.unref()
  void ask()
  return () => {
    ended = true
    timers.clearInterval(timer)
    tell(null)
  }
}
