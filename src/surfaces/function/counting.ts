// Calls, durations, in-flight and cold starts (W-13). What was counted up is counted down on every way out.
import { noticeOnce } from '../../base/notice.ts'
import type { BoundCounter, Counter } from '../../metrics/counter.ts'
import { declare } from '../../metrics/declare.ts'
import type { BoundGauge, Gauge } from '../../metrics/gauge.ts'
import type { BoundHistogram, Histogram } from '../../metrics/histogram.ts'
import { Place } from '../../metrics/path.ts'
import type { Registry } from '../../metrics/registry.ts'
import { NAMES } from '../../model/names.ts'
import { describe } from '../../trace/exception.ts'
import type { Call, Kept } from './call.ts'
import type { Run, Step } from './run.ts'

export const METRICS_ORDER = 50

/** Names that are labels already; a caller's key of that name stays on span and log. */
const TAKEN = ['function_id', 'status', 'le']
/** Functions and combinations of low keys whose series are kept at hand; past them the registry finds them each time. */
const MAX_PLACES = 16_000
/** Longer values are cut in labels: many of them lead to one series. */
const MAX_VALUE = 256

/** The series of one function and one combination of low keys. */
export interface Handles {
  readonly labels: Record<string, unknown>
  readonly inFlight: BoundGauge
  readonly duration: BoundHistogram
  succeeded: BoundCounter | null
  failed: BoundCounter | null
}

interface Instruments {
  readonly calls: Counter
  readonly duration: Histogram
  readonly inFlight: Gauge
  readonly coldStarts: Counter
  readonly errors: Counter
}

export class Counting implements Step {
  readonly order = METRICS_ORDER
  readonly #registry: Registry
  readonly #functions = new Place<Handles>()
  #places = 0
  #instruments: Instruments | undefined

  constructor(registry: Registry) {
    this.#registry = registry
  }

  begin(run: Run): void {
    const { call } = run
    const handles = this.#handles(call)
    run.handles = handles
    if (call.cold) this.#declared().coldStarts.add(1, { function_id: call.id })
    handles.inFlight.add(1)
  }

  end(run: Run, failed: boolean, error: unknown): void {
    const handles = run.handles!
    handles.inFlight.add(-1)
    const seconds = Math.max(0, run.ended - run.begun) / 1000
    const { span } = run.call
    // Tracing is further in: the exemplar is of the call's own span.
    if (span.flags === 0) handles.duration.observe(seconds)
    else handles.duration.observeFor(seconds, span)
    const { calls, errors } = this.#declared()
    // A series appears with its first use (W-10).
    if (!failed) {
      handles.succeeded ??= calls.with({ ...handles.labels, status: 'success' })
      handles.succeeded.add(1)
      return
    }
    handles.failed ??= calls.with({ ...handles.labels, status: 'error' })
    handles.failed.add(1)
    errors.add(1, { surface: 'function', error_type: describe(error).type })
  }

  #handles({ id, low }: Call): Handles {
    let place = this.#functions.get('', id) ?? this.#lay(this.#functions, '', id)
    if (place === null) return this.#bind(id, low)
    for (const key in low) {
      const value = low[key]!
      place = place.get(key, value) ?? this.#lay(place, key, value)
      if (place === null) return this.#bind(id, low)
    }
    return (place.leaf ??= this.#bind(id, low))
  }

  #lay(place: Place<Handles>, key: string, value: unknown): Place<Handles> | null {
    if (this.#places >= MAX_PLACES || (typeof value === 'string' && value.length > MAX_VALUE)) return null
    this.#places++
    let values = place.keys.get(key)
    if (values === undefined) place.keys.set(key, (values = new Map()))
    const next = new Place<Handles>()
    values.set(value, next)
    return next
  }

  #bind(id: string, low: Kept): Handles {
    const { duration, inFlight } = this.#declared()
    const labels = labelsOf(id, low)
    return { labels, inFlight: inFlight.with(labels), duration: duration.with(labels), succeeded: null, failed: null }
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

function labelsOf(id: string, low: Kept): Record<string, unknown> {
  const labels: Record<string, unknown> = { function_id: id }
  for (const key of Object.keys(low)) {
    if (TAKEN.includes(key) || key.startsWith('__')) {
      noticeOnce(
        `function.key ${key}`,
        'warn',
        'function.key',
        `the low-cardinality key ${key} is the name of a label that is there already: it stays on span and log`,
      )
    } else labels[key] = low[key]
  }
  return labels
}
