// What is known about a metric before anything is recorded, and the family that follows from it and from the views.
import { Scope } from '../model/attribute.ts'
import { LATENCY_BOUNDS, validBounds } from '../model/histogram.ts'
import { Family, type Label, type Series } from '../model/metric.ts'
import { type Group, NAMES, type Name } from '../model/names.ts'
import { exposed, sampleNames } from '../wire/prometheus/naming.ts'
import type { GaugeMode } from './gauge.ts'
import type { Viewed } from './views.ts'

/** The scope of what we and the application declare with us. */
export const OWN_SCOPE = new Scope('telltale')

/** Who knows better (ruling 48): a full definition refines the code's, which refines a short name, which refines a built-in. */
export const RANK = { builtin: 0, short: 1, code: 2, full: 3 } as const

export interface Declaration {
  readonly type: 'counter' | 'updown' | 'gauge' | 'histogram'
  readonly observed: boolean
  /** A gauge that did not say is settled by its first use. */
  readonly mode: GaugeMode | undefined
  readonly name: string
  readonly short: string
  /** Undefined: not said, so none until somebody says; null: any. */
  readonly labels: readonly Label[] | null | undefined
  readonly help: string
  readonly unit: string
  readonly bounds: readonly number[] | undefined
  readonly scope: Scope
  readonly group: Group
  readonly namespaced: boolean
  readonly only: 'short' | 'semconv' | null
  readonly rank: number
}

/** The declaration of a row of `model/names`. */
export function builtin(row: Name): Declaration {
  return {
    type: row.type,
    observed: false,
    mode: row.type === 'updown' ? 'add' : row.type === 'gauge' ? 'set' : undefined,
    name: row.otel || row.short,
    short: row.short,
    labels: row.open ? null : row.labels,
    help: row.help,
    unit: row.unit,
    bounds: row.bounds,
    scope: OWN_SCOPE,
    group: row.group,
    namespaced: row.namespaced,
    only: row.only ?? null,
    rank: RANK.builtin,
  }
}

const METRIC_NAME = /^[A-Za-z_][A-Za-z0-9_.\-/:]{0,254}$/
const LABEL_NAME = /^[A-Za-z_][A-Za-z0-9_.]{0,254}$/
export const SHORT_NAME = /^[A-Za-z_:][A-Za-z0-9_:]*$/

/** What is wrong with the names, or undefined. */
export function nameFault(declaration: Declaration): string | undefined {
  if (typeof declaration.name !== 'string' || !METRIC_NAME.test(declaration.name))
    return String(declaration.name).slice(0, 100)
  const seen = new Set<string>()
  for (const { short } of declaration.labels ?? []) {
    const reserved = short.startsWith?.('__') || (declaration.type === 'histogram' && short === 'le')
    if (typeof short !== 'string' || !LABEL_NAME.test(short) || reserved || seen.has(short))
      return `label ${String(short).slice(0, 100)}`
    seen.add(short)
  }
  if (declaration.bounds !== undefined && validBounds(declaration.bounds) === undefined)
    return 'buckets that do not ascend'
  return undefined
}

/** The declared labels that the views drop, by their short names. */
export function droppedLabels(declaration: Declaration, view: Viewed): readonly string[] {
  const { labels } = declaration
  if (labels === null) return view.drop
  return (labels ?? [])
    .filter((label) => view.drop.includes(label.short) || view.drop.includes(label.semconv))
    .map((label) => label.short)
}

export function buildFamily(declaration: Declaration, view: Viewed): Family {
  const { type, labels } = declaration
  const dropped = droppedLabels(declaration, view)
  const own = (view.buckets && validBounds(view.buckets)) ?? validBounds(declaration.bounds ?? LATENCY_BOUNDS)!
  const bounds = view.bounds.length === 0 ? own : Float64Array.from(new Set([...own, ...view.bounds])).sort()
  return new Family({
    name: view.rename ?? declaration.name,
    short: view.rename ?? declaration.short,
    type,
    unit: declaration.unit,
    help: declaration.help,
    labels: labels === null ? null : (labels ?? []).filter((label) => !dropped.includes(label.short)),
    bounds: type === 'histogram' ? bounds : null,
    scope: declaration.scope,
    group: declaration.group,
    namespaced: declaration.namespaced && view.rename === undefined,
    only: declaration.only,
  })
}

/** A second name over the same series, for text alone. A counter whose alias lacks `_total` keeps that spelling. */
export function aliasFamily(family: Family, alias: string): Family {
  return new Family({
    ...family,
    short: alias,
    only: 'short',
    namespaced: false,
    exact: family.type === 'counter' && !alias.endsWith('_total'),
  })
}

/** Rows that are the count of another row's histogram. */
export const DERIVED: readonly Name[] = Object.values(NAMES).filter((row: Name) => row.countOf !== undefined)

export function derivedFamily(family: Family, row: Name, view: Viewed): Family {
  return new Family({
    ...family,
    type: 'counter',
    short: view.rename ?? row.short,
    unit: row.unit,
    help: row.help,
    only: 'short',
    namespaced: row.namespaced && view.rename === undefined,
    reads: 'count',
  })
}

/** Adds a series to one of the refined metric; false when the buckets do not fit and there was something in them. */
export function mergeSeries(type: Family['type'], into: Series, from: Series): boolean {
  if (from.buckets !== null) {
    if (into.buckets === null || into.buckets.length !== from.buckets.length) return from.count === 0
    for (let i = 0; i < from.buckets.length; i++) into.buckets[i]! += from.buckets[i]!
  }
  into.value = type === 'gauge' ? from.value : into.value + from.value
  into.count += from.count
  into.start = Math.min(into.start, from.start)
  if (from.last !== null) {
    const { value, count, buckets, time } = from.last
    const last = (into.last ??= {
      value: 0,
      count: 0,
      buckets: into.buckets === null ? null : new Float64Array(into.buckets.length),
      time,
    })
    last.value += value
    last.count += count
    if (buckets !== null) for (let i = 0; i < buckets.length; i++) last.buckets![i]! += buckets[i]!
  }
  return true
}

/** The names that a family is shown under, its own first. */
export function namesOf(family: Family): readonly string[] {
  const { base } = exposed(family, 'short')
  return [base, ...sampleNames(base, family.type, family.exact)]
}

/** The names that a family takes, its own first. Other scopes have their own world: the text writer settles between them. */
export function claimed(family: Family): readonly string[] {
  const names = namesOf(family)
  if (family.scope === OWN_SCOPE) return names
  return names.map((name) => `${family.scope.name}\n${family.scope.version}\n${name.toLowerCase()}`)
}

export function sameLabels(a: readonly Label[] | null, b: readonly Label[] | null): boolean {
  if (a === null || b === null) return a === b
  return a.length === b.length && a.every((label) => b.some(({ short }) => short === label.short))
}

export function sameNumbers(a: readonly number[], b: readonly number[] | undefined): boolean {
  return b !== undefined && a.length === b.length && a.every((each, i) => each === b[i])
}

export function sameBounds(a: Float64Array | null, b: Float64Array | null): boolean {
  if (a === null || b === null) return a === b
  return a.length === b.length && a.every((bound, i) => bound === b[i])
}
