// The records of the contract as tables.
import type { RecordType } from '../../src/inventory/record-type.ts'
import { INSTANTS, NO_TIMES, ROWS, WRITTEN } from './contract.ts'

const text = (value: string | null | undefined) => (value == null ? 'NULL' : `'${value.replaceAll("'", "''")}'`)

/** Statements that make and fill them; times by `time`, which is a literal of the type `timeType`. */
export function tables(timeType: string, time: (ms: number) => string): string[] {
  return Object.entries(ROWS).flatMap(([name, rows]) => {
    const create = `CREATE TABLE ${name} (id int, tenant text, at ${timeType}, op text, deleted boolean)`
    const values = rows.map(
      ({ id, tenant, at, op, deleted }) =>
        `(${id}, ${text(tenant)}, ${time(at)}, ${text(op)}, ${deleted === undefined ? 'NULL' : deleted})`,
    )
    return rows.length === 0 ? [create] : [create, `INSERT INTO ${name} VALUES ${values.join(', ')}`]
  })
}

/** One table for each kind of time: its name, the type of the column, and its values as literals. */
export type Kinds = Readonly<Record<string, { readonly type: string; readonly values: readonly string[] }>>

export const iso = INSTANTS.map((ms) => `'${new Date(ms).toISOString()}'`)
export const milliseconds = INSTANTS.map(String)
export const seconds = INSTANTS.map((ms) => String(ms / 1000))
export const written = WRITTEN.map(text)
export const noTimes = NO_TIMES.map(text)

export const kindTables = (kinds: Kinds): string[] =>
  Object.entries(kinds).flatMap(([name, { type, values }]) => [
    `CREATE TABLE kind_${name} (at ${type})`,
    `INSERT INTO kind_${name} VALUES ${values.map((value) => `(${value})`).join(', ')}`,
  ])

export const kindResources = (kinds: Kinds): RecordType[] =>
  Object.keys(kinds).map((name) => ({ type: name, table: `kind_${name}`, updated_at: 'at' }))
