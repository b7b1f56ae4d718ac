// A window of the request log as charts have it. Buckets before the oldest request that is held are unknown rather than
// empty: the log may have begun later, or have let go of what was there.
import type { TrafficStats } from '../../../../src/traffic/stats.ts'

export const WINDOWS = [
  { seconds: 60, label: '1m', words: 'minute' },
  { seconds: 300, label: '5m', words: '5 minutes' },
  { seconds: 900, label: '15m', words: '15 minutes' },
  { seconds: 3600, label: '1h', words: 'hour' },
  { seconds: 21_600, label: '6h', words: '6 hours' },
  { seconds: 86_400, label: '24h', words: '24 hours' },
] as const

export type WindowSeconds = (typeof WINDOWS)[number]['seconds']
export const DEFAULT_WINDOW: WindowSeconds = 3600

export const windowOf = (label: string | undefined): (typeof WINDOWS)[number] =>
  WINDOWS.find((one) => one.label === label) ?? WINDOWS.find(({ seconds }) => seconds === DEFAULT_WINDOW)!

export interface TrafficLines {
  /** Starts of the buckets, milliseconds since the epoch, ascending. */
  readonly times: readonly number[]
  readonly perSecond: readonly (number | null)[]
  /** Null where there was no request. */
  readonly p95: readonly (number | null)[]
}

interface Shaped extends Pick<TrafficStats, 'covered_seconds' | 'series'> {
  readonly generated_at: string
  readonly window_seconds: number
}

export function trafficLines(figure: Shaped): TrafficLines {
  const { series, window_seconds: window, covered_seconds: covered } = figure
  const now = Date.parse(figure.generated_at)
  const width = series.length === 0 ? 0 : window / series.length
  const known = ({ offset_seconds: offset }: { offset_seconds: number }): boolean => offset - width < covered
  return {
    times: series.map(({ offset_seconds: offset }) => now - offset * 1000),
    perSecond: series.map((bucket) => (known(bucket) ? bucket.requests_per_second : null)),
    p95: series.map((bucket) => (known(bucket) && bucket.requests_per_second > 0 ? bucket.p95_ms : null)),
  }
}

/** How much of the window the held requests reach back over, 0 to 1; a bucket less than all of it counts as all. */
export function coverOf({ covered_seconds: covered, window_seconds: window, series }: Shaped): number {
  const bucket = window / Math.max(1, series.length)
  return covered >= window - bucket ? 1 : covered / window
}

export const STATUS_CLASSES = ['2xx', '3xx', '4xx', '5xx'] as const

export interface StatusPart {
  readonly name: (typeof STATUS_CLASSES)[number]
  readonly count: number
  /** 0 to 1, of those that have a class. */
  readonly share: number
}

export function statusParts(classes: TrafficStats['status_classes']): StatusPart[] {
  const all = STATUS_CLASSES.reduce((total, name) => total + classes[name], 0)
  return STATUS_CLASSES.map((name) => ({ name, count: classes[name], share: all === 0 ? 0 : classes[name] / all }))
}
