// MongoDB, through the driver's `Db`: one aggregation for all types, `$unionWith` from each collection to the next. Values
// stand in `$match` conditions with an operator of their own, so none of them is ever read as an expression, and types go by
// their number. Times are dates, or text as ISO 8601, or numbers as seconds or milliseconds since 1970; a condition has a
// range for each, since MongoDB compares within a type alone, and each range uses an index.
import { type Bounds, boundsOf, DAY_MS, SECONDS_BELOW } from './days.ts'
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

type Document = Record<string, unknown>

/** A `Db` of the driver. */
export interface MongoLike {
  collection(name: string): { aggregate(pipeline: Document[]): { toArray(): Promise<readonly object[]> } }
}

/** What one collection adds: conditions and groups. */
interface Part {
  readonly collection: string
  readonly pipeline: Document[]
}

interface Row {
  readonly _id: unknown
  readonly n: number
  /** Number of the type; below zero, and one less, where the rows are deletions. */
  readonly k: number
}

/** Of one aggregation: MongoDB takes 1000 stages. */
const MAX_PARTS = 400
const COUNTED = { n: { $sum: 1 } }

export class MongoInventory implements Inventory {
  readonly types: readonly CountedType[]
  readonly isClusterShared = true
  readonly #db: MongoLike
  readonly #resources: readonly Declared[]
  readonly #defaultTenant: string
  /** Set where the server leaves expressions as they are: then it groups by the times themselves. */
  #isPlain = false

  constructor(db: MongoLike, { resources, defaultTenant = DEFAULT_TENANT }: InventoryOptions) {
    this.#db = db
    this.#resources = declaredFor('collection', resources)
    this.types = countedTypes(this.#resources)
    this.#defaultTenant = defaultTenant
  }

  async countByDay(asked: Days & { tenant: string; types: readonly string[] }): Promise<readonly DayCount[]> {
    const bounds = boundsOf(asked)
    const rows = await this.#hours('day', (key) =>
      this.#numbers(asked.types).flatMap((k) => {
        const { history_table } = this.#resources[k]!
        if (history_table === undefined) return this.#changes(k, asked.tenant, bounds, key, undefined, k)
        return [
          ...this.#changes(k, asked.tenant, bounds, key, 'create', k),
          ...this.#changes(k, asked.tenant, bounds, key, 'delete', -1 - k),
        ]
      }),
    )
    const counts = new Map<string, DayCount>()
    for (const { _id, n, k } of rows) {
      const date = dateOf(_id, bounds)?.toISOString().slice(0, 10)
      if (date === undefined) continue
      const { type } = this.#resources[k < 0 ? -1 - k : k]!
      const before = counts.get(`${date} ${type}`)?.count ?? 0
      counts.set(`${date} ${type}`, { type, date, count: before + (k < 0 ? -n : n) })
    }
    return [...counts.values()]
  }

  async countByTypes(asked: { tenant: string; types: readonly string[] }): Promise<readonly TypeCount[]> {
    const rows = await this.#ask(
      this.#numbers(asked.types).flatMap((k) => {
        const { collection, deleted_column } = this.#resources[k]!
        const match = this.#ofTenant(k, asked.tenant)
        if (match === null) return []
        const pipeline = [{ $match: { ...match, ...current(deleted_column) } }, group(null), tagged(k)]
        return { collection: collection!, pipeline }
      }),
    )
    return rows.map(({ k, n }) => ({ type: this.#resources[k]!.type, count: n }))
  }

  countAllTypes({ tenant }: { tenant: string }): Promise<readonly TypeCount[]> {
    return this.countByTypes({ tenant, types: this.#resources.map(({ type }) => type) })
  }

  async activityHistogram(asked: Days & { tenant: string }): Promise<readonly HourCount[]> {
    const bounds = boundsOf(asked)
    const rows = await this.#hours('hour', (key) =>
      this.#resources.flatMap((_, k) => this.#changes(k, asked.tenant, bounds, key, undefined, k)),
    )
    const cells = new Map<number, number>()
    for (const { _id, n } of rows) {
      const date = dateOf(_id, bounds)
      if (date === undefined) continue
      const cell = date.getUTCDay() * 24 + date.getUTCHours()
      cells.set(cell, (cells.get(cell) ?? 0) + n)
    }
    return [...cells].map(([cell, count]) => ({ weekday: Math.floor(cell / 24), hour: cell % 24, count }))
  }

  async countByTenant(): Promise<readonly TenantCount[]> {
    const rows = await this.#ask(
      this.#resources.map(({ collection, tenant_column, deleted_column }, k) => ({
        collection: collection!,
        pipeline: [
          { $match: current(deleted_column) },
          group(tenant_column === undefined ? null : `$${tenant_column}`),
          tagged(k),
        ],
      })),
      [group('$_id', { n: { $sum: '$n' } }), { $sort: { n: -1, _id: 1 } }, { $limit: MAX_TENANTS }],
    )
    const counts = new Map<string, number>()
    for (const { _id, n } of rows) {
      if (typeof _id === 'object' && _id !== null) continue
      const tenant = _id === null || _id === undefined || _id === '' ? this.#defaultTenant : String(_id)
      counts.set(tenant, (counts.get(tenant) ?? 0) + n)
    }
    return [...counts].map(([tenant, count]) => ({ tenant, count }))
  }

  /** Declared types among `types`, by number, in the order asked. */
  #numbers(types: readonly string[]): readonly number[] {
    const declared = new Map(this.#resources.map(({ type }, k) => [type, k]))
    return [...new Set(types)].flatMap((type) => declared.get(type) ?? [])
  }

  #ofTenant(k: number, tenant: string): Document | null {
    const { tenant_column } = this.#resources[k]!
    const isDefault = tenant === this.#defaultTenant
    if (tenant_column === undefined) return isDefault ? {} : null
    const values: unknown[] = [tenant]
    if (/^(?:0|-?[1-9]\d{0,14})$/.test(tenant)) values.push(Number(tenant))
    if (isDefault) values.push(null, '')
    return { [tenant_column]: { $in: values } }
  }

  /** Rows of the history within the bounds, of one `op` or of all three; of the collection where there is no history. */
  #changes(
    k: number,
    tenant: string,
    bounds: Bounds,
    key: (field: string) => unknown,
    op: string | undefined,
    tag: number,
  ): Part[] {
    const { collection, history_table, updated_at, deleted_column } = this.#resources[k]!
    const match = this.#ofTenant(k, tenant)
    const field = history_table === undefined ? updated_at : 'at'
    if (match === null || field === undefined) return []
    const ops = op === undefined ? ['create', 'update', 'delete'] : [op]
    const rest = history_table === undefined ? current(deleted_column) : { op: { $in: ops } }
    const pipeline = [{ $match: { ...match, ...rest, $or: within(field, bounds) } }, group(key(field)), tagged(tag)]
    return [{ collection: history_table ?? collection!, pipeline }]
  }

  /** Asks by hours or days where the server calculates them, by the times as they are where it does not. */
  async #hours(unit: 'hour' | 'day', parts: (key: (field: string) => unknown) => Part[]): Promise<readonly Row[]> {
    const plain = (field: string) => `$${field}`
    if (this.#isPlain) return this.#ask(parts(plain))
    const rows = await this.#ask(parts((field) => ({ $dateTrunc: { date: instant(`$${field}`), unit } })))
    const isLeft = rows.some(({ _id }) => typeof _id === 'object' && _id !== null && '$dateTrunc' in _id)
    if (!isLeft) return rows
    this.#isPlain = true
    return this.#ask(parts(plain))
  }

  /** One aggregation over all parts; none without a part. */
  async #ask(parts: readonly Part[], end: readonly Document[] = []): Promise<readonly Row[]> {
    const rows: Row[] = []
    for (let i = 0; i < parts.length; i += MAX_PARTS) {
      const [first, ...others] = parts.slice(i, i + MAX_PARTS)
      const unions = others.map(({ collection, pipeline }) => ({ $unionWith: { coll: collection, pipeline } }))
      const pipeline = [...first!.pipeline, ...unions, ...end]
      const found = await this.#db.collection(first!.collection).aggregate(pipeline).toArray()
      for (const row of found) rows.push(row as Row)
    }
    return rows
  }
}

