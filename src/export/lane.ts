// One signal's way to one place: a bounded queue of request bodies that drops the oldest, one request at a time, retries
// with full jitter that honour Retry-After, and an account of what became of every record. It says a change of state
// once, never an attempt. A request costs the process as much as a few hundred spans do: where bodies may be put together,
// those that come within a few milliseconds of the last request make up the next.
import { AsyncResource } from 'node:async_hooks'
import { monotonic, now, timers } from '../base/clock.ts'
import { type RetryOptions, waitBefore } from '../base/retry.ts'
import type { ExportCounts, Signal, SinkError, SinkReading } from '../pipeline/sink.ts'
import { say } from '../pipeline/voice.ts'
import type { Outcome, Payload, Transport } from './payload.ts'
import type { Reach } from './reach.ts'

export interface LaneOptions {
  readonly timeoutMs: number
  readonly retry: RetryOptions
  /** Request bodies that wait, besides the one on the way. */
  readonly maxPending: number
  readonly maxPendingBytes: number
  readonly maxPendingRecords: number
  /** The most that is put together; null where two bodies are no body, or shall not be. */
  readonly together: { readonly records: number; readonly bytes: number } | null
  /** Told of each request: duration in seconds and, when it failed, how. */
  readonly observe: ((signal: Signal, seconds: number, error: string | undefined) => void) | undefined
  readonly random: () => number
}

/** A refusal that comes and goes is said at most this often. */
const REFUSAL_QUIET_MS = 60_000
/** From the beginning of one request to that of the next, unless it is full or somebody waits. */
const EVERY_MS = 20
/** Longest wait between attempts while somebody waits for a flush. */
const HURRIED_WAIT_MS = 200
/** Left to the last request before the end of a flush, at most a third of what there was. */
const LAST_MS = 1000

interface Sleep {
  readonly end: number
  /** The other side asked for it (Retry-After). */
  readonly asked: boolean
  wake(): void
}

export class Lane {
  readonly #signal: Signal
  readonly #transport: Transport
  readonly #options: LaneOptions
  readonly #counts: ExportCounts
  readonly #reach: Reach
  readonly #outside = new AsyncResource('TelltaleExport')
  readonly #queue: Payload[] = []
  #queued = 0
  #queuedRecords = 0
  /** On the way, retries included. */
  #current: Payload | null = null
  #busy = false
  #closed = false
  /** Somebody waits until then (monotonic ms); 0 when nobody does. */
  #until = 0
  /** The end of the flush that the last request was made for. */
  #lastFor = 0
  #sleep: Sleep | null = null
  /** The sleep in which the next request gathers. */
  #gathering: Sleep | null = null
  #idle: (() => void)[] = []
  #overflowing = false
  #refusing = false
  #refusalSaid = Number.NEGATIVE_INFINITY
  #partialSaid = false
  #requests = 0
  #retries = 0
  #delivering: boolean | null = null
  #acceptedAt: number | null = null
  #error: SinkError | null = null

  constructor(signal: Signal, transport: Transport, options: LaneOptions, counts: ExportCounts, reach: Reach) {
    this.#signal = signal
    this.#transport = transport
    this.#options = options
    this.#counts = counts
    this.#reach = reach
  }

  look(): SinkReading {
    const { maxPending, maxPendingBytes, maxPendingRecords } = this.#options
    return {
      place: this.#place(),
      requests: this.#requests,
      retries: this.#retries,
      delivering: this.#delivering,
      acceptedAt: this.#acceptedAt,
      error: this.#error,
      waiting: {
        requests: this.#queue.length,
        mostRequests: maxPending,
        bytes: this.#queued,
        mostBytes: maxPendingBytes,
        mostRecords: maxPendingRecords,
      },
    }
  }

  push(payload: Payload): void {
    if (payload.records === 0) return
    if (this.#closed) {
      this.#settle(payload.records, 'dropped')
      return
    }
    this.#queue.push(payload)
    this.#queued += payload.bytes
    this.#queuedRecords += payload.records
    while (this.#queue.length > 1 && this.#isOver()) this.#dropOldest()
    if (this.#gathering !== null && this.#isFull()) this.#gathering.wake()
    if (this.#busy) return
    this.#busy = true
    // Requests must not inherit the context of the span that happened to fill the batch, nor take its time.
    this.#outside.runInAsyncScope(() => {
      timers.setImmediate(() => {
        void this.#run()
      })
    })
  }

  #isOver(): boolean {
    const { maxPending, maxPendingBytes, maxPendingRecords } = this.#options
    return this.#queue.length > maxPending || this.#queued > maxPendingBytes || this.#queuedRecords > maxPendingRecords
  }

