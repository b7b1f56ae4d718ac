// The error budget of an objective, and how fast it is spent: chapter 5 of the Google SRE workbook. A burn rate of 1 spends
// the whole budget exactly over its window; one that is high over a long and a short window at once is worth waking somebody.
import type { BurnRate, ErrorBudget, Severity } from './answer.ts'

/** Of a window, and how much of it is known. */
export interface Spent {
  readonly windowMs: number
  readonly coveredMs: number
  readonly good: number
  readonly total: number
}

export const BURN_WINDOWS: readonly (readonly [name: string, ms: number])[] = [
  ['5m', 300_000],
  ['30m', 1_800_000],
  ['1h', 3_600_000],
  ['6h', 21_600_000],
]

/** Long and short window, and the rate that both must have: 2 % of a budget of thirty days in an hour, 5 % in six. */
const FAST: readonly (readonly [long: string, short: string, rate: number])[] = [
  ['1h', '5m', 14.4],
  ['6h', '30m', 6],
]

export function budgetOf(objective: number, { windowMs, coveredMs, good, total }: Spent): ErrorBudget {
  const bad = Math.max(0, total - good)
  const allowed = 1 - objective
  // Where nothing may be bad, one is too many.
  const spent = allowed > 0 ? bad / total / allowed : bad > 0 ? 1 : 0
  const consumed = total === 0 ? null : steady(spent)
  return {
    window_seconds: windowMs / 1000,
    covered_seconds: seconds(coveredMs),
    event_count: total,
    bad_count: bad,
    total: steady(allowed),
    consumed,
    remaining: consumed === null ? null : steady(1 - spent),
  }
}

export function burnOf(objective: number, name: string, { windowMs, coveredMs, good, total }: Spent): BurnRate {
  const allowed = 1 - objective
  const rate = total === 0 || allowed <= 0 ? null : steady(Math.max(0, total - good) / total / allowed)
  return { window: name, window_seconds: windowMs / 1000, covered_seconds: seconds(coveredMs), rate }
}

/** A process that is young has not seen the long window: what it did not see counts as good. */
export function severityOf(breached: boolean, rates: readonly BurnRate[]): Severity | null {
  const burns = (name: string, least: number) => {
    const found = rates.find(({ window }) => window === name)
    if (found === undefined || found.rate === null) return false
    return found.rate * Math.min(1, found.covered_seconds / found.window_seconds) >= least
  }
  if (FAST.some(([long, short, least]) => burns(long, least) && burns(short, least))) return 'critical'
  return breached ? 'warning' : null
}

/** Milliseconds as seconds, to the millisecond. */
export function seconds(ms: number): number {
  return Math.round(ms) / 1000
}

/** 1 − 0.95 is 0.05. */
export function steady(value: number): number {
  return Number(value.toPrecision(12))
}
