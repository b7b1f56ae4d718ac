// The OpenAPI 3.1 document of the telemetry API, made from the table of endpoints. docs/reference/openapi.json is this
// document; `npm run openapi` writes it and a test compares.
import { LICENSE, parameterOf, problemOf, refTo, templated } from '../open-api.ts'
import type { Endpoint } from './endpoint.ts'
import { endpoints } from './endpoints.ts'
import { SCHEMAS } from './schemas.ts'

export const API_PREFIX = '/api/v1'

let document: object | undefined

export function openApi(): object {
  document ??= write()
  return document
}

function write(): object {
  const nothing = (): never => {
    throw new Error('the table is only read here')
  }
  const table = endpoints({ status: nothing, document: nothing, follow: nothing })
  return {
    openapi: '3.1.0',
    info: {
      title: 'Telltale telemetry API',
      version: '1',
      description:
        'What a hub or a service holds of its telemetry. All times are float milliseconds since the epoch, durations float milliseconds, ids lower-case hexadecimal.',
      license: LICENSE,
    },
    servers: [{ url: '/' }],
    paths: Object.fromEntries(table.map((one) => [templated(`${API_PREFIX}${one.path}`), { get: operationOf(one) }])),
    components: {
      schemas: SCHEMAS,
      responses: {
        BadParameter: problemOf('A parameter is unknown, given twice or not allowed.'),
        NotFound: problemOf('It is not here, or no longer.'),
        TooMany: problemOf('The most streams are open already.'),
      },
    },
  }
}

function operationOf(one: Endpoint): object {
  const name = /:(\w+)/.exec(one.path)?.[1]
  const parameters = Object.entries(one.parameters).map(([key, parameter]) => parameterOf(key, 'query', parameter))
  if (name !== undefined) parameters.unshift(parameterOf(name, 'path', one.place!))
  return {
    operationId: one.operation,
    summary: one.summary,
    parameters,
    responses: {
      200: {
        description: one.follows ? 'JSON, or a stream of events with follow=true.' : 'JSON.',
        content: contentOf(one),
      },
      400: { $ref: '#/components/responses/BadParameter' },
      ...(one.place !== undefined && { 404: { $ref: '#/components/responses/NotFound' } }),
      ...(one.follows !== undefined && { 503: { $ref: '#/components/responses/TooMany' } }),
    },
  }
}

function contentOf({ schema, follows }: Endpoint): object {
  const json = { 'application/json': { schema: refTo(schema) } }
  if (follows === undefined) return json
  const description = `Events \`${follows.toLowerCase()}\` with data of ${follows}; \`dropped\` with {"dropped": number} when the reader was too slow; comments as a heartbeat.`
  return { ...json, 'text/event-stream': { schema: { type: 'string', description } } }
}
