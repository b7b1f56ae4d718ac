// What the two OpenAPI documents have in common, the hub's and a service's.

export type JsonSchema = { readonly [key: string]: unknown }

/** `/a/:name` as the document writes it. */
export const templated = (path: string): string => path.replace(/:(\w+)/g, '{$1}')

export const refTo = (schema: string): JsonSchema => ({ $ref: `#/components/schemas/${schema}` })

export interface DescribedParameter {
  readonly description: string
  readonly schema: JsonSchema
  /** May be given several times. */
  readonly many?: number
}

export function parameterOf(name: string, place: 'path' | 'query', given: DescribedParameter): object {
  const { description, schema, many } = given
  return {
    name,
    in: place,
    description,
    ...(place === 'path' && { required: true }),
    schema,
    ...(many && { style: 'form', explode: true }),
  }
}

export function problemOf(description: string): object {
  return { description, content: { 'application/problem+json': { schema: refTo('Problem') } } }
}

const string: JsonSchema = { type: 'string' }

/** RFC 9457; `more` members are there in some answers. */
export const problemSchema = (more: Readonly<Record<string, JsonSchema>> = {}): JsonSchema => ({
  type: 'object',
  description: 'RFC 9457.',
  properties: {
    type: string,
    title: string,
    status: { type: 'integer' },
    detail: string,
    code: { ...string, description: 'Stable, for programs.' },
    correlation_id: string,
    trace_id: { type: ['string', 'null'] },
    ...more,
  },
  required: ['type', 'title', 'status', 'detail', 'code', 'correlation_id', 'trace_id'],
})

export const LICENSE = { name: 'Apache-2.0', identifier: 'Apache-2.0' } as const
