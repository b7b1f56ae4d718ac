// Our paths on the application's own server. The one place where we stand in front of it: the server object was handed
// to us, and its `emit` passes every request by with one look at the URL. Frameworks need nothing: Express, Fastify and
// whatever else stands behind the same server see their requests unchanged.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'

type Emit = Server['emit']

/** Returns the undoing. Mounting twice answers by the latest; undoing in any order is safe. */
export function mount(
  server: Server,
  owns: (url: string) => boolean,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): () => void {
  let mounted = true
  const before: Emit = server.emit
  const emit = function (this: Server, event: string | symbol, request?: IncomingMessage, response?: ServerResponse) {
    if (event === 'request' && mounted && owns(request?.url ?? '')) {
      answer(request!, response!)
      return true
    }
    // biome-ignore lint/complexity/noArguments: a rest parameter would allocate for every event of the application's server.
    return Reflect.apply(before, this, arguments)
  } as Emit
  server.emit = emit
  return () => {
    mounted = false
    if (server.emit === emit) server.emit = before
  }
}
