import type { IncomingMessage } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ApplicationGuard } from '../../src/access/application-guard.ts'
import { Jwt } from '../../src/access/jwt.ts'
import { type RunningAccess, running } from '../../src/access/running.ts'
import type { TenantRules } from '../../src/access/tenant.ts'
import { type AccessOptions, access, accessOf } from '../../src/access.ts'
import { forgetNotices, type Notice, onNotice } from '../../src/base/notice.ts'
import { current, runIn } from '../../src/context/current.ts'
import { Frame, ROOT, SUPPRESS_KEY } from '../../src/context/frame.ts'
import { claims, NOW, SECRET, shared } from './issuer.ts'

const verifier = new Jwt({ secret: SECRET, algorithms: ['HS256'], now: () => NOW * 1000 })
const seconds: number[] = []
const tenants: [object, string][] = []
let said: Notice[] = []
let before: ReturnType<typeof onNotice>

beforeEach(() => {
  forgetNotices()
  said = []
  before = onNotice((notice) => said.push(notice))
})
afterEach(() => {
  onNotice(before)
  running.access = null
  seconds.length = tenants.length = 0
})

/** A running instance, whose application authentication is on unless `rules` are said to be open. */
function run(rules: Partial<TenantRules> & { open?: boolean; dev?: boolean } = {}, over: Partial<RunningAccess> = {}) {
  const { open = false, dev = false, ...more } = rules
  const held: TenantRules = {
    mode: 'header_only',
    strict: false,
    defaultTenant: 'main',
    authentication: !open,
    ...more,
  }
  const guard = new ApplicationGuard({
    verifier,
    tenants: held,
    tenantHeader: 'x-tenant-id',
    adminRoles: ['platform_admin'],
    adminByScope: false,
  })
  running.access = {
    guard: () => (open ? null : Promise.resolve(guard)),
    dev,
    tenants: held,
    tenantHeader: 'x-tenant-id',
    exempt: ['/health', '/metrics'],
    types: [],
    setTenant: (request, tenant) => void tenants.push([request, tenant]),
    setError: () => {},
    membership: (time) => void seconds.push(time),
    ...over,
  }
}

const asked = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  ({ method, url: path, headers, rawHeaders: [], socket: { remoteAddress: '10.0.0.1' } }) as unknown as IncomingMessage
const bearer = (over: Record<string, unknown> = {}) => ({ authorization: `Bearer ${shared(claims(over))}` })

async function told(request: IncomingMessage, options: AccessOptions = {}) {
  const decided = await access(options).authenticate(request)
  if (!decided.ok) return `${decided.answer.status} ${decided.answer.problem.code}`
  const { operation, tenant, caller } = decided
  return `${tenant} ${operation.kind} ${operation.type ?? '-'} ${caller?.subject ?? '-'}`
}

test('a request with a good token has a caller, a tenant and an operation', async () => {
  run()
  expect(await told(asked('/orders/7', bearer({ tenant_id: 'acme' })))).toBe('acme read orders alice')
  expect(await told(asked('/orders', bearer(), 'POST'))).toBe('main create orders alice')
})

test('without a token it is a problem with a challenge and ids that lead on [H-44] [G-08]', async () => {
  run()
  const decided = await access().authenticate(asked('/orders'), { correlationId: 'r-1' })
  expect(decided).toMatchObject({ ok: false, denied: { result: 'missing' } })
  if (decided.ok) return
  expect(decided.answer).toEqual({
    status: 401,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'www-authenticate': 'Bearer',
      'x-correlation-id': 'r-1',
    },
    problem: {
      type: 'about:blank',
      title: 'Unauthorized',
      status: 401,
      detail: 'This needs a bearer token.',
      code: 'token_missing',
      correlation_id: 'r-1',
      trace_id: null,
    },
  })
})

