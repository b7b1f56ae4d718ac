// What an exposition shows, before a line of it is written: families grouped under one name each, names and types that
// contradict left out and said once. No name ever gets two TYPE lines.
import { noticeOnce } from '../../base/notice.ts'
import { Family, Series } from '../../model/metric.ts'
import { escapeValue, freshen, type LabelPlan, labelText } from './labels.ts'
import { exposed, type Naming, sampleNames } from './naming.ts'

export type TextType = 'counter' | 'gauge' | 'histogram' | 'summary'

export interface Group {
  readonly base: string
  readonly type: TextType
  readonly exact: boolean
  unit: string
  help: string
  readonly families: Family[]
}

export function textType(family: Family): TextType {
  switch (family.type) {
    case 'counter':
      return 'counter'
    case 'histogram':
    case 'exponential':
      return 'histogram'
    case 'summary':
      return 'summary'
    default:
      return 'gauge'
  }
}

/** Groups in the order of their first family. Deltas cannot be shown in a cumulative format and are left out. */
export function groupFamilies(
  families: readonly Family[],
  naming: Naming,
  namespace: string,
  openMetrics: boolean,
): Group[] {
  const groups = new Map<string, Group>()
  const claims = new Map<string, Group>()
  for (const family of families) {
    if (family.series.length === 0 || family.delta || (family.exact && openMetrics)) continue
    const { base, unit } = exposed(family, naming, namespace)
    const type = textType(family)
    const samples = sampleNames(base, type, family.exact)
    const key = samples[0]!
    const group = groups.get(key)
    if (group !== undefined && group.type === type && group.exact === family.exact) {
      group.families.push(family)
      if (group.help === '') group.help = family.help
      continue
    }
    const names = openMetrics ? [base, ...samples] : samples
    if (openMetrics && type === 'counter') names.push(`${base}_created`)
    const taken = names.find((name) => claims.has(name))
    if (taken !== undefined) {
      const other = claims.get(taken)!
      noticeOnce(
        `exposition ${key} ${taken} ${type}`,
        'warn',
        'metrics.conflict',
        `The ${type} ${base} is left out of the scrape: ${taken} belongs to the ${other.type} ${other.base} already`,
      )
      continue
    }
    const fresh: Group = { base, type, exact: family.exact, unit, help: family.help, families: [family] }
    groups.set(key, fresh)
    for (const name of names) claims.set(name, fresh)
  }
  return [...groups.values()]
}

/** Where two series of a group may have come to one label text: several families, or attributes of any key and kind. */
export function mayCollide(group: Group): boolean {
  return group.families.length > 1 || group.families[0]!.labels === null
}

/**
 * The group as one family whose texts are all different: sums add up, of gauges the last stands. Gives the turn back
 * every 256 series.
 */
export function* distinct(group: Group, plan: LabelPlan): Generator<'', Family[]> {
  const seen = new Map<string, { family: Family; series: Series }>()
  let steps = 0
  for (const family of group.families) {
    freshen(family, plan)
    for (let i = 0; i < family.series.length; i++) {
      const series = family.series[i]!
      const text = labelText(family, series, plan)
      const held = seen.get(text)
      seen.set(
        text,
        held === undefined ? { family, series } : { family: held.family, series: merge(family, held.series, series) },
      )
      if (++steps % 256 === 0) yield ''
    }
  }
  const merged = new Map<Family, Family>()
  for (const { family, series } of seen.values()) {
    let home = merged.get(family)
    if (home === undefined) merged.set(family, (home = new Family({ ...family, series: [] })))
    home.series.push(series)
    if (++steps % 1024 === 0) yield ''
  }
  return [...merged.values()]
}

function merge(family: Family, a: Series, b: Series): Series {
  const sum = new Series(a.attributes, a.buckets === null ? null : a.buckets.slice(), Math.min(a.start, b.start))
  sum.text = a.text
  sum.time = Math.max(a.time, b.time)
  sum.exemplars = a.exemplars
  const same = family.type === 'gauge' || (a.buckets?.length ?? 0) !== (b.buckets?.length ?? 0)
  sum.value = same ? b.value : a.value + b.value
  sum.count = same ? b.count : a.count + b.count
  if (sum.buckets !== null && b.buckets !== null)
    if (same) sum.buckets = b.buckets.slice()
    else for (let i = 0; i < sum.buckets.length; i++) sum.buckets[i]! += b.buckets[i]!
  return sum
}

/** HELP text: text 0.0.4 escapes backslash and line feed, OpenMetrics the double quote too. */
export function escapeHelp(help: string, openMetrics: boolean): string {
  return openMetrics ? escapeValue(help) : help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')
}
