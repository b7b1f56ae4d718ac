// Numbers, durations and times as people read them: three digits that matter, one unit, the zone that was chosen.
import { zone } from '../shell/time.ts'

const plain = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** Three significant digits without trailing noise: 1.23, 12.3, 123, 1,234. */
export function digits(n: number): string {
  const size = Math.abs(n)
  if (size >= 100 || Number.isInteger(n)) return plain.format(n)
  return String(Number(n.toPrecision(size < 0.001 ? 1 : size < 1 ? 2 : 3)))
}

export function durationText(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '–'
  const size = Math.abs(ms)
  if (size === 0) return '0 ms'
  if (size < 0.9995) return `${digits(ms * 1000)} µs`
  if (size < 999.5) return `${digits(ms)} ms`
  if (size < 59_950) return `${digits(ms / 1000)} s`
  const seconds = Math.round(size / 1000)
  const [d, h, m, s] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ]
  if (d > 0) return h > 0 ? `${d} d ${h} h` : `${d} d`
  if (h > 0) return m > 0 ? `${h} h ${m} min` : `${h} h`
  return s > 0 ? `${m} min ${s} s` : `${m} min`
}

/** How long after something, or before it. */
export const offsetText = (ms: number): string => `${ms < 0 ? '−' : '+'}${durationText(Math.abs(ms))}`

export function countText(n: number | null | undefined): string {
  if (n === null || n === undefined) return '–'
  const size = Math.abs(n)
  if (size < 10_000) return digits(n)
  for (const [power, sign] of SIGNS) if (size >= power) return `${Number((n / power).toPrecision(3))}${sign}`
  return digits(n)
}
const SIGNS = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const

/** Per second, or per minute or hour when it is rare. */
export function rateText(perSecond: number): string {
  if (perSecond === 0) return '0/s'
  if (perSecond * 60 < 0.1) return `${digits(perSecond * 3600)}/h`
  return perSecond < 0.1 ? `${digits(perSecond * 60)}/min` : `${countText(perSecond)}/s`
}

/** Of a share from 0 to 1. */
export function percentText(share: number): string {
  const percent = share * 100
  if (percent > 0 && percent < 0.01) return '<0.01 %'
  return `${percent >= 99.95 || percent === 0 ? Math.round(percent) : Number(percent.toPrecision(percent < 1 ? 2 : 3))} %`
}

export function bytesText(n: number): string {
  let left = n
  let unit = 0
  while (Math.abs(left) >= 1024 && unit < 5) {
    left /= 1024
    unit++
  }
  return `${digits(left)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'][unit]}`
}

const TO_MS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, ms: 1, s: 1000, min: 60_000, h: 3_600_000 }

/** A value in its UCUM unit. */
export function valueText(n: number | null | undefined, unit = ''): string {
  if (n === null || n === undefined) return '–'
  const scale = TO_MS[unit]
  if (scale !== undefined) return durationText(n * scale)
  if (unit === 'By') return bytesText(n)
  if (unit === 'By/s') return `${bytesText(n)}/s`
  if (unit === '%') return percentText(n / 100)
  if (unit === '1/s') return rateText(n)
  if (unit === '' || unit === '1' || unit.startsWith('{')) return countText(n)
  return `${countText(n)} ${unit}`
}

const pad = (n: number, width = 2): string => String(n).padStart(width, '0')

function parts(ms: number): { day: string; time: string; fraction: string } {
  const utc = zone.value === 'utc'
  // Shifted by its offset, the UTC getters read local time.
  const date = new Date(utc ? ms : ms - new Date(ms).getTimezoneOffset() * 60_000)
  if (Number.isNaN(date.getTime())) return { day: '–', time: '–', fraction: '' }
  return {
    day: `${date.getUTCFullYear()}-${pad(date.getUTCMonth() + 1)}-${pad(date.getUTCDate())}`,
    time: `${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}:${pad(date.getUTCSeconds())}`,
    fraction: `.${pad(date.getUTCMilliseconds(), 3)}`,
  }
}

export const timeText = (ms: number): string => parts(ms).time
export const exactTimeText = (ms: number): string => {
  const { time, fraction } = parts(ms)
  return time + fraction
}
export const dayText = (ms: number): string => parts(ms).day
/** As exact as it is known, with its zone. */
export function dateTimeText(ms: number): string {
  const { day, time, fraction } = parts(ms)
  return `${day} ${time}${fraction} ${zoneText(ms)}`
}

export function zoneText(at: number = Date.now()): string {
  if (zone.value === 'utc') return 'UTC'
  const minutes = -new Date(at).getTimezoneOffset()
  const size = Math.abs(minutes)
  const rest = size % 60
  return `UTC${minutes < 0 ? '−' : '+'}${Math.floor(size / 60)}${rest === 0 ? '' : `:${pad(rest)}`}`
}

export function agoText(ms: number, now: number = Date.now()): string {
  const seconds = Math.round((now - ms) / 1000)
  if (seconds < 2) return 'now'
  if (seconds < 60) return `${seconds} s ago`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h ago` : `${Math.floor(seconds / 86_400)} d ago`
}

/** ×3.2 or −40 %: how much one is of the other; null where nothing can be said. */
export function changeOf(now: number | null, before: number | null): number | null {
  return now === null || before === null || before === 0 ? null : now / before
}

export function changeText(ratio: number): string {
  if (ratio >= 2) return `×${digits(Number(ratio.toPrecision(2)))}`
  const percent = Math.round((ratio - 1) * 100)
  return `${percent > 0 ? '+' : percent < 0 ? '−' : '±'}${Math.abs(percent)} %`
}

export const plural = (n: number, one: string, many = `${one}s`): string => `${countText(n)} ${n === 1 ? one : many}`

/** The text when it is short enough, else its beginning. */
export function shown(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text
}
