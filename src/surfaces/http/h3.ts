// h3, which Nitro and Nuxt stand on. Version 2 knows the whole route before the first middleware and, where the application
// registered h3's own `tracingPlugin`, says so on a diagnostics channel, so no code is needed there. Version 1 lets nested
// routers overwrite each other's word, each with the part below its own base; its context is therefore given an accessor,
// and the parts are joined by what the outer route and the layers of the application say, never by the path that was asked.
import { channel } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { noticeOnce } from '../../base/notice.ts'
import { seen } from '../../base/seen.ts'
import type { Exchange } from './exchange.ts'
import { fault } from './guard.ts'
import { join } from './mount.ts'
import { failed, openExchange, routed, unrouted } from './naming.ts'

const BEGUN = channel('tracing:h3.request:start')
const THROWN = channel('tracing:h3.request:error')

type Adopt = (request: IncomingMessage, response: ServerResponse) => void
type Hook = (...args: never[]) => unknown

interface Node {
  readonly req: IncomingMessage & { readonly originalUrl?: string }
  readonly res: ServerResponse
}

interface Event {
  readonly runtime?: { readonly node?: Node }
  readonly node?: Node
  /** Version 1: what is left of the path below the base that was taken off. */
  readonly path: string
  context: Context
}

interface Context {
  readonly matchedRoute?: { readonly route?: string; readonly path?: string }
  [EVENT]?: Event
  [LAYERS]?: readonly Layer[]
  [MATCH]?: unknown
  [ROUTE]?: string
}

interface Layer {
  readonly route: string
}

interface Hooks {
  onRequest?: Hook | undefined
  onError?: Hook | undefined
}

/** `createApp()` of version 1. */
interface App1 {
  readonly stack: readonly Layer[]
  readonly options: Hooks
}

/** `new H3()` of version 2. */
interface App2 {
  readonly config: Hooks
  use(middleware: (event: Event, next: () => unknown) => unknown): unknown
}

const EVENT: unique symbol = Symbol('event') as never
const LAYERS: unique symbol = Symbol('layers') as never
const MATCH: unique symbol = Symbol('match') as never
const ROUTE: unique symbol = Symbol('route') as never
const HOOKED: unique symbol = Symbol.for('telltale.h3') as never

export function startH3(): void {
  BEGUN.subscribe(onBegun)
  THROWN.subscribe(onThrown)
}

export function stopH3(): void {
  BEGUN.unsubscribe(onBegun)
  THROWN.unsubscribe(onThrown)
}

/** Hooks an application of either version, once; anything else is left as it is, and said. */
export function hookH3(app: object, adopt: Adopt): void {
  try {
    if (Object.hasOwn(app, HOOKED)) return
    if (isApp1(app)) hook1(app, adopt)
    else if (isApp2(app)) hook2(app, adopt)
    else {
      const text = 'telltaleH3 was given neither createApp() nor new H3() of h3: nothing is added'
      noticeOnce('http.h3', 'warn', 'http.h3', text)
      return
    }
    Object.defineProperty(app, HOOKED, { value: true })
    seen('h3')
  } catch (error) {
    fault(error)
  }
}

function isApp1(app: object): app is App1 {
  const { stack, options } = app as Partial<App1>
  return Array.isArray(stack) && typeof options === 'object' && options !== null
}

function isApp2(app: object): app is App2 {
  const { config, use } = app as Partial<App2>
  return typeof config === 'object' && config !== null && typeof use === 'function'
}

function hook2(app: App2, adopt: Adopt): void {
  const { config } = app
  const { onError } = config
  app.use((event, next) => {
    const node = event.runtime?.node
    if (node !== undefined) {
      adopt(node.req, node.res)
      name2(event)
    }
    return next()
  })
  config.onError = (...args: never[]) => {
    const [error, event] = args as unknown as [unknown, Event]
    blame(event, error)
    return onError?.(...args)
  }
}

function hook1({ options, stack }: App1, adopt: Adopt): void {
  const { onRequest, onError } = options
  options.onRequest = (...args: never[]) => {
    begin1((args as unknown as [Event])[0], stack, adopt)
    return onRequest?.(...args)
  }
  options.onError = (...args: never[]) => {
    const [error, event] = args as unknown as [unknown, Event]
    blame(event, error)
    return onError?.(...args)
  }
}

let met = false

function onBegun(message: unknown): void {
  if (!met) {
    met = true
    seen('h3')
  }
  name2((message as { event: Event }).event)
}

