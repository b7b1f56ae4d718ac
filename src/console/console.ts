// Every URL that we answer goes through here: found in the one table, its tier decided, answered, and given the
// correlation id. It stands behind `node:http` (a listener of ours, or mounted on the application's server) and behind
// `fetch`. It promises an answer to everything that is its own, whatever a handler throws, and refuses to touch the rest.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { clientError } from '../access/client-error.ts'
import type { AccessEvent, Decision, Granted, Guard } from '../access/decision.ts'
import { guardOf } from '../access/guard.ts'
import { notice, thrownText } from '../base/notice.ts'
import { CORRELATION_HEADER, correlationId } from '../context/correlation.ts'
import { mount } from './mount.ts'
import { problemAnswer } from './problem.ts'
import { type Answer, type AnyRoute, type Found, type Missed, oneOf, type PlainRequest, RouteTable } from './route.ts'
import { tell } from './tell.ts'

export interface ConsoleOptions {
  readonly routes: readonly AnyRoute[]
  /** Decides who may ask what; without it nothing is configured. */
  readonly guard?: Guard
  /** Hears of every decision on a route that is not public. */
  readonly heard?: (event: AccessEvent) => void
  /** Looks at every request first; what it gives back refuses it. */
  readonly allow?: (request: PlainRequest) => { status: number; code: string; detail: string } | null
}

export interface Console {
  /** Answers what is ours and says true; anything else is not touched. */
  listener(request: IncomingMessage, response: ServerResponse): boolean
  /** Answers everything; what is not ours is a 404. */
  serve(request: IncomingMessage, response: ServerResponse): void
  fetch(request: Request): Promise<Response>
  /** Whether a request for this URL would be answered. */
  owns(url: string): boolean
  /** Answers what is ours on the application's own server; its other requests are not touched. Returns the undoing. */
  mount(server: Server): () => void
}

interface Refused {
  readonly refused: Answer
}

interface Admitted {
  readonly found: Found
  readonly granted: Granted
}

type Decided = Admitted | Refused

export function createConsole(options: ConsoleOptions): Console {
  const { routes, guard = guardOf(), heard, allow } = options
  const table = new RouteTable(routes)

  function decide(request: PlainRequest, correlation: string): Decided | Promise<Decided> {
    const refusal = allow?.(request) ?? null
    if (refusal !== null) return { refused: problemAnswer(refusal.status, refusal.code, refusal.detail, correlation) }
    const found = table.find(request.method, request.path)
    return found instanceof Promise
      ? found.then((one) => judge(one, request, correlation))
      : judge(found, request, correlation)
  }

  function judge(found: Found | Missed, asked: PlainRequest, correlation: string): Decided | Promise<Decided> {
    if ('allow' in found) return { refused: missed(found, asked.method, correlation) }
    const decision = guard.decide({ tier: found.route.tier, ...asked })
    return decision instanceof Promise
      ? decision.then((one) => decided(found, one, asked, correlation))
      : decided(found, decision, asked, correlation)
  }

  function decided(found: Found, decision: Decision, asked: PlainRequest, correlation: string): Decided {
    const { tier } = found.route
    if (heard !== undefined && tier !== 'public') tell(heard, decision, found.route, asked, correlation)
    if (decision.ok) return { found, granted: decision }
    const { status, code, detail, headers } = decision
    // Whoever scrapes reads plain text.
    const refused =
      tier === 'scrape' ? plain(status, detail, headers) : problemAnswer(status, code, detail, correlation, headers)
    return { refused }
  }

  function failed(error: unknown, { method, path }: PlainRequest, correlation: string): Answer {
    const { status, code, detail, headers } = clientError(error, {
      failed: () => notice('error', 'console.failed', `answering ${method} ${path} failed: ${thrownText(error)}`),
    })
    return problemAnswer(status, code, detail, correlation, headers)
  }

  /** All but web routes over node:http, which keep their own way of writing. */
  async function answer(found: Found, request: PlainRequest, correlation: string): Promise<Answer> {
    try {
      const { route } = found
      if ('answer' in route) return await route.answer(request, correlation)
      throw new Error('not a plain route')
    } catch (error) {
      return failed(error, request, correlation)
    }
  }

  async function handle(
    { found, granted }: Admitted,
    request: Request,
    plainly: PlainRequest,
    correlation: string,
  ): Promise<Response> {
    try {
      const { route, params } = found
      if ('answer' in route) return responseOf(await route.answer(plainly, correlation), plainly.method, correlation)
      const { tenant, caller } = granted
      const response = await route.handle(request, { params, correlationId: correlation, tenant, caller })
      return withCorrelation(response, correlation)
    } catch (error) {
      return responseOf(failed(error, plainly, correlation), plainly.method, correlation)
    }
  }

  async function onNode(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const { method = 'GET', headers, rawHeaders: raw, socket } = request
    const plainly: PlainRequest = { method, path, headers, raw, address: socket.remoteAddress ?? null }
    const correlation = correlationId(oneOf(request.headers[CORRELATION_HEADER]))
    try {
      const decided = await decide(plainly, correlation)
      if ('refused' in decided) return write(request, response, decided.refused, correlation)
      if ('answer' in decided.found.route)
        return write(request, response, await answer(decided.found, plainly, correlation), correlation)
      const { serveWeb } = await import('./web.ts')
      await serveWeb(request, response, (given) => handle(decided, given, plainly, correlation))
    } catch (error) {
      abandon(request, response, failed(error, plainly, correlation), correlation)
    }
  }

  const owns = (url: string) => table.owns(url)

  return {
    owns,
    listener(request, response) {
      const url = request.url ?? '/'
      if (!owns(url)) return false
      void onNode(request, response, pathOf(url))
      return true
    },
    serve(request, response) {
      void onNode(request, response, pathOf(request.url ?? '/'))
    },
    async fetch(request) {
      const path = new URL(request.url).pathname
      const headers = Object.fromEntries(request.headers)
      const plainly: PlainRequest = { method: request.method, path, headers, address: null }
      const correlation = correlationId(request.headers.get(CORRELATION_HEADER) ?? undefined)
      const decided = await decide(plainly, correlation)
      if ('refused' in decided) return responseOf(decided.refused, request.method, correlation)
      return handle(decided, request, plainly, correlation)
    },
    mount(server) {
      return mount(server, owns, (request, response) => void onNode(request, response, pathOf(request.url ?? '/')))
    },
  }
}

