// What we add to the head of an answer: `traceparent` (ruling 36) and `x-correlation-id` (G-08). The application's own
// stay, in whatever form it gives them; a request that is passed by has no trace, and its answer a correlation id alone.
import { CORRELATION_HEADER, correlationId, correlationIdOf } from '../../context/correlation.ts'
import { formatTraceparent } from '../../context/traceparent.ts'
import type { Exchange } from './exchange.ts'
import { running } from './running.ts'

export const TRACEPARENT = 'traceparent'

/** Bits: which of the two the application gives itself. */
export const GIVEN_TRACEPARENT = 1
export const GIVEN_CORRELATION = 2

export interface Asking {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

export interface AnswerHeaders {
  /** Both empty when they are not to be sent. */
  traceparent: string
  correlation: string
}

/** One for all: read it before the next is asked for. */
const answer: AnswerHeaders = { traceparent: '', correlation: '' }

/** The headers of `request` are read only where it is passed by. */
export function answerHeaders(exchange: Exchange, given: number, request: Asking | undefined): AnswerHeaders {
  const { frame } = exchange
  const recorder = exchange.open ? exchange.recorder : running.surface?.recorder
  answer.traceparent =
    frame !== null && recorder?.inject && (given & GIVEN_TRACEPARENT) === 0 ? formatTraceparent(frame) : ''
  answer.correlation = ''
  if (recorder?.correlate && (given & GIVEN_CORRELATION) === 0) {
    answer.correlation =
      frame === null ? correlationId(textOf(request?.headers[CORRELATION_HEADER])) : correlationIdOf(frame)
  }
  return answer
}

/** Of an object, a flat list of names and values, or pairs. */
export function givenIn(headers: unknown): number {
  let given = 0
  if (typeof headers !== 'object' || headers === null) return given
  if (!Array.isArray(headers)) for (const name in headers) given |= bitOf(name)
  else if (Array.isArray(headers[0])) for (const pair of headers) given |= bitOf((pair as unknown[])?.[0])
  else for (let i = 0; i < headers.length; i += 2) given |= bitOf(headers[i])
  return given
}

function textOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function bitOf(name: unknown): number {
  if (typeof name !== 'string') return 0
  if (name.length === TRACEPARENT.length) return name.toLowerCase() === TRACEPARENT ? GIVEN_TRACEPARENT : 0
  return name.length === CORRELATION_HEADER.length && name.toLowerCase() === CORRELATION_HEADER ? GIVEN_CORRELATION : 0
}
