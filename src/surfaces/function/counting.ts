// Calls, durations, in-flight and cold starts (W-13). What was counted up is counted down on every way out.
import { noticeOnce } from '../../base/notice.ts'
import { whenSettled } from '../../base/outcome.ts'
import type { BoundCounter, Counter } from '../../metrics/counter.ts'
import { declare } from '../../metrics/declare.ts'
import type { BoundGauge, Gauge } from '../../metrics/gauge.ts'
import type { BoundHistogram, Histogram } from '../../metrics/histogram.ts'
import type { Registry } from '../../metrics/registry.ts'
import { NAMES } from '../../model/names.ts'
import { describe } from '../../trace/exception.ts'
import type { Call, Interceptor, Kept } from './call.ts'

export const METRICS_ORDER = 50

/** Names that are labels already; a caller's key of that name stays on span and log. */
const TAKEN = ['function_id', 'status', 'le']
/** Handles kept by function; calls with low keys find theirs in the registry each time. */
const KEPT = 2000

interface Handles {
  readonly inFlight: BoundGauge
  readonly duration: BoundHistogram
  readonly succeeded: () => BoundCounter
  readonly failed: () => BoundCounter
}

interface Instruments {
  readonly calls: Counter
  readonly duration: Histogram
  readonly inFlight: Gauge
  readonly coldStarts: Counter
  readonly errors: Counter
}

export class Counting implements Interceptor {
  readonly order = METRICS_ORDER
  readonly #registry: Registry
  readonly #now: () => number
  readonly #kept = new Map<string, Handles>()
  #instruments: Instruments | undefined

  constructor(registry: Registry, now: () => number) {
    this.#registry = registry
    this.#now = now
  }

  intercept(call: Call, next: () => unknown): unknown {
    const { inFlight, duration, succeeded, failed } = this.#handles(call)
    if (call.cold) this.#declared().coldStarts.add(1, { function_id: call.id })
    inFlight.add(1)
    const begun = this.#now()
    const count = (error: unknown, ok: boolean) => {
      inFlight.add(-1)
      const seconds = (this.#now() - begun) / 1000
      const { span } = call
      // Tracing is further in: the exemplar is of the call's own span.
      if (span.flags === 0) duration.observe(seconds)
      else duration.observeFor(seconds, span)
      if (ok) succeeded().add(1)
      else {
        failed().add(1)
        this.#declared().errors.add(1, { surface: 'function', error_type: describe(error).type })
      }
    }
    let result: unknown
    try {
      result = next()
    } catch (error) {
      count(error, false)
      throw error
    }
    return whenSettled(
      result,
      (value) => {
        const error = call.errorIn(value)
        count(error, error === undefined)
      },
      (error) => count(error, false),
    )
  }

  #handles(call: Call): Handles {
    const labels = labelsOf(call.low)
    if (labels !== null) return this.#bind(call.id, labels)
    let held = this.#kept.get(call.id)
    if (held === undefined) {
      held = this.#bind(call.id, {})
      if (this.#kept.size < KEPT) this.#kept.set(call.id, held)
    }
    return held
  }

  #bind(id: string, low: Record<string, unknown>): Handles {
    const { calls, duration, inFlight } = this.#declared()
    const labels = { function_id: id, ...low }
    // A series appears with its first use (W-10).
    return {
      inFlight: inFlight.with(labels),
      duration: duration.with(labels),
      succeeded: () => calls.with({ ...labels, status: 'success' }),
      failed: () => calls.with({ ...labels, status: 'error' }),
    }
  }

  #declared(): Instruments {
    this.#instruments ??= {
      calls: declare(this.#registry, NAMES.function_calls_total),
      duration: declare(this.#registry, NAMES.function_duration_seconds),
      inFlight: declare(this.#registry, NAMES.function_in_flight),
      coldStarts: declare(this.#registry, NAMES.function_cold_starts_total),
      errors: declare(this.#registry, NAMES.errors_total),
    }
    return this.#instruments
  }
}

/** Null when there are none. */
function labelsOf(low: Kept): Record<string, unknown> | null {
  let labels: Record<string, unknown> | null = null
  for (const key of Object.keys(low)) {
    if (TAKEN.includes(key) || key.startsWith('__')) {
      noticeOnce(
        `function.key ${key}`,
        'warn',
        'function.key',
        `the low-cardinality key ${key} is the name of a label that is there already: it stays on span and log`,
      )
      continue
    }
    labels ??= {}
    labels[key] = low[key]
  }
  return labels
}
