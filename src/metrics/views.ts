// What `metrics.views` changes about a metric without touching the code that records it: its name, a second name, the
// labels that are kept, the buckets.
import { ALIASES } from '../model/names.ts'

/** `name` is a short or an OpenTelemetry name; a `*` at its end stands for any rest. */
export interface View {
  readonly name: string
  readonly rename?: string | undefined
  readonly alias?: string | undefined
  readonly drop_labels?: readonly string[] | undefined
  readonly buckets?: readonly number[] | undefined
  /** Bounds beside those that the metric has: where an objective needs to know how many were below. */
  readonly bounds?: readonly number[] | undefined
}

/** All views that match one metric, as one: of each change the first wins, aliases and further bounds add up. */
export interface Viewed {
  rename: string | undefined
  readonly aliases: string[]
  drop: readonly string[]
  buckets: readonly number[] | undefined
  readonly bounds: number[]
}

export function viewed(views: readonly View[], short: string, name: string): Viewed {
  const result: Viewed = { rename: undefined, aliases: [], drop: [], buckets: undefined, bounds: [] }
  for (const view of views) {
    if (!matches(view.name, short) && !matches(view.name, name)) continue
    result.rename ??= view.rename
    if (view.alias !== undefined && !result.aliases.includes(view.alias)) result.aliases.push(view.alias)
    if (result.drop.length === 0 && view.drop_labels !== undefined) result.drop = view.drop_labels
    result.buckets ??= view.buckets
    if (view.bounds !== undefined) result.bounds.push(...view.bounds)
  }
  return result
}

function matches(pattern: string, name: string): boolean {
  if (name === '') return false
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name
}

/**
 * Views for the second spellings of ruling 55 that any of `texts` mentions: alert conditions, declared names.
 * A name is mentioned where it stands as a whole word, or with the ending of a series of a histogram.
 */
export function aliasViews(texts: Iterable<string>): View[] {
  const mentioned = new Set<string>()
  for (const text of texts) {
    for (const word of text.match(/[a-zA-Z_:][a-zA-Z0-9_:]*/g) ?? []) {
      mentioned.add(word)
      // The series that a histogram is read by.
      mentioned.add(word.replace(/_(?:bucket|sum|count)$/, ''))
    }
  }
  const views: View[] = []
  for (const [alias, name] of Object.entries(ALIASES)) if (mentioned.has(alias)) views.push({ name, alias })
  return views
}
