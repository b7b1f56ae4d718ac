import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { type HonoShape, type KoaShape, sendAnswer } from '../../src/access/middleware.ts'
import { type RunningAccess, running } from '../../src/access/running.ts'
import { access, accessOf, BadRequest, errorHandlers } from '../../src/access.ts'
import { onNotice } from '../../src/base/notice.ts'

let failures: [object, unknown][] = []
afterEach(() => {
  running.access = null
  failures = []
})

/** An instance without authentication: only the admin tier is closed. */
function run(over: Partial<RunningAccess> = {}) {
  running.access = {
    guard: () => null,
    dev: false,
    tenants: { mode: 'header_only', strict: false, defaultTenant: 'main', authentication: false },
    ...{ tenantHeader: 'x-tenant-id', exempt: [], types: [] },
    setTenant: () => {},
    setError: (request, error) => void failures.push([request, error]),
    membership: () => {},
    ...over,
  }
}

const node = () =>
  ({ method: 'GET', url: '/orders', headers: {}, rawHeaders: [], socket: {} }) as unknown as IncomingMessage
const PROBLEM = {
  type: 'about:blank',
  title: 'Forbidden',
  status: 403,
  detail: 'This needs the role platform_admin.',
  code: 'admin_required',
  correlation_id: expect.stringMatching(/.{8,}/),
  trace_id: null,
}
const HEADERS = {
  'content-type': 'application/problem+json',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-correlation-id': PROBLEM.correlation_id,
}
const BAD = { ...PROBLEM, title: 'Bad Request', status: 400, detail: 'no such field', code: 'bad_request' }

function response(headersSent = false, ended: (body: string) => void = () => {}) {
  const seen = { statusCode: 0, headers: {} as Record<string, string>, body: '', destroyed: false, headersSent }
  const made = Object.assign(seen, {
    setHeader: (name: string, value: string) => void (seen.headers[name] = value),
    end(body: string) {
      seen.body = body
      ended(body)
    },
    destroy: () => void (seen.destroyed = true),
  })
  return made as unknown as typeof seen & ServerResponse
}
const sent = ({ statusCode, headers, body }: ReturnType<typeof response>) => [statusCode, headers, JSON.parse(body)]

function reply() {
  const seen: unknown[] = []
  const made = {
    seen,
    code: (status: number) => seen.push(status),
    headers: (headers: object) => seen.push(headers),
    send: (body: Uint8Array) => seen.push(JSON.parse(Buffer.from(body).toString())),
  }
  return made
}

const koa = () => {
  const seen: { headers?: object } = {}
  const set = (headers: object) => void (seen.headers = headers)
  return Object.assign(seen, { req: node(), status: 0, body: '' as unknown, set }) as typeof seen & KoaShape
}
const hono = (env: unknown = undefined): HonoShape => ({ req: { raw: new Request('http://h/orders') }, env })

test('Express hands on who is let in, and sends everybody else the problem [H-44]', async () => {
  run()
  const guard = access()
  const request = node()
  /** What comes of a request: what was sent, or that the next one has it. */
  const outcome = (of: { tier?: 'admin' }, asked: IncomingMessage) =>
    new Promise((resolve) => {
      const made = response(false, () => resolve(sent(made)))
      guard.express(of)(asked, made, () => resolve('next'))
    })
  expect([await outcome({}, request), accessOf(request)?.ok]).toEqual(['next', true])
  expect(await outcome({ tier: 'admin' }, node())).toEqual([403, HEADERS, PROBLEM])
})

test('Fastify goes on where a hook gives nothing, and stops where it gives the reply [H-44]', async () => {
  run()
  const guard = access()
  const [open, closed] = [reply(), reply()]
  expect([await guard.fastify()({ raw: node() }, open), open.seen]).toEqual([undefined, []])
  expect(await guard.fastify({ tier: 'admin' })({ raw: node() }, closed)).toBe(closed)
  expect(closed.seen).toEqual([403, HEADERS, PROBLEM])
})

test('Koa runs what comes next for who is let in, and nothing else [H-44]', async () => {
  run()
  const guard = access()
  const [open, closed] = [koa(), koa()]
  let runs = 0
  await guard.koa()(open, async () => runs++)
  await guard.koa({ tier: 'admin' })(closed, async () => runs++)
  expect([runs, open.status, open.body]).toEqual([1, 0, ''])
  expect([closed.status, closed.headers, JSON.parse(String(closed.body))]).toEqual([403, HEADERS, PROBLEM])
})

