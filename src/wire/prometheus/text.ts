// Prometheus text 0.0.4 and OpenMetrics 1.0, written straight from the living series: there is no model in between and
// nothing is sorted. It promises whole lines, one TYPE per name, and slices: whoever pulls the next slice decides when, so that a
// scrape of any size never holds the event loop. It refuses what the formats cannot say: deltas, two kinds under one name.

import { monotonic, timers } from '../../base/clock.ts'
import { spanIdHex, traceIdHex } from '../../base/ids.ts'
import type { Flat } from '../../model/attribute.ts'
import type { Exemplar, Family, Series } from '../../model/metric.ts'
import { SummarySeries } from '../../model/summary.ts'
import { distinct, escapeHelp, type Group, groupFamilies, mayCollide } from './exposition.ts'
import { escapeValue, freshen, type LabelPlan, labelText, planLabels, textOf } from './labels.ts'
import { escapeLabel, type Naming } from './naming.ts'

export type TextFormat = '0.0.4' | 'openmetrics'

export interface TextOptions {
  readonly format: TextFormat
  /** Labels of every series, such as `['service', 'shop']` (H-11). A series' own label of that name becomes `exported_…`. */
  readonly constant?: Flat
  /** Put before the short names that take one (ruling 54). */
  readonly namespace?: string
  readonly naming?: Naming
  /** Attributes of the resource, shown as `target_info`. */
  readonly target?: Flat
  /** OpenMetrics: `_created` lines beside counters and histograms. */
  readonly created?: boolean
}

/** A slice is passed on when it is this long: about 150 lines, well under a tenth of a millisecond. */
const SLICE = 16 * 1024
/** How long we work before others get the event loop, milliseconds. */
const STRETCH = 1

/** The exposition in slices of whole lines; a slice may be empty, which only gives the turn back. */
export function* renderText(families: readonly Family[], options: TextOptions): Generator<string, void> {
  const open = options.format === 'openmetrics'
  const plan = planLabels(options.naming ?? 'short', options.constant ?? [])
  let out = options.target === undefined ? '' : targetInfo(options.target, plan, open)
  for (const group of groupFamilies(families, plan.naming, options.namespace ?? '', open)) {
    if (options.target !== undefined && (group.base === 'target' || group.base === 'target_info')) continue
    out += head(group, open)
    const members = mayCollide(group) ? yield* distinct(group, plan) : group.families
    for (const family of members) {
      freshen(family, plan)
      const write = writer(group, family, plan, open, options.created === true)
      const { series } = family
      for (let i = 0; i < series.length; i++) {
        out += write(series[i]!)
        if (out.length >= SLICE) {
          yield out
          out = ''
        }
      }
    }
  }
  if (open) out += '# EOF\n'
  if (out !== '') yield out
}

/** The exposition as UTF-8, with the event loop given back whenever 1 ms of work are done. */
export async function renderSliced(families: readonly Family[], options: TextOptions): Promise<Buffer[]> {
  const chunks: Buffer[] = []
  let began = monotonic()
  for (const text of renderText(families, options)) {
    if (text !== '') chunks.push(Buffer.from(text, 'utf8'))
    if (monotonic() - began < STRETCH) continue
    await new Promise<void>((resolve) => timers.setImmediate(resolve))
    began = monotonic()
  }
  return chunks
}

function head(group: Group, open: boolean): string {
  const name = group.type === 'counter' && !open && !group.exact ? `${group.base}_total` : group.base
  const help = group.help === '' ? '' : `# HELP ${name} ${escapeHelp(group.help, open)}\n`
  const unit = open && group.unit !== '' ? `# UNIT ${name} ${group.unit}\n` : ''
  return `${help}# TYPE ${name} ${group.type}\n${unit}`
}

function targetInfo(target: Flat, plan: LabelPlan, open: boolean): string {
  const parts: string[] = []
  const seen = new Set<string>(plan.taken)
  for (let i = 0; i < target.length; i += 2) {
    const name = escapeLabel(String(target[i]))
    if (seen.has(name)) continue
    seen.add(name)
    parts.push(`${name}="${escapeValue(textOf(target[i + 1]!))}"`)
  }
  if (plan.constant !== '') parts.push(plan.constant)
  const name = open ? 'target' : 'target_info'
  return `# HELP ${name} Resource that the metrics come from.\n# TYPE ${name} ${open ? 'info' : 'gauge'}\ntarget_info${braces(parts.join(','))} 1\n`
}

