// The head of an HTTP/1 response at the moment it is written as text and not yet sent: its status is the one that goes
// out, whatever `statusCode` says later (W-26), and our own headers join it. Set as headers any earlier they change what
// the application may do (`writeHead` with an array loses repeated headers and refuses nested pairs on Node 20,
// `getHeaders()` tells of a header that is not theirs) and take Node off its quick path: 2 µs.
import type { ServerResponse } from 'node:http'
import { CORRELATION_HEADER } from '../../context/correlation.ts'
import { answerHeaders, GIVEN_CORRELATION, GIVEN_TRACEPARENT, givenIn, TRACEPARENT } from './answer-headers.ts'
import { EXCHANGE, type Exchange, PASSED } from './exchange.ts'
import { fault } from './guard.ts'

/** `_header` is the text of the head. */
type Head = ServerResponse & { readonly [EXCHANGE]?: Exchange; _header?: unknown }
type WriteHead = (this: ServerResponse, status: number, reason?: unknown, headers?: unknown) => ServerResponse

/** Every way to a head, the implicit one too, goes through `writeHead` of the response. */
export function watchHead(response: ServerResponse): void {
  response.writeHead = writeHead as ServerResponse['writeHead']
}

function writeHead(this: Head, status: number, reason?: unknown, headers?: unknown): ServerResponse {
  const inherited = (Object.getPrototypeOf(this) as ServerResponse).writeHead as WriteHead
  const result = inherited.call(this, status, reason, headers)
  const exchange = this[EXCHANGE]
  try {
    if (exchange === PASSED) join(this, exchange, headers ?? reason)
    else if (exchange?.open && exchange.sent === 0) {
      exchange.sent = status | 0
      join(this, exchange, headers ?? reason)
    }
  } catch (error) {
    fault(error)
  }
  return result
}

function join(response: Head, exchange: Exchange, headers: unknown): void {
  const head = response._header
  if (typeof head !== 'string') return
  let given = givenIn(headers)
  if (response.hasHeader(TRACEPARENT)) given |= GIVEN_TRACEPARENT
  if (response.hasHeader(CORRELATION_HEADER)) given |= GIVEN_CORRELATION
  const { traceparent, correlation } = answerHeaders(exchange, given, response.req)
  let lines = traceparent === '' ? '' : `${TRACEPARENT}: ${traceparent}\r\n`
  if (correlation !== '') lines += `${CORRELATION_HEADER}: ${correlation}\r\n`
  if (lines !== '') response._header = `${head.slice(0, -2)}${lines}\r\n`
}
