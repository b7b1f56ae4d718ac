// Times as callers of the API write them, as float milliseconds since the epoch.
import type { TimeInput } from '../context/api.ts'

/** Below this a number is a `performance.now()` reading: three years of uptime, or the year 1973. */
const EPOCH_FROM = 1e11
const timeOrigin = performance.timeOrigin

/** NaN when it is no time; never throws. */
export function epochMs(time: TimeInput): number {
  if (typeof time === 'number') return time < EPOCH_FROM ? timeOrigin + time : time
  try {
    if (Array.isArray(time)) return Number(time[0]) * 1000 + Number(time[1]) / 1e6
    return time instanceof Date ? time.getTime() : Number.NaN
  } catch {
    return Number.NaN
  }
}
