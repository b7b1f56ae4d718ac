// One question that can be asked over HTTP: its address, its parameters, what it answers, and who answers. The table of
// them makes both the routes and the OpenAPI document.
import { PROBLEM_TYPE, problemOf } from '../../access/problem.ts'
import { FAULTS, Fault } from '../../base/fault.ts'
import type { Query } from '../../store/query.ts'
import { problem } from '../problem.ts'
import type { Route } from '../route.ts'
import type { Told } from './follow.ts'
import { type Parameter, type Parameters, readParameter, readParameters, type Values } from './parameter.ts'

export interface Asked<P extends Parameters> {
  readonly query: Query
  readonly given: Values<P>
  /** The parameter in the path; empty when the path has none. */
  readonly place: string
  readonly request: Request
  /** Float epoch milliseconds: what `-15m` was counted from. */
  readonly now: number
}

export interface Endpoint<P extends Parameters = Parameters> {
  /** Under `/api/v1`, with hono's `:name` for the parameter in the path. */
  readonly path: string
  readonly operation: string
  readonly summary: string
  readonly place?: Parameter<string>
  readonly parameters: P
  /** Name of the schema of its answer. */
  readonly schema: string
  /** It can follow: answers `?follow=true` as Server-Sent Events of this schema. */
  readonly follows?: string
  /** A Response is sent as it is, undefined means that there is no such thing, all else is JSON. */
  answer(asked: Asked<P>): unknown
}

/** Keeps the types of the parameters for `answer`. */
export function endpoint<P extends Parameters>(declared: Endpoint<P>): Endpoint {
  return declared as unknown as Endpoint
}

export interface EndpointMeans {
  /** More for `/status`, by whoever fills the store. */
  readonly status: () => object
  readonly document: () => object
  /** Starts one more follower, or a Response that says why not. */
  readonly follow: (request: Request, begin: (tell: (told: Told) => void) => () => void) => Response
}

export interface Means {
  readonly queryOf: (tenant: string) => Query
  readonly now: () => number
}

export function routeOf(one: Endpoint, prefix: string, { queryOf, now }: Means): Route {
  const name = /:(\w+)/.exec(one.path)?.[1]
  return {
    method: 'GET',
    path: prefix + one.path,
    tier: 'tenant',
    handle(request, { params, tenant, correlationId }) {
      try {
        const at = now()
        const place = name === undefined ? '' : readParameter(name, one.place!, params[name] ?? '', at)
        const given = readParameters(one.parameters, new URL(request.url).searchParams, at)
        const answer = one.answer({ query: queryOf(tenant), given, place, request, now: at })
        if (answer instanceof Response) return answer
        if (answer !== undefined) return json(answer)
        const detail = 'It is not here, or no longer: the store keeps what is newest.'
        return problem(404, 'not_found', detail, correlationId)
      } catch (error) {
        if (!(error instanceof Fault) || error.code !== 'QUERY_PARAMETER') throw error
        return json(badParameter(error, correlationId), 400, PROBLEM_TYPE)
      }
    },
  }
}

/** A problem that also says, for programs, which parameter, what was found and what is allowed. */
function badParameter({ code, detail }: Fault, correlation: string): object {
  const { subject = '', found = '', allowed = '' } = detail
  const words = `${subject}: ${FAULTS.QUERY_PARAMETER.what} Found ${found}; allowed: ${allowed}.`
  return { ...problemOf({ status: 400, code, detail: words }, correlation), parameter: subject, found, allowed }
}

function json(answer: unknown, status = 200, type = 'application/json'): Response {
  return new Response(JSON.stringify(answer), {
    status,
    headers: { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
  })
}
