// What objectives show at the scrape and send: gauges, read at each collection from the last evaluation, for alerts that
// look at one number. An objective without a value shows none.
import type { Registry } from '../metrics/registry.ts'
import { NAMES } from '../model/names.ts'
import type { ObjectiveAnswer } from './answer.ts'

/** Shows them until the function that it returns is called. */
export function showObjectives(registry: Registry, read: () => readonly ObjectiveAnswer[]): () => void {
  const objective = registry.observe(NAMES.slo_objective)
  const value = registry.observe(NAMES.slo_value)
  const status = registry.observe(NAMES.slo_status)
  const remaining = registry.observe(NAMES.slo_error_budget_remaining_ratio)
  const burn = registry.observe(NAMES.slo_burn_rate)
  return registry.onCollect(() => {
    for (const one of read()) {
      const slo = one.name
      objective.observe(one.objective, { slo })
      const { remaining: left } = one.error_budget
      if (left !== null) remaining.observe(left, { slo })
      if (one.value !== null) value.observe(one.value, { slo })
      if (one.status !== 'no_data') status.observe(one.status === 'met' ? 1 : 0, { slo })
      for (const { window, rate } of one.burn_rates) if (rate !== null) burn.observe(rate, { slo, window })
    }
  })
}
