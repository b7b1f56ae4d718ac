// Door `telltale/express`: for applications that are to be observed one by one, or that run on a server of their own.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { running } from './surfaces/http/running.ts'

export { setRoute, setTenant } from './surfaces/http/naming.ts'

/** Middleware to be used first; a request that is observed already is left alone. */
export function telltaleExpress(): (request: IncomingMessage, response: ServerResponse, next: () => void) => void {
  return (request, response, next) => {
    running.surface?.adopt(request, response)
    next()
  }
}
