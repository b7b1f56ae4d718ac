// Fastify: its channel hands us every instance before the user's plugins, so our one cheap hook runs first and knows the
// route also for requests that a later hook refuses. The route comes from the context that Fastify keeps under a symbol of
// its own; `request.routeOptions` builds an object of twelve properties per request and is only the fallback.
import { channel } from 'node:diagnostics_channel'
import { seen } from '../../base/seen.ts'
import { EXCHANGE, type Exchange, exchangeOf, ROUTE_NONE, ROUTE_ROUTER } from './exchange.ts'
import { errorType } from './status.ts'

const INITIALIZED = channel('fastify.initialization')
const HOOKED: unique symbol = Symbol.for('telltale.fastify') as never

interface RouteContext {
  readonly config?: { readonly url?: string }
}

export interface FastifyRequestLike {
  readonly raw: object
  readonly routeOptions?: { readonly url?: string | undefined }
}

export interface FastifyReplyLike {
  readonly raw: { readonly [EXCHANGE]?: Exchange }
}

export interface FastifyLike {
  addHook(
    name: 'onRequest',
    hook: (request: FastifyRequestLike, reply: FastifyReplyLike, done: () => void) => void,
  ): unknown
  addHook(
    name: 'onError',
    hook: (request: FastifyRequestLike, reply: FastifyReplyLike, error: unknown, done: () => void) => void,
  ): unknown
  readonly [HOOKED]?: boolean
}

/** Adds the hooks once per instance, whoever comes first: the channel or the plugin. */
export function hookFastify(instance: FastifyLike): boolean {
  if (instance[HOOKED] === true) return false
  Object.defineProperty(instance, HOOKED, { value: true })
  seen('fastify')
  instance.addHook('onRequest', onRequest)
  instance.addHook('onError', onError)
  return true
}

export function startFastify(): void {
  INITIALIZED.subscribe(onInitialized)
}

export function stopFastify(): void {
  INITIALIZED.unsubscribe(onInitialized)
}

function onInitialized(message: unknown): void {
  hookFastify((message as { fastify: FastifyLike }).fastify)
}

function onRequest(request: FastifyRequestLike, reply: FastifyReplyLike, done: () => void): void {
  nameRoute(request, reply)
  done()
}

/** Puts the matched route on the open request; nothing when it was not matched or is not observed. */
export function nameRoute(request: FastifyRequestLike, reply: FastifyReplyLike): void {
  const exchange = reply.raw[EXCHANGE] ?? exchangeOf(request.raw)
  if (exchange === null || !exchange.open || exchange.routeRank !== ROUTE_NONE) return
  const url = templateOf(request)
  if (url === undefined) return
  exchange.route = exchange.recorder.routes.of(url)
  exchange.routeRank = ROUTE_ROUTER
}

/** `error.type` of the span is the class of what the handler threw. */
function onError(request: FastifyRequestLike, reply: FastifyReplyLike, error: unknown, done: () => void): void {
  const exchange = reply.raw[EXCHANGE] ?? exchangeOf(request.raw)
  if (exchange?.open) {
    exchange.error = errorType(error)
    exchange.thrown = error
  }
  done()
}

/** Fastify's symbol for the context of the matched route; found on the first request, again when another copy comes. */
let contextKey: symbol | undefined

function templateOf(request: FastifyRequestLike): string | undefined {
  const held = request as unknown as Record<symbol, RouteContext | undefined>
  let context = contextKey === undefined ? undefined : held[contextKey]
  if (context === undefined) {
    contextKey = Object.getOwnPropertySymbols(request).find((key) => key.description === 'fastify.context')
    context = contextKey === undefined ? undefined : held[contextKey]
  }
  const config = context?.config
  return config === undefined ? request.routeOptions?.url : config.url
}
