// Days of UTC: the window that a question is about, and the bounds of it that a column is compared with.
import type { Days } from './inventory.ts'

export const DAY_MS = 86_400_000

/** Numbers of days since the epoch, both inclusive. */
export interface Window extends Days {
  readonly days: number
  readonly first: number
  readonly last: number
}

/** The `days` days that end with the day of `now`. */
export function windowOf(days: number, now: number): Window {
  const last = Math.floor(now / DAY_MS)
  const first = last - days + 1
  return { days, first, last, since: dateText(first), until: dateText(last) }
}

/** `YYYY-MM-DD` of a number of days since the epoch. */
export const dateText = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10)

/** Number of days since the epoch; NaN for what is no `YYYY-MM-DD`. */
export const dayNumber = (date: string): number =>
  /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(`${date}T00:00:00Z`) / DAY_MS : Number.NaN

export interface Bounds extends Days {
  /** Milliseconds since the epoch: from, and before. */
  readonly from: number
  readonly before: number
  /** One day more on either side: where text is compared as text, whose offset from UTC is not looked at. */
  readonly textFrom: string
  readonly textBefore: string
}

export function boundsOf({ since, until }: Days): Bounds {
  const first = dayNumber(since)
  const last = dayNumber(until)
  if (!(first <= last)) throw new RangeError(`no days: ${since} to ${until}`)
  return {
    since,
    until,
    from: first * DAY_MS,
    before: (last + 1) * DAY_MS,
    textFrom: dateText(first - 1),
    textBefore: dateText(last + 2),
  }
}

/** Below it a number is seconds since the epoch (to the year 5138), from it on milliseconds (since 1973). */
export const SECONDS_BELOW = 100_000_000_000
