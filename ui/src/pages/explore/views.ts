// What can be seen of a metric, by its kind: the readings of the store, and for histograms three quantiles together.
import type { MetricRow } from '../../../../src/store/answers.ts'

export interface View {
  readonly name: string
  readonly title: string
  /** What is asked of the store, one answer each. */
  readonly as: readonly string[]
}

const one = (name: string, title: string): View => ({ name, title, as: [name] })
const RATE = one('rate', 'Rate')
const INCREASE = one('increase', 'Increase')
const VALUE = one('value', 'Value')
const OBSERVED: readonly View[] = [
  { name: 'quantiles', title: 'p50, p95, p99', as: ['p50', 'p95', 'p99'] },
  one('p50', 'p50'),
  one('p90', 'p90'),
  one('p95', 'p95'),
  one('p99', 'p99'),
  one('mean', 'Mean'),
]

/** The first is what is shown unasked. */
export function viewsOf(type: MetricRow['type']): readonly View[] {
  if (type === 'counter') return [RATE, INCREASE, VALUE]
  if (type === 'gauge' || type === 'updown') return [VALUE, RATE]
  if (type === 'summary') return [...OBSERVED, RATE, INCREASE]
  return [...OBSERVED, one('heatmap', 'Heatmap'), RATE, INCREASE]
}

export function viewOf(type: MetricRow['type'], name: string | undefined): View {
  const views = viewsOf(type)
  return views.find((view) => view.name === name) ?? views[0]!
}

const COUNTED = new Set<MetricRow['type']>(['histogram', 'exponential', 'summary'])

/** UCUM unit of what a reading answers. */
export function unitOf({ type, unit }: Pick<MetricRow, 'type' | 'unit'>, as: string): string {
  const own = COUNTED.has(type) && (as === 'rate' || as === 'increase') ? '1' : unit
  if (as !== 'rate') return own
  return own === '' || own === '1' || own.startsWith('{') ? '1/s' : `${own}/s`
}

const WORDS: Readonly<Record<string, string>> = {
  '': '',
  1: '',
  s: 'seconds',
  ms: 'ms',
  us: 'µs',
  ns: 'ns',
  By: 'bytes',
  '%': 'percent',
}

/** In words, where it has any; without the braces that UCUM puts around annotations. */
export function unitText(unit: string): string {
  return WORDS[unit] ?? (unit.startsWith('{') ? unit.slice(1, -1) : unit)
}
