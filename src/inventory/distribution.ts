// `resource-distribution` (H-34): which types the records are of, busiest first; what is beyond the top is one entry.
import { byCount, type Scope, scopeOf, sums, timeText } from './answer.ts'
import type { Inventory } from './inventory.ts'
import { topOf } from './parameter.ts'

export interface ResourceDistribution {
  readonly tenant: string
  readonly scope: Scope
  readonly generated_at: string
  readonly total_resources: number
  /** Types that there are records of. */
  readonly distinct_types: number
  readonly types: readonly TypeShare[]
}

export interface TypeShare {
  readonly resource_type: string
  readonly count: number
  /** Of the last entry `other`: how many types it stands for. */
  readonly types?: number
}

/** `now` in milliseconds since the epoch. Rejects as the inventory does. */
export async function resourceDistribution(
  inventory: Inventory,
  query: { readonly top?: string | null | undefined },
  tenant: string,
  now: number,
): Promise<ResourceDistribution> {
  const top = topOf(query.top)
  const counts = sums(await inventory.countAllTypes({ tenant }), ({ type }) => type)
  const sorted = [...counts].filter(([, count]) => count > 0).sort(byCount)
  const types: TypeShare[] = sorted.slice(0, top).map(([resource_type, count]) => ({ resource_type, count }))
  const rest = sorted.slice(top)
  const sum = (rows: typeof sorted) => rows.reduce((total, [, count]) => total + count, 0)
  if (rest.length > 0) types.push({ resource_type: 'other', count: sum(rest), types: rest.length })
  return {
    tenant,
    scope: scopeOf(inventory),
    generated_at: timeText(now),
    total_resources: sum(sorted),
    distinct_types: sorted.length,
    types,
  }
}
