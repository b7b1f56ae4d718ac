// Errors as answers of the console. What they look like is said in one place, for us and for applications alike.
import { PROBLEM_TYPE, problemOf } from '../access/problem.ts'
import { CORRELATION_HEADER, correlationId } from '../context/correlation.ts'
import type { Answer } from './route.ts'

/** The problem as a Response, for handlers of routes. */
export function problem(status: number, code: string, detail: string, correlation = correlationId()): Response {
  const headers = { 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store', [CORRELATION_HEADER]: correlation }
  return new Response(JSON.stringify(problemOf({ status, code, detail }, correlation)), { status, headers })
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
    body: JSON.stringify(problemOf({ status, code, detail }, correlation)),
  }
}
