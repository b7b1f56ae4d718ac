// The logs of a search as a whole: how many of each level over time, and what they can be narrowed by.
import { attributeOf } from '../model/attribute.ts'
import type { FacetsAnswer, LogHistogram, LogLevel } from './answers.ts'
import { Grid } from './grid.ts'
import { type LogSearch, logMatcher } from './log-search.ts'
import { plainText } from './plain.ts'
import type { Store } from './store.ts'
import { Tally } from './tally.ts'
import { levelOf, SEVERITIES } from './words.ts'

export function logHistogram(
  store: Store,
  tenant: string,
  search: LogSearch & { readonly moments?: number },
): LogHistogram {
  const grid = new Grid(logRange(store, tenant, search), search.moments ?? 60)
  const zeros = (): number[] => new Array(grid.size).fill(0)
  const levels = Object.fromEntries(['unspecified', ...SEVERITIES].map((level) => [level, zeros()])) as Record<
    LogLevel,
    number[]
  >
  const matches = logMatcher({ ...search, from: grid.from, to: search.to })
  let matched = 0
  for (const log of store.logs.newestFirst(tenant)) {
    if (!matches(log)) continue
    matched++
    levels[levelOf(log.record.severity)][grid.place(log.time)]!++
  }
  return { from_ms: grid.from, to_ms: grid.to, step_ms: grid.step, times_ms: grid.times, matched, levels }
}

/** Default: from the first record held to now. */
function logRange(store: Store, tenant: string, search: LogSearch): { from: number; to: number } {
  const to = search.to ?? store.now()
  if (search.from !== undefined) return { from: search.from, to }
  let from = to
  for (const log of store.logs.newestFirst(tenant)) if (log.time < from) from = log.time
  return { from, to }
}

/** Counts are records. The facets of service and severity do not count their own condition. */
export function logFacets(store: Store, tenant: string, search: LogSearch): FacetsAnswer {
  const [service, severity, scope, event, error] = [new Tally(), new Tally(), new Tally(), new Tally(), new Tally()]
  const matches = logMatcher({ ...search, service: undefined, severity: undefined })
  let matched = 0
  for (const log of store.logs.newestFirst(tenant)) {
    if (!matches(log)) continue
    const { record, identity } = log
    const hisService = search.service === undefined || identity.service === search.service
    const hisSeverity = search.severity === undefined || record.severity >= search.severity
    if (hisSeverity) service.add(identity.service)
    if (hisService) severity.add(levelOf(record.severity))
    if (!hisService || !hisSeverity) continue
    matched++
    if (record.scope.name !== '') scope.add(record.scope.name)
    if (record.eventName !== '') event.add(record.eventName)
    const type = attributeOf(record.attributes, 'error.type') ?? attributeOf(record.attributes, 'exception.type')
    if (type !== undefined) error.add(plainText(type))
  }
  const facets = [
    service.facet('service'),
    severity.facet('severity'),
    scope.facet('scope'),
    event.facet('event_name'),
    error.facet('error.type'),
  ]
  return { matched, facets }
}