export function mongoInventory(db: MongoLike, options: InventoryOptions): MongoInventory {
  return new MongoInventory(db, options)
}

const group = (key: unknown, counted: Document = COUNTED): Document => ({ $group: { _id: key, ...counted } })
const tagged = (k: number): Document => ({ $addFields: { k } })

/** Neither true, nor a number other than 0, nor anything else: null, false and 0 match, and so does a missing field. */
const current = (field: string | undefined): Document =>
  field === undefined ? {} : { [field]: { $in: [null, false, 0] } }

function within(field: string, bounds: Bounds): Document[] {
  const range = (from: unknown, before: unknown) => ({ [field]: { $gte: from, $lt: before } })
  const { from, before, textFrom, textBefore } = bounds
  return [
    range(new Date(from), new Date(before)),
    range(textFrom, textBefore),
    range(from / 1000, before / 1000),
    range(from, before),
  ]
}

/** A date of a date, a text or a number; null for what is none. */
function instant(path: string): Document {
  const milliseconds = { $cond: [{ $lt: [path, SECONDS_BELOW] }, { $multiply: [path, 1000] }, path] }
  const input = { $cond: [{ $isNumber: path }, { $toLong: milliseconds }, path] }
  return { $convert: { input, to: 'date', onError: null, onNull: null } }
}

/** The same here, and of what the server has calculated; undefined for what is none or not within the bounds. */
function dateOf(value: unknown, bounds: Bounds): Date | undefined {
  const ms =
    value instanceof Date
      ? value.getTime()
      : typeof value === 'number'
        ? value * (value < SECONDS_BELOW ? 1000 : 1)
        : typeof value === 'string'
          ? msOf(value)
          : Number.NaN
  return ms >= bounds.from && ms < bounds.before ? new Date(ms) : undefined
}

const ISO = /^(\d{4}-\d\d-)(\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/

function msOf(text: string): number {
  const [, month, day, time = '00:00', zone = 'Z'] = ISO.exec(text) ?? []
  return Date.parse(`${month}01T${time}${zone}`) + (Number(day) - 1) * DAY_MS
}
