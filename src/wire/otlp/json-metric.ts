// One Metric as OTLP JSON.
import { spanIdHex, traceIdHex } from '../../base/ids.ts'
import type { ExponentialSeries } from '../../model/exponential.ts'
import type { Exemplar, Family, Series } from '../../model/metric.ts'
import type { SummarySeries } from '../../model/summary.ts'
import { doubleJson, flatJson, nanos } from './json-value.ts'
import { NO_RECORDED_VALUE, otlpAttributes } from './metric.ts'

const DATA = {
  counter: 'sum',
  updown: 'sum',
  gauge: 'gauge',
  histogram: 'histogram',
  exponential: 'exponentialHistogram',
  summary: 'summary',
} as const

export function metricJson(family: Family): string {
  const { type } = family
  let text = `{"name":${JSON.stringify(family.name)}`
  if (family.help !== '') text += `,"description":${JSON.stringify(family.help)}`
  if (family.unit !== '') text += `,"unit":${JSON.stringify(family.unit)}`
  text += `,"${DATA[type]}":{"dataPoints":[${family.series.map((series) => pointJson(family, series)).join(',')}]`
  if (type !== 'gauge' && type !== 'summary') text += `,"aggregationTemporality":${family.delta ? 1 : 2}`
  if (type === 'counter') text += ',"isMonotonic":true'
  return `${text}}}`
}

function pointJson(family: Family, series: Series): string {
  const attributes = otlpAttributes(family, series)
  let text = '{'
  if (attributes.length > 0) text += `"attributes":${flatJson(attributes)},`
  if (series.start > 0) text += `"startTimeUnixNano":${nanos(series.start)},`
  text += `"timeUnixNano":${nanos(series.time)}`
  switch (family.type) {
    case 'histogram':
      text += countJson(series)
      text += `,"bucketCounts":${countsJson(series.buckets ?? [])}`
      text += `,"explicitBounds":[${Array.from(family.bounds ?? [], doubleJson).join(',')}]`
      break
    case 'exponential':
      text += exponentialJson(series as ExponentialSeries)
      break
    case 'summary':
      text += summaryJson(series as SummarySeries)
      break
    default:
      text += Number.isNaN(series.value) ? `,"flags":${NO_RECORDED_VALUE}` : `,"asDouble":${doubleJson(series.value)}`
  }
  const exemplars = series.exemplars?.filter((one) => one !== null) ?? []
  if (exemplars.length > 0) text += `,"exemplars":[${exemplars.map(exemplarJson).join(',')}]`
  return `${text}}`
}

function countJson(series: Series): string {
  return `,"count":"${series.count}"${known('sum', series.value)}`
}

function countsJson(counts: ArrayLike<number>): string {
  return `[${Array.from(counts, (count) => `"${count}"`).join(',')}]`
}

function known(name: string, value: number): string {
  return Number.isNaN(value) ? '' : `,"${name}":${doubleJson(value)}`
}

function exponentialJson(series: ExponentialSeries): string {
  let text = `${countJson(series)},"scale":${series.scale},"zeroCount":"${series.zeroCount}"`
  if (series.positive.length > 0) text += rangeJson('positive', series.positiveOffset, series.positive)
  if (series.negative.length > 0) text += rangeJson('negative', series.negativeOffset, series.negative)
  text += known('min', series.min) + known('max', series.max)
  return series.zeroThreshold === 0 ? text : text + known('zeroThreshold', series.zeroThreshold)
}

function rangeJson(name: string, offset: number, counts: Float64Array): string {
  return `,"${name}":{"offset":${offset},"bucketCounts":${countsJson(counts)}}`
}

function summaryJson(series: SummarySeries): string {
  const pairs: string[] = []
  for (let i = 0; i < series.quantiles.length; i += 2) {
    pairs.push(`{"quantile":${doubleJson(series.quantiles[i]!)},"value":${doubleJson(series.quantiles[i + 1]!)}}`)
  }
  return `${countJson(series)},"quantileValues":[${pairs.join(',')}]`
}

function exemplarJson(exemplar: Exemplar): string {
  let text = `{"timeUnixNano":${nanos(exemplar.time)},"asDouble":${doubleJson(exemplar.value)}`
  if ((exemplar.s0 | exemplar.s1) !== 0) {
    text += `,"spanId":"${spanIdHex(exemplar.s0, exemplar.s1)}"`
    text += `,"traceId":"${traceIdHex(exemplar.t0, exemplar.t1, exemplar.t2, exemplar.t3)}"`
  }
  if (exemplar.attributes !== null) text += `,"filteredAttributes":${flatJson(exemplar.attributes)}`
  return `${text}}`
}
