// How long this instance runs. It is open to everybody, so it says what it must and nothing that tells hosts, instances or
// stores apart (H-30, H-39); it claims no availability, which one process cannot know of itself.
import type { Uptime } from '../../health/uptime.ts'

export interface UptimeFigure {
  readonly service: string
  readonly scope: 'single-instance'
  readonly version: string
  /** RFC 3339; empty before start. */
  readonly started_at: string
  readonly now: string
  readonly uptime_seconds: number
  /** `1d 1h 1m 1s` */
  readonly uptime_human: string
  readonly availability: { readonly tracked: false; readonly note: string }
}

const NOTE = 'One process cannot know when it was not there; availability comes from who asks from outside.'

export function uptimeFigure(
  { service, version, uptime }: { service: string; version: string; uptime: Uptime },
  now: number,
): UptimeFigure {
  const seconds = uptime.seconds()
  return {
    service,
    scope: 'single-instance',
    version,
    started_at: uptime.startedAt(),
    now: new Date(now).toISOString(),
    uptime_seconds: seconds,
    uptime_human: humanDuration(seconds),
    availability: { tracked: false, note: NOTE },
  }
}

/** Days, hours, minutes and seconds without the leading zeroes: `1d 0h 0m 5s`, at least `0s`. */
export function humanDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const parts = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'm'],
    [whole % 60, 's'],
  ] as const
  const first = parts.findIndex(([count]) => count > 0)
  const shown = first < 0 ? parts.slice(-1) : parts.slice(first)
  return shown.map(([count, unit]) => `${count}${unit}`).join(' ')
}
