// Record types as they are declared, in `console.resources` or in code. A name is letters, digits, _ and dots, and is quoted
// where it becomes part of a statement; in SQL the dot of a table parts its schema from it, in MongoDB the dots of a field
// lead into documents.
import { Fault, Faults } from '../base/fault.ts'
import type { Basis, CountedType } from './inventory.ts'

/** A record type; the keys are those of `console.resources`. */
export interface RecordType {
  readonly type: string
  /** `table` or `schema.table`, one row per record. */
  readonly table?: string | undefined
  /** Of MongoDB, one document per record. */
  readonly collection?: string | undefined
  /** Without it the records belong to the default tenant. A history has it under the same name. */
  readonly tenant_column?: string | undefined
  /** Time of the last change. Without it and a history no days are known, only the total. */
  readonly updated_at?: string | undefined
  /** True, or a number other than 0, or anything else that is not null: the record is deleted. */
  readonly deleted_column?: string | undefined
  /** One row per change: `id`, `at`, `op` (`create`, `update`, `delete`). */
  readonly history_table?: string | undefined
}

export interface InventoryOptions {
  readonly resources: readonly RecordType[]
  /** Who has records without a tenant. `default` unless given. */
  readonly defaultTenant?: string | undefined
}

const NAME = /^[A-Za-z_][A-Za-z0-9_.]*$/
const NAMED = ['table', 'collection', 'tenant_column', 'updated_at', 'deleted_column', 'history_table'] as const

/** A record type with its place among the declarations. */
export interface Declared extends RecordType {
  readonly subject: string
}

/** The declarations that a database of this kind has, each name checked. Throws all faults at once. */
export function declaredFor(home: 'table' | 'collection', resources: readonly RecordType[]): readonly Declared[] {
  const faults: Fault[] = []
  const seen = new Set<string>()
  const other = home === 'table' ? 'collection' : 'table'
  const declared = resources.flatMap((resource, i): Declared[] => {
    // Of another database.
    if (resource[home] === undefined && resource[other] !== undefined) return []
    const subject = `console.resources[${i}]`
    const say = (key: string, found: string, allowed: string) =>
      void faults.push(new Fault('INVENTORY_RECORDS', { subject: `${subject}${key}`, found, allowed }))
    const { type } = resource
    if (typeof type !== 'string' || type.trim() === '') say('.type', text(type), 'text that is not blank')
    else if (seen.has(type)) say('.type', `${text(type)} a second time`, 'each type once')
    seen.add(type)
    for (const key of NAMED) {
      const name: unknown = resource[key]
      if (name === undefined) continue
      const parts = typeof name === 'string' && NAME.test(name) ? name.split('.') : []
      const isTable = home === 'table' && (key === 'table' || key === 'history_table')
      if (parts.length === 0 || parts.includes(''))
        say(`.${key}`, text(name), 'letters, digits, _ and dots between them')
      else if (isTable && parts.length > 2) say(`.${key}`, text(name), 'table or schema.table')
    }
    if (resource[home] === undefined) say('', 'neither table nor collection', 'one of the two')
    else if (resource[other] !== undefined) say('', 'table and collection', 'one of the two')
    return [{ ...resource, subject }]
  })
  if (faults.length > 0) throw new Faults(faults)
  return declared
}

const text = (found: unknown): string => (JSON.stringify(found) ?? String(found)).slice(0, 200)

export const basisOf = (resource: RecordType): Basis =>
  resource.history_table !== undefined ? 'history' : resource.updated_at !== undefined ? 'last_updated' : 'none'

export const countedTypes = (resources: readonly RecordType[]): readonly CountedType[] =>
  resources.map((resource) => ({ type: resource.type, basis: basisOf(resource) }))