/** What is the same for all series of a family is put together here, once a scrape. */
function writer(
  group: Group,
  family: Family,
  plan: LabelPlan,
  open: boolean,
  created: boolean,
): (series: Series) => string {
  const { base } = group
  if (group.type === 'histogram') return histogramWriter(base, family, plan, open, created)
  if (group.type === 'summary') return (series) => summaryLines(base, labelText(family, series, plan), series, open)
  const sample = group.type === 'counter' && !group.exact ? `${base}_total` : base
  const count = family.reads === 'count'
  return (series) => {
    const text = labelText(family, series, plan)
    const value = number(count ? series.count : series.value)
    const line = text === '' ? `${sample} ${value}` : `${sample}{${text}} ${value}`
    if (!open || group.type !== 'counter') return `${line}\n`
    const exemplar = count || series.exemplars === null ? '' : exemplarText(series.exemplars[0] ?? null)
    return `${line}${exemplar}\n${created ? `${base}_created${braces(text)} ${seconds(series.start)}\n` : ''}`
  }
}

function histogramWriter(
  base: string,
  family: Family,
  plan: LabelPlan,
  open: boolean,
  created: boolean,
): (series: Series) => string {
  const bounds = family.bounds ?? new Float64Array(0)
  const start = `${base}_bucket{`
  const tails: string[] = []
  const bareTails: string[] = []
  for (let i = 0; i <= bounds.length; i++) {
    const le = i === bounds.length ? '+Inf' : open ? canonical(bounds[i]!) : number(bounds[i]!)
    bareTails.push(`le="${le}"} `)
    tails.push(`,le="${le}"} `)
  }
  return (series) => {
    const text = labelText(family, series, plan)
    const ends = text === '' ? bareTails : tails
    const { buckets } = series
    const exemplars = open ? series.exemplars : null
    const last = bounds.length
    let out = ''
    let total = 0
    for (let i = 0; i < last; i++) {
      total += buckets === null ? 0 : buckets[i]!
      out += start + text + ends[i]! + total
      if (exemplars?.[i]) out += exemplarText(exemplars[i]!)
      out += '\n'
    }
    total = buckets === null ? series.count : total + buckets[last]!
    out += start + text + ends[last]! + total
    if (exemplars?.[last]) out += exemplarText(exemplars[last]!)
    const labels = braces(text)
    out += `\n${base}_sum${labels} ${number(series.value)}\n${base}_count${labels} ${total}\n`
    return open && created ? `${out}${base}_created${labels} ${seconds(series.start)}\n` : out
  }
}

function summaryLines(base: string, text: string, series: Series, open: boolean): string {
  let out = ''
  if (series instanceof SummarySeries)
    for (let i = 0; i < series.quantiles.length; i += 2) {
      const quantile = open ? canonical(series.quantiles[i]!) : number(series.quantiles[i]!)
      out += `${base}{${text === '' ? '' : `${text},`}quantile="${quantile}"} ${number(series.quantiles[i + 1]!)}\n`
    }
  return `${out}${base}_sum${braces(text)} ${number(series.value)}\n${base}_count${braces(text)} ${series.count}\n`
}

function braces(text: string): string {
  return text === '' ? '' : `{${text}}`
}

/** A number as both formats read it. */
export function number(value: number): string {
  if (value - value === 0) return `${value}`
  return value > 0 ? '+Inf' : value < 0 ? '-Inf' : 'NaN'
}

/** OpenMetrics writes whole bounds with `.0`, so that a bound has one spelling everywhere. */
function canonical(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : number(value)
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}

/** Label set of an exemplar, characters of names and values together (OpenMetrics 1.0, Exemplars). */
const EXEMPLAR_LENGTH = 128

function exemplarText(exemplar: Exemplar | null): string {
  if (exemplar === null) return ''
  const { t0, t1, t2, t3, s0, s1, attributes } = exemplar
  let labels = `trace_id="${traceIdHex(t0, t1, t2, t3)}",span_id="${spanIdHex(s0, s1)}"`
  let length = 8 + 32 + 7 + 16
  for (let i = 0; i < (attributes?.length ?? 0); i += 2) {
    const name = escapeLabel(attributes![i] as string)
    const value = textOf(attributes![i + 1]!)
    length += name.length + value.length
    if (length > EXEMPLAR_LENGTH) break
    if (name !== 'trace_id' && name !== 'span_id') labels += `,${name}="${escapeValue(value)}"`
  }
  return ` # {${labels}} ${number(exemplar.value)} ${seconds(exemplar.time)}`
}
