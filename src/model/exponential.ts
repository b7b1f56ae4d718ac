// A base-2 exponential histogram: bucket `i` of a range holds (base^(offset+i), base^(offset+i+1)] with
// base = 2^(2^-scale) (metrics.proto, ExponentialHistogramDataPoint). `value` is the sum, `count` the count.
import type { Flat } from './attribute.ts'
import { Series } from './metric.ts'

const NONE = new Float64Array(0)

export class ExponentialSeries extends Series {
  scale = 0
  zeroCount = 0
  zeroThreshold = 0
  positiveOffset = 0
  positive: Float64Array = NONE
  negativeOffset = 0
  negative: Float64Array = NONE
  /** NaN when not known. */
  min = Number.NaN
  max = Number.NaN

  constructor(attributes: Flat, start: number) {
    super(attributes, null, start)
  }
}
