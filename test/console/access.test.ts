// Every tier over a real listener with real tokens: who may read what.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ApplicationGuard } from '../../src/access/application-guard.ts'
import type { AccessEvent } from '../../src/access/decision.ts'
import { guardOf } from '../../src/access/guard.ts'
import { Jwt } from '../../src/access/jwt.ts'
import { RemoteKeys } from '../../src/access/keys.ts'
import type { Tier } from '../../src/access/tier.ts'
import { NotFound } from '../../src/access.ts'
import { onNotice } from '../../src/base/notice.ts'
import { createConsole } from '../../src/console/console.ts'
import { type Listener, listen } from '../../src/console/listener.ts'
import type { AnyRoute } from '../../src/console/route.ts'
import { claims, Issuer, jwkOf, NOW, type Pair, pair, signed } from '../access/issuer.ts'
import { ask } from './ask.ts'

const issuer = new Issuer()
let key: Pair
let keys: RemoteKeys
let listener: Listener
const heard: AccessEvent[] = []

const web = (path: string, tier: Tier): AnyRoute => ({
  method: 'GET',
  path,
  tier,
  handle: (_request, { tenant, caller }) => Response.json({ tenant, subject: caller?.subject ?? null }),
})

const routes: AnyRoute[] = [
  web('/livez', 'public'),
  web('/console/metrics/uptime', 'tenant'),
  web('/console/metrics/tenants', 'system'),
  web('/console/metrics/traffic', 'system'),
  web('/admin/ops/summary', 'admin'),
  web('/api/v1/traces/:trace_id', 'tenant'),
  {
    method: 'GET',
    path: '/console/metrics/missing',
    tier: 'tenant',
    handle: () => {
      throw new NotFound('There is no such figure.')
    },
  },
  {
    method: 'GET',
    path: '/console/metrics/broken',
    tier: 'tenant',
    handle: () => {
      throw new Error('select * from tenants failed at 10.0.0.7')
    },
  },
]

beforeAll(async () => {
  key = pair('ES256', 'k1')
  await issuer.listen()
  issuer.keys = [jwkOf(key)]
  const now = () => 0
  keys = new RemoteKeys({ url: issuer.url, policy: 'operator', refreshMs: 1e9, staleMs: 1e9, now })
  const application = new ApplicationGuard({
    verifier: new Jwt({ keys, algorithms: ['ES256'], now: () => NOW * 1000 }),
    tenants: { mode: 'both', strict: false, defaultTenant: 'main' },
    tenantHeader: 'x-tenant-id',
    adminRoles: ['platform_admin'],
    adminByScope: false,
  })
  const rules = { authentication: true, dev: false, scrapeGuard: 'none' } as const
  const console = createConsole({ routes, guard: guardOf({ rules, application }), heard: (event) => heard.push(event) })
  listener = (await listen(console, { port: 0 }))!
})

afterAll(async () => {
  await listener.close()
  keys.close()
  await issuer.close()
})

const bearer = (over: Record<string, unknown>) => ({ authorization: `Bearer ${signed(key, claims(over))}` })

const ROWS: readonly (readonly [string, Record<string, string>, readonly [number, number, number, number]])[] = [
  ['nothing', {}, [200, 401, 401, 401]],
  ['a token of nobody', { authorization: 'Bearer a.b.c' }, [200, 401, 401, 401]],
  ['a key in the query', { 'x-api-key': 'k' }, [200, 401, 401, 401]],
]

test.each([
  ...ROWS,
  ['no scope', () => bearer({}), [200, 200, 403, 403]] as const,
  ['user/*.*', () => bearer({ scope: 'user/*.*' }), [200, 200, 403, 403]] as const,
  ['patient/*.*', () => bearer({ scope: 'patient/*.*' }), [200, 200, 403, 403]] as const,
  ['user/tenants.rs', () => bearer({ scope: 'user/tenants.rs user/metrics.rs' }), [200, 200, 403, 403]] as const,
  ['system/Patient.rs', () => bearer({ scope: 'system/Patient.rs' }), [200, 200, 403, 403]] as const,
  ['system/*.rs', () => bearer({ scope: 'system/*.rs' }), [200, 200, 200, 403]] as const,
  ['system/*.read', () => bearer({ scopes: ['system/*.read'] }), [200, 200, 200, 403]] as const,
  ['platform_admin', () => bearer({ roles: ['platform_admin'] }), [200, 200, 200, 200]] as const,
  ['a header that names roles', () => ({ ...bearer({}), 'x-roles': 'platform_admin' }), [200, 200, 403, 403]] as const,
])('with %s: public, tenant, system, admin [H-44] [H-45] (rulings 22, 47)', async (_, headers, expected) => {
  const sent = typeof headers === 'function' ? headers() : headers
  const paths = ['/livez', '/console/metrics/uptime', '/console/metrics/tenants', '/admin/ops/summary']
  const seen = await Promise.all(paths.map((path) => ask(listener.address, path, { headers: sent as never })))
  expect(seen.map(({ status }) => status)).toEqual(expected)
  for (const { status, headers: had, text } of seen) {
    expect(had['x-correlation-id']).toMatch(/^[-0-9a-f]{36}$/)
    if (status === 200) continue
    expect(had['content-type']).toBe('application/problem+json')
    expect(JSON.parse(text)).toMatchObject({ status, correlation_id: had['x-correlation-id'] })
    expect(had['www-authenticate']).toMatch(/^Bearer/)
  }
})

