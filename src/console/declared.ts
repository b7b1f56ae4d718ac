// Groups of addresses as tables: method, path, tier and what answers. The table is known at start, so that the console knows
// what is its own; the means that answers come from are loaded with the first question, so that nobody pays for what nobody
// looks at. Answers are JSON unless they are a Response already; an answer of `undefined` is a 404.
import type { Caller } from '../access/decision.ts'
import { noticeOnce, thrownText } from '../base/notice.ts'
import { problem } from './problem.ts'
import type { Method, Route } from './route.ts'

export interface Asked {
  readonly request: Request
  /** The query. */
  readonly search: URLSearchParams
  /** What the `:name` parts of the path are, decoded. */
  readonly params: Readonly<Record<string, string>>
  /** The resolved tenant. */
  readonly tenant: string
  /** Null where nobody had to prove anything. */
  readonly caller: Caller | null
  readonly correlationId: string
  /** Milliseconds since the epoch. */
  readonly now: number
}

export interface Declared<Means> {
  readonly method: Method
  /** Exact, or with hono's parameters. */
  readonly path: string
  readonly tier: Route['tier']
  answer(means: Means, asked: Asked): unknown
}

export interface DeclaredOptions<Means> {
  /** Makes the means; asked again after it failed. */
  readonly load: () => Promise<Means>
  /** Milliseconds since the epoch. */
  readonly now?: (() => number) | undefined
}

export function declaredRoutes<Means>(
  rows: readonly Declared<Means>[],
  { load, now = Date.now }: DeclaredOptions<Means>,
): Route[] {
  let loaded: Promise<Means> | undefined
  const means = () =>
    (loaded ??= load().catch((error: unknown) => {
      loaded = undefined
      noticeOnce(
        'console.load',
        'error',
        'console.load',
        `a part of the console cannot be loaded: ${thrownText(error)}`,
      )
      throw error
    }))
  return rows.map(({ method, path, tier, answer }) => ({
    method,
    path,
    tier,
    async handle(request, { params, tenant, caller, correlationId }) {
      const { searchParams: search } = new URL(request.url)
      const body = await answer(await means(), { request, search, params, tenant, caller, correlationId, now: now() })
      if (body instanceof Response) return body
      if (body === undefined) return problem(404, 'not_found', 'There is nothing at this address.', correlationId)
      return json(body)
    },
  }))
}

/** `body` as JSON that nobody keeps. */
export function json(body: unknown, status = 200): Response {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  return new Response(JSON.stringify(body), { status, headers })
}