test('Hono has its decision by the context and by the request, on Node and elsewhere [H-44]', async () => {
  run()
  const guard = access()
  const incoming = node()
  const [here, elsewhere, closed] = [hono({ incoming }), hono(null), hono({})]
  let runs = 0
  const next = async () => runs++
  expect([await guard.hono()(here, next), await guard.hono()(elsewhere, next)]).toEqual([undefined, undefined])
  for (const one of [here, here.req.raw, incoming, elsewhere, elsewhere.req.raw])
    expect(accessOf(one)).toMatchObject({ ok: true, tenant: 'main' })
  const refused = await guard.hono({ tier: 'admin' })(closed, next)
  expect([runs, refused!.status, Object.fromEntries(refused!.headers), await refused!.json()]).toEqual([
    2,
    403,
    HEADERS,
    PROBLEM,
  ])
  expect(accessOf(closed)?.ok).toBe(false)
})

test('errors of handlers become the one answer in each framework, and the span hears what was thrown [H-51]', async () => {
  run()
  const handlers = errorHandlers()
  const error = new BadRequest('no such field')
  const request = node()
  const express = response()
  handlers.express(error, request, express, () => expect.unreachable())
  expect(sent(express)).toEqual([400, HEADERS, BAD])
  const [context, fine] = [koa(), koa()]
  await handlers.koa(context, () => Promise.reject(error))
  await handlers.koa(fine, async () => {})
  expect([context.status, context.headers, JSON.parse(String(context.body))]).toEqual([400, HEADERS, BAD])
  expect([fine.status, fine.body]).toEqual([0, ''])
  const [here, elsewhere] = [hono({ incoming: request }), hono()]
  for (const one of [here, elsewhere]) {
    const answer = handlers.hono(error, one)
    expect([answer.status, Object.fromEntries(answer.headers), await answer.json()]).toEqual([400, HEADERS, BAD])
  }
  expect(failures).toEqual([
    [request, error],
    [context.req, error],
    [request, error],
    [elsewhere.req.raw, error],
  ])
})

test('an answer that has begun is left to the framework, or cut off [H-51]', () => {
  run()
  const error = new BadRequest('x')
  const passed: unknown[] = []
  const begun = response(true)
  errorHandlers().express(error, node(), begun, (one) => passed.push(one))
  expect([passed, begun.body, failures]).toEqual([[error], '', []])
  sendAnswer(begun, { status: 400, headers: { a: 'b' }, problem: BAD } as never)
  expect([begun.destroyed, begun.body, begun.headers]).toEqual([true, '', {}])
})

test('refusals of Fastify itself are for the client, those of others and what is wrong inside are not [H-51]', () => {
  const before = onNotice(() => {})
  const said = (error: object, options = {}) => {
    const made = reply()
    expect(errorHandlers(options).fastify(Object.assign(new Error('text'), error), {}, made)).toBe(made)
    const [status, , problem] = made.seen as [number, object, { detail: string }]
    return `${status} ${problem.detail}`
  }
  const generic = '500 The request could not be answered.'
  expect([
    said({ code: 'FST_ERR_CTP_BODY_TOO_LARGE', statusCode: 413 }),
    said({ code: 'FST_ERR_VALIDATION', statusCode: 400 }),
    said({ code: 'FST_ERR_INSIDE', statusCode: 500 }),
    said({ code: 'FST_ERR_NO_STATUS' }),
    said({ code: 'OTHER', statusCode: 400 }),
    said({ code: 7, statusCode: 400 }),
    said({ statusCode: 422, expose: true }),
    said({ statusCode: 422, expose: 'yes' }),
    said({ code: 'OTHER', statusCode: 400 }, { exposes: () => true }),
  ]).toEqual([...['413 text', '400 text', generic, generic, generic, generic, '422 text', generic, '400 text']])
  onNotice(before)
})

test('a request whose span is gone, or an instance that is not there, changes no answer', () => {
  run({
    setError: () => {
      throw new Error('gone')
    },
  })
  const [first, second] = [response(), response()]
  errorHandlers().express(new BadRequest('no such field'), node(), first, () => {})
  running.access = null
  errorHandlers().express(new BadRequest('no such field'), node(), second, () => {})
  expect([sent(first), sent(second)]).toEqual([
    [400, HEADERS, BAD],
    [400, HEADERS, BAD],
  ])
})
