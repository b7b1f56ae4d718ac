// How a metric is called in Prometheus text: its short name where it has one, else its OpenTelemetry name translated by
// the compatibility specification (compatibility/prometheus_and_openmetrics.md): characters outside the alphabet become
// underscores, the unit is spelled out and appended, a monotonic sum ends in `_total`.
import type { Family, MetricType } from '../../model/metric.ts'

export type Naming = 'short' | 'semconv'

/** UCUM to the words of Prometheus names. */
const UNITS: Readonly<Record<string, string>> = {
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  GiBy: 'gibibytes',
  TiBy: 'tibibytes',
  kBy: 'kilobytes',
  KBy: 'kilobytes',
  MBy: 'megabytes',
  GBy: 'gigabytes',
  TBy: 'terabytes',
  m: 'meters',
  V: 'volts',
  A: 'amperes',
  J: 'joules',
  W: 'watts',
  g: 'grams',
  Cel: 'celsius',
  Hz: 'hertz',
  '%': 'percent',
}

const PER: Readonly<Record<string, string>> = {
  s: 'second',
  m: 'minute',
  min: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  mo: 'month',
  y: 'year',
}

/** `[a-zA-Z_:][a-zA-Z0-9_:]*`, a valid name as it is, else runs of underscores collapsed; never empty. */
export function escapeName(name: string): string {
  if (/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) return name
  const escaped = name.replace(/[^a-zA-Z0-9_:]/g, '_').replace(/__+/g, '_')
  return /^[0-9]/.test(escaped) || escaped === '' ? `_${escaped}` : escaped
}

/** `[a-zA-Z_][a-zA-Z0-9_]*`; a leading `__` is the server's own and loses one underscore. Never empty. */
export function escapeLabel(name: string): string {
  const escaped = name.replace(/[^a-zA-Z0-9_]/g, '_').replace(/^__+/, '_')
  return /^[0-9]/.test(escaped) || escaped === '' ? `_${escaped}` : escaped
}

/** A unit may be any text, `valueOf` too: only the table's own keys count. */
function word(table: Readonly<Record<string, string>>, unit: string): string {
  return Object.hasOwn(table, unit) ? table[unit]! : unit
}

/** The word for a UCUM unit: `s` → `seconds`, `By/s` → `bytes_per_second`, `{request}` → nothing, `1` → `ratio` for gauges. */
export function unitWord(unit: string, type: MetricType): string {
  if (unit === '1') return type === 'gauge' ? 'ratio' : ''
  const bare = unit.replace(/\{[^}]*\}/g, '')
  if (bare === '') return ''
  const slash = bare.indexOf('/')
  if (slash < 0) return trim(escapeName(word(UNITS, bare)))
  const over = bare.slice(0, slash)
  const under = bare.slice(slash + 1)
  if (under === '') return trim(escapeName(word(UNITS, over)))
  const per = `per_${escapeName(Object.hasOwn(PER, under) ? PER[under]! : word(UNITS, under))}`
  return trim(over === '' ? per : `${escapeName(word(UNITS, over))}_${per}`)
}

function trim(word: string): string {
  return word.replace(/^_+|_+$/g, '')
}

export interface Exposed {
  /** Name of the metric family in OpenMetrics: a counter's without `_total`. */
  readonly base: string
  /** Word of the unit, when the base ends in it. */
  readonly unit: string
}

export function exposed(family: Family, naming: Naming, namespace = ''): Exposed {
  if (naming === 'short' && family.short !== '') {
    const short = escapeName(family.namespaced && namespace !== '' ? `${namespace}_${family.short}` : family.short)
    const base = family.exact ? short : withoutTotal(short, family.type)
    const word = unitWord(family.unit, family.type)
    return { base, unit: word !== '' && base.endsWith(`_${word}`) ? word : '' }
  }
  const plain = withoutTotal(escapeName(family.name || family.short), family.type)
  const word = unitWord(family.unit, family.type)
  const base = word === '' || plain === word || plain.endsWith(`_${word}`) ? plain : `${plain}_${word}`
  return { base, unit: word !== '' && base.endsWith(`_${word}`) ? word : '' }
}

function withoutTotal(name: string, type: MetricType): string {
  return type === 'counter' && name.endsWith('_total') && name.length > 6 ? name.slice(0, -6) : name
}

/** Names of the samples that a family of this type writes; two families of one exposition share none. */
export function sampleNames(base: string, type: MetricType, exact = false): string[] {
  switch (type) {
    case 'counter':
      return [exact ? base : `${base}_total`]
    case 'histogram':
      return [base, `${base}_bucket`, `${base}_sum`, `${base}_count`]
    case 'summary':
    case 'exponential':
      return [base, `${base}_sum`, `${base}_count`]
    default:
      return [base]
  }
}
