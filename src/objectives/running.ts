// Objectives as the application meets them: it says when something began and ended, and how a signal of the watchlist is
// counted. Nothing here throws, and nothing is kept for objectives that are not declared.
import { monotonic, now } from '../base/clock.ts'
import { noticeOnce, thrownText } from '../base/notice.ts'
import type { ObjectivesAnswer, WatchlistAnswer } from './answer.ts'
import { type Early, held } from './held.ts'
import type { Objectives } from './objectives.ts'
import type { ReadSignal } from './watchlist.ts'

/** What may be told before telemetry runs. */
const MOST_EARLY = 1000
const MOST_FUNCTIONS = 1000

/** When an event began in another process: a Date, or milliseconds since the epoch. */
export interface Since {
  readonly since: Date | number
}

/**
 * Something began whose end an objective of kind `event` waits for. `key` tells it from others of its kind (an id; it never
 * becomes a label): text of at most 256 characters, or a number. A second beginning of the same key changes nothing.
 */
export function began(name: string, key: string | number | bigint): void {
  quietly(() => tell('began', name, key))
}

/** What began under `key` in this process has ended; or what began elsewhere, at the time that came along with the message. */
export function ended(name: string, key: string | number | bigint | Since): void {
  quietly(() => (typeof key === 'object' ? tell('since', name, key?.since) : tell('ended', name, key)))
}

/**
 * Gives a signal of the `watchlist` its value: `read` is called when somebody looks, at most every
 * `console.reconcile_interval`, and may be asynchronous, with a deadline of five seconds. Returns the undoing.
 */
export function watch(title: string, read: ReadSignal): () => void {
  const { functions } = held
  if (functions.size >= MOST_FUNCTIONS && !functions.has(title)) {
    noticeOnce('objectives.watches', 'warn', 'objectives.watches', `more than ${MOST_FUNCTIONS} signals are watched`)
    return () => {}
  }
  functions.set(title, read)
  return () => {
    if (functions.get(title) === read) functions.delete(title)
  }
}

/** What `GET /admin/ops/objectives` answers, as of this moment; null while telemetry does not run, or has no objectives. */
export async function currentObjectives(): Promise<ObjectivesAnswer | null> {
  return (await made())?.objectives(0) ?? null
}

/** What `GET /admin/ops/watchlist` answers; null as above. */
export async function currentWatchlist(): Promise<WatchlistAnswer | null> {
  return (await (await made())?.watchlist()) ?? null
}

async function made(): Promise<Objectives | null> {
  try {
    return await held.made
  } catch {
    // Said by whoever started it.
    return null
  }
}

function tell(what: Early['what'], name: string, key: unknown): void {
  const told: Early = { what, name, key, monotonic: monotonic(), now: now() }
  if (held.running !== null) held.running.hear(told)
  else if (held.early !== null && held.early.length < MOST_EARLY) held.early.push(told)
}

/** Whatever is handed over, a proxy or a getter that throws: it is said and goes no further. */
function quietly(work: () => void): void {
  try {
    work()
  } catch (error) {
    const text = `an event of an objective could not be read: ${thrownText(error)}`
    noticeOnce('objectives.event', 'warn', 'objectives.event', text)
  }
}
