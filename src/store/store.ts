// The bounded memory of telemetry, by tenant. It promises: never more than its limits (in records and in estimated
// bytes), nothing lost while under them, what goes is the oldest and is counted, spans of one trace meet whatever the
// order they come in, the same span or point twice counts once, `accept` never throws. It refuses to keep anything
// past the process, and to know who asks: questions are put to `Query`.
import { now as wallClock } from '../base/clock.ts'
import { notice, thrownText } from '../base/notice.ts'
import type { Scope } from '../model/attribute.ts'
import type { Batch, Sink } from '../model/batch.ts'
import { DEFAULT_TENANT, Identities, type Identity } from './identity.ts'
import { DEFAULT_LIMITS, type StoreLimits } from './limits.ts'
import { Logs, type StoredLog } from './logs.ts'
import { Metrics } from './metrics.ts'
import { logSize, scopeSize, spanSize } from './size.ts'
import type { Trace } from './trace.ts'
import { Traces } from './traces.ts'

export interface StoreListener {
  /** A trace that got spans; once per batch, however many. */
  trace?(trace: Trace): void
  log?(log: StoredLog): void
}

export class Store implements Sink {
  readonly name = 'store'
  readonly limits: StoreLimits
  readonly identities = new Identities()
  readonly traces: Traces
  readonly logs: Logs
  readonly metrics: Metrics
  readonly now: () => number
  readonly started: number
  readonly #listeners = new Set<StoreListener>()

  constructor(options: { limits?: Partial<StoreLimits>; now?: () => number } = {}) {
    this.limits = { ...DEFAULT_LIMITS, ...options.limits }
    this.now = options.now ?? wallClock
    this.started = this.now()
    this.traces = new Traces(this.limits, this.identities)
    this.logs = new Logs(this.limits, this.identities, this.traces)
    this.metrics = new Metrics(this.limits, this.identities)
  }

  accept(batch: Batch, tenant: string = DEFAULT_TENANT): void {
    try {
      this.#take(batch, tenant)
    } catch (error) {
      notice('error', 'store.failed', `the store could not take a batch: ${thrownText(error)}`)
    }
  }

  /** Tells of what arrives from now on; the returned function ends it. A listener that throws is not heard again. */
  listen(listener: StoreListener): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** Forgets everything of a tenant; counted as cleared. */
  clear(tenant: string = DEFAULT_TENANT): void {
    this.traces.clear(tenant)
    this.logs.clear(tenant)
    this.metrics.clear(tenant)
  }

  #take(batch: Batch, tenant: string): void {
    const now = this.now()
    const identity = this.identities.of(tenant, batch.resource, now)
    identity.held++
    try {
      this.#keep(batch, identity, now)
    } finally {
      this.identities.release(identity)
    }
  }

  #keep(batch: Batch, identity: Identity, now: number): void {
    let scope: Scope | null = null
    const touched = new Set<Trace>()
    for (const span of batch.spans) {
      const bytes = spanSize(span) + (span.scope === scope ? 0 : scopeSize(span.scope)) + charge(identity)
      scope = span.scope
      const trace = this.traces.add(span, identity, bytes)
      if (trace !== undefined) touched.add(trace)
    }
    const logs: StoredLog[] = []
    for (const record of batch.logs) {
      const bytes = logSize(record) + (record.scope === scope ? 0 : scopeSize(record.scope)) + charge(identity)
      scope = record.scope
      const log = this.logs.add(record, identity, bytes, now)
      if (log !== undefined) logs.push(log)
    }
    for (const family of batch.series) this.metrics.add(family, identity)
    if (this.#listeners.size > 0) this.#tell(touched, logs)
  }

  #tell(traces: ReadonlySet<Trace>, logs: readonly StoredLog[]): void {
    for (const listener of this.#listeners) {
      try {
        if (listener.trace) for (const trace of traces) listener.trace(trace)
        if (listener.log) for (const log of logs) listener.log(log)
      } catch {
        this.#listeners.delete(listener)
      }
    }
  }
}

/** The resource's bytes go to the first record that keeps it. */
function charge(identity: Identity): number {
  if (identity.charged) return 0
  identity.charged = true
  return identity.bytes
}
