// SQLite's words, for a `DatabaseSync` of node:sqlite. A column there may hold anything, so what it was declared as says how
// its values are read: INT… as seconds or milliseconds since 1970, TEXT and CHAR… as ISO 8601, DATE and TIME… as either.
// A count runs in this thread, and nothing else does meanwhile.

import type { Dialect, TimeParts, Value } from './dialect.ts'
import type { InventoryOptions } from './record-type.ts'
import { SqlInventory } from './sql.ts'

export interface SqliteLike {
  prepare(text: string): { all(values: Record<string, Value>): readonly unknown[] }
}

export function sqliteInventory(db: SqliteLike, options: InventoryOptions): SqlInventory {
  return new SqlInventory(dialect(db), options)
}

/** Declarations whose values are compared as they are. */
const TEXTS = /^(?!.*INT).*(?:CHAR|CLOB|TEXT|BLOB)|^$/i
const WHOLE = /^(?:0|-?[1-9]\d{0,14})$/
const NUMBERS = /BOOL|INT|NUM|DEC|REAL|DOUB|FLOA|^$/i

function dialect(db: SqliteLike): Dialect {
  // By name: versions of node:sqlite differ in how they bind numbered ones.
  const rows = (text: string, values: readonly Value[]) =>
    db
      .prepare(text)
      .all(Object.fromEntries(values.map((value, i) => [`:p${i + 1}`, value])))
      // Arrays where the database was opened so.
      .map((row) => (Array.isArray(row) ? row : Object.values(row as object)))
  return {
    isClusterShared: false,
    rows: async (text, values) => rows(text, values),
    placeholder: (index) => `:p${index}`,
    async columns(tables) {
      return tables.map((table) => {
        const names = table.split('.').map((part) => part.slice(1, -1))
        const [name = '', schema] = names.reverse()
        const at = schema === undefined ? 'pragma_table_xinfo(:p1)' : 'pragma_table_xinfo(:p1, :p2)'
        const columns = rows(`SELECT name, type FROM ${at}`, schema === undefined ? [name] : [name, schema])
        return columns.length === 0 ? null : new Map(columns.map(([column, type]) => [String(column), String(type)]))
      })
    },
    timeTypes: 'a column declared as DATE, DATETIME, TIMESTAMP, TEXT or INTEGER',
    timeKind(type) {
      if (/DATE|TIME|^$/i.test(type)) return 'either'
      if (/INT/i.test(type)) return 'epoch'
      return /CHAR|CLOB|TEXT/i.test(type) ? 'text' : undefined
    },
    time(column, kind, bounds, bind) {
      const parts = (from: Value, before: Value, moment: string, isExact = true): TimeParts => {
        const field = (format: string) => `strftime('${format}', ${moment})`
        const day = field('%Y-%m-%d')
        const exact = isExact ? '' : ` AND ${day} BETWEEN ${bind(bounds.since)} AND ${bind(bounds.until)}`
        const within = `${column} >= ${bind(from)} AND ${column} < ${bind(before)}${exact}`
        return { within, day, weekday: field('%w'), hour: field('%H') }
      }
      const { from, before, textFrom, textBefore } = bounds
      const text = () => parts(textFrom, textBefore, column, false)
      const epoch = () => [
        parts(from / 1000, before / 1000, `${column}, 'unixepoch'`),
        parts(from, before, `${column} / 1000, 'unixepoch'`),
      ]
      return [...(kind === 'epoch' ? [] : [text()]), ...(kind === 'text' ? [] : epoch())]
    },
    isCurrent: (column, type) => (NUMBERS.test(type) ? `(${column} IS NULL OR ${column} = 0)` : `${column} IS NULL`),
    isTenant(column, type, tenant, isDefault, bind) {
      // What is not declared as text makes a number of 007, which is another tenant than 7.
      const asText = !TEXTS.test(type) && !WHOLE.test(tenant) && !Number.isNaN(Number(tenant))
      const is = `${asText ? `CAST(${column} AS text)` : column} = ${bind(tenant)}`
      return isDefault ? `(${is} OR ${column} IS NULL OR ${column} = '')` : is
    },
  }
}
