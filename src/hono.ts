// Door `telltale/hono`: routes, mounts and errors of Hono on @hono/node-server, which no zero code reaches.
import { type HonoContext, holdHono, nodeOf } from './surfaces/http/hono.ts'
import { running } from './surfaces/http/running.ts'

export type { HonoContext, HonoRequest, HonoRoute } from './surfaces/http/hono.ts'
export { setError, setRoute, setTenant } from './surfaces/http/naming.ts'

/** `app.use(telltaleHono())` before the other middleware; a request that is observed already is counted once. */
export function telltaleHono(): (context: HonoContext, next: () => Promise<void>) => Promise<void> {
  return (context, next) => {
    const node = nodeOf(context)
    if (node !== null) {
      running.surface?.adopt(node.incoming, node.outgoing)
      holdHono(context, node)
    }
    return next()
  }
}
