// Guards of the application's own requests in a running service, in each framework: who gets in, and what span, log line
// and request log then say.
import type http from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { expect, test } from 'vitest'
import { access, accessOf, BadRequest, errorEntry, errorHandlers, NotFound } from '../../src/access.ts'
import { log, start, type Telltale } from '../../src/index.ts'
import type { LogRecord } from '../../src/model/log.ts'
import type { SpanRecord } from '../../src/model/span.ts'
import { tenantRollup } from '../../src/traffic/tenants.ts'
import { claims, NOW, SECRET, shared } from '../access/issuer.ts'
import { app, attributesOf, folder, later, launch, said, scrape, until } from './kit.ts'

const YAML = `name: shop
server: { port: 0 }
access: { jwt: { enabled: true } }
observability: { logging: { format: json } }
`
const ENV = { JWT_SECRET: SECRET }
const SQL = 'relation "patients" does not exist at 10.0.0.7'
const token = (over: Record<string, unknown> = {}) => shared(claims({ iat: undefined, exp: NOW, ...over }))
const bearer = (over: Record<string, unknown> = {}) => ({ authorization: `Bearer ${token(over)}` })

class Sink {
  readonly name = 'test'
  spans: SpanRecord[] = []
  logs: LogRecord[] = []
  accept(batch: { spans: readonly SpanRecord[]; logs: readonly LogRecord[] }): void {
    this.spans.push(...batch.spans)
    this.logs.push(...batch.logs)
  }
}

async function service(yaml = YAML): Promise<{ telltale: Telltale; sink: Sink }> {
  const sink = new Sink()
  const write = process.stdout.write
  process.stdout.write = (() => true) as typeof process.stdout.write
  later(() => {
    process.stdout.write = write
  })
  const telltale = await start({ cwd: folder({ 'telltale.yaml': yaml }), env: ENV, sinks: [sink as never] })
  later(() => telltale.stop())
  return { telltale, sink }
}

type Server = () => Promise<string>

const listening = async (listener: RequestListener): Promise<string> => (await app(listener)).url

/** The same application four times: an order, one that is not there, one that fails, one that is asked for badly. */
const guard = access()
const errors = errorHandlers()

function answer(id: string | undefined): object {
  if (id === '404') throw new NotFound('There is no order 404.')
  if (id === '400') throw new BadRequest('An order has a number.')
  if (id === '500') throw new Error(SQL)
  log.info('order shown')
  return { id }
}

const FRAMEWORKS: Readonly<Record<string, Server>> = {
  express: () => {
    const server = express()
    server.use(guard.express())
    server.get('/orders/:id', (request, response) => {
      const decided = accessOf(request)
      response.json({ ...answer(request.params['id']), tenant: decided?.ok && decided.tenant })
    })
    server.use(errors.express)
    return listening(server as unknown as RequestListener)
  },
  fastify: async () => {
    const server = fastify()
    server.addHook('onRequest', guard.fastify())
    server.setErrorHandler((error, request, reply) => errors.fastify(error, request, reply))
    server.get<{ Params: { id: string } }>('/orders/:id', async (request) => {
      const decided = accessOf(request)
      return { ...answer(request.params.id), tenant: decided?.ok && decided.tenant }
    })
    later(() => server.close())
    return server.listen({ port: 0, host: '127.0.0.1' })
  },
  koa: () => {
    const server = new Koa()
    server.use(errors.koa)
    server.use(guard.koa())
    server.use((context) => {
      const decided = accessOf(context)
      context.body = { ...answer(context.path.split('/')[2]), tenant: decided?.ok && decided.tenant }
    })
    return listening(server.callback())
  },
  hono: async () => {
    const server = new Hono()
    server.use(guard.hono())
    server.get('/orders/:id', (context) => {
      const decided = accessOf(context)
      return context.json({ ...answer(context.req.param('id')), tenant: decided?.ok && decided.tenant })
    })
    server.onError((error, context) => errors.hono(error, context))
    const made = serve({ fetch: server.fetch, port: 0, hostname: '127.0.0.1' }) as http.Server
    await new Promise((resolve) => made.once('listening', resolve))
    later(() => {
      made.closeAllConnections()
      return new Promise((resolve) => made.close(resolve))
    })
    return `http://127.0.0.1:${(made.address() as AddressInfo).port}`
  },
}

