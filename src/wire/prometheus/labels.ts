// The label text of a series, `method="GET",route="/u/:id"`: written once, kept in `Series.text` and put together with the
// rest of the line at each scrape.
import type { Flat, Value } from '../../model/attribute.ts'
import type { Family, Series } from '../../model/metric.ts'
import { escapeLabel, type Naming } from './naming.ts'

/** Everything that label texts depend on, and its name. */
export interface LabelPlan {
  readonly naming: Naming
  /** Names that our own labels must leave free: constant labels and what the format owns. */
  readonly taken: ReadonlySet<string>
  /** Text of the constant labels. */
  readonly constant: string
  readonly key: string
}

export function planLabels(naming: Naming, constant: Flat): LabelPlan {
  const taken = new Set<string>()
  const parts: string[] = []
  for (let i = 0; i < constant.length; i += 2) {
    const own = escapeLabel(String(constant[i]))
    const name = own === 'le' || own === 'quantile' ? `exported_${own}` : own
    if (taken.has(name)) continue
    taken.add(name)
    parts.push(`${name}="${escapeValue(textOf(constant[i + 1]!))}"`)
  }
  const text = parts.join(',')
  return { naming, taken, constant: text, key: `${naming} ${text}` }
}

/** The cached text of a series, without braces; written anew when the family was last written for another plan. */
export function labelText(family: Family, series: Series, plan: LabelPlan): string {
  return (series.text ??= writeLabels(family, series.attributes, plan))
}

/** Throws away texts that were written for another plan. Call it once per family and rendering. */
export function freshen(family: Family, plan: LabelPlan): void {
  if (family.text.key === plan.key) return
  family.text.key = plan.key
  for (const series of family.series) series.text = null
}

function writeLabels(family: Family, attributes: Flat, plan: LabelPlan): string {
  const names: string[] = []
  const values: string[] = []
  let collided = false
  for (let i = 0; i < attributes.length; i += 2) {
    const name = nameOf(family, attributes[i] as string, plan)
    const value = textOf(attributes[i + 1]!)
    // To Prometheus an empty label is none; of any attributes two sets could differ by it alone.
    if (value === '' && family.labels === null) continue
    if (names.includes(name)) collided = true
    names.push(name)
    values.push(value)
  }
  const parts = collided
    ? joined(family, attributes, plan)
    : names.map((name, i) => `${name}="${escapeValue(values[i]!)}"`)
  scopeLabels(family, plan, parts)
  if (plan.constant !== '') parts.push(plan.constant)
  return parts.join(',')
}

/** Keys that escape to one name: their values, in the order of the keys, are one value with `;` between. */
function joined(family: Family, attributes: Flat, plan: LabelPlan): string[] {
  const pairs: [string, Value][] = []
  for (let i = 0; i < attributes.length; i += 2) pairs.push([attributes[i] as string, attributes[i + 1]!])
  pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  const byName = new Map<string, string>()
  for (const [key, value] of pairs) {
    if (value === '') continue
    const name = nameOf(family, key, plan)
    const before = byName.get(name)
    byName.set(name, before === undefined ? textOf(value) : `${before};${textOf(value)}`)
  }
  return [...byName].map(([name, value]) => `${name}="${escapeValue(value)}"`)
}

function nameOf(family: Family, key: string, plan: LabelPlan): string {
  let name = key
  if (plan.naming === 'semconv' && family.labels !== null)
    name = family.labels.find(({ short }) => short === key)?.semconv ?? key
  name = escapeLabel(name)
  const reserved =
    family.bounds !== null || family.type === 'exponential' ? 'le' : family.type === 'summary' ? 'quantile' : ''
  while (plan.taken.has(name) || name === reserved || (isForeign(family) && name.startsWith('otel_scope_')))
    name = `exported_${name}`
  return name
}

/** Instruments of other scopes say whose they are, so that two libraries' metrics of one name stay apart. */
function scopeLabels(family: Family, plan: LabelPlan, parts: string[]): void {
  if (!isForeign(family)) return
  const { scope } = family
  const add = (name: string, value: string) => {
    if (value !== '' && !plan.taken.has(name)) parts.push(`${name}="${escapeValue(value)}"`)
  }
  add('otel_scope_name', scope.name)
  add('otel_scope_version', scope.version)
  add('otel_scope_schema_url', scope.schemaUrl)
  const seen = new Set(['otel_scope_name', 'otel_scope_version', 'otel_scope_schema_url'])
  for (let i = 0; i < (scope.attributes?.length ?? 0); i += 2) {
    const name = escapeLabel(`otel_scope_${scope.attributes![i] as string}`)
    if (seen.has(name)) continue
    seen.add(name)
    add(name, textOf(scope.attributes![i + 1]!))
  }
}

function isForeign(family: Family): boolean {
  return family.scope.name !== '' && family.scope.name !== 'telltale'
}

export function textOf(value: Value): string {
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value)
    default:
      return value === null
        ? ''
        : JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? inner.toString() : inner))
  }
}

/** Backslash, double quote and line feed; a lone surrogate becomes U+FFFD here, where equal texts are still noticed. */
export function escapeValue(text: string): string {
  return /[\\"\n\ud800-\udfff]/.test(text)
    ? Buffer.from(text, 'utf8').toString('utf8').replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')
    : text
}
