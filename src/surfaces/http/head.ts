// The head of an HTTP/1 response at the moment it is written as text and not yet sent: its status is the one that goes
// out, whatever `statusCode` says later (W-26), and `traceparent` joins it. Set as a header any earlier it changes what
// the application may do (`writeHead` with an array loses repeated headers and refuses nested pairs on Node 20,
// `getHeaders()` tells of a header that is not theirs) and takes Node off its quick path: 2 µs.
import type { ServerResponse } from 'node:http'
import { formatTraceparent } from '../../context/traceparent.ts'
import { EXCHANGE, type Exchange } from './exchange.ts'
import { fault } from './guard.ts'

/** `_header` is the text of the head. */
type Head = ServerResponse & { readonly [EXCHANGE]?: Exchange; _header?: unknown }
type WriteHead = (this: ServerResponse, status: number, reason?: unknown, headers?: unknown) => ServerResponse

const NAME = 'traceparent'

/** Every way to a head, the implicit one too, goes through `writeHead` of the response. */
export function watchHead(response: ServerResponse): void {
  response.writeHead = writeHead as ServerResponse['writeHead']
}

function writeHead(this: Head, status: number, reason?: unknown, headers?: unknown): ServerResponse {
  const inherited = (Object.getPrototypeOf(this) as ServerResponse).writeHead as WriteHead
  const result = inherited.call(this, status, reason, headers)
  const exchange = this[EXCHANGE]
  if (exchange === undefined || !exchange.open || exchange.sent !== 0) return result
  try {
    exchange.sent = status | 0
    if (exchange.frame !== null && exchange.recorder.inject && !isGiven(this, headers ?? reason)) {
      const head = this._header
      if (typeof head === 'string')
        this._header = `${head.slice(0, -2)}traceparent: ${formatTraceparent(exchange.frame)}\r\n\r\n`
    }
  } catch (error) {
    fault(error)
  }
  return result
}

/** The application's own `traceparent` stays: set before, or among the headers that `writeHead` was given in any form. */
function isGiven(response: ServerResponse, headers: unknown): boolean {
  if (response.hasHeader(NAME)) return true
  if (typeof headers !== 'object' || headers === null) return false
  if (Array.isArray(headers)) return headers.some((item) => isName(Array.isArray(item) ? item[0] : item))
  for (const name in headers) if (isName(name)) return true
  return false
}

function isName(name: unknown): boolean {
  return typeof name === 'string' && name.length === NAME.length && name.toLowerCase() === NAME
}
