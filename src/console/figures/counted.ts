// Counts of databases, kept for a while. Who asks the same meanwhile is given the same, and who asks while it is counted
// waits for that count, so ten viewers cost what one does. It promises an answer within a deadline, whatever the database
// does; that few counts run at once, and one that hangs is not asked again for a minute; that nobody's questions keep others out;
// and that what is held is bounded.
// It refuses to show a database's error to anybody: the log is told it, once until the same question is answered again.
import { KIND, Unavailable } from '../../access/error-kinds.ts'
import { monotonic, timers } from '../../base/clock.ts'
import { thrownText } from '../../base/notice.ts'
import { isAway } from './away.ts'

export interface CountedOptions {
  /** How long a count is good for, in milliseconds. */
  readonly keepMs: number
  /** How long anybody waits, in milliseconds. */
  readonly deadlineMs?: number
  /** After how long a count that has not ended is given up, in milliseconds. */
  readonly patienceMs?: number
  /** Monotonic milliseconds. */
  readonly clock?: () => number
}

export interface Count<T> {
  /** Which figure: an error of it is said once until it is answered again. */
  readonly name: string
  /** All that the answer depends on. */
  readonly key: string
  /** Whose question it is. */
  readonly who?: string | undefined
  count(): Promise<T>
  /** How many entries the answer has. */
  weigh(value: T): number
}

interface Held {
  answer: Promise<unknown>
  /** Asked anew from then on. */
  until: number
  weight: number
}

const DEADLINE_MS = 10_000
const PATIENCE_MS = 60_000
/** How long a failure stands for those who ask next. */
const FAILED_MS = 5000
const AT_ONCE = 4
const MOST_WAITING = 100
/** Of one who asks. */
const MOST_WAITING_EACH = 20
const MOST_HELD = 500
/** Entries of all answers together: some ten megabytes. */
const MOST_WEIGHT = 100_000

export class Counted {
  readonly #keepMs: number
  readonly #deadlineMs: number
  readonly #patienceMs: number
  readonly #clock: () => number
  readonly #held = new Map<string, Held>()
  readonly #waiting: { readonly who: string | undefined; go(): void }[] = []
  readonly #outages = new Map<string, Error>()
  #running = 0

  constructor({ keepMs, deadlineMs = DEADLINE_MS, patienceMs = PATIENCE_MS, clock = monotonic }: CountedOptions) {
    this.#keepMs = keepMs
    this.#deadlineMs = deadlineMs
    this.#patienceMs = patienceMs
    this.#clock = clock
  }

  /** Rejects with what may be told to clients. */
  of<T>(asked: Count<T>): Promise<T> {
    const key = `${asked.name} ${asked.key}`
    const held = this.#held.get(key)
    if (held !== undefined && this.#clock() < held.until) return held.answer as Promise<T>
    if (this.#full(asked.who))
      return Promise.reject(this.#failed(asked.name, new Unavailable('too many counts of records wait for others')))
    return this.#begin(key, asked)
  }

  #begin<T>(key: string, asked: Count<T>): Promise<T> {
    const { name } = asked
    const held: Held = { answer: Promise.resolve(), until: Number.POSITIVE_INFINITY, weight: 0 }
    const counting = this.#inTurn(asked, held)
    const answer = new Promise<T>((resolve, reject) => {
      const timer = timers.setTimeout(() => {
        const late = new Unavailable(`counting records took longer than ${this.#deadlineMs} ms`)
        reject(this.#failed(name, late))
      }, this.#deadlineMs)
      timer.unref()
      counting.then(
        (value) => {
          timers.clearTimeout(timer)
          resolve(value)
          this.#outages.delete(name)
          held.answer = Promise.resolve(value)
          held.until = this.#clock() + this.#keepMs
          held.weight = asked.weigh(value)
          this.#tidy()
        },
        (error: unknown) => {
          timers.clearTimeout(timer)
          const told = this.#failed(name, error)
          reject(told)
          held.answer = Promise.reject(told)
          held.answer.catch(() => {})
          held.until = this.#clock() + FAILED_MS
        },
      )
    })
    answer.catch(() => {})
    held.answer = answer
    this.#held.delete(key)
    this.#held.set(key, held)
    this.#tidy()
    return answer
  }

  #full(who: string | undefined): boolean {
    if (this.#waiting.length >= MOST_WAITING) return true
    return who !== undefined && this.#waiting.filter((one) => one.who === who).length >= MOST_WAITING_EACH
  }

  /** Counts as soon as fewer than the most are at it. What nobody waits for any more when its turn comes is not begun. */
  async #inTurn<T>({ count, who }: Count<T>, held: Held): Promise<T> {
    const asked = this.#clock()
    if (this.#running < AT_ONCE) this.#running++
    else await new Promise<void>((go) => this.#waiting.push({ who, go }))
    let over = false
    const next = () => {
      if (over) return
      over = true
      const first = this.#waiting.shift()
      if (first === undefined) this.#running--
      else first.go()
    }
    if (this.#clock() - asked >= this.#deadlineMs) {
      next()
      throw new Unavailable('counts of records wait for others that take too long')
    }
    const patience = timers.setTimeout(() => {
      held.until = 0
      next()
    }, this.#patienceMs)
    patience.unref()
    try {
      return await count()
    } finally {
      timers.clearTimeout(patience)
      next()
    }
  }

  /** The same error as long as the same is wrong, so that it is said once. */
  #failed(name: string, error: unknown): Error {
    const told = toldOf(error)
    const before = this.#outages.get(name)
    if (before !== undefined && before.message === told.message) return before
    this.#outages.set(name, told)
    return told
  }

  #tidy(): void {
    let weight = 0
    for (const held of this.#held.values()) weight += held.weight
    for (const [key, held] of this.#held) {
      if (weight <= MOST_WEIGHT && this.#held.size <= MOST_HELD) break
      // What is counted just now is shared by those who wait.
      if (held.until === Number.POSITIVE_INFINITY) continue
      this.#held.delete(key)
      weight -= held.weight
    }
  }
}

/** An error that was made for clients as it is; of any other, nothing that it says of itself is believed. */
function toldOf(error: unknown): Error {
  if (typeof error === 'object' && error !== null && KIND in error) return error as unknown as Error
  const text = thrownText(error)
  return isAway(error) ? new Unavailable(text, { cause: error }) : new Error(text, { cause: error })
}
