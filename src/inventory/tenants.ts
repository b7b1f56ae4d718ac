// The stored part of `tenants` (H-36): who has how many records, and the rows that it makes with what each tenant asks.
import type { TenantTraffic } from '../traffic/tenants.ts'
import { byCount, type Scope, scopeOf, sums } from './answer.ts'
import type { Inventory } from './inventory.ts'

export interface StoredTenants {
  readonly resources_scope: Scope
  /** Most records first, then by name. */
  readonly tenants: readonly { readonly tenant: string; readonly resources: number }[]
}

export interface TenantRow {
  readonly tenant: string
  readonly resources: number
  readonly requests_per_second: number
  readonly p95_ms: number
  readonly error_rate: number
}

/** `defaultTenant`: who has records without a tenant. Rejects as the inventory does. */
export async function storedTenants(inventory: Inventory, defaultTenant: string): Promise<StoredTenants> {
  const counts = sums(await inventory.countByTenant(), ({ tenant }) => tenant || defaultTenant)
  const sorted = [...counts].filter(([, count]) => count > 0).sort(byCount)
  return {
    resources_scope: scopeOf(inventory),
    tenants: sorted.map(([tenant, resources]) => ({ tenant, resources })),
  }
}

/** Tenants with records in their order, those seen only in traffic after them in theirs. */
export function tenantRows(stored: StoredTenants, traffic: readonly TenantTraffic[]): TenantRow[] {
  const asked = new Map(traffic.map((row) => [row.tenant, row]))
  const owners = new Set(stored.tenants.map(({ tenant }) => tenant))
  const row = (tenant: string, resources: number): TenantRow => {
    const { requests_per_second = 0, p95_ms = 0, error_rate = 0 } = asked.get(tenant) ?? {}
    return { tenant, resources, requests_per_second, p95_ms, error_rate }
  }
  return [
    ...stored.tenants.map(({ tenant, resources }) => row(tenant, resources)),
    ...traffic.filter(({ tenant }) => !owners.has(tenant)).map(({ tenant }) => row(tenant, 0)),
  ]
}
