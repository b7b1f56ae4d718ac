import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ApplicationGuard, type ApplicationRules } from '../../src/access/application-guard.ts'
import type { Decision, Question } from '../../src/access/decision.ts'
import { Jwt } from '../../src/access/jwt.ts'
import type { Tier } from '../../src/access/tier.ts'
import type { TokenSource } from '../../src/access/token.ts'
import { forgetNotices, onNotice } from '../../src/base/notice.ts'
import { claims, NOW, SECRET, shared } from './issuer.ts'

const tokens: TokenSource = {
  find(token) {
    if (token === 'broken') throw new Error('the database is at 10.0.0.7')
    if (token === 'old') return { ok: false, result: 'expired' }
    const scopes = { scraper: ['metrics:read'], viewer: ['console:read'], root: ['system/*.rs'] }[token]
    if (scopes === undefined) return { ok: false, result: 'invalid' }
    return Promise.resolve({ ok: true, token: { id: `id-${token}`, scopes, expiresAt: null, createdAt: 0 } })
  },
}

const verifier = new Jwt({ secret: SECRET, algorithms: ['HS256'], now: () => NOW * 1000 })

const guard = (over: Partial<ApplicationRules> = {}, tenants: Partial<ApplicationRules['tenants']> = {}) =>
  new ApplicationGuard({
    verifier,
    tokens,
    tenants: { mode: 'header_only', strict: false, defaultTenant: 'main', ...tenants },
    tenantHeader: 'x-tenant-id',
    adminRoles: ['platform_admin'],
    adminByScope: false,
    ...over,
  })

const asked = (tier: Tier, authorization?: string, more: Question['headers'] = {}, path = '/console/metrics/x') => ({
  tier,
  method: 'GET',
  path,
  headers: { ...(authorization !== undefined && { authorization }), ...more },
  address: '127.0.0.1',
})

const told = (decision: Decision) =>
  decision.ok
    ? `ok ${decision.tenant}`
    : [decision.status, decision.result, decision.code, decision.headers?.['www-authenticate'] ?? '-'].join(' ')

const bearer = (over: Readonly<Record<string, unknown>> = {}) => `Bearer ${shared(claims(over))}`

test.each<[string, string | undefined, string]>([
  ['no header', undefined, '401 missing token_missing Bearer'],
  ['an empty header', '', '401 missing token_missing Bearer'],
  ['another scheme', 'Basic YTpi', '401 missing token_missing Bearer'],
  ['no token', 'Bearer ', '401 invalid token_invalid Bearer error="invalid_token"'],
  ['the scheme alone', 'Bearer', '401 invalid token_invalid Bearer error="invalid_token"'],
  ['two tokens', 'Bearer a b', '401 invalid token_invalid Bearer error="invalid_token"'],
  ['a token of nobody', 'Bearer nobody', '401 invalid token_invalid Bearer error="invalid_token"'],
  ['a token of ours that is over', 'Bearer old', '401 expired token_expired Bearer error="invalid_token"'],
  [
    'a token of a secret of somebody else',
    `Bearer ${shared(claims(), {}, 'x'.repeat(40))}`,
    '401 invalid token_invalid Bearer error="invalid_token"',
  ],
  ['a token that is over', bearer({ exp: NOW - 1 }), '401 expired token_expired Bearer error="invalid_token"'],
  ['tokens that cannot be looked up', 'Bearer broken', '503 invalid guard_unavailable -'],
  ['a good token', bearer(), 'ok main'],
  ['a good token, the scheme in another case', bearer().replace('Bearer', 'bEARER'), 'ok main'],
])('%s on the tenant tier [H-44] (rulings 2, 20)', async (_, authorization, expected) => {
  forgetNotices()
  const before = onNotice(() => {})
  expect(told(await guard().decide(asked('tenant', authorization)))).toBe(expected)
  onNotice(before)
})

test('a header that came twice is no token', async () => {
  const raw = ['Authorization', bearer(), 'authorization', bearer({ sub: 'eve' })]
  expect(told(await guard().decide({ ...asked('tenant', bearer()), raw }))).toMatch(/^401 invalid/)
  const headers = { authorization: [bearer(), bearer()] } as unknown as Question['headers']
  expect(told(await guard().decide({ ...asked('tenant'), headers }))).toMatch(/^401 invalid/)
})

const SYSTEM = '403 scope system_scope_missing Bearer error="insufficient_scope"'
const ADMIN = '403 scope admin_required Bearer error="insufficient_scope"'

