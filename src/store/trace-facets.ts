// What the traces of a search can be narrowed by. Counts are traces. A facet does not count its own condition, so that
// it shows what choosing another value would give.
import { attributeOf } from '../model/attribute.ts'
import type { SpanRecord } from '../model/span.ts'
import type { FacetsAnswer } from './answers.ts'
import { plainText } from './plain.ts'
import type { Store } from './store.ts'
import { Tally } from './tally.ts'
import type { StoredSpan } from './trace.ts'
import { inReach, matchesSpan, type TraceSearch } from './trace-search.ts'
import { kindName, spanText } from './words.ts'

const STATUS_CODE = 'http.response.status_code'

export function traceFacets(store: Store, tenant: string, search: TraceSearch): FacetsAnswer {
  const tallies = { service: new Tally(), name: new Tally(), route: new Tally(), status: new Tally() }
  const more = { [STATUS_CODE]: new Tally(), kind: new Tally() }
  const withoutService = { ...search, service: undefined }
  const withoutRoute = { ...search, route: undefined }
  const withoutKind = { ...search, kind: undefined }
  let matched = 0
  for (const trace of store.traces.newestFirst(tenant)) {
    if (!inReach(trace, search)) continue
    const status = trace.errors > 0 ? 'error' : 'ok'
    const right = search.status === undefined || search.status === status
    const services = new Set<string>()
    const routes = new Set<string>()
    const codes = new Set<string>()
    const kinds = new Set<string>()
    let found = false
    for (const span of trace.spans) {
      const { record, identity } = span
      const whole = matchesSpan(span, search)
      if (whole) found = true
      if (!right) continue
      if (whole || matchesSpan(span, withoutService)) services.add(identity.service)
      if (whole || matchesSpan(span, withoutRoute)) collect(routes, spanText(record, 'http.route'))
      if (whole || matchesSpan(span, withoutKind)) kinds.add(kindName(record.kind))
      if (whole) collect(codes, statusCode(record))
    }
    if (found) tallies.status.add(status)
    if (found && right) {
      matched++
      tallies.name.add((trace.head as StoredSpan).record.name)
    }
    for (const one of services) tallies.service.add(one)
    for (const one of routes) tallies.route.add(one)
    for (const one of kinds) more.kind.add(one)
    for (const one of codes) more[STATUS_CODE].add(one)
  }
  return { matched, facets: Object.entries({ ...tallies, ...more }).map(([key, tally]) => tally.facet(key)) }
}

function collect(values: Set<string>, value: string | null): void {
  if (value !== null) values.add(value)
}

function statusCode(record: SpanRecord): string | null {
  const value =
    attributeOf(record.attributes, STATUS_CODE) ?? attributeOf(record.template?.attributes ?? null, STATUS_CODE)
  return value === undefined ? null : plainText(value)
}
