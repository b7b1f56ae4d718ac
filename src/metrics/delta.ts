// Values since the last delta collection, for OTLP receivers that want them. The living series stay cumulative, so a scrape
// beside it sees nothing of this.
import { Family, Series } from '../model/metric.ts'

/** The change of every counter and histogram series since the last call; unchanged ones are left out, other types are given as they are. */
export function deltaOf(family: Family, time: number): Family {
  if (family.type !== 'counter' && family.type !== 'histogram') return family
  const changes: Series[] = []
  for (const series of family.series) {
    const change = changeOf(series, time)
    if (change !== null) changes.push(change)
  }
  return new Family({ ...family, delta: true, series: changes, text: { key: '' } })
}

function changeOf(series: Series, time: number): Series | null {
  const { buckets } = series
  // An observed counter that went back has started anew.
  const last = series.last !== null && series.last.value > series.value ? null : series.last
  const value = series.value - (last === null ? 0 : last.value)
  const count = series.count - (last === null ? 0 : last.count)
  if (value === 0 && count === 0) return null
  const change = new Series(
    series.attributes,
    buckets === null ? null : new Float64Array(buckets.length),
    last === null ? series.start : last.time,
  )
  change.time = time
  change.value = value
  change.count = count
  change.exemplars = series.exemplars
  change.bytes = series.bytes
  const seen = last === null || last.buckets === null ? null : last.buckets
  if (buckets !== null)
    for (let i = 0; i < buckets.length; i++) change.buckets![i] = buckets[i]! - (seen === null ? 0 : seen[i]!)
  series.last = { value: series.value, count: series.count, buckets: buckets === null ? null : buckets.slice(), time }
  return change
}
