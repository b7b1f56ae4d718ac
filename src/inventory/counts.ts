// `resource-counts` (H-31): how many records of each type there were, day by day. Every day of the window has its point; the
// cumulative line begins with what was there before the window and ends with the total of today.
import { basisOfAll, type Scope, scopeOf, sums, timeText, whole } from './answer.ts'
import { dateText, dayNumber, type Window, windowOf } from './days.ts'
import type { Basis, DayCount, Inventory } from './inventory.ts'
import { daysOf, typesOf } from './parameter.ts'

export interface ResourceCounts {
  readonly tenant: string
  readonly scope: Scope
  readonly generated_at: string
  readonly window: { readonly interval: 'day'; readonly days: number; readonly since: string; readonly until: string }
  readonly total_resources: number
  /** `last_updated` as soon as one of the types is counted so. */
  readonly basis: Basis
  readonly series: readonly TypeSeries[]
}

export interface TypeSeries {
  readonly resource_type: string
  /** Missing for a type that is not declared, of which there are none. */
  readonly basis?: Basis
  readonly total: number
  readonly points: readonly DayPoint[]
}

export interface DayPoint {
  /** `YYYY-MM-DD`, UTC. */
  readonly date: string
  /** Net change of the day by the history; records last changed that day without one. */
  readonly count: number
  readonly cumulative: number
}

export interface CountsQuery {
  readonly days?: string | null | undefined
  /** Comma list. */
  readonly types?: string | null | undefined
}

/** `now` in milliseconds since the epoch. Rejects as the inventory does. */
export async function resourceCounts(
  inventory: Inventory,
  query: CountsQuery,
  tenant: string,
  now: number,
): Promise<ResourceCounts> {
  const window = windowOf(daysOf(query.days), now)
  const { days, since, until } = window
  const declared = new Map(inventory.types.map(({ type, basis }) => [type, basis]))
  const types = typesOf(query.types, inventory.types)
  const known = types.filter((type) => declared.has(type))
  const [totals, changes] =
    known.length === 0
      ? [[], []]
      : await Promise.all([
          inventory.countByTypes({ tenant, types: known }),
          inventory.countByDay({ tenant, types: known, since, until }),
        ])
  const total = sums(totals, ({ type }) => type)
  const byType = changesByType(changes, window)
  const series = types.map((type): TypeSeries => {
    const basis = declared.get(type)
    const count = basis === undefined ? 0 : (total.get(type) ?? 0)
    const points = pointsOf(count, basis === undefined ? undefined : byType.get(type), window)
    return { resource_type: type, ...(basis !== undefined && { basis }), total: count, points }
  })
  return {
    tenant,
    scope: scopeOf(inventory),
    generated_at: timeText(now),
    window: { interval: 'day', days, since, until },
    total_resources: series.reduce((sum, one) => sum + one.total, 0),
    basis: basisOfAll(series),
    series,
  }
}

/** Of each type, the change of each day of the window; what is of other days is left out. */
function changesByType(rows: readonly DayCount[], { first, days }: Window): Map<string, number[]> {
  const found = new Map<string, number[]>()
  for (const { type, date, count } of rows) {
    const day = dayNumber(date) - first
    if (!(day >= 0 && day < days)) continue
    let changes = found.get(type)
    if (changes === undefined) found.set(type, (changes = new Array<number>(days).fill(0)))
    changes[day]! += whole(count)
  }
  return found
}

function pointsOf(total: number, changes: readonly number[] | undefined, { first, days }: Window): DayPoint[] {
  let cumulative = total
  for (const count of changes ?? []) cumulative -= count
  const points: DayPoint[] = []
  for (let i = 0; i < days; i++) {
    const count = changes?.[i] ?? 0
    cumulative += count
    points.push({ date: dateText(first + i), count, cumulative })
  }
  return points
}
