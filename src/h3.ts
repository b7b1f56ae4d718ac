// Door `telltale/h3`: routes, nested routers and errors of h3 1 and 2, and of Nitro, whose application is one of h3.
import { hookH3 } from './surfaces/http/h3.ts'
import { running } from './surfaces/http/running.ts'

export { setError, setRoute, setTenant } from './surfaces/http/naming.ts'

/**
 * Version 2: `app.register(telltaleH3)` before the other middleware. Version 1: `telltaleH3(app)`, in Nitro
 * `telltaleH3(nitroApp.h3App)`. Once per application; a request that is observed already is counted once.
 */
export function telltaleH3(app: object): void {
  hookH3(app, (request, response) => running.surface?.adopt(request, response))
}
