// Door `telltale/express`: for applications that are to be observed one by one, or that run on a server of their own.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setError } from './surfaces/http/naming.ts'
import { running } from './surfaces/http/running.ts'

export { setError, setRoute, setTenant } from './surfaces/http/naming.ts'

/** Middleware to be used first; a request that is observed already is left alone. */
export function telltaleExpress(): (request: IncomingMessage, response: ServerResponse, next: () => void) => void {
  return (request, response, next) => {
    running.surface?.adopt(request, response)
    next()
  }
}

/**
 * Error middleware to be used after the routes and before the one that answers: Express tells nobody what a handler threw.
 */
export function telltaleExpressErrors(): (
  error: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  next: (error: unknown) => void,
) => void {
  // Express knows an error middleware by its four parameters.
  return (error, request, _response, next) => {
    setError(request, error)
    next(error)
  }
}