test.each([
  '/CONSOLE/metrics/tenants',
  '/console/metrics/tenants/',
  '//console/metrics/tenants',
  '/acme/console/metrics/tenants',
  '/console/metrics/%74enants',
  '/console/./metrics/tenants',
])('%s is not another way to the figures of all tenants [H-45]', async (path) => {
  const { status } = await ask(listener.address, path, { headers: bearer({ scope: 'user/*.*' }) })
  expect(status).toBe(404)
})

test('the tenant that a route sees is the resolved one [H-20] [H-49]', async () => {
  const seen = async (over: Record<string, unknown>, headers: Record<string, string> = {}) => {
    const { status, text } = await ask(listener.address, '/console/metrics/uptime', {
      headers: { ...bearer(over), ...headers },
    })
    return status === 200 ? JSON.parse(text).tenant : status
  }
  expect(await seen({ tenant_id: 'acme' }, { 'x-tenant-id': 'spoofed' })).toBe('acme')
  expect(await seen({})).toBe('main')
  expect(await seen({ tenant_id: '' })).toBe('main')
  expect(await seen({}, { 'x-tenant-id': 'acme' })).toBe(403)
  expect(await seen({}, { 'x-tenant-id': 'main' })).toBe('main')
  expect(await seen({ tenant_id: ['acme'] })).toBe(401)
})

test('grants and denials are heard of, with the route as it is declared and without the token [H-44]', async () => {
  heard.length = 0
  const headers = { ...bearer({ jti: 'id-9' }), 'user-agent': 'probe', 'x-correlation-id': 'c-1' }
  await ask(listener.address, '/api/v1/traces/1234', { headers })
  await ask(listener.address, '/console/metrics/traffic', { headers })
  expect(heard.map(({ route, tier, decision, correlationId }) => [route, tier, decision.ok, correlationId])).toEqual([
    ['/api/v1/traces/:trace_id', 'tenant', true, 'c-1'],
    ['/console/metrics/traffic', 'system', false, 'c-1'],
  ])
  expect(JSON.stringify(heard)).not.toContain(headers.authorization.slice(7))
  expect(heard[1]!.decision).toMatchObject({ code: 'system_scope_missing', caller: { tokenId: 'id-9' } })
})

test('what a handler throws is told by its class, and nothing is told of anything else [H-51]', async () => {
  const said: string[] = []
  const before = onNotice(({ text }) => said.push(text))
  const headers = bearer({})
  const missing = await ask(listener.address, '/console/metrics/missing', { headers })
  const broken = await ask(listener.address, '/console/metrics/broken', { headers })
  onNotice(before)
  expect(JSON.parse(missing.text)).toMatchObject({ status: 404, code: 'not_found', detail: 'There is no such figure.' })
  expect(JSON.parse(broken.text)).toMatchObject({ status: 500, code: 'exception' })
  expect(broken.text).not.toMatch(/select|tenants failed|10\.0/)
  expect(said).toEqual(['answering GET /console/metrics/broken failed: select * from tenants failed at 10.0.0.7'])
})

test('any replica decides alike: two guards that share nothing but keys say the same [H-53]', async () => {
  const made = () =>
    new ApplicationGuard({
      verifier: new Jwt({ keys, algorithms: ['ES256'], now: () => NOW * 1000 }),
      tenants: { mode: 'both', strict: false, defaultTenant: 'main' },
      tenantHeader: 'x-tenant-id',
      adminRoles: ['platform_admin'],
      adminByScope: false,
    })
  const question = {
    tier: 'system',
    method: 'GET',
    path: '/',
    headers: bearer({ scope: 'system/*.rs' }),
    address: null,
  } as const
  expect(await made().decide(question)).toEqual(await made().decide(question))
})
