// What can be asked and what is answered, by address. The types are the store's own, so that a change there is seen here.
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
  StoreStatus,
  TraceAnswer,
  TraceRow,
} from '../../../src/store/answers.ts'

export interface Status extends StoreStatus {
  /** Where telemetry goes, such as `http://127.0.0.1:4318`; absent where nobody receives. */
  readonly otlp_endpoint?: string
}

interface Items<T> {
  items: T[]
}

export interface Answers {
  '/status': Status
  '/services': Items<ServiceRow>
  '/services/:service/operations': Items<OperationRow>
  '/red': RedAnswer
  '/traces': Page<TraceRow>
  '/traces/scatter': ScatterAnswer
  '/traces/facets': FacetsAnswer
  '/traces/:trace_id': TraceAnswer
  '/logs': Page<LogRow>
  '/logs/histogram': LogHistogram
  '/logs/facets': FacetsAnswer
  '/metrics': Items<MetricRow>
  '/metrics/:name': SeriesAnswer
  '/metrics/:name/chart': MetricChart
  '/map': MapAnswer
  '/attributes': Items<AttributeRow>
}

export type Path = keyof Answers

interface Between {
  from?: number | string
  to?: number | string
}

export interface TraceQuestion extends Between {
  service?: string
  name?: string
  route?: string
  kind?: string
  status?: 'ok' | 'error'
  min_duration_ms?: number | string
  max_duration_ms?: number | string
  correlation_id?: string
  attribute?: readonly string[]
}

export interface LogQuestion extends Between {
  service?: string
  severity?: string
  text?: string
  trace_id?: string
  span_id?: string
  attribute?: readonly string[]
}

interface Paged<Order> {
  order?: Order
  limit?: number
  cursor?: string
}

interface Questions {
  '/services': Between & { moments?: number }
  '/services/:service/operations': Between & { moments?: number; kind?: string }
  '/red': Between & {
    service?: string
    by?: 'service' | 'operation' | 'route'
    kind?: string
    attribute?: readonly string[]
    moments?: number
    compare?: boolean
    limit?: number
  }
  '/traces': TraceQuestion & Paged<'newest' | 'slowest' | 'errors'>
  '/traces/scatter': TraceQuestion & { limit?: number }
  '/traces/facets': TraceQuestion
  '/logs': LogQuestion & Paged<'newest' | 'oldest'>
  '/logs/histogram': LogQuestion & { moments?: number }
  '/logs/facets': LogQuestion
  '/metrics': { service?: string; text?: string; limit?: number }
  '/metrics/:name': Between & {
    service?: string
    attribute?: readonly string[]
    as?: string
    step_ms?: number
    limit?: number
  }
  '/metrics/:name/chart': Between & {
    service?: string
    attribute?: readonly string[]
    moments?: number
    as?: string
    by?: readonly string[]
    aggregate?: string
    limit?: number
  }
  '/map': Between
  '/attributes': { signal?: 'traces' | 'logs'; service?: string; prefix?: string; values?: number }
}

export type Question<P extends Path> = P extends keyof Questions ? Questions[P] : object

/** What follows, by the address that is followed. */
export interface Followed {
  '/traces': { question: TraceQuestion; row: TraceRow; event: 'trace' }
  '/logs': { question: LogQuestion; row: LogRow; event: 'log' }
}

export interface Asked {
  /** Fills the `:name` of an address. */
  readonly place?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}
