// Quantiles computed by the sender (metrics.proto, SummaryDataPoint): ours never make them, others' are passed on.
import type { Flat } from './attribute.ts'
import { Series } from './metric.ts'

export class SummarySeries extends Series {
  /** `[quantile, value, quantile, value, …]`. */
  quantiles: Float64Array = new Float64Array(0)

  constructor(attributes: Flat, start: number) {
    super(attributes, null, start)
  }
}