test('exempt paths need nothing, and only they [H-47] [S-02]', async () => {
  run()
  for (const path of ['/health', '/health/', '/metrics', '/health?x=y'])
    expect(await told(asked(path, { 'x-tenant-id': 'evil' }))).toBe('main exempt - -')
  for (const path of ['/metricsX', '/metrics/anything', '/orders/health', '/Health', '//health', '/x/../health'])
    expect(await told(asked(path))).toBe('401 token_missing')
})

test('a tier can be asked for, for all requests or for one', async () => {
  run()
  const request = asked('/orders', bearer({ scope: 'user/*.*' }))
  expect(await told(request, { tier: 'system' })).toBe('403 system_scope_missing')
  const { authenticate } = access()
  expect((await authenticate(request)).ok).toBe(true)
  expect((await authenticate(request, { tier: 'admin' })).ok).toBe(false)
})

test('with scopes, the operation has to be permitted on the type of the path [H-44] [H-46]', async () => {
  run({ mode: 'url_path' })
  const types = ['Patient', 'Observation']
  const as = (method: string, path: string, scope: string) =>
    told(asked(path, bearer({ scope, tenant_id: 'acme' }), method), { scopes: true, types })
  expect(await as('GET', '/acme/Patient/1', 'user/Patient.r')).toBe('acme read Patient alice')
  expect(await as('GET', '/acme/Patient', 'user/Patient.r')).toBe('403 scope_missing')
  expect(await as('DELETE', '/acme/Patient/1', 'user/Patient.rs')).toBe('403 scope_missing')
  expect(await as('GET', '/acme/Patient/1/Observation', 'user/Patient.rs')).toBe('403 scope_missing')
  expect(await as('GET', '/acme/console/metrics/tenants', 'user/*.*')).toBe('403 scope_missing')
  expect(await as('GET', '/acme/_history', 'user/*.*')).toBe('403 scope_missing')
  expect(await as('GET', '/_x/Patient/1', 'user/*.*')).toBe('403 tenant_forbidden')
  expect(await as('GET', '/Patient/1', 'user/*.*')).toBe('acme read Patient alice')
})

test('without authentication the table of tenants decides alone, and the admin tier stays closed [H-49] (ruling 58)', async () => {
  run({ open: true })
  expect(await told(asked('/orders', { 'x-tenant-id': 'acme' }))).toBe('acme search orders -')
  expect(await told(asked('/orders'), { tier: 'system' })).toBe('main search orders -')
  expect(await told(asked('/orders'), { tier: 'admin' })).toBe('403 admin_required')
  run({ open: true, dev: true })
  expect(await told(asked('/orders'), { tier: 'admin' })).toBe('main search orders -')
  run({ open: true, mode: 'both', strict: true })
  expect(await told(asked('/acme/orders', { 'x-tenant-id': 'beta' }))).toBe('400 tenant_mismatch')
  run({ open: true, defaultTenant: '' })
  expect(await told(asked('/orders'))).toBe('400 tenant_missing')
})

test('an instance that is not started lets nobody in, and says so', async () => {
  expect(await told(asked('/orders', bearer()))).toBe('503 guard_unavailable')
  expect(said.map(({ text }) => text)).toEqual(['telltale is not started: its guard lets nobody in'])
})

test('a guard that cannot be had, and what is no request, is closed', async () => {
  run({}, { guard: () => Promise.reject(new Error('no file')) })
  expect(await told(asked('/orders', bearer()))).toBe('503 guard_unavailable')
  run()
  for (const request of [undefined, null, 7, {}, { headers: {} }])
    expect(await told(request as never)).toBe('503 guard_unavailable')
})

