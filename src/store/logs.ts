// Log records in the order of their arrival, joined to their traces.
import type { LogRecord } from '../model/log.ts'
import { Counts } from './counts.ts'
import { History } from './history.ts'
import type { Identities, Identity } from './identity.ts'
import type { StoreLimits } from './limits.ts'
import { TRACE } from './size.ts'
import type { Trace } from './trace.ts'
import type { Traces } from './traces.ts'

export class StoredLog {
  readonly record: LogRecord
  readonly identity: Identity
  bytes: number
  readonly number: number
  /** Float milliseconds: the record's own time, else when it was observed, else when it came. */
  readonly time: number
  trace: Trace | null = null

  constructor(record: LogRecord, identity: Identity, bytes: number, number: number, time: number) {
    this.record = record
    this.identity = identity
    this.bytes = bytes
    this.number = number
    this.time = time
  }
}

export class Logs {
  readonly counts = new Counts()
  bytes = 0
  /** A cleared record leaves a hole until the ring passes it. */
  readonly ring = new History<StoredLog | null>()
  size = 0
  readonly #limits: StoreLimits
  readonly #identities: Identities
  readonly #traces: Traces

  constructor(limits: StoreLimits, identities: Identities, traces: Traces) {
    this.#limits = limits
    this.#identities = identities
    this.#traces = traces
  }

  add(record: LogRecord, identity: Identity, bytes: number, now: number): StoredLog | undefined {
    if (bytes + TRACE > this.#limits.logBytes || this.#limits.logs < 1) {
      this.counts.dropped++
      return undefined
    }
    const time = record.time > 0 ? record.time : record.observed > 0 ? record.observed : now
    const log = new StoredLog(record, identity, bytes, this.ring.next, time)
    this.ring.push(log)
    identity.held++
    this.counts.accepted++
    this.size++
    if ((record.t0 | record.t1 | record.t2 | record.t3) !== 0) {
      log.trace = this.#traces.link(log)
      // The first log of a trace may be all that there ever is of it.
      if (log.trace.logs.length === 1) log.bytes += TRACE
    }
    this.bytes += log.bytes
    while (this.ring.size > this.#limits.logs || this.bytes > this.#limits.logBytes) this.#evict()
    return log
  }

  /** Newest arrival first. */
  *newestFirst(tenant: string): Generator<StoredLog> {
    for (let n = this.ring.next - 1; n >= this.ring.first; n--) {
      const log = this.ring.at(n)
      if (log && log.identity.tenant === tenant) yield log
    }
  }

  clear(tenant: string): void {
    for (const log of this.newestFirst(tenant)) {
      this.counts.cleared++
      this.#forget(log)
      this.ring.set(log.number, null)
    }
    while (this.ring.size > 0 && this.ring.at(this.ring.first) === null) this.ring.shift()
  }

  #evict(): void {
    const log = this.ring.shift()
    if (!log) return
    this.counts.evicted++
    this.#forget(log)
  }

  #forget(log: StoredLog): void {
    this.size--
    this.bytes -= log.bytes
    this.#traces.unlink(log)
    this.#identities.release(log.identity)
  }
}
