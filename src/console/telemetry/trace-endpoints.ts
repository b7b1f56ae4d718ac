// What can be asked about spans: services, operations, rates over time, traces one by one and as a whole, the map.
import { RED_BY } from '../../store/red.ts'
import { MOST_TIMELINES } from '../../store/service-rates.ts'
import { TRACE_ORDERS, type TraceSearch } from '../../store/trace-search.ts'
import { KINDS } from '../../store/words.ts'
import { type Endpoint, type EndpointMeans, endpoint } from './endpoint.ts'
import { cursor, range, refusePaging } from './paging.ts'
import { conditions, flag, hex, milliseconds, oneOf, refuseEmpty, text, type Values, whole } from './parameter.ts'

const moments = whole(
  `Equal parts of the time for a timeline of each row; 0 for none. The ${MOST_TIMELINES} rows with the most requests have one.`,
  0,
  500,
  0,
)

const filters = {
  service: text('A span of this service.'),
  name: text("Part of a span's name, whatever its case."),
  route: text('http.route of a span, exactly.'),
  kind: oneOf('Kind of a span.', KINDS),
  status: oneOf('error: a span failed; ok: none did.', ['ok', 'error']),
  min_duration_ms: milliseconds('Duration of the trace, at least.'),
  max_duration_ms: milliseconds('Duration of the trace, at most.'),
  attribute: conditions,
  correlation_id: text('Correlation id: one that a caller gave, or the trace id written as a UUID.'),
  ...range,
}

type Paged = Pick<TraceSearch, 'order' | 'limit' | 'cursor'>

function searchOf(given: Values<typeof filters> & Paged): TraceSearch {
  const {
    min_duration_ms: minDuration,
    max_duration_ms: maxDuration,
    attribute: where,
    correlation_id,
    ...rest
  } = given
  return { ...rest, minDuration, maxDuration, where, correlation: correlation_id }
}

export function traceEndpoints({ follow }: EndpointMeans): Endpoint[] {
  return [
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
      path: '/red',
      operation: 'red',
      summary: 'Rate, errors and duration over time, with the same length of time before beside it.',
      parameters: {
        service: text('Of this service.'),
        by: oneOf('One row for each. Spans without http.route have no row by route.', RED_BY, 'service'),
        kind: oneOf('Kind of span; what comes into a service when it is not given.', KINDS),
        attribute: conditions,
        ...range,
        moments: whole('Equal parts of the time.', 1, 500, 60),
        compare: flag('Also the same length of time directly before.'),
        limit: whole('Most rows, those with the most requests.', 1, 200, 50),
      },
      schema: 'Red',
      answer({ query, given, now }) {
        refuseEmpty(given, now)
        const { attribute: where, ...rest } = given
        return query.red({ ...rest, where })
      },
    }),
    endpoint({
      path: '/traces',
      operation: 'traces',
      summary: 'Traces, newest, slowest or most failed first. Conditions about a span hold for one and the same span.',
      parameters: {
        ...filters,
        order: oneOf('What comes first; errors: the most failed spans.', TRACE_ORDERS, 'newest'),
        limit: whole('Most traces of a page.', 1, 1000, 50),
        cursor,
        follow: flag('Server-Sent Events: each matching trace as it arrives and grows.'),
      },
      schema: 'TracePage',
      follows: 'Trace',
      answer({ query, given, request }) {
        const search = searchOf(given)
        if (given.follow !== true) return query.traces(search)
        refusePaging(given)
        return follow(request, (tell) =>
          query.followTraces(search, (data) => tell({ event: 'trace', key: data.trace_id, data })),
        )
      },
    }),
    endpoint({
      path: '/traces/scatter',
      operation: 'scatter',
      summary: 'Duration of each trace over time; of too many, errors and the slowest stay and the rest is a sample.',
      parameters: { ...filters, limit: whole('Most points.', 10, 5000, 1000) },
      schema: 'Scatter',
      answer({ query, given, now }) {
        refuseEmpty(given, now)
        return query.scatter(searchOf(given))
      },
    }),
    endpoint({
      path: '/traces/facets',
      operation: 'traceFacets',
      summary: 'Values by which the traces of a search can be narrowed, with how many traces each has.',
      parameters: filters,
      schema: 'Facets',
      answer: ({ query, given }) => query.traceFacets(searchOf(given)),
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
      path: '/map',
      operation: 'map',
      summary: 'Who calls whom, with rate, errors and duration of each node and each edge.',
      parameters: range,
      schema: 'Map',
      answer: ({ query, given }) => query.map(given),
    }),
  ]
}
