// The same window by tenant, busiest first. The default tenant appears under its configured name, so that the row
// joins with what the store holds for it.
import { nearestRank } from './rank.ts'
import type { TrafficRing } from './ring.ts'

export interface TenantTraffic {
  tenant: string
  sample_count: number
  requests_per_second: number
  p95_ms: number
  error_rate: number
}

/** One sweep; ties are in the order of their names. `name` turns an interned number into the tenant. */
export function tenantRollup(
  ring: TrafficRing,
  windowSeconds: number,
  now: number,
  name: (tenant: number) => string,
): TenantTraffic[] {
  const seconds = Math.max(1, windowSeconds)
  const samples = ring.window(now, seconds)
  const counts = new Map<number, { count: number; errors: number }>()
  for (let i = 0; i < samples.length; i++) {
    const tenant = samples.tenant[i]!
    let held = counts.get(tenant)
    if (held === undefined) counts.set(tenant, (held = { count: 0, errors: 0 }))
    held.count++
    const status = samples.status[i]!
    if (status >= 500 && status < 600) held.errors++
  }
  const latencies = new Map<number, { values: Float32Array; filled: number }>()
  for (const [tenant, { count }] of counts) latencies.set(tenant, { values: new Float32Array(count), filled: 0 })
  for (let i = 0; i < samples.length; i++) {
    const held = latencies.get(samples.tenant[i]!)!
    held.values[held.filled++] = samples.ms[i]!
  }
  const rows: TenantTraffic[] = []
  for (const [tenant, { count, errors }] of counts)
    rows.push({
      tenant: name(tenant),
      sample_count: count,
      requests_per_second: count / seconds,
      p95_ms: nearestRank(latencies.get(tenant)!.values, 95),
      error_rate: errors / count,
    })
  return rows.sort((a, b) => b.sample_count - a.sample_count || (a.tenant < b.tenant ? -1 : 1))
}
