// Messages between their delivery and their settlement, for clients that settle by a call. What a client says of a
// message ends its span and its count; a message that nobody settles ends with whatever carried it, so nothing leaks.
import { timers } from '../../base/clock.ts'
import { noticeOnce } from '../../base/notice.ts'
import { whenEnded } from '../../base/outcome.ts'
import { shared } from '../../base/slot.ts'
import type { Work } from './consume.ts'
import { Refused } from './refused.ts'

/** For each channel or consumer. Past it the oldest is let go. */
const MAX_OPEN = 10_000

const Same = function (this: unknown, given: object) {
  return given
} as unknown as new (
  given: object,
) => object

/**
 * What is held on a message, in a private field of the message itself: out of sight, and a few nanoseconds. A WeakMap of
 * all of them costs the collector more than all else here, a property that is not enumerable a quarter of a microsecond.
 */
class Stamp extends Same {
  #held: Held | null

  constructor(message: object, held: Held) {
    super(message)
    this.#held = held
  }

  static put(message: object, held: Held): void {
    if (#held in message) message.#held = held
    else new Stamp(message, held)
  }

  static of(message: object): Held | undefined {
    return #held in message ? (message.#held ?? undefined) : undefined
  }
}

/** One of the process: what a copy of us gave out is handled by another. */
const stamp = shared('queue.held', () => ({ put: Stamp.put, of: Stamp.of }))

/** One message that the application has. */
export class Held {
  readonly work: Work
  /** Where it is open, and under which key. */
  readonly #open: Map<unknown, Held>
  readonly #key: unknown
  /** Nothing settles it: it is done when its handler is, or when the next one is asked for. */
  readonly free: boolean
  /** Monotonic milliseconds, for brokers that take back what nobody settles. */
  deadline: number = Number.POSITIVE_INFINITY
  /** Who asked for it, for an adapter that has to know. */
  owner: unknown = null
  #running = 0

  constructor(work: Work, free: boolean, open: Map<unknown, Held>, key: unknown) {
    this.work = work
    this.free = free
    this.#open = open
    this.#key = key
  }

  end(thrown: boolean, error: unknown): void {
    if (this.#open.get(this.#key) === this) this.#open.delete(this.#key)
    this.work.end(thrown, error)
  }

  /** Null: it was processed. */
  settle(reason: Refused | null): void {
    if (reason !== null) this.work.nack(reason)
    this.end(false, undefined)
  }

  /** For a free one whose handler nobody gave us. */
  pass(): void {
    if (this.free && this.#running === 0) this.end(false, undefined)
  }

  /** For `get` and `next`: whether `handle` is called with it shows in this very turn. */
  passSoon(): void {
    if (this.free) timers.setImmediate(() => this.pass())
  }

  begin(): void {
    this.#running++
  }

  done(): void {
    this.#running--
    this.pass()
  }

  failed(error: unknown): void {
    this.#running--
    this.end(true, error)
  }

  /** For clients that ignore what a handler returns: only a promise is looked at, and its rejection stays as loud as it was. */
  run<R>(handler: () => R): R {
    this.begin()
    let result: R
    try {
      result = this.work.run(handler)
    } catch (error) {
      this.failed(error)
      throw error
    }
    if (!(result instanceof Promise)) {
      this.done()
      return result
    }
    return result.then(
      (value: unknown) => {
        this.done()
        return value
      },
      (error: unknown) => {
        this.failed(error)
        throw error
      },
    ) as R
  }
}

/** The open messages of one channel or consumer, in the order of their delivery. */
export class Open<K> {
  readonly #open = new Map<K, Held>()
  readonly #what: string

  constructor(what: string) {
    this.#what = what
  }

  add(key: K, message: object, work: Work, free: boolean): Held {
    if (this.#open.size >= MAX_OPEN) this.#letGo()
    // A number that comes again is of another channel under the same wrapper.
    this.#open.get(key)?.settle(new Refused('unsettled', 'another came under its number'))
    const held = new Held(work, free, this.#open as Map<unknown, Held>, key)
    this.#open.set(key, held)
    try {
      stamp.put(message, held)
    } catch {
      // One that is frozen may take nothing: it is found by its key.
    }
    return held
  }

  get size(): number {
    return this.#open.size
  }

  get(key: K): Held | undefined {
    return this.#open.get(key)
  }

  settle(key: K, reason: Refused | null): void {
    this.#open.get(key)?.settle(reason)
  }

  /** Those that were delivered first, as long as `which` says yes. */
  settleWhile(which: (key: K) => boolean, reason: Refused | null): void {
    for (const [key, held] of this.#open) {
      if (!which(key)) return
      if (!held.free) held.settle(reason)
    }
  }

  settleWhere(which: (held: Held) => boolean, reason: Refused | null): void {
    for (const held of this.#open.values()) if (!held.free && which(held)) held.settle(reason)
  }

  /** What carried them is gone; a free one whose handler runs is done when that is. */
  close(reason: Refused): void {
    for (const held of this.#open.values()) {
      if (held.free) held.pass()
      else held.settle(reason)
    }
  }

  #letGo(): void {
    for (const held of this.#open.values()) {
      held.settle(new Refused('unsettled', `it was not settled while ${MAX_OPEN} others came`))
      const text = `${this.#what}: ${MAX_OPEN} messages are not settled; the oldest count as nack`
      noticeOnce(`queue.unsettled\n${this.#what}`, 'warn', 'queue.unsettled', text)
      return
    }
  }
}

export function heldOf(message: unknown): Held | undefined {
  if (typeof message !== 'object' || message === null) return undefined
  return stamp.of(message)
}

/**
 * Runs `handler` for a message that an observed client gave out where no handler was named: in a `for await` loop, by
 * `get` or by `next`. What it does is of the message's trace, and when it throws or rejects the message counts as nack.
 * Returns what it returns; a message that is not observed is handled all the same.
 */
export function handle<M, R>(message: M, handler: (message: M) => R): R {
  const held = heldOf(message)
  if (held === undefined) return handler(message)
  held.begin()
  return whenEnded(
    () => held.work.run(() => handler(message)),
    (failed, error) => (failed ? held.failed(error) : held.done()),
  )
}
