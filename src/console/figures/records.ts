// Figures of the application's records (H-31 to H-34, and the stored part of H-36), from its databases: as they were when
// they were counted, which `generated_at` says.
import { type Activity, activity } from '../../inventory/activity.ts'
import { type ResourceCounts, resourceCounts } from '../../inventory/counts.ts'
import { windowOf } from '../../inventory/days.ts'
import { type ResourceDistribution, resourceDistribution } from '../../inventory/distribution.ts'
import type { Inventory } from '../../inventory/inventory.ts'
import { daysOf, topOf, typesOf } from '../../inventory/parameter.ts'
import { type StoredTenants, storedTenants } from '../../inventory/tenants.ts'
import { Counted, type CountedOptions } from './counted.ts'
import { written } from './inquiry.ts'

export interface RecordSource {
  /** What is counted with; another one from the moment on that the application hands it over. Throws faults of declarations. */
  readonly inventory: () => Inventory
  /** Who has records without a tenant. */
  readonly defaultTenant: string
  readonly counted: CountedOptions
}

export class RecordFigures {
  readonly #source: RecordSource
  #inventory: Inventory | null = null
  #counted: Counted

  constructor(source: RecordSource) {
    this.#source = source
    this.#counted = new Counted(source.counted)
  }

  counts(asked: URLSearchParams, tenant: string, now: number): Promise<ResourceCounts> {
    const [days, types] = [written(asked.get('days')), asked.get('types')]
    return this.#ask(
      'resource-counts',
      (inventory) => [tenant, dayOf(days, now), typesOf(types, inventory.types)],
      (inventory) => resourceCounts(inventory, { days, types }, tenant, now),
      ({ series, window }) => series.length * window.days,
      tenant,
    )
  }

  activity(asked: URLSearchParams, tenant: string, now: number): Promise<Activity> {
    const days = written(asked.get('days'))
    return this.#ask(
      'activity',
      () => [tenant, dayOf(days, now)],
      (inventory) => activity(inventory, { days }, tenant, now),
      ({ cells }) => cells.length,
      tenant,
    )
  }

  distribution(asked: URLSearchParams, tenant: string, now: number): Promise<ResourceDistribution> {
    const top = written(asked.get('top'))
    return this.#ask(
      'resource-distribution',
      () => [tenant, topOf(top)],
      (inventory) => resourceDistribution(inventory, { top }, tenant, now),
      ({ types }) => types.length,
      tenant,
    )
  }

  tenants(): Promise<StoredTenants> {
    return this.#ask(
      'tenants',
      () => [],
      (inventory) => storedTenants(inventory, this.#source.defaultTenant),
      ({ tenants }) => tenants.length,
    )
  }

  async #ask<T>(
    name: string,
    keys: (inventory: Inventory) => readonly unknown[],
    count: (inventory: Inventory) => Promise<T>,
    weigh: (value: T) => number,
    who?: string,
  ): Promise<T> {
    let inventory: Inventory
    try {
      inventory = this.#source.inventory()
    } catch (error) {
      return this.#counted.of<T>({ name, key: '', count: () => Promise.reject(error), weigh })
    }
    if (inventory !== this.#inventory) {
      this.#inventory = inventory
      this.#counted = new Counted(this.#source.counted)
    }
    return this.#counted.of({ name, key: JSON.stringify(keys(inventory)), count: () => count(inventory), weigh, who })
  }
}

/** The window of `days` as of `now`: at midnight another one is asked for. */
function dayOf(days: string | null, now: number): readonly unknown[] {
  const { since, until } = windowOf(daysOf(days), now)
  return [since, until]
}
