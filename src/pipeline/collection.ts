// One collection of metrics, cut into slices of so many points: a family that is larger appears in several slices, each
// with some of its series. The series stay live: whoever keeps numbers copies them at once.
import { Family } from '../model/metric.ts'

export function* slicesOf(families: readonly Family[], points: number): Generator<readonly Family[]> {
  let slice: Family[] = []
  let held = 0
  for (const family of families) {
    let from = 0
    while (from < family.series.length) {
      if (held === points) {
        yield slice
        slice = []
        held = 0
      }
      const part = family.series.slice(from, from + points - held)
      slice.push(part.length === family.series.length ? family : partOf(family, part))
      from += part.length
      held += part.length
    }
  }
  if (held > 0) yield slice
}

function partOf(family: Family, series: Family['series']): Family {
  return Object.assign(Object.create(Family.prototype) as Family, family, { series })
}
