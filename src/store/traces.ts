// Traces by id, in the order of their last span. What must go, goes as whole traces: half a trace explains nothing.
import { randomInt } from '../base/ids.ts'
import type { SpanRecord } from '../model/span.ts'
import { Counts } from './counts.ts'
import type { Identities, Identity } from './identity.ts'
import type { StoreLimits } from './limits.ts'
import type { StoredLog } from './logs.ts'
import { TRACE } from './size.ts'
import { StoredSpan, Trace } from './trace.ts'

export class Traces {
  readonly counts = new Counts()
  /** How many traces were evicted, beside the count of their spans. */
  evictedTraces = 0
  /** Held now: spans, traces that have spans, estimated bytes. */
  spans = 0
  size = 0
  bytes = 0
  readonly #limits: StoreLimits
  readonly #identities: Identities
  readonly #index = new Map<number, Trace>()
  /** Ids may be chosen by a sender: the seed keeps it from choosing the chain too. */
  readonly #seed = randomInt()
  #oldest: Trace | null = null
  #newest: Trace | null = null

  constructor(limits: StoreLimits, identities: Identities) {
    this.#limits = limits
    this.#identities = identities
  }

  /** Newest arrival first; only traces that have spans. */
  *newestFirst(tenant: string): Generator<Trace> {
    for (let trace = this.#newest; trace !== null; trace = trace.older) if (trace.tenant === tenant) yield trace
  }

  find(tenant: string, t0: number, t1: number, t2: number, t3: number): Trace | undefined {
    let trace = this.#index.get(this.#hash(t0, t1, t2, t3)) ?? null
    while (trace !== null && !trace.is(tenant, t0, t1, t2, t3)) trace = trace.chain
    return trace ?? undefined
  }

  /** Returns the trace that it changed, or undefined when the span was not taken. */
  add(record: SpanRecord, identity: Identity, bytes: number): Trace | undefined {
    const { t0, t1, t2, t3, s0, s1 } = record
    if ((t0 | t1 | t2 | t3) === 0 || (s0 | s1) === 0 || !Number.isFinite(record.startTime)) {
      this.counts.dropped++
      return undefined
    }
    const trace = this.#of(identity.tenant, t0, t1, t2, t3)
    const same = trace.span(s0, s1)
    if (same !== undefined) {
      this.counts.duplicates++
      if (ended(same.record) || !ended(record)) return undefined
      this.#replace(trace, same, record, identity, bytes)
    } else if (this.#full(trace, bytes)) {
      this.counts.dropped++
      this.#drop(trace)
      return undefined
    } else {
      const before = trace.bytes
      trace.add(new StoredSpan(record, identity, bytes))
      this.bytes += trace.bytes - before
      identity.held++
      this.counts.accepted++
      this.spans++
    }
    this.#touch(trace)
    this.#evict()
    return trace.spans.length > 0 ? trace : undefined
  }

  /** Logs are held by their own ring; here they only join their trace, which may not have come yet. */
  link(log: StoredLog): Trace {
    const { t0, t1, t2, t3 } = log.record
    const trace = this.#of(log.identity.tenant, t0, t1, t2, t3)
    trace.logs.push(log)
    return trace
  }

  unlink(log: StoredLog): void {
    const trace = log.trace
    if (trace === null) return
    const at = trace.logs.indexOf(log)
    if (at >= 0) trace.logs.splice(at, 1)
    log.trace = null
    this.#drop(trace)
  }

  clear(tenant: string): void {
    for (const trace of [...this.newestFirst(tenant)]) {
      this.counts.cleared += trace.spans.length
      this.#empty(trace)
    }
  }

  /** A trace that fills the whole store stops growing: it would only push out itself. */
  #full(trace: Trace, bytes: number): boolean {
    const { spans, spansPerTrace, spanBytes } = this.#limits
    return trace.spans.length >= Math.min(spans, spansPerTrace) || (trace.bytes || TRACE) + bytes > spanBytes
  }

  #of(tenant: string, t0: number, t1: number, t2: number, t3: number): Trace {
    const found = this.find(tenant, t0, t1, t2, t3)
    if (found !== undefined) return found
    const trace = new Trace(tenant, t0, t1, t2, t3)
    const hash = this.#hash(t0, t1, t2, t3)
    trace.chain = this.#index.get(hash) ?? null
    this.#index.set(hash, trace)
    return trace
  }

  #replace(trace: Trace, held: StoredSpan, record: SpanRecord, identity: Identity, bytes: number): void {
    const before = held.identity
    this.bytes += bytes - held.bytes
    trace.replace(held, record, identity, bytes)
    identity.held++
    this.#identities.release(before)
  }

  #evict(): void {
    while (this.#oldest !== null && (this.spans > this.#limits.spans || this.bytes > this.#limits.spanBytes)) {
      this.counts.evicted += this.#oldest.spans.length
      this.evictedTraces++
      this.#empty(this.#oldest)
    }
  }

  #empty(trace: Trace): void {
    this.spans -= trace.spans.length
    this.bytes -= trace.bytes
    for (const span of trace.spans) this.#identities.release(span.identity)
    this.#take(trace)
    trace.clear()
    this.#drop(trace)
  }

  /** Takes it out of the index once neither spans nor logs are left. */
  #drop(trace: Trace): void {
    if (trace.spans.length > 0 || trace.logs.length > 0) return
    const hash = this.#hash(trace.t0, trace.t1, trace.t2, trace.t3)
    let at = this.#index.get(hash) ?? null
    if (at === trace) {
      if (trace.chain === null) this.#index.delete(hash)
      else this.#index.set(hash, trace.chain)
      return
    }
    while (at !== null && at.chain !== trace) at = at.chain
    if (at !== null) at.chain = trace.chain
  }

  #touch(trace: Trace): void {
    if (trace === this.#newest) return
    this.#take(trace)
    this.size++
    trace.older = this.#newest
    if (this.#newest !== null) this.#newest.newer = trace
    this.#newest = trace
    this.#oldest ??= trace
  }

  #take(trace: Trace): void {
    if (trace.older === null && trace.newer === null && trace !== this.#newest) return
    this.size--
    if (trace.older === null) this.#oldest = trace.newer
    else trace.older.newer = trace.newer
    if (trace.newer === null) this.#newest = trace.older
    else trace.newer.older = trace.older
    trace.older = null
    trace.newer = null
  }

  #hash(t0: number, t1: number, t2: number, t3: number): number {
    let hash = Math.imul(t0 ^ this.#seed, 0x85ebca6b)
    hash = Math.imul((hash ^ (hash >>> 15) ^ t1) | 0, 0xc2b2ae35)
    hash = Math.imul((hash ^ (hash >>> 13) ^ t2) | 0, 0x27d4eb2f)
    hash = Math.imul((hash ^ (hash >>> 16) ^ t3) | 0, 0x165667b1)
    return (hash ^ (hash >>> 15)) | 0
  }
}

function ended(record: SpanRecord): boolean {
  return record.endTime > 0
}
