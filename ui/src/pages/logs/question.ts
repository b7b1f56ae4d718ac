// What the page asks, read from its address.
import type { LogQuestion } from '../../api/types.ts'
import { query, queryAll } from '../../shell/place.ts'

export type LogFilters = Omit<LogQuestion, 'from' | 'to'>

export function logFilters(): LogFilters {
  return {
    service: query('service'),
    severity: query('severity'),
    text: query('text'),
    trace_id: query('trace_id'),
    span_id: query('span_id'),
    attribute: queryAll('attribute'),
  }
}

const STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 604_800,
].map((seconds) => seconds * 1000)

/** The range in parts of a round length, so that bars stand still while time moves on. */
export function inSteps(from: number, to: number, most: number): { from: number; to: number; moments: number } {
  const step =
    STEPS.find((one) => (to - from) / one <= most - 1) ?? Math.ceil((to - from) / most / 86_400_000) * 86_400_000
  const start = Math.floor(from / step) * step
  const moments = Math.max(1, Math.ceil((to - start) / step))
  return { from: start, to: start + moments * step, moments }
}
