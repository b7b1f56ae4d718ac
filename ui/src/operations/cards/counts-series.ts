// Counts of records by day as charts have them. Days are UTC whatever the zone of the page.
import type { ResourceCounts, TypeSeries } from '../../../../src/inventory/counts.ts'

export const SPANS = [7, 30, 90, 365] as const
export const DEFAULT_DAYS = 30

export const daysOf = (text: string | undefined): (typeof SPANS)[number] =>
  SPANS.find((days) => String(days) === text) ?? DEFAULT_DAYS

export type Shows = 'total' | 'change'

export interface TypeLine {
  readonly type: string
  readonly total: number
  /** Within the window. */
  readonly change: number
  /** The day with the largest change of either sign; null where nothing changed. */
  readonly peak: { readonly date: string; readonly count: number } | null
  readonly values: readonly number[]
  /** Days say when a record was changed last, not how many there were. */
  readonly byLastChange: boolean
  /** Its days are unknown: the total alone counts. */
  readonly totalAlone: boolean
}

export interface CountLines {
  /** `YYYY-MM-DD`, ascending. */
  readonly dates: readonly string[]
  readonly lines: readonly TypeLine[]
}

export function countLines({ series }: Pick<ResourceCounts, 'series'>, shows: Shows): CountLines {
  const dates = (series[0]?.points ?? []).map(({ date }) => date)
  return { dates, lines: series.map((one) => lineOf(one, shows)) }
}

/** Where each day begins on a clock of that zone: an axis that is drawn in it shows the dates of UTC as they are. */
export const midnightsIn = (dates: readonly string[], zone: 'utc' | 'local'): number[] =>
  dates.map((date) => Date.parse(`${date}T00:00:00${zone === 'utc' ? 'Z' : ''}`))

/** The day of one of those times. */
export const dateOf = (times: readonly number[], dates: readonly string[], time: number): string =>
  dates[times.indexOf(time)] ?? ''

function lineOf({ resource_type: type, total, basis, points }: TypeSeries, shows: Shows): TypeLine {
  const peak = points.reduce<TypeLine['peak']>(
    (most, { date, count }) => (Math.abs(count) > Math.abs(most?.count ?? 0) ? { date, count } : most),
    null,
  )
  return {
    type,
    total,
    change: points.reduce((sum, { count }) => sum + count, 0),
    peak,
    values: points.map(({ count, cumulative }) => (shows === 'total' ? cumulative : count)),
    byLastChange: basis === 'last_updated',
    totalAlone: basis === 'none',
  }
}

/** `+1,204`, `−3`, `±0`. */
export function signedText(n: number, text: (n: number) => string): string {
  return n === 0 ? '±0' : `${n > 0 ? '+' : '−'}${text(Math.abs(n))}`
}
