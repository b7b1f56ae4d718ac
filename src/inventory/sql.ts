// The five counts in SQL: for each type one branch, all branches in one statement by UNION ALL, every value a bound
// parameter. A dialect says how a column of a kind is compared; a bound stands alone on its side and the column on the
// other, so that an index on the column is used. Tables are looked at once, before the first count, and again after one
// that failed.
import { OWN_STATEMENT } from '../base/own.ts'
import { type Bounds, boundsOf } from './days.ts'
import { type Bind, type Dialect, quoted, type TimeParts, type Value } from './dialect.ts'
import {
  type CountedType,
  type DayCount,
  type Days,
  DEFAULT_TENANT,
  type HourCount,
  type Inventory,
  MAX_TENANTS,
  type TenantCount,
  type TypeCount,
} from './inventory.ts'
import { countedTypes, type Declared, declaredFor, type InventoryOptions } from './record-type.ts'
import { type ColumnKinds, kindsOf, type Placed } from './sql-columns.ts'

/** Of one statement: SQLite takes 500 branches, and a type may have three. */
const MAX_TYPES = 150

const column = (name: string): string => `r.${quoted(name)}`

/** As text, since an application may have its own parsers of types. */
const written = (expression: string): string => `CAST(${expression} AS text)`
/** Of an enumeration too, which can be compared with its own words alone. */
const OP = written('r."op"')

type Branch = (at: Placed, bind: Bind) => readonly string[]

export class SqlInventory implements Inventory {
  readonly types: readonly CountedType[]
  readonly isClusterShared: boolean
  readonly #resources: readonly Declared[]
  readonly #defaultTenant: string
  readonly #dialect: Dialect
  #kinds: Promise<ColumnKinds> | null = null