test.each(Object.entries(FRAMEWORKS))(
  '%s: two lines let nobody in without a token, and tell span, line and request log the resolved tenant [H-20] [G-08]',
  async (_, make) => {
    const { telltale, sink } = await service()
    const url = await make()
    const get = async (path: string, headers: Record<string, string> = {}) => {
      const response = await fetch(url + path, { headers })
      return { response, body: (await response.json()) as Record<string, unknown> }
    }

    const good = await get('/orders/7', { ...bearer({ tenant_id: 'acme' }), 'x-tenant-id': 'spoofed' })
    expect([good.response.status, good.body]).toEqual([200, { id: '7', tenant: 'acme' }])

    const bad = await get('/orders/7', { 'x-tenant-id': 'spoofed', 'x-correlation-id': 'c-7' })
    expect(bad.body).toEqual({
      type: 'about:blank',
      title: 'Unauthorized',
      status: 401,
      detail: 'This needs a bearer token.',
      code: 'token_missing',
      correlation_id: 'c-7',
      trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    })
    const { headers } = bad.response
    expect(headers.get('www-authenticate')).toBe('Bearer')
    expect(headers.get('x-correlation-id')).toBe('c-7')
    expect(headers.get('content-type')).toBe('application/problem+json')
    expect((await get('/orders/7', { ...bearer(), 'x-tenant-id': 'acme' })).response.status).toBe(403)

    const told: Record<string, unknown>[] = []
    for (const id of ['404', '400', '500']) {
      const { response, body } = await get(`/orders/${id}`, bearer({ tenant_id: 'acme' }))
      expect(response.headers.get('x-correlation-id')).toBe(body['correlation_id'])
      expect(response.headers.get('content-type')).toBe('application/problem+json')
      told.push({ status: response.status, code: body['code'], detail: body['detail'] })
    }
    expect(told).toEqual([
      { status: 404, code: 'not_found', detail: 'There is no order 404.' },
      { status: 400, code: 'bad_request', detail: 'An order has a number.' },
      { status: 500, code: 'exception', detail: 'The request could not be answered.' },
    ])

    await until('all requests are in the log', () => telltale.traffic.total === 6)
    await telltale.flush()
    const servers = sink.spans.filter(({ kind }) => kind === 2).map(attributesOf)
    expect(servers.map(({ tenant, error_code }) => [tenant, error_code])).toEqual([
      ['acme', undefined],
      [undefined, 'token_missing'],
      [undefined, 'tenant_forbidden'],
      ['acme', 'not_found'],
      ['acme', 'bad_request'],
      ['acme', 'exception'],
    ])
    const [shown, failed] = sink.logs
    expect([shown?.body, attributesOf(shown!)['tenant']]).toEqual(['order shown', 'acme'])
    expect([failed?.body, attributesOf(failed!)]).toEqual([
      'a request failed',
      expect.objectContaining({ 'exception.message': SQL, error_code: 'exception', tenant: 'acme' }),
    ])
    expect(sink.logs).toHaveLength(2)
    const { length, tenant } = telltale.traffic.window(Date.now() + 1000, 60)
    expect([...tenant.subarray(0, length)]).toEqual([2, 0, 0, 2, 2, 2])
    const names = ['default', '(other)', 'acme']
    const rows = tenantRollup(telltale.traffic, 60, Date.now() + 1000, (number) => names[number] ?? '?')
    expect(rows.map((row) => [row.tenant, row.sample_count])).toEqual([
      ['acme', 4],
      ['default', 2],
    ])
    const everything = JSON.stringify([sink.spans.map(attributesOf), sink.logs.map(attributesOf), told])
    expect(everything).not.toContain('spoofed')
    expect(everything).not.toContain(token({ tenant_id: 'acme' }))
  },
)

test('a request of the web alone has its tenant by what is current [H-20]', async () => {
  const { telltale, sink } = await service()
  const url = await listening(async (request, response) => {
    const { authorization = '' } = request.headers
    const decided = await guard.authenticate(new Request(`http://shop${request.url}`, { headers: { authorization } }))
    response.end(decided.ok ? decided.tenant : 'no')
  })
  expect(await (await fetch(`${url}/orders`, { headers: bearer({ tenant_id: 'acme' }) })).text()).toBe('acme')
  await until('the request is in the log', () => telltale.traffic.total === 1)
  await telltale.flush()
  expect(attributesOf(sink.spans.find(({ kind }) => kind === 2)!)['tenant']).toBe('acme')
  const { tenant } = telltale.traffic.window(Date.now() + 1000, 60)
  expect(tenant[0]).toBe(2)
})

