// `traceparent` on an HTTP/1 response, put into the head once it is written as text and not yet sent. Set as a header any
// earlier it changes what the application may do (`writeHead` with an array loses repeated headers and refuses nested
// pairs on Node 20, `getHeaders()` tells of a header that is not theirs) and takes Node off its quick path: 2 µs.
import type { ServerResponse } from 'node:http'
import { formatTraceparent } from '../../context/traceparent.ts'
import { EXCHANGE, type Exchange } from './exchange.ts'
import { fault } from './guard.ts'

/** `_header` is the text of the head: Node's own `headersSent` is whether it is there. */
type Head = ServerResponse & { readonly [EXCHANGE]?: Exchange; _header?: unknown }
type WriteHead = (this: ServerResponse, status: number, reason?: unknown, headers?: unknown) => ServerResponse

const OWN = /\r\ntraceparent:/i

/** Every way to a head, the implicit one too, goes through `writeHead` of the response. */
export function injectAtHead(response: ServerResponse): void {
  response.writeHead = writeHead as ServerResponse['writeHead']
}

function writeHead(this: Head, status: number, reason?: unknown, headers?: unknown): ServerResponse {
  const inherited = (Object.getPrototypeOf(this) as ServerResponse).writeHead as WriteHead
  if (this.headersSent) return inherited.call(this, status, reason, headers)
  const result = inherited.call(this, status, reason, headers)
  const frame = this[EXCHANGE]?.frame
  if (!frame) return result
  try {
    const head = this._header
    // The application's own stays.
    if (typeof head === 'string' && head.endsWith('\r\n\r\n') && !OWN.test(head))
      this._header = `${head.slice(0, -2)}traceparent: ${formatTraceparent(frame)}\r\n\r\n`
  } catch (error) {
    fault(error)
  }
  return result
}
