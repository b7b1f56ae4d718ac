// Express gives each request and response its own prototype after Node has made them. V8 before 13 (Node 20 and 22) puts
// an object whose prototype was changed into a hidden class of its own as soon as a property is added, so that every
// access to `req` and `res` in the whole chain asks the runtime: two thirds of what a small Express request costs.
// `http.createServer` has options for the classes of its messages; set to classes that have Express's prototypes from
// the start, Express's own change becomes none, and all requests share one hidden class (82 µs a request become 26).
// Only for a server that Express alone answers and that makes Node's own messages.
import { IncomingMessage, type Server, ServerResponse } from 'node:http'

interface Application {
  readonly request?: unknown
  readonly response?: unknown
}

type Constructor = (this: object, ...given: unknown[]) => void

const NEEDED = Number.parseInt(process.versions.v8, 10) < 13

/** Nothing when it was done before, or is not needed or not sure. */
export function steadyShapes(server: Server | undefined): void {
  if (!NEEDED || server === undefined) return
  const listeners = server.listeners('request')
  if (listeners.length !== 1) return
  const { request, response } = listeners[0] as Application
  const undo = [
    replace(server, 'IncomingMessage', IncomingMessage, request),
    replace(server, 'ServerResponse', ServerResponse, response),
  ]
  if (undo.every((one) => one === undefined)) return
  // Whoever else listens from now on gets messages without Express's members: assigning `query`, a getter there, throws.
  const changed = (event: string | symbol): void => {
    if (event !== 'request') return
    for (const one of undo) one?.()
    server.off('newListener', changed).off('removeListener', changed)
  }
  server.on('newListener', changed).on('removeListener', changed)
}

/** Node keeps the options under symbols of these names; they are read for each request. */
function replace(
  server: Server,
  option: string,
  own: typeof IncomingMessage | typeof ServerResponse,
  like: unknown,
): (() => void) | undefined {
  if (!Object.prototype.isPrototypeOf.call(own.prototype, like as object)) return undefined
  const key = Object.getOwnPropertySymbols(server).find(({ description }) => description === option)
  const options = server as unknown as Record<symbol, unknown>
  if (key === undefined || options[key] !== own) return undefined
  const make = own as unknown as Constructor
  function Message(this: object, ...given: unknown[]): void {
    make.apply(this, given)
  }
  Message.prototype = like
  options[key] = Message
  return () => {
    if (options[key] === Message) options[key] = own
  }
}
