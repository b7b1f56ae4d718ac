// Histogram counts as the store keeps them: upper bounds and the count of each bucket, one bucket more than there are
// bounds. An exponential histogram is written out with its bounds, so that every question has one kind of answer.
import type { ExponentialSeries } from '../model/exponential.ts'

export interface Buckets {
  readonly bounds: Float64Array
  readonly counts: Float64Array
}

/** Bucket i of the positive range ends at base^(offset+i+1); the negative one is its mirror; zero stands between. */
export function exponentialBuckets(series: ExponentialSeries): Buckets {
  const { positive, negative } = series
  const base = 2 ** (2 ** -series.scale)
  const bounds: number[] = []
  const counts: number[] = []
  for (let i = negative.length - 1; i >= 0; i--) {
    bounds.push(-(base ** (series.negativeOffset + i)))
    counts.push(negative[i]!)
  }
  if (negative.length > 0) {
    bounds.unshift(-(base ** (series.negativeOffset + negative.length)))
    counts.unshift(0)
  }
  bounds.push(Math.max(0, series.zeroThreshold))
  counts.push(series.zeroCount)
  if (positive.length > 0) {
    const lowest = base ** series.positiveOffset
    if (lowest > bounds[bounds.length - 1]!) {
      bounds.push(lowest)
      counts.push(0)
    }
    for (let i = 0; i < positive.length; i++) {
      bounds.push(base ** (series.positiveOffset + i + 1))
      counts.push(positive[i]!)
    }
  }
  counts.push(0)
  return { bounds: Float64Array.from(bounds), counts: Float64Array.from(counts) }
}

function sameBounds(a: Buckets, b: Buckets): boolean {
  if (a.bounds === b.bounds) return true
  if (a.bounds.length !== b.bounds.length) return false
  for (let i = 0; i < a.bounds.length; i++) if (a.bounds[i] !== b.bounds[i]) return false
  return true
}

export function equalBuckets(a: Buckets | null, b: Buckets | null): boolean {
  if (a === null || b === null) return a === b
  if (!sameBounds(a, b) || a.counts.length !== b.counts.length) return false
  for (let i = 0; i < a.counts.length; i++) if (a.counts[i] !== b.counts[i]) return false
  return true
}

/** `a + sign × b` over the union of their bounds: a count goes to the bucket with the same upper bound. */
export function combine(a: Buckets | null, b: Buckets | null, sign: 1 | -1): Buckets | null {
  if (b === null) return a
  if (a === null) return sign === 1 ? b : null
  if (sameBounds(a, b)) return { bounds: a.bounds, counts: a.counts.map((count, i) => count + sign * b.counts[i]!) }
  const bounds = Float64Array.from(new Set([...a.bounds, ...b.bounds])).sort()
  const counts = new Float64Array(bounds.length + 1)
  for (const [buckets, factor] of [
    [a, 1],
    [b, sign],
  ] as const) {
    for (let i = 0; i < buckets.counts.length; i++) {
      const bound = buckets.bounds[i]
      const at = bound === undefined ? bounds.length : bounds.indexOf(bound)
      counts[at] = counts[at]! + factor * buckets.counts[i]!
    }
  }
  return { bounds, counts }
}