test('what the application knows of a caller joins what its token says, and is timed [R-46]', async () => {
  run()
  const resolve = (): object => ({ tenant: 'acme', roles: ['platform_admin'], scopes: ['system/*.rs'] })
  expect(await told(asked('/orders', bearer()), { resolve, tier: 'admin' })).toBe('acme search orders alice')
  expect(await told(asked('/orders', bearer({ tenant_id: 'acme' })), { resolve })).toBe('acme search orders alice')
  expect(await told(asked('/orders', bearer({ tenant_id: 'beta' })), { resolve })).toBe('403 not_a_member')
  expect(await told(asked('/orders', bearer()), { resolve: () => null })).toBe('403 not_a_member')
  expect(await told(asked('/orders', bearer()), { resolve: async () => ({}) })).toBe('main search orders alice')
  expect(seconds).toHaveLength(5)
  // Seconds, of which none of these takes many.
  for (const time of seconds) expect(time >= 0 && time < 60).toBe(true)
  running.access = { ...running.access!, membership: undefined as never }
  expect(await told(asked('/orders', bearer()), { resolve: async () => undefined as never })).toBe(
    '503 guard_unavailable',
  )
})

test('a resolver that fails lets nobody in, is timed too, and its error is not shown', async () => {
  run()
  const resolve = () => Promise.reject(new Error('the database at 10.0.0.7 is gone'))
  const decided = await access({ resolve }).authenticate(asked('/orders', bearer()))
  expect(decided.ok ? null : decided.answer.problem).toMatchObject({ status: 503, code: 'guard_unavailable' })
  expect(JSON.stringify(decided)).not.toContain('10.0.0.7')
  expect(seconds).toHaveLength(1)
})

test('the resolved tenant is told to the request, and to what is current; the header never [H-20]', async () => {
  run()
  const set: unknown[] = []
  const frame = new Frame(null)
  frame.span = { setAttribute: (key: string, value: string) => set.push(key, value) } as never
  const request = asked('/orders', { ...bearer({ tenant_id: 'acme' }), 'x-tenant-id': 'spoofed' })
  await runIn(frame, async () => {
    await access().authenticate(request)
    expect(current()?.tenant).toBe('acme')
  })
  expect(set).toEqual(['tenant', 'acme'])
  expect(tenants).toEqual([[request, 'acme']])
  const refused = asked('/orders', { 'x-tenant-id': 'spoofed' })
  const other = new Frame(null)
  await runIn(other, () => access().authenticate(refused))
  expect([other.tenant, tenants.length]).toEqual([null, 1])
})

test('what was decided is found by the request, and heard of; who hears it may throw', async () => {
  run()
  const heard: unknown[] = []
  const throws = (one: object) => {
    heard.push(one)
    throw new Error('no')
  }
  const raw = asked('/orders', bearer())
  const request = { raw }
  const decided = await access({ heard: throws }).authenticate(request)
  expect([accessOf(raw), accessOf(request), heard[0]]).toEqual([decided, decided, decided])
  expect(accessOf({})).toBe(undefined)
})

test('declared record types are no tenants, in any case [H-48]', async () => {
  run({ mode: 'url_path' }, { types: ['Patient'] })
  expect(await told(asked('/Patient/1', bearer()))).toBe('main read Patient alice')
  expect(await told(asked('/patient/1', bearer()))).toBe('main unknown - alice')
  expect(await told(asked('/acme/Patient/1', bearer()))).toBe('403 tenant_forbidden')
})

