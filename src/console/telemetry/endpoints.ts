// Everything that can be asked of the telemetry that is held.
import { type Endpoint, type EndpointMeans, endpoint } from './endpoint.ts'
import { logEndpoints } from './log-endpoints.ts'
import { metricEndpoints } from './metric-endpoints.ts'
import { oneOf, text, whole } from './parameter.ts'
import { traceEndpoints } from './trace-endpoints.ts'

export function endpoints(means: EndpointMeans): Endpoint[] {
  const { status, document } = means
  return [
    endpoint({
      path: '/status',
      operation: 'status',
      summary: 'What the store took, holds, dropped and evicted, by signal, with its limits.',
      parameters: {},
      schema: 'Status',
      answer: ({ query }) => ({ ...query.status(), ...status() }),
    }),
    ...traceEndpoints(means),
    ...logEndpoints(means),
    ...metricEndpoints(),
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

function defined<T extends object>(given: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never
}