test('an entry of a batch says what a single answer says, and the batch itself goes well [H-51]', async () => {
  const { telltale } = await service()
  const server = express()
  server.use(guard.express())
  server.post('/batch', (_request, response) => {
    const entries = ['7', '404', '500'].map((id) => {
      try {
        return { status: 200, body: answer(id) }
      } catch (error) {
        return errorEntry(error)
      }
    })
    response.json({ entries })
  })
  server.get('/orders/:id', (request, response) => void response.json(answer(request.params['id'])))
  server.use(errors.express)
  const url = await listening(server as unknown as RequestListener)
  const headers = { ...bearer(), 'x-correlation-id': 'b-1' }
  const batch = (await (await fetch(`${url}/batch`, { method: 'POST', headers })).json()) as {
    entries: { status: number; problem?: Record<string, unknown> }[]
  }
  for (const [i, id] of ['404', '500'].entries()) {
    const single = (await (await fetch(`${url}/orders/${id}`, { headers })).json()) as Record<string, unknown>
    const { problem } = batch.entries[i + 1]!
    expect({ ...problem, trace_id: '' }).toEqual({ ...single, trace_id: '' })
  }
  expect(JSON.stringify(batch)).not.toMatch(/patients|10\.0\.0\.7/)
  await until('all requests are in the log', () => telltale.traffic.total === 3)
})

test("Fastify's own refusals are for the client, its inner failures are not [H-51]", async () => {
  await service()
  const server = fastify()
  server.setErrorHandler((error, request, reply) => errors.fastify(error, request, reply))
  const schema = { body: { type: 'object', required: ['sku'], properties: { sku: { type: 'string' } } } }
  server.post('/orders', { schema }, async () => ({}))
  later(() => server.close())
  const url = await server.listen({ port: 0, host: '127.0.0.1' })
  const post = async (body: string, type = 'application/json') => {
    const response = await fetch(`${url}/orders`, { method: 'POST', headers: { 'content-type': type }, body })
    const { status, code, detail } = (await response.json()) as Record<string, unknown>
    return [response.status === status, status, code, detail]
  }
  expect(await post('{}')).toEqual([true, 400, 'bad_request', "body must have required property 'sku'"])
  expect(await post('x', 'text/csv')).toEqual([
    true,
    415,
    'unsupported_media_type',
    expect.stringContaining('Unsupported Media Type'),
  ])
})

test('what the application takes to find out a membership is a histogram with the objectives among its bounds [R-46]', async () => {
  const { telltale } = await service()
  const member = access({ resolve: async () => ({ tenant: 'acme' }) })
  const url = await listening(async (request, response) => {
    const decided = await member.authenticate(request)
    response.end(decided.ok ? decided.tenant : 'no')
  })
  expect(await (await fetch(url, { headers: bearer() })).text()).toBe('acme')
  const { text } = await scrape(telltale)
  const lines = text.split('\n').filter((line) => line.startsWith('authz_membership_resolution_duration_seconds'))
  expect(lines.some((line) => line.includes('le="0.02"')) && lines.some((line) => line.includes('le="0.05"'))).toBe(
    true,
  )
  expect(lines.find((line) => line.includes('_count'))).toMatch(/\} 1$/)
})

test('application authentication that nobody could pass keeps the service from starting (ruling 1)', async () => {
  said()
  const yaml = 'name: shop\nserver: { port: 0 }\naccess: { jwt: { enabled: true } }\n'
  await expect(launch(yaml)).rejects.toThrow(
    'telltale.yaml:3:27 ACCESS_NO_CREDENTIAL access.jwt.enabled: Application authentication is on, and nobody can prove who they are; found JWT_SECRET is not set, so no HS256 token is accepted. Set the variable',
  )
  await expect(launch(yaml, { JWT_SECRET: 'short' })).rejects.toThrow('ENV_VALUE JWT_SECRET')
  const keys = 'access: { jwt: { enabled: true, algorithms: [RS256], jwks_url: "http://169.254.169.254/keys" } }\n'
  await expect(launch(`name: shop\nserver: { port: 0 }\n${keys}`)).rejects.toThrow('ENDPOINT_FORBIDDEN')
})

test('after the service has stopped its guards let nobody in', async () => {
  const { telltale } = await service()
  const request = { method: 'GET', url: '/orders', headers: bearer() }
  expect((await guard.authenticate(request)).ok).toBe(true)
  await telltale.stop()
  expect(await guard.authenticate(request)).toMatchObject({ ok: false, denied: { status: 503 } })
})
