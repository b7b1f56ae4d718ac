// The table of tenants as it is asked for.
import type { TenantRow } from '../../../../src/inventory/tenants.ts'

export const SORTS = ['tenant', 'resources', 'rate', 'p95', 'errors'] as const
export type SortName = (typeof SORTS)[number]

const VALUES: Readonly<Record<Exclude<SortName, 'tenant'>, (row: TenantRow) => number>> = {
  resources: ({ resources }) => resources,
  rate: ({ requests_per_second: rate }) => rate,
  p95: ({ p95_ms: p95 }) => p95,
  errors: ({ error_rate: share }) => share,
}

/** Those whose name has `find` in it, whatever its case; ties are in the order of their names. */
export function rowsOf(rows: readonly TenantRow[], find: string, by: string, down: boolean): TenantRow[] {
  const wanted = find.trim().toLowerCase()
  const value = VALUES[by as keyof typeof VALUES] as ((row: TenantRow) => number) | undefined
  const name = (a: TenantRow, b: TenantRow): number => (a.tenant < b.tenant ? -1 : a.tenant > b.tenant ? 1 : 0)
  const sign = down ? -1 : 1
  return rows
    .filter(({ tenant }) => tenant.toLowerCase().includes(wanted))
    .sort((a, b) => (value === undefined ? sign * name(a, b) : sign * (value(a) - value(b)) || name(a, b)))
}
