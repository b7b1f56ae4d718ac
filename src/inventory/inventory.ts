// The inventory: how many records an application keeps, of which type, for which tenant, and how that changes over time. It
// is five counts of a store behind one interface, and pure functions that make bodies of answers of them. Counts are of
// current records that are not deleted; days and hours are UTC whatever a session or a machine says; one question is one
// query for all types. It refuses to read a record: what leaves the database is counts, types, tenants and times.

/** What a type's days are counted by: its history, the last change of each current record, or nothing: its total alone is known. */
export type Basis = 'history' | 'last_updated' | 'none'

export interface CountedType {
  readonly type: string
  readonly basis: Basis
}

/** Days are inclusive, `YYYY-MM-DD`, UTC. */
export interface Days {
  readonly since: string
  readonly until: string
}

export interface TypeCount {
  readonly type: string
  /** Current records that are not deleted. */
  readonly count: number
}

export interface DayCount {
  readonly type: string
  /** `YYYY-MM-DD`, UTC. */
  readonly date: string
  /** Created minus deleted by the history; without one, current records whose last change was that day. */
  readonly count: number
}

export interface HourCount {
  /** 0 is Sunday; UTC. */
  readonly weekday: number
  readonly hour: number
  /** Recorded versions: creations, updates and deletions. Without a history, current records by their last change. */
  readonly count: number
}

export interface TenantCount {
  readonly tenant: string
  readonly count: number
}

/**
 * Five counts of a store. An implementation of one's own has what it can answer (`Partial<Inventory>`); what it lacks is
 * empty. What is absent from an answer is zero, what is in it twice is summed.
 */
export interface Inventory {
  /** In the order in which they are shown. */
  readonly types: readonly CountedType[]
  /** Whether every replica of the service counts the same store. */
  readonly isClusterShared: boolean
  /** Changes within the days; `types` are of the inventory's own, and none of them means no query. */
  countByDay(asked: Days & { readonly tenant: string; readonly types: readonly string[] }): Promise<readonly DayCount[]>
  countByTypes(asked: { readonly tenant: string; readonly types: readonly string[] }): Promise<readonly TypeCount[]>
  activityHistogram(asked: Days & { readonly tenant: string }): Promise<readonly HourCount[]>
  countAllTypes(asked: { readonly tenant: string }): Promise<readonly TypeCount[]>
  /** Of all tenants, the ones with most records first, at most `MAX_TENANTS`. */
  countByTenant(): Promise<readonly TenantCount[]>
}

export const MAX_TENANTS = 10_000

/** Who has the records of a type without a tenant column, and those whose tenant is empty. */
export const DEFAULT_TENANT = 'default'

const METHODS = ['countByDay', 'countByTypes', 'activityHistogram', 'countAllTypes', 'countByTenant'] as const

/** Whether it counts by itself: it has at least one of the five methods. */
export function countsItself(source: object): source is Partial<Inventory> {
  return METHODS.some((name) => typeof (source as Partial<Record<string, unknown>>)[name] === 'function')
}

/** An inventory of one's own with what it lacks: no types, not shared, nothing counted. */
export function completed(own: Partial<Inventory>): Inventory {
  return {
    get types() {
      return own.types ?? []
    },
    get isClusterShared() {
      return own.isClusterShared ?? false
    },
    countByDay: async (asked) => (await own.countByDay?.(asked)) ?? [],
    countByTypes: async (asked) => (await own.countByTypes?.(asked)) ?? [],
    activityHistogram: async (asked) => (await own.activityHistogram?.(asked)) ?? [],
    countAllTypes: async (asked) => (await own.countAllTypes?.(asked)) ?? [],
    countByTenant: async () => (await own.countByTenant?.()) ?? [],
  }
}

/** A store that keeps the same records in several places: the first of them alone is counted, and says whether it is shared. */
export function compositeInventory(stores: readonly [primary: Partial<Inventory>, ...Partial<Inventory>[]]): Inventory {
  return completed(stores[0])
}
