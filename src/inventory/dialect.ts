// What differs between databases that speak SQL: how a column of a kind is compared, what its time is, where its type stands.
import type { Bounds } from './days.ts'

export type Value = string | number
export type Bind = (value: Value) => string

export interface TimeParts {
  /** Condition: within the bounds. */
  readonly within: string
  /** Expressions: `YYYY-MM-DD`, 0 (Sunday) to 6, 0 to 23; all UTC. */
  readonly day: string
  readonly weekday: string
  readonly hour: string
}

export interface Dialect {
  readonly isClusterShared: boolean
  /** Columns of each table with their types, as the database calls them; null where there is no such table. */
  columns(tables: readonly string[]): Promise<readonly (ReadonlyMap<string, string> | null)[]>
  /** The kind of time that a column of this type holds; undefined: none that can be counted by. */
  timeKind(type: string): string | undefined
  readonly timeTypes: string
  /** One for each range that a value may lie in; a branch of its own finds it by an index. They exclude one another. */
  time(column: string, kind: string, bounds: Bounds, bind: Bind): readonly TimeParts[]
  isCurrent(column: string, type: string): string
  /** Condition: the column is the tenant, or empty too where the tenant is the default; null: no value of the type can be. */
  isTenant(column: string, type: string, tenant: string, isDefault: boolean, bind: Bind): string | null
  /** Rows as they are, each in the order of its columns. */
  rows(text: string, values: readonly Value[]): Promise<readonly (readonly unknown[])[]>
  /** Of the value with this number, from 1 on; a text, where the database tells types apart. */
  placeholder(index: number): string
}

export const quoted = (name: string): string => `"${name}"`
/** `schema.table`, each part quoted. */
export const tableName = (name: string): string => name.split('.').map(quoted).join('.')