  constructor(dialect: Dialect, { resources, defaultTenant = DEFAULT_TENANT }: InventoryOptions) {
    this.#resources = declaredFor('table', resources)
    this.types = countedTypes(this.#resources)
    this.isClusterShared = dialect.isClusterShared
    this.#defaultTenant = defaultTenant
    this.#dialect = dialect
  }

  async countByDay(asked: Days & { tenant: string; types: readonly string[] }): Promise<readonly DayCount[]> {
    const bounds = boundsOf(asked)
    const rows = await this.#ask(this.#named(asked.types), '', (at, bind) => {
      const n = written(at.history === null ? 'count(*)' : `sum(CASE ${OP} WHEN 'delete' THEN -1 ELSE 1 END)`)
      return this.#changes(at, ['create', 'delete'], asked.tenant, bounds, bind).map(
        ({ day, rest }) => `SELECT ${bind(at.type)} AS t, ${day} AS d, ${n} AS n ${rest} GROUP BY 2`,
      )
    })
    return rows.map(([type, date, count]) => ({ type: String(type), date: String(date), count: Number(count) }))
  }

  async countByTypes(asked: { tenant: string; types: readonly string[] }): Promise<readonly TypeCount[]> {
    const rows = await this.#ask(this.#named(asked.types), '', (at, bind) => {
      const where = this.#current(at, asked.tenant, bind)
      if (where === null) return []
      const n = written('count(*)')
      return [`SELECT ${bind(at.type)} AS t, ${n} AS n FROM ${at.table} r WHERE ${where}`]
    })
    return rows.map(([type, count]) => ({ type: String(type), count: Number(count) })).filter(({ count }) => count > 0)
  }

  countAllTypes({ tenant }: { tenant: string }): Promise<readonly TypeCount[]> {
    return this.countByTypes({ tenant, types: this.#resources.map(({ type }) => type) })
  }

  async activityHistogram(asked: Days & { tenant: string }): Promise<readonly HourCount[]> {
    const bounds = boundsOf(asked)
    const outer = `SELECT ${written('u.w')} AS w, ${written('u.h')} AS h, ${written('sum(u.n)')} AS n FROM (#) u GROUP BY u.w, u.h`
    const rows = await this.#ask(this.#resources, outer, (at, bind) =>
      this.#changes(at, ['create', 'update', 'delete'], asked.tenant, bounds, bind).map(
        ({ weekday, hour, rest }) => `SELECT ${weekday} AS w, ${hour} AS h, count(*) AS n ${rest} GROUP BY 1, 2`,
      ),
    )
    return rows.map(([weekday, hour, count]) => ({
      weekday: Number(weekday),
      hour: Number(hour),
      count: Number(count),
    }))
  }

  async countByTenant(): Promise<readonly TenantCount[]> {
    const outer = `SELECT u.t AS t, ${written('sum(u.n)')} AS n FROM (#) u GROUP BY u.t ORDER BY sum(u.n) DESC, 1 LIMIT ${MAX_TENANTS}`
    const rows = await this.#ask(this.#resources, outer, (at, bind) => {
      const where = this.#current(at, null, bind)
      const nobody = bind(this.#defaultTenant)
      const tenant = at.tenant === null ? nobody : `COALESCE(NULLIF(${written(column(at.tenant))}, ''), ${nobody})`
      return [`SELECT ${tenant} AS t, count(*) AS n FROM ${at.table} r WHERE ${where} GROUP BY 1 HAVING count(*) > 0`]
    })
    return rows.map(([tenant, count]) => ({ tenant: String(tenant), count: Number(count) }))
  }

  /** Each declared type once, in the order asked. */
  #named(types: readonly string[]): readonly Declared[] {
    const declared = new Map(this.#resources.map((resource) => [resource.type, resource]))
    return [...new Set(types)].flatMap((type) => declared.get(type) ?? [])
  }

  /** What changes are counted from: the rows within the bounds, and their times. */
  #changes(
    at: Placed,
    ops: readonly string[],
    tenant: string,
    bounds: Bounds,
    bind: Bind,
  ): readonly (TimeParts & { readonly rest: string })[] {
    if (at.time === null) return []
    const time = column(at.time)
    const where =
      at.history === null
        ? this.#current(at, tenant, bind)
        : this.#tenant(at.tenant, at.historyTenantType, tenant, bind)
    if (where === null) return []
    const known = at.history === null ? '' : ` AND ${OP} IN (${ops.map((op) => bind(op)).join(', ')})`
    const from = `FROM ${at.history ?? at.table} r WHERE ${where}`
    return this.#dialect
      .time(time, at.timeKind, bounds, bind)
      .map((parts) => ({ ...parts, rest: `${from} AND ${parts.within}${known}` }))
  }

  /** The tenant's records that are not deleted; of every tenant when null. */
  #current(at: Placed, tenant: string | null, bind: Bind): string | null {
    const where = tenant === null ? '1 = 1' : this.#tenant(at.tenant, at.tenantType, tenant, bind)
    if (where === null || at.deleted === null) return where
    return `${where} AND ${this.#dialect.isCurrent(column(at.deleted), at.deletedType)}`
  }

  /** Null: no row can be the tenant's. */
  #tenant(name: string | null, type: string, tenant: string, bind: Bind): string | null {
    const isDefault = tenant === this.#defaultTenant
    if (name === null) return isDefault ? '1 = 1' : null
    return this.#dialect.isTenant(column(name), type, tenant, isDefault, bind)
  }

  /** One statement of a branch per type, `#` of `outer` filled with them; none without a branch. */
  async #ask(resources: readonly Declared[], outer: string, branch: Branch): Promise<readonly (readonly unknown[])[]> {
    if (resources.length === 0) return []
    const kinds = await this.#known()
    const rows: (readonly unknown[])[] = []
    for (let i = 0; i < resources.length; i += MAX_TYPES) {
      const values: Value[] = []
      const bind: Bind = (value) => this.#dialect.placeholder(values.push(value))
      const branches = resources.slice(i, i + MAX_TYPES).flatMap(({ type }) => branch(kinds.get(type)!, bind))
      if (branches.length === 0) continue
      const union = branches.join('\nUNION ALL\n')
      const text = `${OWN_STATEMENT} ${outer === '' ? union : outer.replace('#', () => union)}`
      try {
        rows.push(...(await this.#dialect.rows(text, values)))
      } catch (error) {
        this.#kinds = null
        throw error
      }
    }
    return rows
  }

  #known(): Promise<ColumnKinds> {
    if (this.#kinds === null) {
      const kinds = kindsOf(this.#dialect, this.#resources)
      this.#kinds = kinds
      kinds.catch(() => {
        if (this.#kinds === kinds) this.#kinds = null
      })
    }
    return this.#kinds
  }
}
