// PostgreSQL's words, for every client that can `query(text, values)`: a Pool or Client of node-postgres, PGlite. Values are
// sent as text and cast, what comes back is text; nothing depends on the session's time zone or date style.

import type { Dialect } from './dialect.ts'
import type { InventoryOptions } from './record-type.ts'
import { SqlInventory } from './sql.ts'

export interface PostgresLike {
  query(text: string, values?: unknown[]): PromiseLike<{ readonly rows: readonly object[] }>
}

export function postgresInventory(client: PostgresLike, options: InventoryOptions): SqlInventory {
  return new SqlInventory(dialect(client, true), options)
}

/** PostgreSQL inside this process: nobody else counts it. */
export function pgliteInventory(db: PostgresLike, options: InventoryOptions): SqlInventory {
  return new SqlInventory(dialect(db, false), options)
}

const INTEGERS = ['int4', 'int8']
const NUMBERS = ['int2', ...INTEGERS, 'numeric', 'float4', 'float8']
const TEXTS = ['text', 'varchar']

const COLUMNS = `SELECT w.at::text AS at, a.attname::text AS name, COALESCE(b.typname, t.typname)::text AS type
FROM json_array_elements_text($1::text::json) WITH ORDINALITY AS w(name, at)
JOIN pg_catalog.pg_class c ON c.oid = to_regclass(w.name)
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype`

function dialect(client: PostgresLike, isClusterShared: boolean): Dialect {
  const rows = async (text: string, values: readonly unknown[]) =>
    (await client.query(text, values.map(String))).rows.map((row) => Object.values(row) as readonly unknown[])
  return {
    isClusterShared,
    rows,
    placeholder: (index) => `$${index}::text`,
    async columns(tables) {
      const found = tables.map(() => null as Map<string, string> | null)
      for (const [at, name, type] of await rows(COLUMNS, [JSON.stringify(tables)])) {
        const columns = (found[Number(at) - 1] ??= new Map<string, string>())
        columns.set(String(name), String(type))
      }
      return found
    },
    timeTypes: 'timestamptz, timestamp, date, text as ISO 8601, or int8 and int4 as seconds or milliseconds since 1970',
    timeKind(type) {
      if (['timestamptz', 'timestamp', 'date'].includes(type)) return type
      if (TEXTS.includes(type)) return 'text'
      return INTEGERS.includes(type) ? 'epoch' : undefined
    },
    time(column, kind, bounds, bind) {
      const iso = (ms: number) => new Date(ms).toISOString().slice(0, 19)
      const between = (from: string, before: string, type: string) =>
        `${column} >= ${bind(from)}::${type} AND ${column} < ${bind(before)}::${type}`
      const { from, before } = bounds
      switch (kind) {
        case 'timestamptz':
          return [parts(between(`${iso(from)}Z`, `${iso(before)}Z`, kind), `(${column} AT TIME ZONE 'UTC')`)]
        case 'timestamp':
          return [parts(between(iso(from), iso(before), kind), column)]
        case 'date':
          return [parts(between(iso(from).slice(0, 10), iso(before).slice(0, 10), kind), `${column}::timestamp`)]
        case 'epoch':
          return [1000, 1].map((unit) => {
            const second = unit === 1 ? `(${column} / 1000)` : column
            const within = between(`${from / unit}`, `${before / unit}`, 'bigint')
            return parts(within, `(to_timestamp(${second}) AT TIME ZONE 'UTC')`)
          })
        default: {
          const { day, within, ...rest } = parts(between(bounds.textFrom, bounds.textBefore, 'text'), instantOf(column))
          const exact = `${day} >= ${bind(bounds.since)} AND ${day} <= ${bind(bounds.until)}`
          return [{ ...rest, day, within: `${within} AND ${exact}` }]
        }
      }
    },
    isCurrent(column, type) {
      if (type === 'bool') return `${column} IS NOT TRUE`
      return NUMBERS.includes(type) ? `(${column} IS NULL OR ${column} = 0)` : `${column} IS NULL`
    },
    isTenant(column, type, tenant, isDefault, bind) {
      const whole = type === 'int2' || INTEGERS.includes(type)
      const empty = whole || type === 'uuid' ? `${column} IS NULL` : `(${column} IS NULL OR ${column}::text = '')`
      // Text has no NUL there, an integer and a UUID one spelling each: what is none of them is nobody's.
      const can = whole ? WHOLE.test(tenant) : type === 'uuid' ? UUID.test(tenant) : !tenant.includes('\0')
      if (!can) return isDefault ? empty : null
      const value = bind(tenant)
      const is = whole
        ? `${column} = ${value}::bigint`
        : type === 'uuid'
          ? `${column} = ${value}::uuid`
          : TEXTS.includes(type)
            ? `${column} = ${value}`
            : `${column}::text = ${value}`
      return isDefault ? `(${is} OR ${empty})` : is
    },
  }
}

function parts(within: string, instant: string) {
  const field = (name: string) => `CAST(extract(${name} FROM ${instant}) AS int)`
  return { within, day: `to_char(${instant}, 'YYYY-MM-DD')`, weekday: field('dow'), hour: field('hour') }
}

const WHOLE = /^(?:0|-?[1-9]\d{0,17})$/
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** A day, or a day and a time with Z, ±HH:MM or nothing, which is UTC. Not all that it fits is a day: 2026-02-31. */
const ISO =
  '^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?)?$'

/** Of text, as a timestamp in UTC; null for what is no time. A cast may refuse a row, and with it the whole count: this does not. */
function instantOf(column: string): string {
  const time = `substr(${column}, 11)`
  const zone = `CASE WHEN ${time} = '' THEN ' 00:00Z' WHEN ${time} ~ '(Z|[+-][0-9:]+)$' THEN ${time} ELSE ${time} || 'Z' END`
  const first = `(substr(${column}, 1, 8) || '01' || ${zone})::timestamptz AT TIME ZONE 'UTC'`
  const later = `(substr(${column}, 9, 2)::int - 1) * interval '1 day'`
  return `(CASE WHEN ${column} ~ '${ISO}' THEN ${first} + ${later} END)`
}
