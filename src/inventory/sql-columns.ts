// Where each record type is kept, with the types of the columns that it is counted by, as the database has them. What is
// declared and not there, or of a type that cannot be counted by, is a fault: figures that silently lack a type are wrong.
import { Fault, Faults } from '../base/fault.ts'
import { type Dialect, tableName } from './dialect.ts'
import type { Declared } from './record-type.ts'

export interface Placed {
  readonly type: string
  /** Quoted; `history` null: none. */
  readonly table: string
  readonly history: string | null
  /** Column of the history's times, else of the table's; null: neither. */
  readonly time: string | null
  readonly timeKind: string
  readonly tenant: string | null
  readonly tenantType: string
  readonly historyTenantType: string
  readonly deleted: string | null
  readonly deletedType: string
}

export type ColumnKinds = ReadonlyMap<string, Placed>

/** Rejects with all faults at once. */
export async function kindsOf(dialect: Dialect, resources: readonly Declared[]): Promise<ColumnKinds> {
  const names = [...new Set(resources.flatMap((one) => [one.table!, one.history_table ?? []].flat()))]
  const columns = await dialect.columns(names.map(tableName))
  const tables = new Map(names.map((name, i) => [name, columns[i] ?? null]))
  const faults: Fault[] = []
  const kinds = new Map<string, Placed>()
  for (const resource of resources) {
    const say = (key: string, found: string, allowed: string) =>
      void faults.push(new Fault('INVENTORY_RECORDS', { subject: `${resource.subject}.${key}`, found, allowed }))
    const typeOf = (key: string, table: string, column: string): string => {
      const type = tables.get(table)?.get(column)
      if (type === undefined && tables.get(table)) say(key, `no column ${column} in ${table}`, 'a column that is there')
      return type ?? ''
    }
    const { type, table = '', history_table: history, tenant_column: tenant, deleted_column: deleted } = resource
    if (!tables.get(table)) say('table', `no table ${table}`, 'a table that this client sees')
    if (history !== undefined && !tables.get(history))
      say('history_table', `no table ${history}`, 'a table that this client sees')
    const key = history === undefined ? 'updated_at' : 'history_table'
    const time = history === undefined ? (resource.updated_at ?? null) : 'at'
    const timeType = time === null ? '' : typeOf(key, history ?? table, time)
    const timeKind = dialect.timeKind(timeType)
    if (timeKind === undefined && time !== null && tables.get(history ?? table)?.has(time))
      say(key, `${time} of type ${timeType || 'unknown'}`, dialect.timeTypes)
    if (history !== undefined) typeOf('history_table', history, 'op')
    kinds.set(type, {
      type,
      table: tableName(table),
      history: history === undefined ? null : tableName(history),
      time,
      timeKind: timeKind ?? '',
      tenant: tenant ?? null,
      tenantType: tenant === undefined ? '' : typeOf('tenant_column', table, tenant),
      historyTenantType: tenant === undefined || history === undefined ? '' : typeOf('tenant_column', history, tenant),
      deleted: deleted ?? null,
      deletedType: deleted === undefined ? '' : typeOf('deleted_column', table, deleted),
    })
  }
  if (faults.length > 0) throw new Faults(faults)
  return kinds
}
