// `activity` (H-33): when in the week records are written. Always 168 cells, Sunday to Saturday, hour by hour, UTC.
import { basisOfAll, type Scope, scopeOf, timeText, whole } from './answer.ts'
import { windowOf } from './days.ts'
import type { Basis, Inventory } from './inventory.ts'
import { daysOf } from './parameter.ts'

export interface Activity {
  readonly tenant: string
  readonly scope: Scope
  readonly generated_at: string
  readonly source: 'writes'
  /** `last_updated` as soon as one type is without a history: of its records the last write alone is known. */
  readonly basis: Basis
  readonly window: { readonly days: number; readonly since: string; readonly until: string }
  readonly total: number
  readonly max_cell: number
  readonly cells: readonly { readonly weekday: number; readonly hour: number; readonly count: number }[]
}

/** `now` in milliseconds since the epoch. Rejects as the inventory does. */
export async function activity(
  inventory: Inventory,
  query: { readonly days?: string | null | undefined },
  tenant: string,
  now: number,
): Promise<Activity> {
  const { days, since, until } = windowOf(daysOf(query.days), now)
  const counts = new Array<number>(7 * 24).fill(0)
  for (const { weekday, hour, count } of await inventory.activityHistogram({ tenant, since, until }))
    counts[within(weekday, 6) * 24 + within(hour, 23)]! += Math.max(0, whole(count))
  return {
    tenant,
    scope: scopeOf(inventory),
    generated_at: timeText(now),
    source: 'writes',
    basis: basisOfAll(inventory.types),
    window: { days, since, until },
    total: counts.reduce((sum, count) => sum + count, 0),
    max_cell: Math.max(...counts),
    cells: counts.map((count, i) => ({ weekday: Math.floor(i / 24), hour: i % 24, count })),
  }
}

const within = (value: unknown, max: number): number => Math.min(max, Math.max(0, whole(value)))