  #shift(): Payload | undefined {
    const oldest = this.#queue.shift()
    if (oldest === undefined) return undefined
    this.#queued -= oldest.bytes
    this.#queuedRecords -= oldest.records
    return oldest
  }

  /** The oldest that waits, and those after it that fit. */
  #joined(): Payload | undefined {
    const oldest = this.#shift()
    const { together } = this.#options
    if (oldest === undefined || together === null) return oldest
    let { records, bytes } = oldest
    let parts: Uint8Array[] | null = null
    for (;;) {
      const next = this.#queue[0]
      if (next === undefined || records + next.records > together.records || bytes + next.bytes > together.bytes) break
      this.#shift()
      records += next.records
      bytes += next.bytes
      parts ??= [...oldest.parts]
      for (const part of next.parts) parts.push(part)
    }
    return parts === null ? oldest : { parts, bytes, records, packed: null }
  }

  #isFull(): boolean {
    const { together } = this.#options
    return together === null || this.#queuedRecords >= together.records || this.#queued >= together.bytes
  }

  async #gather(ms: number): Promise<void> {
    if (!(ms > 0) || this.#isFull() || this.#until > 0 || this.#closed) return
    const over = this.#pause(ms, false)
    this.#gathering = this.#sleep
    await over
    this.#gathering = null
  }

  #dropOldest(): void {
    const oldest = this.#shift()!
    this.#settle(oldest.records, 'dropped')
    if (this.#overflowing) return
    this.#overflowing = true
    say(
      'warn',
      'export.overflow',
      `the ${this.#signal} queue to ${this.#place()} is full: the oldest are dropped and counted`,
    )
  }

  #settle(records: number, as: 'exported' | 'rejected' | 'failed' | 'dropped'): void {
    this.#counts.inflight -= records
    this.#counts[as] += records
  }

  #place(): string {
    return this.#transport.place(this.#signal)
  }

  async #run(): Promise<void> {
    for (let payload = this.#shift(); payload !== undefined; payload = this.#joined()) {
      const began = monotonic()
      this.#current = payload
      await this.#deliver(payload)
      this.#current = null
      await this.#gather(began + EVERY_MS - monotonic())
    }
    this.#overflowing = false
    this.#busy = false
    this.#until = 0
    const idle = this.#idle
    this.#idle = []
    for (const done of idle) done()
  }

  async #deliver(payload: Payload): Promise<void> {
    const first = monotonic()
    for (let attempt = 1; ; attempt++) {
      const began = monotonic()
      this.#requests++
      if (attempt > 1) this.#retries++
      const outcome = await this.#transport.send(this.#signal, payload, this.#timeout(began))
      this.#delivering = outcome.kind === 'accepted'
      if (outcome.kind === 'accepted') this.#acceptedAt = now()
      else this.#error = { at: now(), kind: outcome.kind, reason: outcome.reason }
      // Given up at close: its account is settled.
      if (this.#closed) return
      this.#options.observe?.(
        this.#signal,
        (monotonic() - began) / 1000,
        outcome.kind === 'accepted' ? undefined : outcome.kind,
      )
      if (outcome.kind === 'accepted') return this.#accepted(payload, outcome)
      if (outcome.kind === 'refused') return this.#refused(payload, outcome.reason)
      this.#reach.down(this.#signal, this.#place(), outcome.reason)
      const wait = this.#wait(attempt, first, outcome.afterMs)
      if (wait !== undefined) await this.#pause(wait, outcome.afterMs !== undefined)
      if (this.#closed) return
      if (wait === undefined) {
        this.#settle(payload.records, 'failed')
        say('debug', 'export.failed', `${payload.records} ${this.#signal} records given up: ${outcome.reason}`)
        return
      }
    }
  }

  #timeout(now: number): number {
    return this.#until > now ? Math.min(this.#options.timeoutMs, this.#until - now) : this.#options.timeoutMs
  }

  #wait(attempt: number, first: number, asked: number | undefined): number | undefined {
    const now = monotonic()
    if (this.#until > now) return this.#hurried(this.#until - now, asked)
    return waitBefore(this.#options.retry, attempt, now - first, asked, this.#options.random)
  }

  /** Somebody waits for `left` ms: try again soon, or when asked to; asked for too long, once before the end. */
  #hurried(left: number, asked: number | undefined): number {
    if (asked === undefined) return HURRIED_WAIT_MS * (0.25 + 0.75 * this.#options.random())
    if (asked < left) return asked
    if (this.#lastFor === this.#until) return left
    this.#lastFor = this.#until
    return left - Math.min(LAST_MS, left / 3)
  }

  #pause(ms: number, asked: boolean): Promise<void> {
    return new Promise((resolve) => {
      const timer = timers.setTimeout(() => {
        this.#sleep = null
        resolve()
      }, ms)
      timer.unref()
      const wake = (): void => {
        timers.clearTimeout(timer)
        this.#sleep = null
        resolve()
      }
      this.#sleep = { end: monotonic() + ms, asked, wake }
    })
  }

  #accepted(payload: Payload, outcome: Outcome & { kind: 'accepted' }): void {
    this.#reach.up(this.#signal, this.#place())
    if (this.#refusing) {
      this.#refusing = false
      say('debug', 'export.accepted', `${this.#place()} accepts ${this.#signal} again`)
    }
    const rejected = Math.min(outcome.rejected, payload.records)
    this.#settle(payload.records - rejected, 'exported')
    if (rejected === 0 && outcome.message === '') return
    if (rejected > 0) {
      this.#settle(rejected, 'rejected')
      const reason = `${rejected} of ${payload.records} records: ${safe(outcome.message)}`
      this.#error = { at: now(), kind: 'partial', reason }
    }
    const text = `${this.#place()} rejected ${rejected} of ${payload.records} ${this.#signal} records: ${safe(outcome.message)}`
    say(this.#partialSaid ? 'debug' : 'warn', 'export.partial', text)
    this.#partialSaid = true
  }

  #refused(payload: Payload, reason: string): void {
    this.#settle(payload.records, 'rejected')
    const now = monotonic()
    const quiet = this.#refusing || now - this.#refusalSaid < REFUSAL_QUIET_MS
    this.#refusing = true
    if (!quiet) this.#refusalSaid = now
    const text = `${this.#place()} refused ${payload.records} ${this.#signal} records, which are dropped: ${reason}`
    say(quiet ? 'debug' : 'warn', 'export.refused', text)
  }

  /** Resolves when everything pushed so far is settled, at the latest after `deadlineMs`. */
  flush(deadlineMs: number): Promise<void> {
    if (!this.#busy) return Promise.resolve()
    return new Promise((resolve) => {
      this.#until = Math.max(this.#until, monotonic() + deadlineMs)
      // Not unref'd: whoever awaits a flush must not see the process end under it.
      const timer = timers.setTimeout(resolve, deadlineMs)
      this.#idle.push(() => {
        timers.clearTimeout(timer)
        resolve()
      })
      this.#hurry()
    })
  }

  #hurry(): void {
    const sleep = this.#sleep
    if (sleep === null) return
    if (!sleep.asked) {
      sleep.wake()
      return
    }
    const left = this.#until - monotonic()
    const wait = this.#hurried(left, Math.max(0, sleep.end - monotonic()))
    timers.setTimeout(sleep.wake, wait).unref()
  }

  /** Takes out what waits, what is to be tried again included; nothing of a place that cannot be reached anyway. */
  last(): Payload[] {
    const retried = this.#sleep !== null && this.#current !== null ? [this.#current] : []
    const waiting = [...retried, ...this.#queue.splice(0)]
    this.#queued = 0
    this.#queuedRecords = 0
    if (this.#closed || this.#reach.isDown(this.#signal)) return []
    return waiting
  }

  /** Gives up what is left, counted. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    if (this.#current !== null) this.#settle(this.#current.records, 'failed')
    for (const payload of this.#queue.splice(0)) this.#settle(payload.records, 'failed')
    this.#queued = 0
    this.#queuedRecords = 0
    this.#sleep?.wake()
  }
}

/** A foreign text on one line of bounded length. */
export function safe(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ').slice(0, 200)
}
