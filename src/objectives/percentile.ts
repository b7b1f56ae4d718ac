// A percentile of a window: exact where every sample is held, else an estimate from the buckets of a histogram, and what was
// done is said. Both fall into the same bucket, whatever was observed.
import { nearestRank } from '../traffic/rank.ts'
import type { TrafficRing } from '../traffic/ring.ts'
import { steady } from './budget.ts'

export interface Percentile {
  readonly method: 'samples' | 'buckets'
  /** Seconds; null when there was nothing, infinite when what was to end did not. */
  readonly value: number | null
  /** It is beyond `value`, the highest bound of the histogram, and nobody knows how far. */
  readonly beyond: boolean
}

/** The samples of a window in milliseconds, in no order; null when some of them are held no longer. */
export function samplesOf(
  ring: TrafficRing,
  now: number,
  windowMs: number,
  status: ((text: string) => boolean) | null,
): Float32Array | null {
  const samples = ring.window(now, windowMs / 1000)
  // Whatever is older than the oldest of a full ring is gone, and could have been of this window.
  if (samples.length === ring.capacity && ring.total > ring.capacity) return null
  if (status === null) return samples.ms.slice(0, samples.length)
  let taken = 0
  const ms = new Float32Array(samples.length)
  const judged = new Map<number, boolean>()
  for (let i = 0; i < samples.length; i++) {
    const code = samples.status[i]!
    let takes = judged.get(code)
    if (takes === undefined) judged.set(code, (takes = status(code >= 100 && code <= 599 ? String(code) : 'invalid')))
    if (takes) ms[taken++] = samples.ms[i]!
  }
  return ms.slice(0, taken)
}

export function ofSamples(samples: Float32Array, percent: number): Percentile {
  return {
    method: 'samples',
    value: samples.length === 0 ? null : steady(nearestRank(samples, percent) / 1000),
    beyond: false,
  }
}

/** `buckets`: counts of the window by bucket, not cumulative, one more than bounds. Linear inside a bucket, as PromQL has it. */
export function ofBuckets(bounds: Float64Array, buckets: Float64Array, percent: number): Percentile {
  let total = 0
  for (const count of buckets) total += count
  if (total === 0) return { method: 'buckets', value: null, beyond: false }
  // Whole in floating point too, where it is whole: 0.07 × 100 is not.
  const rank = Number(((percent * total) / 100).toPrecision(12))
  let below = 0
  for (let i = 0; i < bounds.length; i++) {
    const inside = buckets[i]!
    if (inside > 0 && below + inside >= rank) {
      const lower = i === 0 ? Math.min(0, bounds[0]!) : bounds[i - 1]!
      const value = steady(lower + (bounds[i]! - lower) * ((rank - below) / inside))
      return { method: 'buckets', value, beyond: false }
    }
    below += inside
  }
  return { method: 'buckets', value: bounds[bounds.length - 1]!, beyond: true }
}

/** How many of them were at or below `limit`: counted where a bound says so, else in proportion of the bucket. */
export function within(bounds: Float64Array, buckets: Float64Array, limit: number): number {
  let below = 0
  for (let i = 0; i < bounds.length; i++) {
    if (bounds[i]! <= limit) below += buckets[i]!
    else {
      const lower = i === 0 ? 0 : bounds[i - 1]!
      return below + buckets[i]! * Math.max(0, (limit - lower) / (bounds[i]! - lower))
    }
  }
  return below
}
