// Errors by surface over the last minutes: what every surface counts anyway, read now and compared with what it was. A
// reading every ten seconds is kept, nothing happens when something is counted.
import type { Family, Series } from '../../model/metric.ts'
import { History } from '../../objectives/history.ts'
import type { FindFamily } from '../../objectives/source.ts'
import type { Surface, SurfaceErrors } from './answers.ts'

/** What sinks have settled. */
export interface Exported {
  readonly errors: number
  readonly total: number
}

interface Counted {
  readonly surface: Surface
  /** Series of all that happened, or of errors alone. */
  readonly metric: string
  /** Whether a series counts errors. */
  readonly bad: (label: (name: string) => string) => boolean
  /** Another metric that counts all, where `metric` counts errors alone; null: nothing does. */
  readonly all?: string | null
}

const typed = (label: (name: string) => string): boolean => label('error_type') !== ''
const result = (label: (name: string) => string): boolean => label('result') === 'error'

const COUNTED: readonly Counted[] = [
  {
    surface: 'http_server',
    metric: 'http_request_duration_seconds',
    bad: (label) => /^5\d\d$/.test(label('status')),
  },
  { surface: 'http_client', metric: 'http_client_request_duration_seconds', bad: typed },
  { surface: 'queue_publish', metric: 'queue_published_total', bad: typed },
  { surface: 'queue_process', metric: 'queue_messages_total', bad: (label) => label('result') === 'nack' },
  { surface: 'function', metric: 'function_calls_total', bad: (label) => label('status') === 'error' },
  { surface: 'workflow', metric: 'workflow_completed_total', bad: result },
  { surface: 'process', metric: 'process_terminated_total', bad: result },
  { surface: 'sql', metric: 'sql_ops_total', bad: result },
  { surface: 'kv', metric: 'kv_ops_total', bad: result },
  { surface: 'cdc', metric: 'cdc_errors_total', bad: () => true, all: 'cdc_changes_total' },
  { surface: 'events', metric: 'eventbus_dispatch_failures_total', bad: () => true, all: null },
]
const SURFACES: readonly Surface[] = [...COUNTED.map(({ surface }) => surface), 'exporter']
/** Errors and all of each. */
const WIDTH = 2 * SURFACES.length

export interface SurfaceMeans {
  readonly find: FindFamily
  readonly exported: () => Exported
  /** Milliseconds that this process has been observed for; what was counted before that is nothing. */
  readonly age: () => number
  readonly monotonic: () => number
}

export class SurfaceCounts {
  readonly #means: SurfaceMeans
  readonly #history: History
  #kept = false

  /** `reachMs`: the longest window that anybody will ask for. */
  constructor(means: SurfaceMeans, reachMs: number) {
    this.#means = means
    this.#history = new History(WIDTH, reachMs)
  }

  /** What is counted now, which is kept for later windows. */
  read(): Counts {
    const { age, monotonic } = this.#means
    const row = this.#row()
    const now = monotonic()
    // Nothing had been counted when the process began.
    if (!this.#kept) this.#history.push(now - age(), new Float64Array(WIDTH))
    this.#kept = true
    this.#history.push(now, row)
    return new Counts(row, (windowMs) => {
      const { time, row: past } = this.#history.since(now - windowMs)
      return { past, coveredMs: Math.max(0, now - time) }
    })
  }

  #row(): Float64Array {
    const { find, exported } = this.#means
    const row = new Float64Array(WIDTH)
    COUNTED.forEach(({ metric, bad, all }, i) => {
      const family = find(metric)?.family
      if (family === undefined) return
      for (const series of family.series) {
        const count = countOf(family, series)
        if (bad((name) => labelOf(series, name))) row[2 * i]! += count
        if (all === undefined) row[2 * i + 1]! += count
      }
      if (typeof all !== 'string') return
      const whole = find(all)?.family
      for (const series of whole?.series ?? []) row[2 * i + 1]! += countOf(whole!, series)
      row[2 * i + 1]! += row[2 * i]!
    })
    const { errors, total } = exported()
    row[WIDTH - 2] = errors
    row[WIDTH - 1] = total
    return row
  }
}

/** Of one moment. */
export class Counts {
  readonly #row: Float64Array
  readonly #past: (windowMs: number) => { readonly past: Float64Array; readonly coveredMs: number }

  constructor(
    row: Float64Array,
    past: (windowMs: number) => { readonly past: Float64Array; readonly coveredMs: number },
  ) {
    this.#row = row
    this.#past = past
  }

  /** Of the last `windowMs`; surfaces at which nothing ever happened are left out. */
  errors(windowMs: number): SurfaceErrors[] {
    const { past, coveredMs } = this.#past(windowMs)
    return SURFACES.flatMap((surface, i): SurfaceErrors[] => {
      if (!this.knows(surface)) return []
      const { errors, total } = added(this.#row, past, i)
      const known = COUNTED[i]?.all !== null
      return [
        {
          surface,
          rate: known && total > 0 ? Math.min(1, errors / total) : null,
          errors,
          total: known ? total : null,
          window_seconds: windowMs / 1000,
          covered_seconds: Math.round(coveredMs) / 1000,
        },
      ]
    })
  }

  /** Errors of one surface in the last `windowMs`. */
  failed(surface: Surface, windowMs: number): number {
    return added(this.#row, this.#past(windowMs).past, SURFACES.indexOf(surface)).errors
  }

  /** Whether it ever did anything. */
  knows(surface: Surface): boolean {
    const i = SURFACES.indexOf(surface)
    return this.#row[2 * i]! > 0 || this.#row[2 * i + 1]! > 0
  }
}

function added(row: Float64Array, past: Float64Array, i: number): { errors: number; total: number } {
  // A count that fell began anew.
  const plus = (at: number) => (row[at]! < past[at]! ? row[at]! : row[at]! - past[at]!)
  return { errors: plus(2 * i), total: plus(2 * i + 1) }
}

function countOf({ bounds, reads }: Family, series: Series): number {
  return bounds !== null || reads === 'count' ? series.count : series.value
}

function labelOf({ attributes }: Series, name: string): string {
  for (let i = 0; i < attributes.length; i += 2) if (attributes[i] === name) return String(attributes[i + 1])
  return ''
}