test('the audit trail hears of each decision whole, of what came in nothing but its bounded words [G-16]', async () => {
  const events: unknown[] = []
  run({}, { heard: (event) => events.push(event) })
  const agent = { 'user-agent': 'x'.repeat(300) }
  const { authenticate } = access()
  await authenticate(asked(`/${'o'.repeat(600)}`, { ...bearer({ tenant_id: 'acme' }), ...agent }))
  await authenticate(asked('/orders?token=x', { 'user-agent': ['a', 'b'] as never }), { tier: 'admin' })
  await authenticate(asked('/health'))
  await authenticate(7 as never)
  const ids = events.map((event) => (event as { correlationId: string }).correlationId)
  expect(ids.every((id) => /^[\w-]{8,}$/.test(id)) && new Set(ids).size).toBe(3)
  expect(events.map((event) => ({ ...(event as object), correlationId: '' }))).toEqual([
    {
      surface: 'application',
      tier: 'tenant',
      decision: { ok: true, caller: expect.objectContaining({ subject: 'alice', tenant: 'acme' }), tenant: 'acme' },
      route: `/${'o'.repeat(511)}`,
      address: '10.0.0.1',
      userAgent: 'x'.repeat(256),
      correlationId: '',
    },
    {
      surface: 'application',
      tier: 'admin',
      decision: expect.objectContaining({ ok: false, status: 401, code: 'token_missing' }),
      route: '/orders',
      address: '10.0.0.1',
      userAgent: null,
      correlationId: '',
    },
    expect.objectContaining({ decision: { ok: true, caller: null, tenant: 'main' }, userAgent: null }),
  ])
})

test('what goes wrong while a request is judged, told or heard is said once, and changes nothing', async () => {
  run(
    {},
    {
      guard: () => Promise.reject(new Error('no file')),
      heard: () => {
        throw new Error('deaf')
      },
    },
  )
  const { authenticate } = access()
  for (let i = 0; i < 2; i++) expect((await authenticate(asked('/orders'))).ok).toBe(false)
  run(
    {},
    {
      setTenant: () => {
        throw new Error('gone')
      },
    },
  )
  for (let i = 0; i < 2; i++) expect((await authenticate(asked('/orders', bearer()))).ok).toBe(true)
  running.access = null
  for (let i = 0; i < 2; i++) expect((await authenticate(asked('/orders'))).ok).toBe(false)
  expect(said.map(({ level, event, text }) => `${level} ${event}: ${text}`)).toEqual([
    'error access.request: a request could not be judged: no file',
    'error access.heard: a decision could not be heard: deaf',
    'error access.tell: a tenant could not be told: gone',
    'error access.idle: telltale is not started: its guard lets nobody in',
  ])
})

test('a tenant is not told to what all share, nor to what is kept quiet', async () => {
  run()
  const quiet = new Frame(null).setValue(SUPPRESS_KEY, true) as Frame
  for (const frame of [quiet, ROOT]) {
    await runIn(frame, () => access().authenticate(asked('/orders', bearer({ tenant_id: 'acme' }))))
    expect(frame.tenant).toBe(null)
  }
  const bare = new Frame(null)
  await runIn(bare, () => access().authenticate(asked('/orders', bearer({ tenant_id: 'acme' }))))
  expect([bare.tenant, tenants.length, said]).toEqual(['acme', 3, []])
})

test('record types stand behind the base, after the tenant [H-46]', async () => {
  run({ mode: 'url_path' })
  const at = (path: string, options: AccessOptions) => told(asked(path, bearer({ tenant_id: 'acme' })), options)
  expect([
    await at('/acme/api/Patient/1', { base: '/api', types: ['Patient'] }),
    await at('/acme/Patient/1', { base: '/api', types: ['Patient'] }),
    await at('/acme/api/Patient/1', { types: ['Patient'] }),
  ]).toEqual(['acme read Patient alice', 'acme unknown - alice', 'acme unknown - alice'])
})

test('refusals for what nobody can prove have the result that is counted [R-46]', async () => {
  const result = async (tier: 'admin' | 'tenant', headers = {}) => {
    const decided = await access().authenticate(asked('/orders', headers), { tier })
    return decided.ok || decided.denied
  }
  run({ open: true, defaultTenant: '' })
  expect([await result('admin'), await result('tenant')]).toEqual([
    { ok: false, status: 403, result: 'scope', code: 'admin_required', detail: 'This needs the role platform_admin.' },
    expect.objectContaining({ status: 400, result: 'invalid', code: 'tenant_missing' }),
  ])
  expect(await result('tenant', { 'x-tenant-id': ['acme', 'acme'] })).toMatchObject({ status: 400, result: 'invalid' })
})
