// A million records, one each 31 seconds for a year, of twenty tenants: what is asked about them, and where an index could
// not be used. One time as a time, as text and as a number, each with an index after the tenant; one without a tenant.
import type { Inventory } from '../../src/inventory/inventory.ts'
import type { RecordType } from '../../src/inventory/record-type.ts'

export const PLANNED: readonly RecordType[] = [
  { type: 'time', table: 'records', tenant_column: 'tenant', updated_at: 'at' },
  { type: 'text', table: 'records', tenant_column: 'tenant', updated_at: 'written' },
  { type: 'number', table: 'records', tenant_column: 'tenant', updated_at: 'ms' },
  { type: 'history', table: 'records', tenant_column: 'tenant', history_table: 'history' },
  // Asked for the default tenant, who has the records without one too.
  { type: 'default', table: 'records', tenant_column: 'tenant', updated_at: 'written' },
  { type: 'alone', table: 'records', updated_at: 'at' },
]

/** Asks, and calls `then` after each question with what was counted. */
export async function planned(
  inventory: Inventory,
  { type, tenant_column }: RecordType,
  then: (question: string, counted: number) => unknown,
): Promise<void> {
  const tenant = tenant_column === undefined || type === 'default' ? 'default' : 't7'
  const types = inventory.types.map(({ type }) => type)
  const asked = { tenant, since: '2026-11-08', until: '2026-11-14' }
  const sum = (rows: readonly { readonly count: number }[]) => rows.reduce((total, { count }) => total + count, 0)
  await then('total', sum(await inventory.countByTypes({ tenant, types })))
  await then('days', sum(await inventory.countByDay({ ...asked, types })))
  await then('hours', sum(await inventory.activityHistogram(asked)))
}
