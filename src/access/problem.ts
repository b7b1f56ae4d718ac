// What an error looks like: RFC 9457 problem details with the ids that lead to its trace and its log lines (ruling 52).
import { STATUS_CODES } from 'node:http'
import { traceIdHex } from '../base/ids.ts'
import { CORRELATION_HEADER, correlationId, currentCorrelationId } from '../context/correlation.ts'
import { current } from '../context/current.ts'
import { clientError, type TellOptions, type Told } from './client-error.ts'

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

export function problemOf(told: Pick<Told, 'status' | 'code' | 'detail'>, correlation: string): Problem {
  const { status, code, detail } = told
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

export interface AnswerOptions extends TellOptions {
  /** The id of the request, when it is not the current one's. */
  readonly correlationId?: string
}

/** One whole answer. */
export interface ErrorAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly problem: Problem
}

/** The answer to a request that failed. Never throws. */
export function errorAnswer(error: unknown, options: AnswerOptions = {}): ErrorAnswer {
  return answerOf(clientError(error, options), options.correlationId)
}

/** The answer that says `told`. */
export function answerOf(told: Told, correlation = currentCorrelationId() ?? correlationId()): ErrorAnswer {
  const problem = problemOf(told, correlation)
  markSpan(told.code)
  return {
    status: told.status,
    headers: {
      'content-type': PROBLEM_TYPE,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...told.headers,
      [CORRELATION_HEADER]: correlation,
    },
    problem,
  }
}

/** The same as a Response of the web. */
export function errorResponse(error: unknown, options: AnswerOptions = {}): Response {
  const { status, headers, problem } = errorAnswer(error, options)
  return new Response(JSON.stringify(problem), { status, headers: { ...headers } })
}

/** One entry of a batch that failed, the others being answered: the very code and text of a single answer. */
export function errorEntry(error: unknown, options: AnswerOptions = {}): { status: number; problem: Problem } {
  const { status, problem } = entryOf(error, options)
  return { status, problem }
}

/** The event that ends a stream of server-sent events. */
export function errorEvent(error: unknown, options: AnswerOptions = {}): string {
  return `event: error\ndata: ${JSON.stringify(entryOf(error, options).problem)}\n\n`
}

/** The line that ends a stream of NDJSON. */
export function errorLine(error: unknown, options: AnswerOptions = {}): string {
  return `${JSON.stringify({ error: entryOf(error, options).problem })}\n`
}

/** What failed is a part: the request itself is not marked by it. */
function entryOf(error: unknown, options: AnswerOptions): { status: number; problem: Problem } {
  const told = clientError(error, options)
  const correlation = options.correlationId ?? currentCorrelationId() ?? correlationId()
  return { status: told.status, problem: problemOf(told, correlation) }
}

/** `error_code` on the span that is current, which is the request's unless the application began one (G-06, ruling 13). */
function markSpan(code: string): void {
  try {
    current()?.span?.setAttribute('error_code', code)
  } catch {}
}
