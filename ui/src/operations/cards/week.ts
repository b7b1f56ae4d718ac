// The week as a picture: seven rows from Monday, 24 columns, the darker the more; and the same in numbers.
import type { Activity } from '../../../../src/inventory/activity.ts'

export const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const
/** Numbers of weekdays in the order of the rows. */
export const ROWS = [1, 2, 3, 4, 5, 6, 0] as const
export const HOURS = 24
/** Shades beside the one of nothing. */
export const SHADES = 6

export interface Place {
  /** 0 to 6 from above. */
  readonly row: number
  readonly hour: number
}

export interface Week {
  /** By row, then by hour. */
  readonly counts: readonly (readonly number[])[]
  readonly byRow: readonly number[]
  readonly byHour: readonly number[]
  readonly total: number
  readonly most: number
  /** The one with the most; null while nothing was written. */
  readonly busiest: Place | null
}

export function weekOf({ cells }: Pick<Activity, 'cells'>): Week {
  const counts = ROWS.map(() => new Array<number>(HOURS).fill(0))
  for (const { weekday, hour, count } of cells) {
    const row = counts[ROWS.indexOf(weekday as (typeof ROWS)[number])]
    if (row?.[hour] !== undefined) row[hour] += count
  }
  const byRow = counts.map(sum)
  const most = Math.max(...counts.flat())
  const row = counts.findIndex((hours) => hours.includes(most))
  return {
    counts,
    byRow,
    byHour: Array.from({ length: HOURS }, (_, hour) => sum(counts.map((hours) => hours[hour]!))),
    total: sum(byRow),
    most,
    busiest: most > 0 ? { row, hour: counts[row]!.indexOf(most) } : null,
  }
}

/** 0 for nothing, else 1 to SHADES. By the root, so that quiet hours still differ beside a busy one. */
export function shadeOf(count: number, most: number): number {
  if (!(count > 0) || !(most > 0)) return 0
  return Math.min(SHADES, Math.max(1, Math.ceil(Math.sqrt(count / most) * SHADES)))
}

/** The least count of each shade, for the legend. */
export const leastOf = (shade: number, most: number): number =>
  Math.max(1, Math.floor(((shade - 1) / SHADES) ** 2 * most) + 1)

/** Where a key leads: arrows by one, Home and End along the row, Page up and down to the first and the last row. */
export function step({ row, hour }: Place, key: string): Place | null {
  const at = (toRow: number, toHour: number): Place => ({
    row: Math.max(0, Math.min(ROWS.length - 1, toRow)),
    hour: Math.max(0, Math.min(HOURS - 1, toHour)),
  })
  switch (key) {
    case 'ArrowLeft':
      return at(row, hour - 1)
    case 'ArrowRight':
      return at(row, hour + 1)
    case 'ArrowUp':
      return at(row - 1, hour)
    case 'ArrowDown':
      return at(row + 1, hour)
    case 'Home':
      return at(row, 0)
    case 'End':
      return at(row, HOURS - 1)
    case 'PageUp':
      return at(0, hour)
    case 'PageDown':
      return at(ROWS.length - 1, hour)
    default:
      return null
  }
}

/** The cell of a moment, UTC. */
export function placeOf(time: number): Place {
  const date = new Date(time)
  return { row: ROWS.indexOf(date.getUTCDay() as (typeof ROWS)[number]), hour: date.getUTCHours() }
}

const pad = (n: number): string => String(n).padStart(2, '0')

/** `Tuesday 14:00 to 15:00`. */
export const placeText = ({ row, hour }: Place): string =>
  `${WEEKDAYS[ROWS[row]!]} ${pad(hour)}:00 to ${pad((hour + 1) % HOURS)}:00`

export const hourText = (hour: number): string => pad(hour)

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)
