// Door `telltale/koa`: routes, mounts and errors of Koa 2 and 3, which no zero code reaches.
import { type KoaContext, thrownIn, watchKoa } from './surfaces/http/koa.ts'
import { running } from './surfaces/http/running.ts'

export type { KoaContext } from './surfaces/http/koa.ts'
export { setError, setRoute, setTenant } from './surfaces/http/naming.ts'

/** `app.use(telltaleKoa())` before the other middleware; a request that is observed already is counted once. */
export function telltaleKoa(): (context: KoaContext, next: () => Promise<unknown>) => Promise<void> {
  return async (context, next) => {
    running.surface?.adopt(context.req, context.res)
    watchKoa(context.app)
    try {
      await next()
    } catch (error) {
      thrownIn(context, error)
      throw error
    }
  }
}
