// Requests of this instance, as its request log has them at one moment: the last minute for the overview, what failed, and
// longer ranges in steps where there is no Prometheus. The log is copied once for all of them; percentiles are exact, and
// what it does not reach back to is null.
import { nearestRanks } from '../../traffic/rank.ts'
import type { Samples, TrafficRing } from '../../traffic/ring.ts'
import type { FleetPoint, Latency, Throughput } from './answers.ts'

export interface RecentRequests {
  readonly throughput: Throughput
  readonly latency: Latency
  readonly http_5xx_rate: number | null
}

export const WINDOW_SECONDS = 60
/** As far back as failures are looked for. */
const HOUR_SECONDS = 3600
const STEP_MS = 15_000

export class RequestLog {
  readonly #now: number
  readonly #samples: Samples
  /** How many before each sample failed. */
  readonly #bad: Uint32Array
  /** Seconds that the log goes back, for all that was in it. */
  readonly #reach: number

  /** `ageMs`: how long requests have been observed. `seconds`: what is asked about. */
  constructor(traffic: TrafficRing, ageMs: number, now: number, seconds: number = HOUR_SECONDS) {
    const samples = inOrder(traffic.window(now, seconds))
    const { length, status, time } = samples
    this.#now = now
    this.#samples = samples
    this.#bad = new Uint32Array(length + 1)
    for (let i = 0; i < length; i++) this.#bad[i + 1] = this.#bad[i]! + (status[i]! >= 500 && status[i]! < 600 ? 1 : 0)
    const { total, capacity } = traffic
    const turned = total > capacity && length === capacity
    this.#reach = Math.min(ageMs, turned ? now - time[0]! : ageMs) / 1000
  }

  recent(): RecentRequests {
    const { length } = this.#samples
    const covered = Math.max(1, Math.min(WINDOW_SECONDS, this.#reach))
    const from = this.#first(this.#now - WINDOW_SECONDS * 1000)
    const { rps, error_rate, p50_ms, p95_ms, p99_ms } = this.#figures(from, length, covered)
    return {
      throughput: {
        rps: rps!,
        window_seconds: WINDOW_SECONDS,
        covered_seconds: Math.round(covered * 1000) / 1000,
        request_count: length - from,
      },
      latency: { p50_ms, p95_ms, p99_ms },
      http_5xx_rate: error_rate,
    }
  }

  /** Errors of the last `windowMs`. */
  failed(windowMs: number): { bad: number; all: number } {
    return this.#between(this.#first(this.#now - windowMs), this.#samples.length)
  }

  /**
   * Since when requests fail as much as they do now: the earliest quarter of a minute from which on each window of `windowMs`
   * had at least this part of errors.
   */
  failingSince(windowMs: number, rate: number, least: number): number {
    let since = this.#now
    for (let end = this.#now; end > this.#now - HOUR_SECONDS * 1000; end -= STEP_MS) {
      const { bad, all } = this.#between(this.#first(end - windowMs), this.#behind(end))
      if (all < least || bad / all < rate) break
      since = end
    }
    return since
  }

  /** `points` steps over the last `seconds`, oldest first. */
  series(seconds: number, points: number): FleetPoint[] {
    const step = seconds / points
    let from = 0
    return Array.from({ length: points }, (_, i) => {
      const end = this.#now - (points - 1 - i) * step * 1000
      const to = this.#behind(end)
      const known = (this.#now - end) / 1000 + step <= this.#reach + 0.001
      const { p50_ms, p95_ms, p99_ms, rps, error_rate } = known ? this.#figures(from, to, step) : UNKNOWN
      from = to
      const time = new Date(Math.round(end)).toISOString()
      return { time, rps, error_rate, p50_ms, p95_ms, p99_ms, instances_up: known ? 1 : null }
    })
  }

  #between(from: number, to: number): { bad: number; all: number } {
    return { bad: this.#bad[to]! - this.#bad[from]!, all: to - from }
  }

  #figures(from: number, to: number, seconds: number): Figures {
    const { bad, all } = this.#between(from, to)
    const rps = all / seconds
    if (all === 0) return { ...UNKNOWN, rps }
    const ranks = nearestRanks(this.#samples.ms.slice(from, to), [50, 95, 99])
    const [p50_ms, p95_ms, p99_ms] = ranks as [number, number, number]
    return { rps, error_rate: bad / all, p50_ms, p95_ms, p99_ms }
  }

  /** The first sample at or after `time`. */
  #first(time: number): number {
    return this.#place((at) => at >= time)
  }

  /** The first sample after `time`. */
  #behind(time: number): number {
    return this.#place((at) => at > time)
  }

  #place(is: (time: number) => boolean): number {
    const { time, length } = this.#samples
    let low = 0
    let high = length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (is(time[middle]!)) high = middle
      else low = middle + 1
    }
    return low
  }
}

type Figures = Pick<FleetPoint, 'rps' | 'error_rate' | 'p50_ms' | 'p95_ms' | 'p99_ms'>

const UNKNOWN: Figures = { rps: null, error_rate: null, p50_ms: null, p95_ms: null, p99_ms: null }

/** By their times. They come in that order but for a moment, so that each moves over few others. */
function inOrder(samples: Samples): Samples {
  const { length, time, ms, status } = samples
  for (let i = 1; i < length; i++) {
    if (time[i - 1]! <= time[i]!) continue
    const [when, took, code] = [time[i]!, ms[i]!, status[i]!]
    let at = i
    for (; at > 0 && time[at - 1]! > when; at--) {
      time[at] = time[at - 1]!
      ms[at] = ms[at - 1]!
      status[at] = status[at - 1]!
    }
    time[at] = when
    ms[at] = took
    status[at] = code
  }
  return samples
}
