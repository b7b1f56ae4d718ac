// One limit for all replicas, kept in Redis or PostgreSQL. The bucket of this replica is asked first, so that a burst is
// never larger than one process would admit and a flood stays out of the store; then the store counts what all replicas
// admit in a window in which one bucket would fill up again. While the store does not answer, the bucket of this replica
// decides alone: more is admitted than was meant, but never everything. Said once.
import { monotonic, timers } from '../base/clock.ts'
import { noticeOnce, thrownText } from '../base/notice.ts'
import { redactText } from '../redact/redact.ts'
import type { ClientLimit, Limit, RateOptions } from './limit.ts'
import { type Counting, connect, type StoreName, type Window } from './limit-store.ts'

export interface SharedLimitOptions extends RateOptions {
  readonly own: ClientLimit
  readonly store: StoreName
  readonly url: string
  /** Replicas of one service share a name. */
  readonly name: string
  /** One question to the store, milliseconds. */
  readonly patienceMs?: number
  /** After a failure the store is left alone for so long, milliseconds. */
  readonly restMs?: number
  /** Milliseconds; never runs backwards. */
  readonly now?: () => number
  readonly open?: typeof connect
}

/** How long an empty bucket takes to fill, in whole seconds, and what may be admitted in that time. */
export function windowOf({ capacity, perMinute }: RateOptions): Window {
  const seconds = Math.max(1, Math.ceil((capacity * 60) / perMinute))
  return { seconds, requests: Math.max(capacity, Math.floor((seconds * perMinute) / 60)) }
}

export class SharedLimit implements Limit {
  readonly #options: Required<SharedLimitOptions>
  #store: Promise<Counting> | null = null
  #restUntil = Number.NEGATIVE_INFINITY
  #closed = false

  constructor(options: SharedLimitOptions) {
    this.#options = { patienceMs: 500, restMs: 5000, now: monotonic, open: connect, ...options }
    this.#opened().catch((error: unknown) => this.#failed(error))
  }

  take(client: string): number | Promise<number> {
    const { own, now } = this.#options
    const waitMs = own.take(client)
    return waitMs > 0 || this.#closed || now() < this.#restUntil ? waitMs : this.#ask(client)
  }

  async #ask(client: string): Promise<number> {
    try {
      return await within(
        this.#options.patienceMs,
        this.#opened().then((store) => store.take(client)),
      )
    } catch (error) {
      this.#failed(error)
      return 0
    }
  }

  #opened(): Promise<Counting> {
    const { open, store, url, name, patienceMs } = this.#options
    this.#store ??= open({ store, url, name, patienceMs, window: windowOf(this.#options) })
    return this.#store
  }

  #failed(error: unknown): void {
    if (this.#closed) return
    const { store, now, restMs } = this.#options
    this.#restUntil = now() + restMs
    void this.#let()
    const reason = redactText(thrownText(error))
    noticeOnce(
      `limit.${store}`,
      'warn',
      'access.limit',
      `the shared limit in ${store} cannot be asked (${reason}): each replica counts its own requests until it can`,
    )
  }

  async #let(): Promise<void> {
    const store = this.#store
    this.#store = null
    await store?.then(
      (one) => one.close(),
      () => {},
    )
  }

  /** Lets go of the connection; never rejects. */
  async close(): Promise<void> {
    this.#closed = true
    await within(this.#options.patienceMs, this.#let()).catch(() => {})
  }
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof timers.setTimeout>
  const late = new Promise<never>((_, reject) => {
    timer = timers.setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)
    timer.unref()
  })
  return Promise.race([work, late]).finally(() => timers.clearTimeout(timer))
}
