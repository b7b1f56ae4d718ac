// Several stores as one, for an application whose record types are in different databases: each counts the types that it has,
// and all of it is shared with other replicas where every store is.
import type { CountedType, Inventory } from './inventory.ts'

/** `order`: how the types are shown; those of a store's own come after them. */
export function joinedInventory(parts: readonly Inventory[], order: readonly string[]): Inventory {
  const place = new Map(order.map((type, i) => [type, i]))
  const placeOf = ({ type }: CountedType) => place.get(type) ?? order.length
  const all = async <T>(ask: (part: Inventory) => Promise<readonly T[]>) => (await Promise.all(parts.map(ask))).flat()
  return {
    get types() {
      return parts.flatMap(({ types }) => types).sort((a, b) => placeOf(a) - placeOf(b))
    },
    get isClusterShared() {
      return parts.every((part) => part.isClusterShared)
    },
    countByDay: (asked) => all((part) => part.countByDay(asked)),
    countByTypes: (asked) => all((part) => part.countByTypes(asked)),
    activityHistogram: (asked) => all((part) => part.activityHistogram(asked)),
    countAllTypes: (asked) => all((part) => part.countAllTypes(asked)),
    countByTenant: () => all((part) => part.countByTenant()),
  }
}
