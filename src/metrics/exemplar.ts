// Which trace a number came from. One source per registry hands in the current ids as numbers; a slot takes one exemplar
// per collection, so that a busy bucket allocates once a scrape and not once a request.
import { now } from '../base/clock.ts'
import type { Exemplar, Series } from '../model/metric.ts'
import { FLAG_SAMPLED } from '../model/span.ts'

/** Ids of a span as six signed 32-bit integers; a `Frame` and a `SpanRecord` are one as they are. */
export interface TraceIds {
  t0: number
  t1: number
  t2: number
  t3: number
  s0: number
  s1: number
  flags: number
}

/** Fills in the current ids; false when nothing sampled is current. */
export type ReadIds = (into: TraceIds) => boolean

export class ExemplarSource implements TraceIds {
  on = false
  t0 = 0
  t1 = 0
  t2 = 0
  t3 = 0
  s0 = 0
  s1 = 0
  flags = 0
  /** When the last collection ended: a slot filled since then keeps what it has. */
  collected = 0
  #read: ReadIds | null = null

  use(read: ReadIds | null): void {
    this.#read = read
    this.on = read !== null
  }

  /** Called where `on` is true; costs one look at the slot while it is full. */
  sample(series: Series, slot: number, slots: number, value: number): void {
    const held = series.exemplars === null ? null : series.exemplars[slot]!
    if (held !== null && held.time > this.collected) return
    if (this.#read?.(this)) keep(series, slot, slots, value, this)
  }

  /** The same with ids that the caller holds, for work that ends outside its context (an HTTP response). */
  sampleFor(series: Series, slot: number, slots: number, value: number, ids: TraceIds): void {
    if ((ids.flags & FLAG_SAMPLED) === 0) return
    const held = series.exemplars === null ? null : series.exemplars[slot]!
    if (held === null || held.time <= this.collected) keep(series, slot, slots, value, ids)
  }
}

function keep(series: Series, slot: number, slots: number, value: number, ids: TraceIds): void {
  series.exemplars ??= new Array<Exemplar | null>(slots).fill(null)
  const { t0, t1, t2, t3, s0, s1 } = ids
  series.exemplars[slot] = { value, time: now(), t0, t1, t2, t3, s0, s1, attributes: null }
}
