// Statistics of a window of the request log. Percentiles are exact (nearest rank over the samples), rates are per
// second of the window, and a series of exactly 30 equal buckets, oldest first, draws it.
import { nearestRank, nearestRanks } from './rank.ts'
import type { Samples, TrafficRing } from './ring.ts'

export const BUCKETS = 30

export interface TrafficStats {
  sample_count: number
  /** Age of the oldest sample in the window, at most the window; 0 when there is none. */
  covered_seconds: number
  requests_per_second: number
  latency_ms: { p50: number; p95: number; p99: number }
  /** 5xx as a part of all, 0 to 1. */
  error_rate: number
  status_classes: { '2xx': number; '3xx': number; '4xx': number; '5xx': number }
  series: TrafficBucket[]
}

export interface TrafficBucket {
  /** Seconds before now at which the bucket begins. */
  offset_seconds: number
  requests_per_second: number
  p95_ms: number
}

/** `windowSeconds` below 1 count as 1. `tenant` is an interned number; all tenants when not given. */
export function trafficStats(ring: TrafficRing, windowSeconds: number, now: number, tenant?: number): TrafficStats {
  const seconds = Math.max(1, windowSeconds)
  return statsOf(ring.window(now, seconds, tenant), seconds, now)
}

export function statsOf(samples: Samples, seconds: number, now: number): TrafficStats {
  const { length, time, ms, status } = samples
  const classes = new Float64Array(6)
  const counts = new Uint32Array(BUCKETS)
  const bucketOf = new Uint8Array(length)
  const begin = now - seconds * 1000
  const width = (seconds * 1000) / BUCKETS
  let oldest = now
  for (let i = 0; i < length; i++) {
    const when = time[i]!
    if (when < oldest) oldest = when
    const code = status[i]!
    if (code >= 100 && code < 600) classes[Math.floor(code / 100)]! += 1
    // A sample stamped exactly now would fall into a bucket after the last.
    const bucket = Math.min(BUCKETS - 1, Math.max(0, Math.floor((when - begin) / width)))
    bucketOf[i] = bucket
    counts[bucket]! += 1
  }

  const [p50, p95, p99] = nearestRanks(ms.slice(0, length), [50, 95, 99]) as [number, number, number]
  return {
    sample_count: length,
    covered_seconds: length === 0 ? 0 : Math.min(seconds, Math.max(0, (now - oldest) / 1000)),
    requests_per_second: length / seconds,
    latency_ms: { p50, p95, p99 },
    error_rate: length === 0 ? 0 : classes[5]! / length,
    status_classes: { '2xx': classes[2]!, '3xx': classes[3]!, '4xx': classes[4]!, '5xx': classes[5]! },
    series: series(samples, bucketOf, counts, seconds),
  }
}

function series(samples: Samples, bucketOf: Uint8Array, counts: Uint32Array, seconds: number): TrafficBucket[] {
  const latencies = Array.from(counts, (count) => new Float32Array(count))
  const filled = new Uint32Array(BUCKETS)
  for (let i = 0; i < samples.length; i++) {
    const bucket = bucketOf[i]!
    latencies[bucket]![filled[bucket]!++] = samples.ms[i]!
  }
  const bucketSeconds = seconds / BUCKETS
  const per = Math.max(bucketSeconds, 1)
  return latencies.map((values, bucket) => ({
    offset_seconds: Math.max(0, seconds - bucket * bucketSeconds),
    requests_per_second: values.length / per,
    p95_ms: nearestRank(values, 95),
  }))
}
