// What can be asked about log records: the records, how many over time, what they can be narrowed by.
import type { LogSearch } from '../../store/log-search.ts'
import { SEVERITIES, severityNumber } from '../../store/words.ts'
import { type Endpoint, type EndpointMeans, endpoint } from './endpoint.ts'
import { cursor, range, readPlace, refusePaging, writePlace } from './paging.ts'
import { conditions, flag, hex, oneOf, refuseEmpty, text, type Values, whole } from './parameter.ts'

const filters = {
  service: text('Written by this service.'),
  severity: oneOf('This severe or more.', SEVERITIES),
  text: text('Part of the body, the event name or the text of an attribute, whatever its case.'),
  trace_id: hex('Written inside of this trace.', 32),
  span_id: hex('Written inside of this span.', 16),
  attribute: conditions,
  ...range,
}

type Paged = Pick<LogSearch, 'order' | 'limit' | 'cursor'>

function searchOf(given: Values<typeof filters> & Paged): LogSearch {
  const { severity, trace_id: traceId, span_id: spanId, attribute: where, ...rest } = given
  return { ...rest, severity: severity && severityNumber(severity), traceId, spanId, where }
}

export function logEndpoints({ follow }: EndpointMeans): Endpoint[] {
  return [
    endpoint({
      path: '/logs',
      operation: 'logs',
      summary: 'Log records by time.',
      parameters: {
        ...filters,
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
        const search = searchOf(given)
        if (given.follow !== true) return query.logs(search)
        refusePaging(given)
        const since = readPlace(request.headers.get('last-event-id'), query.started)
        return follow(request, (tell) =>
          query.followLogs(
            search,
            (data) => tell({ event: 'log', id: writePlace(data.number, query.started), data }),
            since,
          ),
        )
      },
    }),
    endpoint({
      path: '/logs/histogram',
      operation: 'logHistogram',
      summary: 'How many log records of each level over time.',
      parameters: { ...filters, moments: whole('Equal parts of the time.', 1, 500, 60) },
      schema: 'LogHistogram',
      answer({ query, given, now }) {
        refuseEmpty(given, now)
        return query.logHistogram({ ...searchOf(given), moments: given.moments })
      },
    }),
    endpoint({
      path: '/logs/facets',
      operation: 'logFacets',
      summary: 'Values by which the log records of a search can be narrowed, with how many records each has.',
      parameters: filters,
      schema: 'Facets',
      answer: ({ query, given }) => query.logFacets(searchOf(given)),
    }),
  ]
}
