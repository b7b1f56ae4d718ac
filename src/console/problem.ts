// What an error looks like: RFC 9457 problem details with the ids that lead to its trace and its log lines.
import { STATUS_CODES } from 'node:http'
import { traceIdHex } from '../base/ids.ts'
import { CORRELATION_HEADER, correlationId } from '../context/correlation.ts'
import { current } from '../context/current.ts'
import type { Answer } from './route.ts'

export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  /** Stable, for programs: `not_found`. */
  readonly code: string
  readonly correlation_id: string
  /** Null when no trace is current. */
  readonly trace_id: string | null
}

export const PROBLEM_TYPE = 'application/problem+json'

export function problemOf(status: number, code: string, detail: string, correlation: string): Problem {
  const frame = current()
  const traced = frame !== undefined && (frame.t0 | frame.t1 | frame.t2 | frame.t3) !== 0
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    code,
    correlation_id: correlation,
    trace_id: traced ? traceIdHex(frame.t0, frame.t1, frame.t2, frame.t3) : null,
  }
}

/** The problem as a Response, for handlers of routes. */
export function problem(status: number, code: string, detail: string, correlation = correlationId()): Response {
  const headers = { 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store', [CORRELATION_HEADER]: correlation }
  return new Response(JSON.stringify(problemOf(status, code, detail, correlation)), { status, headers })
}

export function problemAnswer(
  status: number,
  code: string,
  detail: string,
  correlation: string,
  headers: Answer['headers'] = {},
): Answer {
  return {
    status,
    headers: { 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(problemOf(status, code, detail, correlation)),
  }
}