/** No such address, or one that does not know the method. */
function missed({ allow }: Missed, method: string, correlation: string): Answer {
  if (allow === null) return problemAnswer(404, 'not_found', 'There is nothing at this address.', correlation)
  const detail = `This address does not know ${/^[A-Z]{1,20}$/.test(method) ? method : 'the method'}.`
  return problemAnswer(405, 'method_not_allowed', detail, correlation, { allow })
}

/** The path of a request target; the absolute form (`GET http://host/path`) is known too. */
function pathOf(url: string): string {
  const end = url.search(/[?#]/)
  const path = end < 0 ? url : url.slice(0, end)
  if (path.startsWith('/')) return path
  const absolute = /^https?:\/\/[^/]*(\/.*)?$/i.exec(path)
  return absolute === null ? path : (absolute[1] ?? '/')
}

/** One line of plain text with a status, for those who read no JSON. */
export function plain(status: number, line: string, headers: Answer['headers'] = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers },
    body: `# ${line}\n`,
  }
}

function write(request: IncomingMessage, response: ServerResponse, answer: Answer, correlation: string): void {
  const { status, headers = {}, body = '' } = answer
  const chunks = typeof body === 'string' ? [Buffer.from(body)] : body instanceof Uint8Array ? [body] : body
  let length = 0
  for (const chunk of chunks) length += chunk.byteLength
  response.statusCode = status
  for (const name of Object.keys(headers)) response.setHeader(name, headers[name]!)
  response.setHeader(CORRELATION_HEADER, correlation)
  response.setHeader('x-content-type-options', 'nosniff')
  // The length of an answer that says "not changed" would be that of the thing itself.
  if (status !== 304) response.setHeader('content-length', length)
  if (request.method === 'HEAD' || length === 0) {
    response.end()
    return
  }
  const last = chunks.length - 1
  for (let i = 0; i < last; i++) response.write(chunks[i]!)
  response.end(chunks[last])
}

/** The last resort: a connection that is gone, or a response that another has begun, is none of our business. */
function abandon(request: IncomingMessage, response: ServerResponse, answer: Answer, correlation: string): void {
  try {
    if (response.headersSent) response.destroy()
    else write(request, response, answer, correlation)
  } catch {}
}

function responseOf({ status, headers, body = '' }: Answer, method: string, correlation: string): Response {
  const whole = typeof body === 'string' || body instanceof Uint8Array ? body : Buffer.concat(body)
  const held = new Headers(headers)
  held.set(CORRELATION_HEADER, correlation)
  held.set('x-content-type-options', 'nosniff')
  if (status !== 304)
    held.set('content-length', String(typeof whole === 'string' ? Buffer.byteLength(whole) : whole.byteLength))
  return new Response(
    method === 'HEAD' || whole.length === 0 ? null : (whole as ConstructorParameters<typeof Response>[0]),
    { status, headers: held },
  )
}

function withCorrelation(response: Response, correlation: string): Response {
  try {
    response.headers.set(CORRELATION_HEADER, correlation)
    response.headers.set('x-content-type-options', 'nosniff')
    return response
  } catch {
    // Responses of fetch() have frozen headers.
    const headers = new Headers(response.headers)
    headers.set(CORRELATION_HEADER, correlation)
    headers.set('x-content-type-options', 'nosniff')
    return new Response(response.body, { status: response.status, statusText: response.statusText, headers })
  }
}
