// Which logs match, by time; what arrives late stands at its own time.
import { spanIdHex, traceIdHex } from '../base/ids.ts'
import type { Value } from '../model/attribute.ts'
import type { LogRow, Page } from './answers.ts'
import { Best } from './best.ts'
import { type Condition, holds } from './condition.ts'
import { readCursor, writeCursor } from './cursor.ts'
import type { StoredLog } from './logs.ts'
import { isoTime, plain, plainObject, plainText } from './plain.ts'
import type { Store } from './store.ts'

const PAGE_BYTES = 4 * 1024 * 1024

export interface LogSearch {
  readonly service?: string
  /** Least severity number, 1 to 24. */
  readonly severity?: number
  /** Part of the body, the event name or an attribute's text, whatever its case. */
  readonly text?: string
  readonly traceId?: string
  readonly spanId?: string
  readonly where?: readonly Condition[]
  readonly from?: number
  readonly to?: number
  readonly order?: 'newest' | 'oldest'
  readonly limit?: number
  readonly cursor?: string
}

export function searchLogs(store: Store, tenant: string, search: LogSearch): Page<LogRow> {
  const order = search.order ?? 'newest'
  const sign = order === 'newest' ? 1 : -1
  const cursor = search.cursor === undefined ? undefined : readCursor(order, search.cursor)
  const before = (time: number, number: number, than: number, thanNumber: number): boolean =>
    time === than ? sign * (number - thanNumber) > 0 : sign * (time - than) > 0
  const best = new Best<StoredLog>(search.limit ?? 100, (a, b) => before(a.time, a.number, b.time, b.number))
  const after = cursor && { value: cursor.value, number: Number.parseInt(cursor.tie, 16) }
  const matches = logMatcher(search)
  for (const log of store.logs.newestFirst(tenant)) {
    if (after !== undefined && !before(after.value, after.number, log.time, log.number)) continue
    if (matches(log)) best.offer(log)
  }
  const page = fitting(best.page)
  const last = page[page.length - 1]
  return {
    items: page.map(logRow),
    next_cursor:
      (best.more || page.length < best.page.length) && last
        ? writeCursor(order, { value: last.time, tie: last.number.toString(16) })
        : null,
  }
}

/** As many as make a page of some megabytes, at least one: bodies may be long. */
function fitting(logs: readonly StoredLog[]): readonly StoredLog[] {
  let bytes = 0
  const end = logs.findIndex((log, i) => {
    bytes += log.bytes
    return i > 0 && bytes > PAGE_BYTES
  })
  return end < 0 ? logs : logs.slice(0, end)
}

export function logMatcher(search: LogSearch): (log: StoredLog) => boolean {
  const { service, severity, traceId, spanId, where, from, to } = search
  const text = search.text?.toLowerCase()
  return (log) => {
    const { record, identity, time } = log
    if (severity !== undefined && record.severity < severity) return false
    if (service !== undefined && identity.service !== service) return false
    if (from !== undefined && time < from) return false
    if (to !== undefined && time >= to) return false
    if (traceId !== undefined && traceIdHex(record.t0, record.t1, record.t2, record.t3) !== traceId) return false
    if (spanId !== undefined && spanIdHex(record.s0, record.s1) !== spanId) return false
    if (text !== undefined && !says(log, text)) return false
    return !where?.length || holds(where, [record.attributes], identity.attributes)
  }
}

function says({ record }: StoredLog, text: string): boolean {
  if (has(record.body, text) || record.eventName.toLowerCase().includes(text)) return true
  const flat = record.attributes
  if (flat !== null) for (let i = 1; i < flat.length; i += 2) if (has(flat[i]!, text)) return true
  return false
}

function has(value: Value, text: string): boolean {
  return plainText(value).toLowerCase().includes(text)
}

export function logRow(log: StoredLog): LogRow {
  const { record, identity } = log
  const traced = (record.t0 | record.t1 | record.t2 | record.t3) !== 0
  return {
    number: log.number,
    time_ms: log.time,
    time: isoTime(log.time),
    severity: record.severity,
    severity_text: record.severityText,
    body: plain(record.body),
    event_name: record.eventName,
    service: identity.service,
    instance: identity.instance,
    scope: record.scope.name,
    trace_id: traced ? traceIdHex(record.t0, record.t1, record.t2, record.t3) : null,
    span_id: (record.s0 | record.s1) !== 0 ? spanIdHex(record.s0, record.s1) : null,
    attributes: plainObject(record.attributes),
  }
}
