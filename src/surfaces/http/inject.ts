// `traceparent` on an HTTP/1 response, at the moment its header is written. Set any earlier it changes what the
// application may do: `writeHead` with an array of headers loses repeated ones (two Set-Cookie become one) and refuses
// nested pairs as soon as one header was set before (Node 20), and `getHeaders()` tells of a header that is not theirs.
import type { ServerResponse } from 'node:http'
import { formatTraceparent } from '../../context/traceparent.ts'
import { EXCHANGE, type Exchange } from './exchange.ts'
import { fault } from './guard.ts'

type Exchanged = ServerResponse & { readonly [EXCHANGE]?: Exchange }
type WriteHead = (this: ServerResponse, status: number, reason?: unknown, headers?: unknown) => ServerResponse

const NAME = 'traceparent'

/** Every way to a header, the implicit one too, goes through `writeHead` of the response. */
export function injectAtHead(response: ServerResponse): void {
  response.writeHead = writeHead as ServerResponse['writeHead']
}

function writeHead(this: Exchanged, status: number, reason?: unknown, headers?: unknown): ServerResponse {
  const inherited = (Object.getPrototypeOf(this) as ServerResponse).writeHead as WriteHead
  const exchange = this[EXCHANGE]
  const frame = exchange?.open ? exchange.frame : null
  if (frame === null || this.headersSent) return inherited.call(this, status, reason, headers)
  const listed = typeof reason === 'string' ? headers : (headers ?? reason)
  let more: unknown
  try {
    if (Array.isArray(listed)) more = withTraceparent(listed, formatTraceparent(frame))
    else if (!this.hasHeader(NAME)) this.setHeader(NAME, formatTraceparent(frame))
  } catch (error) {
    fault(error)
  }
  // Node takes no reason for an array that came in its place.
  if (more !== undefined) return inherited.call(this, status, typeof reason === 'string' ? reason : undefined, more)
  return inherited.call(this, status, reason, headers)
}

/** A copy of raw headers, flat or in pairs; the application's own `traceparent` stays, and so does what Node will refuse. */
function withTraceparent(headers: readonly unknown[], value: string): readonly unknown[] {
  const pairs = Array.isArray(headers[0])
  if (!pairs && headers.length % 2 !== 0) return headers
  for (let i = 0; i < headers.length; i += pairs ? 1 : 2) {
    const name = pairs ? (headers[i] as unknown[])[0] : headers[i]
    if (String(name).toLowerCase() === NAME) return headers
  }
  return pairs ? [...headers, [NAME, value]] : [...headers, NAME, value]
}
