// Who has how many records, and what each asks of this instance (H-36).
import type { Scope } from '../../inventory/answer.ts'
import { type StoredTenants, type TenantRow, tenantRows } from '../../inventory/tenants.ts'
import type { TenantTraffic } from '../../traffic/tenants.ts'

export interface TenantsFigure {
  readonly instance: string
  readonly resources_scope: Scope
  readonly traffic_scope: 'single-instance'
  readonly generated_at: string
  readonly window_seconds: number
  readonly tenant_count: number
  readonly tenants: readonly TenantRow[]
}

/** `now`: milliseconds since the epoch. */
export function tenantsFigure(
  instance: string,
  stored: StoredTenants,
  traffic: readonly TenantTraffic[],
  window_seconds: number,
  now: number,
): TenantsFigure {
  const tenants = tenantRows(stored, traffic)
  return {
    instance,
    resources_scope: stored.resources_scope,
    traffic_scope: 'single-instance',
    generated_at: new Date(now).toISOString(),
    window_seconds,
    tenant_count: tenants.length,
    tenants,
  }
}
