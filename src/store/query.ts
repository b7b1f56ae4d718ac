// The only query language: what the console, the panel, the CLI and other clients can ask of a store, always for one
// tenant. Answers are plain objects; questions that cannot be understood throw QUERY_PARAMETER.
import { parseHex32 } from '../base/ids.ts'
import type { MetricType } from '../model/metric.ts'
import type {
  AttributeRow,
  FacetsAnswer,
  LogHistogram,
  LogRow,
  MapAnswer,
  MetricChart,
  MetricRow,
  OperationRow,
  Page,
  RedAnswer,
  ScatterAnswer,
  SeriesAnswer,
  ServiceRow,
  SignalStatus,
  StoreStatus,
  TraceAnswer,
  TraceRow,
} from './answers.ts'
import { type AttributeQuestion, attributeRows } from './attribute-values.ts'
import type { Counts } from './counts.ts'
import { DEFAULT_TENANT } from './identity.ts'
import { type LogSearch, logMatcher, logRow, searchLogs } from './log-search.ts'
import { logFacets, logHistogram } from './log-summary.ts'
import type { StoredLog } from './logs.ts'
import { type ChartQuestion, metricChart } from './metric-chart.ts'
import { type MetricSearch, metricRows, type SeriesQuestion, seriesAnswer } from './metric-search.ts'
import { type RedQuestion, redAnswer } from './red.ts'
import { scatterAnswer } from './scatter.ts'
import { serviceMap } from './service-map.ts'
import { type OperationQuestion, operationRows, type RateQuestion, rangeOf, serviceRows } from './service-rates.ts'
import type { Store } from './store.ts'
import { traceFacets } from './trace-facets.ts'
import { matchesTrace, searchTraces, type TraceSearch, traceRow } from './trace-search.ts'
import { traceView } from './trace-view.ts'

/** Of what a follower missed while it was away. */
const MOST_RESUMED = 1000

export class Query {
  readonly #store: Store
  readonly #tenant: string

  constructor(store: Store, tenant: string = DEFAULT_TENANT) {
    this.#store = store
    this.#tenant = tenant
  }

  /** When the store began, float epoch milliseconds: numbers of log records count from there. */
  get started(): number {
    return this.#store.started
  }

  services(question: RateQuestion = {}): ServiceRow[] {
    return serviceRows(this.#store, this.#tenant, question)
  }

  operations(question: OperationQuestion): OperationRow[] {
    return operationRows(this.#store, this.#tenant, question)
  }

  red(question: RedQuestion = {}): RedAnswer {
    return redAnswer(this.#store, this.#tenant, question)
  }

  traces(search: TraceSearch = {}): Page<TraceRow> {
    return searchTraces(this.#store, this.#tenant, search)
  }

  /** `limit`: most points. */
  scatter(search: TraceSearch = {}): ScatterAnswer {
    return scatterAnswer(this.#store, this.#tenant, search)
  }

  traceFacets(search: TraceSearch = {}): FacetsAnswer {
    return traceFacets(this.#store, this.#tenant, search)
  }

  /** By 32 hexadecimal digits of either case; undefined when it is not here (or no longer). */
  trace(id: string): TraceAnswer | undefined {
    if (id.length !== 32) return undefined
    const hex = id.toLowerCase()
    const at = (place: number): number => parseHex32(hex, place)
    const trace = this.#store.traces.find(this.#tenant, at(0), at(8), at(16), at(24))
    return trace === undefined || trace.spans.length === 0 ? undefined : traceView(this.#store, trace)
  }

  logs(search: LogSearch = {}): Page<LogRow> {
    return searchLogs(this.#store, this.#tenant, search)
  }

  logHistogram(search: LogSearch & { readonly moments?: number } = {}): LogHistogram {
    return logHistogram(this.#store, this.#tenant, search)
  }

  logFacets(search: LogSearch = {}): FacetsAnswer {
    return logFacets(this.#store, this.#tenant, search)
  }

  metrics(search: MetricSearch = {}): MetricRow[] {
    return metricRows(this.#store, this.#tenant, search)
  }

  /** Undefined when no such metric is here. */
  series(question: SeriesQuestion): SeriesAnswer | undefined {
    return seriesAnswer(this.#store, this.#tenant, question)
  }

  /** Undefined when no such metric is here. */
  metricType(name: string): MetricType | undefined {
    const { value } = this.#store.metrics.named(this.#tenant, name).next()
    return value?.type
  }

  /** Undefined when no such metric is here. */
  chart(question: ChartQuestion): MetricChart | undefined {
    return metricChart(this.#store, this.#tenant, question)
  }

  map(question: { from?: number; to?: number } = {}): MapAnswer {
    return serviceMap(this.#store, this.#tenant, rangeOf(this.#store, this.#tenant, question))
  }

  attributes(question: AttributeQuestion): AttributeRow[] {
    return attributeRows(this.#store, this.#tenant, question)
  }

  /** Matching traces as they arrive and grow, each at most once per batch. The returned function ends it. */
  followTraces(search: TraceSearch, tell: (row: TraceRow) => void): () => void {
    return this.#store.listen({
      trace: (trace) => {
        if (trace.tenant === this.#tenant && matchesTrace(trace, search)) tell(traceRow(trace))
      },
    })
  }

  /**
   * Matching logs as they arrive; those numbered after `since` that are still held come first, the newest
   * `MOST_RESUMED` of them. The returned function ends it.
   */
  followLogs(search: LogSearch, tell: (row: LogRow) => void, since?: number): () => void {
    const matches = logMatcher(search)
    if (since !== undefined) {
      const missed: StoredLog[] = []
      for (const log of this.#store.logs.newestFirst(this.#tenant)) {
        if (log.number <= since || missed.length === MOST_RESUMED) break
        if (matches(log)) missed.push(log)
      }
      for (const log of missed.reverse()) tell(logRow(log))
    }
    return this.#store.listen({
      log: (log) => {
        if (log.identity.tenant === this.#tenant && matches(log)) tell(logRow(log))
      },
    })
  }

  status(): StoreStatus {
    const { traces, logs, metrics, limits, identities, started, now } = this.#store
    const services = new Set<string>()
    for (const identity of identities.values(this.#tenant)) services.add(identity.service)
    let oldest: number | null = null
    for (const trace of traces.newestFirst(this.#tenant)) oldest = Math.min(oldest ?? trace.start, trace.start)
    const oldestLog = logs.ring.at(logs.ring.first)?.time ?? null
    return {
      started_ms: started,
      now_ms: now(),
      traces: traces.size,
      series: metrics.size,
      services: services.size,
      signals: {
        spans: signal(traces.counts, traces.spans, traces.bytes, limits.spans, limits.spanBytes, oldest),
        logs: signal(logs.counts, logs.size, logs.bytes, limits.logs, limits.logBytes, oldestLog),
        points: signal(
          metrics.counts,
          metrics.points,
          metrics.bytes,
          limits.series * limits.pointsPerSeries,
          limits.pointBytes,
          null,
        ),
      },
    }
  }
}

function signal(
  counts: Counts,
  held: number,
  bytes: number,
  limit: number,
  limitBytes: number,
  oldest: number | null,
): SignalStatus {
  const { accepted, duplicates, dropped, evicted, cleared } = counts
  return {
    accepted,
    duplicates,
    dropped,
    evicted,
    cleared,
    held,
    bytes,
    limit,
    limit_bytes: limitBytes,
    oldest_ms: oldest,
  }
}
