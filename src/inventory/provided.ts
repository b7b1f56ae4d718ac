// What the application has handed over for the console, once per process and for every copy of the package. It may come
// before `start()` or after: declarations and client meet when the console asks.
import { shared } from '../base/slot.ts'
import type { Inventory } from './inventory.ts'
import { type InventoryClient, openInventory } from './open.ts'
import type { RecordType } from './record-type.ts'

interface Held {
  source: object | null
  /** What was made of it, and of which declarations. */
  made: {
    readonly resources: readonly RecordType[]
    readonly defaultTenant: string
    readonly inventory: Inventory
  } | null
}

const held = shared<Held>('inventory', () => ({ source: null, made: null }))

/**
 * Hands over what the console counts records with: a client, for the record types of `console.resources`, or an inventory.
 * The last one counts. Returns a function that takes it back.
 */
export function provideInventory(source: InventoryClient | Partial<Inventory>): () => void {
  held.source = source
  held.made = null
  return () => {
    if (held.source !== source) return
    held.source = null
    held.made = null
  }
}

/** The inventory of what was handed over, made once for the same declarations; null: nothing was. Throws as `inventoryOf`. */
export function providedInventory(resources: readonly RecordType[], defaultTenant: string): Inventory | null {
  const { source, made } = held
  if (source === null) return null
  if (made?.resources === resources && made.defaultTenant === defaultTenant) return made.inventory
  const inventory = openInventory(source as InventoryClient | Partial<Inventory>, { resources, defaultTenant })
  held.made = { resources, defaultTenant, inventory }
  return inventory
}
