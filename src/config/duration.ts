// Durations as people write them, resolved to milliseconds.

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}
const WHOLE = /^(?:\d{1,15}(?:\.\d{1,6})?(?:ms|[smhdw]))+$/
const PART = /(\d+(?:\.\d+)?)(ms|[smhdw])/g

/**
 * Milliseconds of `500ms`, `10s`, `5m`, `1h30m`, `30d`, `2w`; a number without a unit is in seconds.
 * NaN when it is none of these, or negative.
 */
export function parseDuration(written: string | number): number {
  if (typeof written === 'number') return written >= 0 && Number.isFinite(written) ? round(written * 1000) : Number.NaN
  const text = written.trim()
  if (/^\d{1,12}(?:\.\d{1,6})?$/.test(text)) return round(Number(text) * 1000)
  if (!WHOLE.test(text)) return Number.NaN
  let sum = 0
  for (const [, amount, unit] of text.matchAll(PART)) sum += Number(amount) * UNITS[unit!]!
  return round(sum)
}

/** The shortest exact spelling of a number of milliseconds in one unit. */
export function durationText(ms: number): string {
  if (ms === 0) return '0s'
  for (const unit of ['d', 'h', 'm', 's']) if (ms % UNITS[unit]! === 0) return `${ms / UNITS[unit]!}${unit}`
  return `${ms}ms`
}

/** To the microsecond: binary fractions such as 0.1 * 1000 must not leak into what people read. */
function round(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
