// The OpenAPI 3.1 document of a service's console, made from the tables of its routes, what is said of each, and the types of
// their answers. docs/reference/console.openapi.json is this document; `npm run openapi` writes it and a test compares.
import type { Tier } from '../../access/tier.ts'
import { CONTROL, INSIDES } from '../control/routes.ts'
import { DOCUMENT } from '../document.ts'
import { FIGURES } from '../figures/routes.ts'
import { type JsonSchema, LICENSE, parameterOf, problemOf, problemSchema, refTo, templated } from '../open-api.ts'
import { OBJECTIVES } from '../ops/objectives.ts'
import { MESSAGES, OPERATIONS as OVERVIEW } from '../ops/routes.ts'
import { SESSION_PATH } from '../session.ts'
import { CONTROL_OPERATIONS } from './control-operations.ts'
import { FIGURE_OPERATIONS } from './figure-operations.ts'
import { OBJECTIVE_OPERATIONS } from './objective-operations.ts'
import type { Operation } from './operation.ts'
import { OPS_OPERATIONS } from './ops-operations.ts'
import { SCHEMAS } from './schemas.gen.ts'

interface Row {
  readonly method: string
  readonly path: string
  readonly tier: Tier
}

/** Every address that answers JSON to somebody. */
export const ROWS: readonly Row[] = [
  ...DOCUMENT,
  { method: 'GET', path: SESSION_PATH, tier: 'public' },
  ...FIGURES,
  ...OBJECTIVES,
  ...OVERVIEW,
  ...MESSAGES,
  ...INSIDES,
  ...CONTROL,
]

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  ...FIGURE_OPERATIONS,
  ...OBJECTIVE_OPERATIONS,
  ...OPS_OPERATIONS,
  ...CONTROL_OPERATIONS,
}

const TIERS: Readonly<Record<Tier, string>> = {
  public: 'Open to everybody.',
  scrape: 'For whoever passes the scrape guard.',
  tenant: 'For callers with a token, of their own tenant; open where application authentication is off.',
  system:
    'For callers with a `system/*` scope that reads, and administrators; open where application authentication is off.',
  admin: 'For administrators; where application authentication is off for nobody, unless `dev: true`.',
}

/** `schemas`: of the answers, by the names of their types. */
export function serviceApi(schemas: Readonly<Record<string, JsonSchema>> = SCHEMAS): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const row of ROWS) {
    const operation = OPERATIONS[`${row.method} ${row.path}`]
    if (operation === undefined) throw new Error(`nothing is said of ${row.method} ${row.path}`)
    const at = (paths[templated(row.path)] ??= {})
    at[row.method.toLowerCase()] = operationOf(operation, row)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Telltale console API',
      version: '1',
      description:
        'What a service that uses Telltale says of itself. Times are RFC 3339 in UTC; `_seconds` and `_ms` are the units of durations. Of what `scope` calls single-instance, another instance says another; cluster is the same everywhere. What is not known is null.',
      license: LICENSE,
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'A JWT, or a token of `telltale metrics generate-token`.',
        },
      },
      schemas: { Document: { type: 'object' }, ...schemas, Problem: problemSchema() },
      responses: {
        Unproven: problemOf('The proof of who asks is missing or does not hold.'),
        Forbidden: problemOf('Whoever asks may not, or a site that is not ours asks.'),
      },
    },
  }
}

function operationOf(said: Operation, { tier }: Row): object {
  const { operation, summary, place = {}, parameters = {}, body, answer, also = {} } = said
  const isOpen = tier === 'public'
  return {
    operationId: operation,
    summary,
    description: TIERS[tier],
    'x-tier': tier,
    security: isOpen ? [] : [{ bearer: [] }],
    parameters: [
      ...Object.entries(place).map(([name, one]) => parameterOf(name, 'path', one)),
      ...Object.entries(parameters).map(([name, one]) => parameterOf(name, 'query', one)),
    ],
    ...(body !== undefined && {
      requestBody: { required: body.required, content: { 'application/json': { schema: refTo(body.schema) } } },
    }),
    responses: {
      200: answerOf(answer),
      ...(!isOpen && {
        401: { $ref: '#/components/responses/Unproven' },
        403: { $ref: '#/components/responses/Forbidden' },
      }),
      ...Object.fromEntries(Object.entries(also).map(([status, text]) => [status, problemOf(text)])),
    },
  }
}

function answerOf(answer: Operation['answer']): object {
  if (typeof answer === 'string')
    return { description: 'JSON.', content: { 'application/json': { schema: refTo(answer) } } }
  return {
    description: 'A download.',
    content: { [answer.download]: { schema: { type: 'string', format: 'binary' } } },
  }
}
