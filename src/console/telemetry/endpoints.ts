// Everything that can be asked of the telemetry that is held.
import { READINGS } from '../../store/metric-search.ts'
import { KINDS, SEVERITIES, severityNumber } from '../../store/words.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import type { Told } from './follow.ts'
import { conditions, fault, flag, hex, milliseconds, moment, oneOf, text, whole } from './parameter.ts'

export interface EndpointMeans {
  /** More for `/status`, by whoever fills the store. */
  readonly status: () => object
  readonly document: () => object
  /** Starts one more follower, or a Response that says why not. */
  readonly follow: (request: Request, begin: (tell: (told: Told) => void) => () => void) => Response
}

const range = {
  from: moment('Not before.'),
  to: moment('Before; now when it is not given.'),
}
const cursor = text('next_cursor of the page before.')
const moments = whole('Equal parts of the time for a timeline of each row; 0 for none.', 0, 500, 0)

export function endpoints({ status, document, follow }: EndpointMeans): Endpoint[] {
  return [
    endpoint({
      path: '/status',
      operation: 'status',
      summary: 'What the store took, holds, dropped and evicted, by signal, with its limits.',
      parameters: {},
      schema: 'Status',
      answer: ({ query }) => ({ ...query.status(), ...status() }),
    }),
    endpoint({
      path: '/services',
      operation: 'services',
      summary: 'Services with rate, errors and duration of what came into them.',
      parameters: { ...range, moments },
      schema: 'Services',
      answer: ({ query, given }) => ({ items: query.services(given) }),
    }),
    endpoint({
      path: '/services/:service/operations',
      operation: 'operations',
      summary: 'Operations of a service with rate, errors, duration and the trace of the slowest.',
      place: text('Name of the service.'),
      parameters: {
        ...range,
        moments,
        kind: oneOf('Kind of span; what comes into the service when it is not given.', KINDS),
      },
      schema: 'Operations',
      answer: ({ query, given, place }) => ({ items: query.operations({ service: place, ...given }) }),
    }),
    endpoint({
      path: '/traces',
      operation: 'traces',
      summary: 'Traces, newest or slowest first. Conditions about a span hold for one and the same span.',
      parameters: {
        service: text('A span of this service.'),
        name: text("Part of a span's name, whatever its case."),
        route: text('http.route of a span, exactly.'),
        kind: oneOf('Kind of a span.', KINDS),
        status: oneOf('error: a span failed; ok: none did.', ['ok', 'error']),
        min_duration_ms: milliseconds('Duration of the trace, at least.'),
        max_duration_ms: milliseconds('Duration of the trace, at most.'),
        attribute: conditions,
        ...range,
        order: oneOf('What comes first.', ['newest', 'slowest'], 'newest'),
        limit: whole('Most traces of a page.', 1, 1000, 50),
        cursor,
        follow: flag('Server-Sent Events: each matching trace as it arrives and grows.'),
      },
      schema: 'TracePage',
      follows: 'Trace',
      answer({ query, given, request }) {
        const { min_duration_ms: minDuration, max_duration_ms: maxDuration, attribute: where, ...rest } = given
        const search = { ...rest, minDuration, maxDuration, where }
        if (given.follow !== true) return query.traces(search)
        refusePaging(given)
        return follow(request, (tell) =>
          query.followTraces(search, (data) => tell({ event: 'trace', key: data.trace_id, data })),
        )
      },
    }),
    endpoint({
      path: '/traces/:trace_id',
      operation: 'trace',
      summary: 'One trace: its spans in the order of a waterfall, with events, links and logs.',
      place: hex('Id of the trace.', 32),
      parameters: {},
      schema: 'TraceDetail',
      answer: ({ query, place }) => query.trace(place),
    }),
    endpoint({
      path: '/logs',
      operation: 'logs',
      summary: 'Log records by time.',
      parameters: {
        service: text('Written by this service.'),
        severity: oneOf('This severe or more.', SEVERITIES),
        text: text('Part of the body, the event name or the text of an attribute, whatever its case.'),
        trace_id: hex('Written inside of this trace.', 32),
        span_id: hex('Written inside of this span.', 16),
        attribute: conditions,
        ...range,
        order: oneOf('What comes first.', ['newest', 'oldest'], 'newest'),
        limit: whole('Most records of a page.', 1, 1000, 100),
        cursor,
        follow: flag(
          'Server-Sent Events: each matching record as it arrives. Last-Event-ID takes up where it stopped.',
        ),
      },
      schema: 'LogPage',
      follows: 'Log',
      answer({ query, given, request }) {
        const { severity, trace_id: traceId, span_id: spanId, attribute: where, ...rest } = given
        const least = severity && severityNumber(severity)
        const search = { ...rest, severity: least, traceId, spanId, where }
        if (given.follow !== true) return query.logs(search)
        refusePaging(given)
        const last = request.headers.get('last-event-id')
        const since = last !== null && /^\d{1,15}$/.test(last) ? Number(last) : undefined
        return follow(request, (tell) =>
          query.followLogs(search, (data) => tell({ event: 'log', id: data.number, data }), since),
        )
      },
    }),
    endpoint({
      path: '/metrics',
      operation: 'metrics',
      summary: 'Metrics that are held, by name.',
      parameters: {
        service: text('Sent by this service.'),
        text: text('Part of the name or the description, whatever its case.'),
        limit: whole('Most metrics.', 1, 10_000, 1000),
      },
      schema: 'Metrics',
      answer: ({ query, given }) => ({ items: query.metrics(given) }),
    }),
    endpoint({
      path: '/metrics/:name',
      operation: 'series',
      summary: 'The series of a metric with their points, as sent or as a rate, an increase, a mean or a quantile.',
      place: text('OpenTelemetry name of the metric.'),
      parameters: {
        service: text('Sent by this service.'),
        attribute: conditions,
        ...range,
        as: oneOf('What is made of the points.', READINGS, 'value'),
        step_ms: whole('At most one point, the last, for so many milliseconds.', 1, 86_400_000),
        limit: whole('Most series.', 1, 1000, 50),
      },
      schema: 'MetricDetail',
      answer({ query, given, place }) {
        const { step_ms: step, attribute: where, limit = 50, ...rest } = given
        return query.series({ name: place, ...rest, step, where, limit })
      },
    }),
    endpoint({
      path: '/map',
      operation: 'map',
      summary: 'Who calls whom, with rate, errors and duration of each edge.',
      parameters: range,
      schema: 'Map',
      answer: ({ query, given }) => query.map(given),
    }),
    endpoint({
      path: '/attributes',
      operation: 'attributes',
      summary: 'Attributes of the newest records with their commonest values.',
      parameters: {
        signal: oneOf('Of which records.', ['traces', 'logs'], 'traces'),
        service: text('Of this service.'),
        prefix: text('Only keys that begin so.'),
        values: whole('Most values of a key.', 0, 200, 20),
      },
      schema: 'AttributeKeys',
      answer: ({ query, given }) => ({ items: query.attributes({ signal: 'traces', ...defined(given) }) }),
    }),
    endpoint({
      path: '/openapi.json',
      operation: 'openapi',
      summary: 'This document.',
      parameters: {},
      schema: 'Document',
      answer: document,
    }),
  ]
}

/** A stream has no pages and no other order than that of arrival. */
function refusePaging(given: { readonly cursor?: string; readonly order?: string; readonly limit?: number }): void {
  for (const name of ['cursor', 'order', 'limit'] as const) {
    if (given[name] !== undefined) throw fault(name, String(given[name]), `nothing beside follow=true`)
  }
}

function defined<T extends object>(given: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never
}