test.each<[string, Readonly<Record<string, unknown>>, readonly [tenant: string, system: string, admin: string]]>([
  ['nothing', {}, ['ok main', SYSTEM, ADMIN]],
  ['user/*.*', { scope: 'user/*.*' }, ['ok main', SYSTEM, ADMIN]],
  ['patient/*.*', { scopes: ['patient/*.*'] }, ['ok main', SYSTEM, ADMIN]],
  ['system/Patient.rs', { scope: 'system/Patient.rs' }, ['ok main', SYSTEM, ADMIN]],
  ['system/*.write', { scope: 'system/*.write' }, ['ok main', SYSTEM, ADMIN]],
  ['every wildcard of others', { scope: 'user/*.cruds patient/*.* */*.* *' }, ['ok main', SYSTEM, ADMIN]],
  ['a list with a space inside', { scopes: ['user/*.rs system/*.rs'] }, ['ok main', SYSTEM, ADMIN]],
  ['system/*.rs', { scope: 'openid system/*.rs' }, ['ok main', 'ok main', ADMIN]],
  ['system/*.*', { scopes: ['system/*.*'] }, ['ok main', 'ok main', ADMIN]],
  ['the role', { roles: ['platform_admin'] }, ['ok main', 'ok main', 'ok main']],
  ['a role that begins like it', { roles: ['platform_admin2', 'Platform_Admin'] }, ['ok main', SYSTEM, ADMIN]],
  ['the role as a scope', { scope: 'platform_admin' }, ['ok main', SYSTEM, ADMIN]],
])('a token with %s opens the tiers that it should [H-44] (ruling 22)', async (_, over, expected) => {
  const tiers = ['tenant', 'system', 'admin'] as const
  const seen = await Promise.all(tiers.map(async (tier) => told(await guard().decide(asked(tier, bearer(over))))))
  expect(seen).toEqual(expected)
})

test('a system scope opens the admin tier where that is configured, a user scope never (ruling 22)', async () => {
  const lax = guard({ adminByScope: true, adminRoles: ['root'] })
  expect(told(await lax.decide(asked('admin', bearer({ scope: 'system/*.rs' }))))).toBe('ok main')
  expect(told(await lax.decide(asked('admin', bearer({ scope: 'user/*.*' }))))).toBe(ADMIN)
  expect(told(await lax.decide(asked('admin', bearer({ roles: ['platform_admin'] }))))).toBe(ADMIN)
  expect(told(await lax.decide(asked('system', bearer({ roles: ['root'] }))))).toBe('ok main')
})

test('a token of ours is for what its scopes say: one that scrapes reads no console', async () => {
  const SCOPE = '403 scope scope_missing Bearer error="insufficient_scope"'
  const seen = async (token: string) =>
    Promise.all(
      (['tenant', 'system', 'admin'] as const).map(async (tier) =>
        told(await guard().decide(asked(tier, `Bearer ${token}`))),
      ),
    )
  expect(await seen('scraper')).toEqual([SCOPE, SYSTEM, ADMIN])
  expect(await seen('viewer')).toEqual(['ok main', SYSTEM, ADMIN])
  expect(await seen('root')).toEqual(['ok main', 'ok main', ADMIN])
})

test('the scrape is none of its tiers', async () => {
  expect(
    told(await guard().decide(asked('scrape', bearer({ roles: ['platform_admin'], scope: 'system/*.*' })))),
  ).toMatch(/^403/)
})

const header = (tenant: string) => ({ 'x-tenant-id': tenant })

test.each<
  [string, Readonly<Record<string, unknown>>, Question['headers'], Partial<ApplicationRules['tenants']>, string]
>([
  ['a claim', { tenant_id: 'acme' }, {}, {}, 'ok acme'],
  ['a claim and another header', { tenant_id: 'acme' }, header('globex'), {}, 'ok acme'],
  [
    'a claim and another header, strict',
    { tenant_id: 'acme' },
    header('globex'),
    { strict: true },
    '400 invalid tenant_mismatch -',
  ],
  ['no claim, nothing asked for', {}, {}, {}, 'ok main'],
  ['an empty claim, nothing asked for', { tenant_id: '' }, {}, {}, 'ok main'],
  ['a claim that is null, nothing asked for', { tenant_id: null }, {}, {}, 'ok main'],
  ['no claim and a header', {}, header('acme'), {}, '403 scope tenant_forbidden -'],
  ['an empty claim and a header', { tenant_id: '' }, header('acme'), {}, '403 scope tenant_forbidden -'],
  ['no claim and the default by header', {}, header('main'), {}, 'ok main'],
  ['no claim and an empty default', {}, {}, { defaultTenant: '' }, '400 invalid tenant_missing -'],
  ['no claim and a header that came twice', {}, header('main, acme'), {}, '403 scope tenant_forbidden -'],
  ['a claim with a line break', { tenant_id: 'a\nb' }, {}, {}, '400 invalid tenant_invalid -'],
])('the tenant of a token with %s [H-49]', async (_, over, headers, rules, expected) => {
  expect(told(await guard({}, rules).decide(asked('tenant', bearer(over), headers)))).toBe(expected)
})

