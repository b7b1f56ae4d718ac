// How many messages wait: a number that only the queue knows, so it is asked now and then, one question at a time.
import { timers } from '../../base/clock.ts'
import { noticeOnce, thrownText } from '../../base/notice.ts'
import { shared } from '../../base/slot.ts'
import { running } from './surface.ts'

const EVERY_MS = 15_000

/** Queues by how often they are asked: what others would guess of them is not shown. */
const watched = shared('queue.watched', () => new Map<string, number>())

export function isWatched(queue: string): boolean {
  return watched.has(queue)
}

/**
 * Asks `read` for the number of waiting messages every `everyMs` (15 seconds) and shows it as `queue_lag`. When it
 * fails or answers no number the series is gone until it knows again; that is said once. Returns the end of it.
 */
export function watchLag(
  queue: string,
  read: () => number | PromiseLike<number>,
  everyMs: number = EVERY_MS,
): () => void {
  watched.set(queue, (watched.get(queue) ?? 0) + 1)
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
    if (ended) return
    ended = true
    timers.clearInterval(timer)
    const others = watched.get(queue)! - 1
    if (others > 0) watched.set(queue, others)
    else watched.delete(queue)
    tell(null)
  }
}
