// The guard and the error answers as frameworks take them, by shape: none of them is imported.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type AnswerOptions, type ErrorAnswer, errorAnswer } from './problem.ts'
import { type AccessOptions, keepAccess, RequestGuard, type RequestTier } from './request-guard.ts'
import { running } from './running.ts'

export interface FastifyReplyShape {
  code(status: number): unknown
  headers(headers: Record<string, string>): unknown
  send(body: Uint8Array): unknown
}

export interface KoaShape {
  readonly req: IncomingMessage
  status: number
  body: unknown
  set(headers: Record<string, string>): void
}

export interface HonoShape {
  readonly req: { readonly raw: Request }
  readonly env: unknown
}

type Next = () => Promise<unknown>

export interface AccessGuard extends Pick<RequestGuard, 'authenticate'> {
  /** Middleware of Express and Connect. */
  express(of?: {
    tier?: RequestTier
  }): (request: object, response: ServerResponse, next: (error?: unknown) => void) => void
  /** An `onRequest` hook of Fastify. */
  fastify(of?: { tier?: RequestTier }): (request: object, reply: FastifyReplyShape) => Promise<unknown>
  /** Middleware of Koa. */
  koa(of?: { tier?: RequestTier }): (context: KoaShape, next: Next) => Promise<void>
  /** Middleware of Hono. */
  hono(of?: { tier?: RequestTier }): (context: HonoShape, next: Next) => Promise<Response | undefined>
}

/**
 * A guard of the application's own requests, by the configuration of the instance that runs: what is not exempt needs a
 * token where `access.jwt` is on, and has the tenant that the table of tenants says. May be made before `start()`.
 */
export function access(options: AccessOptions = {}): AccessGuard {
  const { authenticate } = new RequestGuard(options)
  return {
    authenticate,
    express: (of) => (request, response, next) => {
      void authenticate(request, of).then((decided) => {
        if (decided.ok) next()
        else sendAnswer(response, decided.answer)
      })
    },
    fastify: (of) => async (request, reply) => {
      const decided = await authenticate(request, of)
      if (decided.ok) return undefined
      return answerFastify(reply, decided.answer)
    },
    koa: (of) => async (context, next) => {
      const decided = await authenticate(context, of)
      if (decided.ok) await next()
      else answerKoa(context, decided.answer)
    },
    hono: (of) => async (context, next) => {
      const decided = await authenticate(nodeOf(context) ?? context.req, of)
      keepAccess(context, decided)
      keepAccess(context.req.raw, decided)
      if (!decided.ok) return responseOf(decided.answer)
      await next()
      return undefined
    },
  }
}

export interface ErrorHandlers {
  /** The last error middleware of Express and Connect. */
  readonly express: (error: unknown, request: object, response: ServerResponse, next: (error: unknown) => void) => void
  /** For `setErrorHandler` of Fastify, whose own refusals (`FST_ERR_…`) are for the client. */
  readonly fastify: (error: unknown, request: object, reply: FastifyReplyShape) => unknown
  /** The first middleware of Koa. */
  readonly koa: (context: KoaShape, next: Next) => Promise<void>
  /** For `onError` of Hono. */
  readonly hono: (error: unknown, context: HonoShape) => Response
}

/** What a framework does with errors: all of them become the one answer that clients may see. */
export function errorHandlers(options: AnswerOptions = {}): ErrorHandlers {
  return {
    express(error, request, response, next) {
      // Half of an answer is out: only the connection can say that the rest will not come.
      if (response.headersSent) return next(error)
      failed(request, error)
      sendAnswer(response, errorAnswer(error, options))
    },
    fastify(error, _request, reply) {
      return answerFastify(reply, errorAnswer(error, { exposes: ofFastify, ...options }))
    },
    async koa(context, next) {
      try {
        await next()
      } catch (error) {
        failed(context.req, error)
        answerKoa(context, errorAnswer(error, options))
      }
    },
    hono(error, context) {
      failed(nodeOf(context) ?? context.req.raw, error)
      return responseOf(errorAnswer(error, options))
    },
  }
}

/** Writes the answer to a response of node:http; one that has begun is cut off. */
export function sendAnswer(response: ServerResponse, { status, headers, problem }: ErrorAnswer): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  response.statusCode = status
  for (const name of Object.keys(headers)) response.setHeader(name, headers[name]!)
  response.end(JSON.stringify(problem))
}

function answerFastify(reply: FastifyReplyShape, { status, headers, problem }: ErrorAnswer): unknown {
  reply.code(status)
  reply.headers({ ...headers })
  // Of a text it would say which characters it has.
  reply.send(Buffer.from(JSON.stringify(problem)))
  return reply
}

function answerKoa(context: KoaShape, { status, headers, problem }: ErrorAnswer): void {
  context.status = status
  context.body = JSON.stringify(problem)
  context.set({ ...headers })
}

function responseOf({ status, headers, problem }: ErrorAnswer): Response {
  return new Response(JSON.stringify(problem), { status, headers: { ...headers } })
}

/** What @hono/node-server hands on; nothing elsewhere. */
function nodeOf({ env }: HonoShape): IncomingMessage | undefined {
  return (env as { readonly incoming?: IncomingMessage } | null | undefined)?.incoming
}

function ofFastify(error: object): boolean {
  const { code, statusCode, expose } = error as { code?: unknown; statusCode?: unknown; expose?: unknown }
  if (expose === true) return true
  return typeof code === 'string' && code.startsWith('FST_ERR_') && typeof statusCode === 'number' && statusCode < 500
}

/** These frameworks tell nobody what a handler threw. */
function failed(request: object, error: unknown): void {
  try {
    running.access?.setError(request, error)
  } catch {}
}