test("one tenant's data is never served under another's path [H-49]", async () => {
  const by = guard({}, { mode: 'url_path' })
  const on = async (path: string, over: Readonly<Record<string, unknown>>) =>
    told(await by.decide(asked('tenant', bearer(over), {}, path)))
  expect(await on('/acme/orders', { tenant_id: 'acme' })).toBe('ok acme')
  expect(await on('/acme/orders', { tenant_id: 'globex' })).toBe('403 scope tenant_forbidden -')
  expect(await on('/_acme/orders', { tenant_id: 'acme' })).toBe('403 scope tenant_forbidden -')
  expect(await on('/console/metrics/tenants', { tenant_id: 'acme' })).toBe('ok acme')
})

test('a refusal says who it was when the proof held, and never shows the token', async () => {
  const token = shared(claims({ jti: 'id-7', sub: 'mallory' }))
  const decision = await guard().decide(asked('admin', `Bearer ${token}`))
  expect(decision).toMatchObject({ ok: false, caller: { tokenId: 'id-7', subject: 'mallory' } })
  expect(JSON.stringify(decision)).not.toContain(token.split('.')[2])
  expect(JSON.stringify(await guard().decide(asked('tenant', 'Bearer a.b.c')))).not.toContain('a.b.c')
})

test('nobody is let in by headers alone, whatever is sent [H-44] [H-49]', async () => {
  const word = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.constantFrom('Bearer ', 'bearer x.y.z', 'Basic a'),
  )
  const sent = fc.record({ authorization: word, 'x-tenant-id': word, path: fc.oneof(word, fc.webPath()) })
  await fc.assert(
    fc.asyncProperty(sent, fc.constantFrom<Tier[]>('tenant', 'system', 'admin'), async ({ path, ...headers }, tier) => {
      const decision = await guard({}, { mode: 'both' }).decide({ tier, method: 'GET', path, headers, address: null })
      expect(decision.ok).toBe(false)
    }),
    { numRuns: 300 },
  )
})

test('a tenant is the one of the claim, or the default one, whatever is sent [H-49]', async () => {
  const word = fc.oneof(fc.constantFrom('acme', 'main', '', ' ', '_x'), fc.string({ unit: 'binary', maxLength: 12 }))
  const rules = fc.record({ mode: fc.constantFrom('header_only', 'url_path', 'both'), strict: fc.boolean() } as const)
  await fc.assert(
    fc.asyncProperty(word, word, word, rules, async (claim, named, segment, over) => {
      const decision = await guard({}, over as object).decide(
        asked('tenant', bearer({ tenant_id: claim }), header(named), `/${segment}/orders`),
      )
      if (decision.ok) expect(decision.tenant).toBe(claim.trim() || 'main')
      else expect([400, 403]).toContain(decision.status)
    }),
    { numRuns: 200 },
  )
})

test('who asks by a token of ours is known by its id alone; what cannot be judged is said once [H-44]', async () => {
  const decided = await guard().decide(asked('tenant', 'Bearer viewer'))
  const caller = {
    method: 'bearer_token',
    tokenId: 'id-viewer',
    subject: null,
    scopes: ['console:read'],
    roles: [],
    tenant: '',
  }
  expect(decided).toEqual({ ok: true, caller, tenant: 'main' })
  expect(told(await guard().decide(asked('public', 'Bearer scraper')))).toBe('ok main')
  const said: string[] = []
  forgetNotices()
  const before = onNotice(({ level, event, text }) => said.push(`${level} ${event}: ${text}`))
  const down = { verify: async () => ({ ok: false, result: 'invalid', status: 503, detail: '' }) as const }
  expect([
    told(await guard().decide(asked('tenant', 'Bearer broken'))),
    told(await guard().decide(asked('tenant', 'Bearer broken'))),
    told(await guard({ verifier: down }).decide(asked('tenant', 'Bearer a.b.c'))),
    told(await guard({ verifier: down, tokens: undefined }).decide(asked('tenant', 'Bearer plain'))),
  ]).toEqual(Array(4).fill('503 invalid guard_unavailable -'))
  onNotice(before)
  expect(said).toEqual(['error access.guard: a caller could not be judged: the database is at 10.0.0.7'])
})
