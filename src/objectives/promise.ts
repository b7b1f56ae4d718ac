// What an objective promises, as it is judged: the declaration of the configuration with everything that it leaves open
// filled in. Times are seconds, as in the metrics, but for windows, which are milliseconds.
import { steady } from './budget.ts'

/** As `slos` of the configuration has it. */
export interface DeclaredObjective {
  readonly name: string
  readonly description: string
  readonly kind: 'latency' | 'ratio' | 'event'
  readonly metric?: string | undefined
  readonly labels: Readonly<Record<string, string>>
  readonly percentile?: number | undefined
  readonly comparison: '<' | '<='
  readonly threshold?: number | undefined
  readonly total?: Counted | undefined
  readonly good?: Counted | undefined
  readonly bad?: Counted | undefined
  readonly objective?: number | undefined
  readonly window: number
  readonly budget_window: number
  readonly expire_after?: number | undefined
  readonly runbook?: string | undefined
}

export interface Counted {
  readonly metric: string
  readonly labels: Readonly<Record<string, string>>
}

export interface Promised {
  readonly name: string
  readonly description: string
  readonly kind: DeclaredObjective['kind']
  /** Part of events that shall be good, 0 to 1. */
  readonly objective: number
  /** 0 to 100; null for a ratio. */
  readonly percentile: number | null
  readonly comparison: '<' | '<=' | '>='
  /** Seconds, or for a ratio the objective. */
  readonly threshold: number
  readonly windowMs: number
  readonly budgetWindowMs: number
  readonly expireMs: number
  readonly runbook: string | null
}

const PERCENTILE = 95
const RATIO = 0.999
const EXPIRE_MS = 10_000

export function promised(declared: DeclaredObjective): Promised {
  const { name, description, kind, threshold = 0, runbook } = declared
  const ratio = kind === 'ratio'
  const percentile =
    declared.percentile ?? (declared.objective === undefined ? PERCENTILE : steady(declared.objective * 100))
  const objective = declared.objective ?? (ratio ? RATIO : steady(percentile / 100))
  return {
    name,
    description,
    kind,
    objective,
    percentile: ratio ? null : percentile,
    comparison: ratio ? '>=' : declared.comparison,
    threshold: ratio ? objective : threshold / 1000,
    windowMs: declared.window,
    budgetWindowMs: declared.budget_window,
    expireMs: declared.expire_after ?? Math.max(EXPIRE_MS, threshold * 10),
    runbook: runbook ?? null,
  }
}

/** Whether `value` keeps the promise, compared exactly as it is written. */
export function keeps(value: number, { comparison, threshold }: Pick<Promised, 'comparison' | 'threshold'>): boolean {
  if (comparison === '<') return value < threshold
  return comparison === '<=' ? value <= threshold : value >= threshold
}
