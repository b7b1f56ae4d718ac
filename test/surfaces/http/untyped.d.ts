// What tests use of packages that bring no types.
declare module 'koa' {
  import type { EventEmitter } from 'node:events'
  import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

  class Koa extends EventEmitter {
    silent: boolean
    use(middleware: Koa.Middleware): this
    callback(): RequestListener
  }
  namespace Koa {
    interface Context {
      readonly req: IncomingMessage
      readonly res: ServerResponse
      readonly headers: Record<string, string | undefined>
      readonly params: Record<string, string>
      readonly app: Koa
      path: string
      url: string
      status: number
      body: unknown
      type: string
      respond: boolean
      set(headers: Record<string, string>): void
      throw(status: number, message?: string): never
    }
    type Middleware = (context: Context, next: () => Promise<unknown>) => unknown
  }
  export default Koa
}
declare module 'koa2' {
  import Koa from 'koa'
  export default Koa
}
declare module 'koa-mount' {
  import type Application from 'koa'
  export default function mount(prefix: string, app: Application | Application.Middleware): Application.Middleware
}
declare module 'koa-static' {
  import type Application from 'koa'
  export default function serve(root: string): Application.Middleware
}
declare module 'koa-router' {
  import type Application from 'koa'
  export default class Router {
    constructor(options?: { prefix?: string })
    get(path: string | RegExp | string[], ...middleware: Application.Middleware[]): this
    post(path: string, ...middleware: Application.Middleware[]): this
    all(path: string, ...middleware: Application.Middleware[]): this
    use(...middleware: (string | Application.Middleware)[]): this
    routes(): Application.Middleware
    allowedMethods(): Application.Middleware
  }
}
