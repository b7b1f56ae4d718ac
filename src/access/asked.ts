// A request of any server or framework as a guard sees it: by shape, since none of them is imported.
import type { Question } from './decision.ts'

export interface Asked extends Omit<Question, 'tier'> {
  /** What the server itself made: an IncomingMessage, or a Request of the web. */
  readonly request: object
}

interface NodeShape {
  readonly method?: unknown
  readonly url?: unknown
  /** Express and Connect: whole, below a mount too. */
  readonly originalUrl?: unknown
  readonly headers?: unknown
  readonly rawHeaders?: unknown
  readonly socket?: { readonly remoteAddress?: unknown } | null
  /** Fastify and Hono. */
  readonly raw?: object
  /** Koa. */
  readonly req?: object
}

/** Throws a TypeError for what is no request. */
export function askedOf(given: unknown): Asked {
  const request = requestIn(given)
  const { method, headers, url, originalUrl, rawHeaders, socket } = request
  const target = typeof originalUrl === 'string' ? originalUrl : url
  if (typeof method !== 'string' || typeof target !== 'string' || typeof headers !== 'object' || headers === null)
    throw new TypeError('this is no request: give an IncomingMessage, a Request, or what a framework calls its request')
  const web = typeof (headers as Headers).get === 'function'
  return {
    request,
    method,
    path: pathOf(target),
    headers: web ? Object.fromEntries(headers as Headers) : (headers as Question['headers']),
    ...(Array.isArray(rawHeaders) && { raw: rawHeaders as string[] }),
    address: typeof socket?.remoteAddress === 'string' ? socket.remoteAddress : null,
  }
}

function requestIn(given: unknown): NodeShape {
  let here = given as NodeShape | null | undefined
  for (let i = 0; i < 3; i++) {
    if (typeof here !== 'object' || here === null) break
    if (typeof here.raw === 'object' && here.raw !== null) here = here.raw as NodeShape
    else if (here.headers === undefined && typeof here.req === 'object' && here.req !== null)
      here = here.req as NodeShape
    else break
  }
  return typeof here === 'object' && here !== null ? here : {}
}

/** Without query; of the absolute form too (RFC 9112, 3.2.2). */
function pathOf(target: string): string {
  const end = target.search(/[?#]/)
  const path = end < 0 ? target : target.slice(0, end)
  if (path.startsWith('/')) return path
  const scheme = path.indexOf('://')
  if (scheme < 0) return path
  const slash = path.indexOf('/', scheme + 3)
  return slash < 0 ? '/' : path.slice(slash)
}
