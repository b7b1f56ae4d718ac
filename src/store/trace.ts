// One trace as far as it has arrived. Spans come in any order and in many batches; what the lists show of it
// (head, start, end, errors, services) is kept up to date span by span and does not depend on the order.
import { randomInt, traceIdHex } from '../base/ids.ts'
import { type SpanRecord, STATUS_ERROR } from '../model/span.ts'
import type { Identity } from './identity.ts'
import type { StoredLog } from './logs.ts'
import { TRACE } from './size.ts'

export class StoredSpan {
  record: SpanRecord
  identity: Identity
  bytes: number
  /** Next span of the trace whose id has the same hash. */
  twin: StoredSpan | null = null

  constructor(record: SpanRecord, identity: Identity, bytes: number) {
    this.record = record
    this.identity = identity
    this.bytes = bytes
  }

  /** Milliseconds; 0 while it runs and for clocks that ran backwards. */
  get duration(): number {
    const { startTime, endTime } = this.record
    return endTime > startTime ? endTime - startTime : 0
  }
}

const FEW = 8

/** Ids may be chosen by a sender: the seed keeps it from choosing the chain too. */
const SEED = randomInt()

function mixed(s0: number, s1: number): number {
  let hash = Math.imul(s0 ^ SEED, 0x85ebca6b)
  hash = Math.imul((hash ^ (hash >>> 15) ^ s1) | 0, 0xc2b2ae35)
  return (hash ^ (hash >>> 13)) | 0
}

export class Trace {
  readonly tenant: string
  readonly t0: number
  readonly t1: number
  readonly t2: number
  readonly t3: number
  readonly spans: StoredSpan[] = []
  readonly logs: StoredLog[] = []
  /** By a hash of the id; null while a walk over few spans is as quick and a map would cost more than they do. */
  #byId: Map<number, StoredSpan> | null = null
  #head: StoredSpan | null = null
  #start = Number.POSITIVE_INFINITY
  #end = Number.NEGATIVE_INFINITY
  #errors = 0
  /** A span was replaced: the four above are counted again when they are asked for, not once per replaced span. */
  #stale = false
  bytes = 0
  /** Next trace of the same hash. */
  chain: Trace | null = null
  /** Neighbours in the order of the last span's arrival. */
  older: Trace | null = null
  newer: Trace | null = null

  constructor(tenant: string, t0: number, t1: number, t2: number, t3: number) {
    this.tenant = tenant
    this.t0 = t0
    this.t1 = t1
    this.t2 = t2
    this.t3 = t3
  }

  get id(): string {
    return traceIdHex(this.t0, this.t1, this.t2, this.t3)
  }

  /** The root, or the earliest span while no root has come. */
  get head(): StoredSpan | null {
    if (this.#stale) this.#recount()
    return this.#head
  }

  get start(): number {
    if (this.#stale) this.#recount()
    return this.#start
  }

  get end(): number {
    if (this.#stale) this.#recount()
    return this.#end
  }

  get errors(): number {
    if (this.#stale) this.#recount()
    return this.#errors
  }

  /** A root has come: it has no parent. */
  get rooted(): boolean {
    const { head } = this
    return head !== null && isRoot(head.record)
  }

  get duration(): number {
    return this.end > this.start ? this.end - this.start : 0
  }

  /** Who took part, with their number of spans. */
  identities(): Map<Identity, number> {
    const taking = new Map<Identity, number>()
    for (const { identity } of this.spans) taking.set(identity, (taking.get(identity) ?? 0) + 1)
    return taking
  }

  is(tenant: string, t0: number, t1: number, t2: number, t3: number): boolean {
    return this.t3 === t3 && this.t2 === t2 && this.t1 === t1 && this.t0 === t0 && this.tenant === tenant
  }

  span(s0: number, s1: number): StoredSpan | undefined {
    if (this.#byId === null) {
      for (const span of this.spans) if (span.record.s1 === s1 && span.record.s0 === s0) return span
      return undefined
    }
    let span = this.#byId.get(mixed(s0, s1)) ?? null
    while (span !== null && (span.record.s1 !== s1 || span.record.s0 !== s0)) span = span.twin
    return span ?? undefined
  }

  /** The caller has looked that no span of this id is there. */
  add(span: StoredSpan): void {
    if (this.spans.length === 0) this.bytes = TRACE
    this.spans.push(span)
    if (this.#byId !== null) this.#index(this.#byId, span)
    else if (this.spans.length > FEW) {
      this.#byId = new Map()
      for (const held of this.spans) this.#index(this.#byId, held)
    }
    this.bytes += span.bytes
    if (!this.#stale) this.#count(span)
  }

  /** A finished span, of the same id, takes the place of one that was still running. */
  replace(held: StoredSpan, record: SpanRecord, identity: Identity, bytes: number): void {
    this.bytes += bytes - held.bytes
    held.record = record
    held.identity = identity
    held.bytes = bytes
    this.#stale = true
  }

  clear(): void {
    this.spans.length = 0
    this.#byId = null
    this.#reset()
    this.bytes = 0
  }

  #index(byId: Map<number, StoredSpan>, span: StoredSpan): void {
    const key = mixed(span.record.s0, span.record.s1)
    span.twin = byId.get(key) ?? null
    byId.set(key, span)
  }

  #reset(): void {
    this.#stale = false
    this.#head = null
    this.#start = Number.POSITIVE_INFINITY
    this.#end = Number.NEGATIVE_INFINITY
    this.#errors = 0
  }

  #recount(): void {
    this.#reset()
    for (const span of this.spans) this.#count(span)
  }

  #count(span: StoredSpan): void {
    const { record } = span
    if (record.startTime < this.#start) this.#start = record.startTime
    if (record.startTime > this.#end) this.#end = record.startTime
    if (record.endTime > this.#end) this.#end = record.endTime
    if (record.status === STATUS_ERROR) this.#errors++
    if (this.#head === null || before(span, this.#head)) this.#head = span
  }
}

export function isRoot(record: SpanRecord): boolean {
  return record.p0 === 0 && record.p1 === 0
}

/** A total order, so that the head does not depend on arrival: roots first, then earlier, then longer, then by id. */
function before(a: StoredSpan, b: StoredSpan): boolean {
  const x = a.record
  const y = b.record
  if (isRoot(x) !== isRoot(y)) return isRoot(x)
  if (x.startTime !== y.startTime) return x.startTime < y.startTime
  if (a.duration !== b.duration) return a.duration > b.duration
  return x.s0 !== y.s0 ? x.s0 < y.s0 : x.s1 < y.s1
}
