// What is answered about objectives and the watchlist. Whatever this process alone has seen says so; what is not known is
// null with a reason.

export interface ObjectivesAnswer {
  /** RFC 3339, UTC. */
  readonly generated_at: string
  readonly scope: 'single-instance'
  /** Opaque. */
  readonly instance: string
  readonly objectives: readonly ObjectiveAnswer[]
}

export type ObjectiveStatus = 'met' | 'breached' | 'no_data'

export type Severity = 'warning' | 'critical'

export interface ObjectiveAnswer {
  readonly name: string
  readonly description: string
  readonly kind: 'latency' | 'ratio' | 'event'
  readonly status: ObjectiveStatus
  /** Why the value is not known, or not a number; null otherwise. */
  readonly reason: string | null
  readonly value: number | null
  /** Of `value` and `threshold`: seconds, or a part from 0 to 1. */
  readonly unit: 'seconds' | 'ratio'
  readonly comparison: '<' | '<=' | '>='
  readonly threshold: number
  /** 0 to 100; null for a ratio. */
  readonly percentile: number | null
  /** `samples`: exact. `buckets`: an estimate within the bucket of a histogram. `counts`: exact. Null without a value. */
  readonly method: 'samples' | 'buckets' | 'counts' | null
  readonly window_seconds: number
  /** How much of the window this process has seen. */
  readonly covered_seconds: number
  /** In the window. */
  readonly event_count: number
  /** Promised part of good events. */
  readonly objective: number
  readonly error_budget: ErrorBudget
  readonly burn_rates: readonly BurnRate[]
  /** How bad it is: `critical` where the budget burns fast over a long and a short window, else `warning` where breached. */
  readonly severity: Severity | null
  /** When the present breach began, RFC 3339; null while there is none. */
  readonly since: string | null
  readonly runbook: string | null
}

export interface ErrorBudget {
  readonly window_seconds: number
  readonly covered_seconds: number
  readonly event_count: number
  readonly bad_count: number
  /** Part of events that may be bad. */
  readonly total: number
  /** Part of the budget, 1 when all of it is spent; more when more is. Null where no event was seen. */
  readonly consumed: number | null
  /** 1 minus `consumed`, below 0 when more was spent than there was; null likewise. */
  readonly remaining: number | null
}

export interface BurnRate {
  /** `5m`, `30m`, `1h`, `6h`. */
  readonly window: string
  readonly window_seconds: number
  readonly covered_seconds: number
  /** 1 spends exactly the budget over its window; null when nothing happened, or there is no budget. */
  readonly rate: number | null
}

export interface WatchlistAnswer {
  readonly generated_at: string
  readonly scope: 'single-instance'
  readonly instance: string
  readonly items: readonly WatchAnswer[]
}

export type WatchLevel = 'ok' | 'watch' | 'warn' | 'breach' | 'no_data'

export interface WatchAnswer {
  readonly title: string
  readonly status: 'open' | 'planned' | 'in_progress' | 'done'
  readonly phase: string | null
  readonly why: string
  readonly current_baseline: string
  readonly future_target: string
  readonly progress: string
  readonly owners: readonly string[]
  readonly level: WatchLevel
  /** Why there is no level; null when there is one. */
  readonly reason: string | null
  readonly value: number | null
  /** When the value was taken, RFC 3339. */
  readonly measured_at: string | null
  /** `function`: what `watch()` of `telltale/objectives` was given. */
  readonly source: 'metric' | 'function' | null
  readonly metric: string | null
  /** Which way is bad; null without levels. */
  readonly direction: 'too_much' | 'too_little' | null
  readonly levels: { readonly watch: number | null; readonly warn: number | null; readonly breach: number | null }
  /** Since when the level is what it is, RFC 3339; null without one. */
  readonly since: string | null
  readonly runbook: string | null
}

/** A promise that is broken, or a signal that has reached its last level. */
export interface Breach {
  /** `slo:<name>` or `watchlist:<title>`. */
  readonly id: string
  readonly name: string
  readonly class: 'slo' | 'watchlist'
  readonly severity: Severity
  /** When it began, RFC 3339. */
  readonly since: string
  readonly runbook: string | null
}

/** RFC 3339 of milliseconds since the epoch. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString()
}
