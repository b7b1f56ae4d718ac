// Requests of this instance, from the request log: the last minute for the overview, longer ranges in steps where there is
// no Prometheus. Percentiles are exact, and what the log does not reach back to is null.
import type { Samples, TrafficRing } from '../../traffic/ring.ts'
import { nearestRank } from '../../traffic/stats.ts'
import type { FleetPoint, Latency, Throughput } from './answers.ts'

export interface RequestMeans {
  readonly traffic: TrafficRing
  /** Milliseconds that requests are observed for. */
  readonly age: () => number
}

export interface RecentRequests {
  readonly throughput: Throughput
  readonly latency: Latency
  readonly http_5xx_rate: number | null
}

export const WINDOW_SECONDS = 60

export function recentRequests({ traffic, age }: RequestMeans, now: number): RecentRequests {
  const samples = traffic.window(now, WINDOW_SECONDS)
  const covered = Math.max(1, Math.min(WINDOW_SECONDS, reach(traffic, age(), samples, now)))
  const { rps, error_rate, p50_ms, p95_ms, p99_ms } = figures(samples, 0, samples.length, covered)
  return {
    throughput: {
      rps: rps!,
      window_seconds: WINDOW_SECONDS,
      covered_seconds: Math.round(covered * 1000) / 1000,
      request_count: samples.length,
    },
    latency: { p50_ms, p95_ms, p99_ms },
    http_5xx_rate: error_rate,
  }
}

/** Errors of the last `windowMs`. */
export function failedRequests({ traffic }: RequestMeans, now: number, windowMs: number): { bad: number; all: number } {
  const { status, length } = traffic.window(now, windowMs / 1000)
  let bad = 0
  for (let i = 0; i < length; i++) if (isBad(status[i]!)) bad++
  return { bad, all: length }
}

/**
 * Since when requests fail as much as they do now: the earliest quarter of a minute from which on each window of `windowMs`
 * had at least this part of errors. As far back as the log goes, an hour at most.
 */
export function failingSince(
  { traffic }: RequestMeans,
  now: number,
  { windowMs, rate, least }: { readonly windowMs: number; readonly rate: number; readonly least: number },
): number {
  const { time, status, length } = traffic.window(now, 3600)
  // Samples come in the order of their ends, give or take a moment.
  let since = now
  for (let end = now; end > now - 3_600_000; end -= 15_000) {
    let bad = 0
    let all = 0
    for (let i = 0; i < length; i++) {
      if (time[i]! > end || time[i]! < end - windowMs) continue
      all++
      if (isBad(status[i]!)) bad++
    }
    if (all < least || bad / all < rate) break
    since = end
  }
  return since
}

/** `points` steps over the last `seconds`, oldest first. */
export function requestSeries(
  { traffic, age }: RequestMeans,
  now: number,
  seconds: number,
  points: number,
): { readonly points: FleetPoint[]; readonly whole: boolean } {
  const step = seconds / points
  const samples = sorted(traffic.window(now, seconds))
  const reached = reach(traffic, age(), samples, now)
  const list: FleetPoint[] = []
  let from = 0
  for (let i = 0; i < points; i++) {
    const end = now - (points - 1 - i) * step * 1000
    let to = from
    while (to < samples.length && samples.time[to]! <= end) to++
    const known = (now - end) / 1000 + step <= reached + 0.001
    const { p50_ms, p95_ms, p99_ms, rps, error_rate } = known ? figures(samples, from, to, step) : UNKNOWN
    list.push({
      time: new Date(Math.round(end)).toISOString(),
      rps,
      error_rate,
      p50_ms,
      p95_ms,
      p99_ms,
      instances_up: known ? 1 : null,
    })
    from = to
  }
  return { points: list, whole: reached >= seconds }
}

/** Seconds that the log goes back, for all that was in it: it may have turned over. */
function reach({ total, capacity }: TrafficRing, ageMs: number, samples: Samples, now: number): number {
  const age = ageMs / 1000
  if (total <= capacity || samples.length < capacity) return age
  let oldest = now
  for (let i = 0; i < samples.length; i++) oldest = Math.min(oldest, samples.time[i]!)
  return Math.min(age, (now - oldest) / 1000)
}

type Figures = Pick<FleetPoint, 'rps' | 'error_rate' | 'p50_ms' | 'p95_ms' | 'p99_ms'>

const UNKNOWN: Figures = { rps: null, error_rate: null, p50_ms: null, p95_ms: null, p99_ms: null }

function figures({ ms, status }: Samples, from: number, to: number, seconds: number): Figures {
  const count = to - from
  const rps = count / seconds
  if (count === 0) return { ...UNKNOWN, rps }
  let bad = 0
  for (let i = from; i < to; i++) if (isBad(status[i]!)) bad++
  const ordered = ms.slice(from, to).sort()
  const at = (percent: number) => nearestRank(ordered, percent)
  return { rps, error_rate: bad / count, p50_ms: at(50), p95_ms: at(95), p99_ms: at(99) }
}

function isBad(status: number): boolean {
  return status >= 500 && status < 600
}

function sorted({ length, time, ms, status, tenant }: Samples): Samples {
  const order = Array.from({ length }, (_, i) => i).sort((a, b) => time[a]! - time[b]!)
  return {
    length,
    time: Float64Array.from(order, (i) => time[i]!),
    ms: Float32Array.from(order, (i) => ms[i]!),
    status: Uint16Array.from(order, (i) => status[i]!),
    tenant: Uint16Array.from(order, (i) => tenant[i]!),
  }
}
