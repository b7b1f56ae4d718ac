// The maths of bucketed histograms: the bounds that every sink shares, and the quantile that a reader may claim from them.

/** Latency bounds in seconds (H-13, R-11, W-07): the same for the scrape and for OTLP, so that merged series are a true sum. */
export const LATENCY_BOUNDS: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Durations of database operations in seconds, as the conventions for databases advise. */
export const DATABASE_BOUNDS: readonly number[] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

/** Durations of garbage collections in seconds, as prom-client's dashboards expect. */
export const GC_BOUNDS: readonly number[] = [0.001, 0.01, 0.1, 1, 2, 5]

/** Seconds; the objectives 0.02 and 0.05 are among them (G-19, G-20). */
export const MEMBERSHIP_BOUNDS: readonly number[] = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5]

/** Finite, strictly ascending, at least one; a trailing +Inf is the implicit bucket and is left out. Undefined when not so. */
export function validBounds(bounds: readonly number[]): Float64Array | undefined {
  const length =
    bounds.length > 0 && bounds[bounds.length - 1] === Number.POSITIVE_INFINITY ? bounds.length - 1 : bounds.length
  if (length === 0) return undefined
  const valid = new Float64Array(length)
  for (let i = 0; i < length; i++) {
    const bound = bounds[i]!
    if (typeof bound !== 'number' || !Number.isFinite(bound) || (i > 0 && bound <= valid[i - 1]!)) return undefined
    valid[i] = bound
  }
  return valid
}

/** Index of the bucket whose upper bound (inclusive, `le`) holds `value`; `bounds.length` is +Inf. Linear: fastest below about 35 bounds. */
export function bucketOf(bounds: Float64Array, value: number): number {
  const { length } = bounds
  let i = 0
  while (i < length && value > bounds[i]!) i++
  return i
}

/**
 * Estimate of the `q` quantile (0..1) from counts per bucket, linear inside the bucket as PromQL's `histogram_quantile`:
 * the first bucket starts at 0 when its bound is positive; a quantile in the +Inf bucket is the highest bound; NaN when empty.
 */
export function quantile(q: number, bounds: ArrayLike<number>, buckets: ArrayLike<number>): number {
  let total = 0
  for (let i = 0; i < buckets.length; i++) total += buckets[i]!
  if (total === 0 || Number.isNaN(q) || bounds.length === 0) return Number.NaN
  if (q < 0) return Number.NEGATIVE_INFINITY
  if (q > 1) return Number.POSITIVE_INFINITY
  const rank = q * total
  let below = 0
  for (let i = 0; i < bounds.length; i++) {
    const inside = buckets[i]!
    if (inside > 0 && below + inside >= rank) {
      const upper = bounds[i]!
      if (i === 0 && upper <= 0) return upper
      const lower = i === 0 ? 0 : bounds[i - 1]!
      return lower + (upper - lower) * ((rank - below) / inside)
    }
    below += inside
  }
  return bounds[bounds.length - 1]!
}