function onThrown(message: unknown): void {
  const { event, error } = message as { event: Event; error: unknown }
  blame(event, error)
}

function exchangeOfEvent(event: Event): Exchange | null {
  const node = event.runtime?.node ?? event.node
  return node?.req === undefined ? null : openExchange(node.req, node.res)
}

/** Version 2 has the whole template, also below mounted applications. */
function name2(event: Event): void {
  try {
    const template = event.context.matchedRoute?.route
    const exchange = template === undefined ? null : exchangeOfEvent(event)
    if (exchange !== null) routed(exchange, template!)
  } catch (error) {
    fault(error)
  }
}

/** h3 wraps what a handler threw; the cause is what the application knows. */
function blame(event: Event, error: unknown): void {
  try {
    const exchange = exchangeOfEvent(event)
    if (exchange === null) return
    const { unhandled, cause, statusMessage } = error as {
      unhandled?: boolean
      cause?: unknown
      statusMessage?: unknown
    }
    // Version 1: every layer and route passed it on.
    if (typeof statusMessage === 'string' && statusMessage.startsWith('Cannot find any path')) unrouted(exchange)
    failed(exchange, unhandled === true && cause instanceof Error ? cause : error)
  } catch (thrown) {
    fault(thrown)
  }
}

/** Prototype of the contexts of version 1: each router that matches sets `matchedRoute`. */
const WATCHED: object = Object.defineProperty({}, 'matchedRoute', {
  configurable: true,
  enumerable: false,
  get(this: Context) {
    return this[MATCH]
  },
  set(this: Context, match: { readonly path?: string } | undefined) {
    this[MATCH] = match
    if (match?.path !== undefined) name1(this, match.path)
  },
})

function begin1(event: Event, layers: readonly Layer[], adopt: Adopt): void {
  try {
    const { node } = event
    if (node === undefined || event.context[EVENT] !== undefined) return
    adopt(node.req, node.res)
    const exchange = openExchange(node.req, node.res)
    if (exchange === null) return
    const context: Context = Object.assign(Object.create(WATCHED), event.context)
    context[EVENT] = event
    context[LAYERS] = layers
    event.context = context
    exchange.held = context
    exchange.ask = ask1
  } catch (error) {
    fault(error)
  }
}

function name1(context: Context, template: string): void {
  try {
    const event = context[EVENT]!
    const { req, res } = event.node!
    const exchange = openExchange(req, res)
    if (exchange === null) return
    const asked = pathname(req.originalUrl ?? req.url ?? '/')
    const rest = pathname(event.path)
    const base = rest !== asked && asked.endsWith(rest) ? asked.slice(0, asked.length - rest.length) : ''
    const route = base === '' ? template : join(wordsOf(base, context[ROUTE], context[LAYERS]!), template)
    context[ROUTE] = route
    routed(exchange, route)
  } catch (error) {
    fault(error)
  }
}

/** A layer that answered and is no router: the base that it was used with. */
function ask1(exchange: Exchange, status: number): void {
  const context = exchange.held as Context
  if (exchange.route !== null || status === 404) return
  const { req } = context[EVENT]!.node!
  const asked = pathname(req.originalUrl ?? '')
  const rest = pathname(req.url ?? '')
  const base = asked.length - rest.length
  if (rest === asked || !(asked.endsWith(rest) || rest === '/')) return
  const text = asked.endsWith(rest) && base > 0 ? asked.slice(0, base) : asked
  for (const { route } of context[LAYERS]!) if (route === text) return routed(exchange, join(route, '/*'))
}

/** The segments of a base in the words of the application: of the route above, of a layer, or `*`. */
function wordsOf(base: string, above: string | undefined, layers: readonly Layer[]): string {
  const taken = base.split('/')
  const outer = (above ?? '').split('/')
  const layer = layers.find(({ route }) => route.length > 1 && (base === route || base.startsWith(`${route}/`)))
  const words = layer?.route.split('/') ?? []
  for (let i = 1; i < taken.length; i++) {
    const word = outer[i]
    if (word === taken[i] || word?.charCodeAt(0) === 58) taken[i] = word
    else if (words[i] !== taken[i]) taken[i] = '*'
  }
  return taken.join('/')
}

function pathname(url: string): string {
  const mark = url.indexOf('?')
  return mark < 0 ? url : url.slice(0, mark)
}
