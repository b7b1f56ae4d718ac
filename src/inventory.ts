// Door `telltale/inventory`: counts of the application's own records, for the console and for oneself.
export { type Activity, activity } from './inventory/activity.ts'
export { type CountsQuery, type ResourceCounts, resourceCounts } from './inventory/counts.ts'
export { type ResourceDistribution, resourceDistribution } from './inventory/distribution.ts'
export {
  type Basis,
  type CountedType,
  compositeInventory,
  type DayCount,
  type Days,
  type HourCount,
  type Inventory,
  type TenantCount,
  type TypeCount,
} from './inventory/inventory.ts'
export { type InventoryClient, type InventorySource, inventoryOf } from './inventory/open.ts'
export { provideInventory } from './inventory/provided.ts'
export type { InventoryOptions, RecordType } from './inventory/record-type.ts'
export { type StoredTenants, storedTenants } from './inventory/tenants.ts'
