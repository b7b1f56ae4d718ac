// Web requests over node:http, by @hono/node-server: it knows bodies, streams, aborts and what else stands between the
// two. Loaded when the first web route is asked for, so that a service which is only scraped and probed never has it.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'

const kHandle: unique symbol = Symbol('telltale.handle')
type Handle = (request: Request) => Promise<Response>
type Carrier = IncomingMessage & { [kHandle]?: Handle }

const listener = getRequestListener(
  (request, { incoming }) => {
    const handle = (incoming as Carrier)[kHandle]!
    return handle(request)
  },
  { overrideGlobalObjects: false },
)

export async function serveWeb(request: IncomingMessage, response: ServerResponse, handle: Handle): Promise<void> {
  ;(request as Carrier)[kHandle] = handle
  await listener(request, response)
}
