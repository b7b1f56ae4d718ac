// The bounded history of one series. A value that stays needs two points, the first and the last of its run:
//
//   came  5 5 5 5 7 7 7     kept  5 . . 5 7 . 7
import type { Exemplar } from '../model/metric.ts'
import { type Buckets, combine, equalBuckets } from './buckets.ts'
import { flatSize } from './size.ts'

export class Point {
  time: number
  /** Start of accumulation: another start means that the counter began anew. */
  readonly start: number
  /** Counter, updown, gauge: the number. Others: the sum. */
  readonly value: number
  /** Histogram, exponential, summary: how many were observed. */
  readonly count: number
  readonly buckets: Buckets | null
  /** Summary: `[quantile, value, …]` as sent. */
  readonly quantiles: Float64Array | null

  constructor(
    time: number,
    start: number,
    value: number,
    count: number,
    buckets: Buckets | null,
    quantiles: Float64Array | null,
  ) {
    this.time = time
    this.start = start
    this.value = value
    this.count = count
    this.buckets = buckets
    this.quantiles = quantiles
  }

  get bytes(): number {
    return 150 + (this.buckets === null ? 0 : 220 + 8 * this.buckets.counts.length) + (this.quantiles?.byteLength ?? 0)
  }

  same(other: Point): boolean {
    return (
      this.value === other.value &&
      this.count === other.count &&
      this.start === other.start &&
      equalBuckets(this.buckets, other.buckets)
    )
  }
}

export type Taken = 'kept' | 'merged' | 'duplicate'

/** Newest exemplars that are kept as they come; as many older ones are kept spread over time. */
const NEWEST_EXEMPLARS = 24

export class Points {
  readonly list: Point[] = []
  readonly exemplars: Exemplar[] = []
  bytes = 0
  /** The first point that came is still there: what it counts began at its `start`. */
  whole = true
  /** Start and time of the last delta, by which one that is sent again is known. */
  #deltaStart = Number.NaN
  #deltaTime = Number.NaN

  get last(): Point | undefined {
    return this.list[this.list.length - 1]
  }

  /** A cumulative or a plain value. */
  add(point: Point): Taken {
    const { list } = this
    let at = list.length
    while (at > 0 && list[at - 1]!.time > point.time) at--
    const left = list[at - 1]
    if (left?.time === point.time) return 'duplicate'
    if (at === list.length && left?.same(point) && list[at - 2]?.same(point)) {
      left.time = point.time
      return 'merged'
    }
    list.splice(at, 0, point)
    this.bytes += point.bytes
    return 'kept'
  }

  /** What was added since the last collection: kept as the running sum, so that all series read alike. */
  addDelta(delta: Point): Taken {
    if (delta.start === this.#deltaStart && delta.time === this.#deltaTime) return 'duplicate'
    this.#deltaStart = delta.start
    this.#deltaTime = delta.time
    const { last } = this
    if (last === undefined) return this.add(delta)
    const sum = combine(last.buckets, delta.buckets, 1)
    const buckets =
      sum !== null && last.buckets !== null && equalBuckets(sum, last.buckets)
        ? last.buckets
        : sum && last.buckets && sum.bounds.length === last.buckets.bounds.length
          ? { bounds: last.buckets.bounds, counts: sum.counts }
          : sum
    const time = Math.max(delta.time, last.time)
    const point = new Point(time, last.start, last.value + delta.value, last.count + delta.count, buckets, null)
    if (time > last.time) return this.add(point)
    this.list[this.list.length - 1] = point
    this.bytes += point.bytes - last.bytes
    return 'merged'
  }

  /** Keeps the newest, and older ones so that all of the time has some: where they are closest the lower value goes. */
  exemplify(exemplar: Exemplar): void {
    const { exemplars } = this
    for (const held of exemplars) if (held.time === exemplar.time && held.value === exemplar.value) return
    exemplars.push(exemplar)
    this.bytes += exemplarSize(exemplar)
    if (exemplars.length <= 2 * NEWEST_EXEMPLARS) return
    let closest = 1
    for (let i = 2; i < NEWEST_EXEMPLARS; i++) if (room(exemplars, i) < room(exemplars, closest)) closest = i
    const before = closest - 1
    const lower =
      exemplars[0]!.time < (this.list[0]?.time ?? 0)
        ? 0
        : before > 0 && exemplars[before]!.value < exemplars[closest]!.value
          ? before
          : closest
    this.bytes -= exemplarSize(exemplars.splice(lower, 1)[0]!)
  }

  /** Lets the older half of the exemplars go. */
  shedExemplars(): void {
    for (const gone of this.exemplars.splice(0, this.exemplars.length >> 1)) this.bytes -= exemplarSize(gone)
  }

  /** Lets the oldest `n` points go; returns how many went. */
  shed(n: number): number {
    if (n <= 0) return 0
    const gone = this.list.splice(0, n)
    this.whole = false
    for (const point of gone) this.bytes -= point.bytes
    return gone.length
  }
}

/** Time between the neighbours of one. */
function room(exemplars: readonly Exemplar[], at: number): number {
  return exemplars[at + 1]!.time - exemplars[at - 1]!.time
}

function exemplarSize(exemplar: Exemplar): number {
  return 120 + flatSize(exemplar.attributes)
}
