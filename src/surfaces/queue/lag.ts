// How many messages wait: a number that only the queue knows, so it is asked now and then, one question at a time.
import { timers } from '../../base/clock.ts'
import { noticeOnce, thrownText } from '../../base/notice.ts'
import { shared } from '../../base/slot.ts'
import { running } from './surface.ts'

const EVERY_MS = 15_000
const LEAST_MS = 100
const MOST_MS = 2 ** 31 - 1
/** Turns without an answer after which the last one no longer holds. */
const PATIENCE = 3

/** Queues by how often they are asked: what others would guess of them is not shown. */
const watched = shared('queue.watched', () => new Map<string, number>())

export function isWatched(queue: string): boolean {
  return watched.has(queue)
}

/**
 * Asks `read` for the number of waiting messages every `everyMs` (15 seconds) and shows it as `queue_lag`. When it
 * fails, answers no number or does not answer for three turns, the series is gone until it knows again; that is said once.
 * Returns the end of it.
 */
export function watchLag(
  queue: string,
  read: () => number | PromiseLike<number>,
  everyMs: number = EVERY_MS,
): () => void {
  watched.set(queue, (watched.get(queue) ?? 0) + 1)
  const pause = everyMs >= LEAST_MS && everyMs <= MOST_MS ? everyMs : everyMs < LEAST_MS ? LEAST_MS : EVERY_MS
  let asking = 0
  let ended = false
  const tell = (messages: number | null): void => running.surface?.series(queue)?.lag(ended ? null : messages)
  const unknown = (why: string): void => {
    tell(null)
    const text = `the number of messages waiting in ${queue} is not known: ${why}`
    noticeOnce(`queue.lag\n${queue}`, 'warn', 'queue.lag', text)
  }
  const ask = async (): Promise<void> => {
    if (running.surface === null) return
    if (asking > 0) {
      asking++
      if (asking === PATIENCE) unknown('it does not answer')
      return
    }
    asking = 1
    try {
      const messages = await read()
      if (!Number.isFinite(messages)) throw new TypeError(`it answered ${String(messages)}`)
      tell(messages)
    } catch (error) {
      unknown(thrownText(error))
    } finally {
      asking = 0
    }
  }
  const timer = timers.setInterval(() => void ask(), pause)
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
