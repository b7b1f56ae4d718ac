// A source that somebody else answers: a database, NATS, Prometheus. It is asked once for all who look, has a deadline, and
// fails alone: what is shown then is null and why. What took long is asked less often, so that looking costs its server a
// tenth of its time at most. What the other side said stays in the log; a reason names no host and quotes nobody.
import { timers } from '../../base/clock.ts'
import { noticeOnce, thrownText } from '../../base/notice.ts'

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Milliseconds; never runs backwards. */
  monotonic(): number
}

export interface Known<T> {
  /** Null: not known. */
  readonly value: T | null
  /** Why it is not known; null where it is. */
  readonly reason: string | null
  /** When it was asked for, monotonic. */
  readonly at: number
}

/** Its text may be shown to who runs the service. */
export class Absent extends Error {}

export interface SourceOptions<T> {
  /** For the log. */
  readonly name: string
  /** Asks; the signal is aborted at the deadline. */
  readonly ask: (signal: AbortSignal) => Promise<T>
  readonly clock: Clock
  readonly deadlineMs?: number
}

const DEADLINE_MS = 2000
/** An answer is good for a second, and for ten times what it took. */
const FRESH_MS = 1000
const PART = 10
const MOST_MS = 60_000

export class Source<T> {
  readonly #options: SourceOptions<T>
  readonly #deadlineMs: number
  #held: Known<T> | null = null
  /** How long it holds, monotonic. */
  #until = 0
  #asking: Promise<Known<T>> | null = null
  #begun = 0
  /** The deadline of what is being asked for has passed. */
  #late = false

  constructor(options: SourceOptions<T>) {
    this.#options = options
    this.#deadlineMs = options.deadlineMs ?? DEADLINE_MS
  }

  /** What is known now; waits for the deadline at most. Never rejects. */
  read(): Promise<Known<T>> | Known<T> {
    const time = this.#options.clock.monotonic()
    if (this.#held !== null && time < this.#until) return this.#held
    // One that never answers is given up some time, and the next may be luckier.
    if (this.#asking !== null && time - this.#begun > MOST_MS) this.#asking = null
    this.#asking ??= this.#ask(time)
    return this.#asking
  }

  #ask(begun: number): Promise<Known<T>> {
    const { ask, clock } = this.#options
    const abort = new AbortController()
    this.#begun = begun
    this.#late = false
    let timer: NodeJS.Timeout | undefined
    const overdue = new Promise<Known<T>>((resolve) => {
      timer = timers.setTimeout(() => {
        if (asking === this.#asking) this.#late = true
        abort.abort()
        resolve(this.#overdue())
      }, this.#deadlineMs)
      timer.unref()
    })
    const answered = new Promise<T>((resolve) => resolve(ask(abort.signal))).then(
      (value): Known<T> => ({ value, reason: null, at: begun }),
      (error: unknown): Known<T> => this.#failed(error, begun),
    )
    const settled = answered.then((known) => {
      timers.clearTimeout(timer)
      if (asking !== this.#asking) return known
      const took = clock.monotonic() - begun
      this.#asking = null
      this.#held = this.#late ? this.#overdue() : known
      this.#late = false
      this.#until = clock.monotonic() + Math.min(MOST_MS, Math.max(FRESH_MS, took * PART))
      return known
    })
    const asking: Promise<Known<T>> = Promise.race([settled, overdue])
    return asking
  }

  #overdue(): Known<T> {
    const text = `no answer within ${this.#deadlineMs / 1000} s`
    this.#say(text)
    return { value: null, reason: text, at: this.#begun }
  }

  #failed(error: unknown, at: number): Known<T> {
    this.#say(thrownText(error))
    return { value: null, reason: reasonOf(error), at }
  }

  #say(text: string): void {
    const { name } = this.#options
    noticeOnce(`ops.source ${name}`, 'warn', 'ops.source', `${name} cannot be read for the operations panel: ${text}`)
  }
}

/** SQLSTATE, or what Node and SQLite call an error. */
const CODE = /^(?:[0-9A-Z]{5}|E[A-Z_]{2,30}|ERR_[A-Z_]{2,40})$/

/** Why something is not known, without a word of the other side. */
export function reasonOf(error: unknown): string {
  if (error instanceof Absent) return error.message
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && CODE.test(code) ? `it failed (${code})` : 'it failed: the log says why'
}
