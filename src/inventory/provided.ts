// What the application has handed over for the console, once per process and for every copy of the package. It may come
// before `start()` or after: declarations and client meet when the console asks.
import { shared } from '../base/slot.ts'
import type { Inventory } from './inventory.ts'
import { type InventorySource, openInventory } from './open.ts'
import type { RecordType } from './record-type.ts'

interface Held {
  sources: readonly InventorySource[] | null
  /** What was made of them, and of which declarations. */
  made: {
    readonly resources: readonly RecordType[]
    readonly defaultTenant: string
    readonly inventory: Inventory
  } | null
}

const held = shared<Held>('inventory', () => ({ sources: null, made: null }))

/**
 * Hands over what the console counts records with: clients, for the record types of `console.resources`, or an inventory of
 * one's own. What was handed over last counts. Returns a function that takes it back.
 */
export function provideInventory(...sources: readonly InventorySource[]): () => void {
  held.sources = sources
  held.made = null
  return () => {
    if (held.sources !== sources) return
    held.sources = null
    held.made = null
  }
}

/** The inventory of what was handed over, made once for the same declarations; null: nothing was. Throws as `inventoryOf`. */
export function providedInventory(resources: readonly RecordType[], defaultTenant: string): Inventory | null {
  const { sources, made } = held
  if (sources === null || sources.length === 0) return null
  if (made?.resources === resources && made.defaultTenant === defaultTenant) return made.inventory
  const inventory = openInventory(sources, { resources, defaultTenant })
  held.made = { resources, defaultTenant, inventory }
  return inventory
}
