// Koa 2 and 3. A router of Koa says its route by setting `ctx._matchedRoute`, and koa-mount its prefix by setting
// `ctx.mountPath`, both before any handler runs; so `app.context`, which Koa offers for additions, gets these two as
// accessors. The route is known for requests that are cut off or end while their handler still runs, and a chain of mounts
// is put together from the prefixes that were really taken off, never from the path.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { seen } from '../../base/seen.ts'
import { EXCHANGE, type Exchange } from './exchange.ts'
import { fault } from './guard.ts'
import { join, patternOf } from './mount.ts'
import { failed, openExchange, routed } from './naming.ts'

export interface KoaContext {
  readonly app: object
  readonly req: IncomingMessage
  readonly res: ServerResponse
}

interface Layer {
  readonly path: unknown
  readonly methods: readonly string[]
}

/** One `mountPath` that was set: the prefix, and the path before it was taken off. */
interface Mount {
  readonly prefix: unknown
  readonly before: string
  readonly above: Mount | undefined
}

interface Context extends KoaContext {
  readonly res: ServerResponse & { readonly [EXCHANGE]?: Exchange }
  readonly path: string
  readonly matched?: readonly Layer[]
  [ROUTE]?: unknown
  [MOUNT]?: Mount
}

interface Application {
  readonly context: object
  on(event: 'error', listener: (error: unknown, context?: Context) => void): unknown
  [WATCHED]?: boolean
}

const ROUTE: unique symbol = Symbol('route') as never
const MOUNT: unique symbol = Symbol('mount') as never
const WATCHED: unique symbol = Symbol.for('telltale.koa') as never

const ACCESSORS: PropertyDescriptorMap & ThisType<Context> = {
  _matchedRoute: {
    configurable: true,
    get() {
      return this[ROUTE]
    },
    set(path: unknown) {
      this[ROUTE] = path
      if (path !== undefined) matched(this, path)
    },
  },
  mountPath: {
    configurable: true,
    get() {
      return this[MOUNT]?.prefix
    },
    set(prefix: unknown) {
      this[MOUNT] = { prefix, before: this.path, above: this[MOUNT] }
    },
  },
}

/** Once per application, at its first request: Koa's own listener for errors is there by then and stays. */
export function watchKoa(app: object): void {
  const application = app as Application
  if (application[WATCHED] === true) return
  try {
    Object.defineProperty(application, WATCHED, { value: true })
    seen('koa')
    Object.defineProperties(application.context, ACCESSORS)
    application.on('error', onError)
  } catch (error) {
    fault(error)
  }
}

/** What reached Koa itself, or an error handler of the application handed to `app.emit('error', error, ctx)`. */
function onError(error: unknown, context?: Context): void {
  if (context?.req !== undefined) thrownIn(context, error)
}

export function thrownIn(context: KoaContext, error: unknown): void {
  const exchange = openExchange(context.req, context.res)
  if (exchange !== null) failed(exchange, error)
}

function matched(context: Context, path: unknown): void {
  try {
    const exchange = openExchange(context.req, context.res)
    if (exchange === null || !isRoute(context.matched, path)) return
    const mount = context[MOUNT]
    const pattern = patternOf(path)
    routed(exchange, mount === undefined ? pattern : join(prefixOf(mount, context.path), pattern))
  } catch (error) {
    fault(error)
  }
}

/** @koa/router names its middleware layers in the same place, by patterns of its own such as `([^/]*)`. */
function isRoute(layers: readonly Layer[] | undefined, path: unknown): boolean {
  if (!Array.isArray(layers)) return true
  for (const layer of layers as readonly Layer[]) if (layer.path === path && layer.methods.length > 0) return true
  return false
}

/** The prefixes that lead to `path`; a mount that was left again, or one beside it, does not. */
function prefixOf(last: Mount, path: string): string {
  let text = ''
  let inner = path
  for (let mount: Mount | undefined = last; mount !== undefined; mount = mount.above) {
    const { prefix, before } = mount
    if (typeof prefix !== 'string' || !before.startsWith(prefix) || (before.slice(prefix.length) || '/') !== inner)
      continue
    text = join(patternOf(prefix), text)
    inner = before
  }
  return text
}
