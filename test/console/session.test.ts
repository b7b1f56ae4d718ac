import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ApplicationGuard, type ApplicationRules } from '../../src/access/application-guard.ts'
import { type AccessEvent, type Decision, type Guard, type Question, withAlso } from '../../src/access/decision.ts'
import { guardOf } from '../../src/access/guard.ts'
import { Jwt } from '../../src/access/jwt.ts'
import { Tenants } from '../../src/access/tenants.ts'
import type { Tier, TierRules } from '../../src/access/tier.ts'
import { onNotice } from '../../src/base/notice.ts'
import { createConsole } from '../../src/console/console.ts'
import { sessionRoute } from '../../src/console/session.ts'
import { claims, NOW, SECRET, shared } from '../access/issuer.ts'

const caller = (roles: string[]) =>
  ({ method: 'jwt', tokenId: 't1', subject: 'ann', scopes: [], roles, tenant: 'acme' }) as const

interface Options {
  readonly guard: Guard
  readonly heard?: (event: AccessEvent) => void
}

function sessions({ guard, heard }: Options) {
  const events: AccessEvent[] = []
  const route = sessionRoute({
    service: 'shop',
    version: '1.2.3',
    instance: 'shop-1',
    authentication: true,
    guard,
    links: { trace: 'http://127.0.0.1:4319/traces/{trace_id}' },
    heard: heard ?? ((event) => events.push(event)),
  })
  const { fetch } = createConsole({ routes: [route] })
  return {
    events,
    ask: async (over: Record<string, string> = {}) => {
      const headers = { 'user-agent': 'test', 'x-correlation-id': 'c-1', ...over }
      const response = await fetch(new Request('http://h/console/session', { headers }))
      return [response.status, await response.json()]
    },
  }
}

/** What a guard says by tier. */
const by = (decide: (question: Question) => Decision) => ({
  guard: { decide: (question: Question) => withAlso(question, decide) },
})

const granted = (roles: string[]): Decision => ({ ok: true, caller: caller(roles), tenant: 'acme' })
const refused = (status: 401 | 403, result: 'missing' | 'scope' | 'invalid'): Decision => ({
  ok: false,
  status,
  result,
  code: `token_${result}`,
  detail: 'No.',
})

test('a session says which tiers are open to who asks, and whose figures they see', async () => {
  const { ask, events } = sessions(by(({ tier }) => (tier === 'admin' ? refused(403, 'scope') : granted(['viewer']))))
  expect(await ask()).toEqual([
    200,
    {
      service: 'shop',
      version: '1.2.3',
      authentication: true,
      caller: { method: 'jwt', subject: 'ann', roles: ['viewer'] },
      tenant: 'acme',
      tiers: ['public', 'tenant', 'system'],
      instance: 'shop-1',
      links: { trace: 'http://127.0.0.1:4319/traces/{trace_id}' },
    },
  ])
  expect(events).toEqual([])
})

test('who brings no token is told that there is something to log in to, and nothing else [H-38]', async () => {
  const { ask, events } = sessions(by(() => refused(401, 'missing')))
  expect(await ask()).toEqual([
    200,
    {
      service: 'shop',
      version: '1.2.3',
      authentication: true,
      caller: null,
      tenant: null,
      tiers: ['public'],
      instance: null,
      links: {},
    },
  ])
  expect(events).toEqual([])
})

test('a token that does not hold is refused, and heard of once', async () => {
  const { ask, events } = sessions(by(() => refused(401, 'invalid')))
  const [status, { code }] = (await ask()) as [number, { code: string }]
  expect([status, code]).toEqual([401, 'token_invalid'])
  expect(events).toEqual([
    {
      surface: 'console',
      decision: refused(401, 'invalid'),
      tier: 'tenant',
      route: '/console/session',
      address: null,
      userAgent: 'test',
      correlationId: 'c-1',
    },
  ])
})

/** Tokens of ours, and JWTs; each that is looked at is counted. */
function application(over: Partial<ApplicationRules> = {}) {
  const verifier = new Jwt({ secret: SECRET, algorithms: ['HS256'], now: () => NOW * 1000 })
  const seen = { proofs: 0 }
  const guard = new ApplicationGuard({
    verifier: {
      verify(token) {
        seen.proofs++
        return verifier.verify(token)
      },
    },
    tokens: {
      find(token) {
        seen.proofs++
        if (token === 'broken') throw new Error('the database is at 10.0.0.7')
        if (token === 'old') return { ok: false, result: 'expired' }
        const scopes = { scraper: ['metrics:read'], viewer: ['console:read'], root: ['system/*.rs'] }[token]
        if (scopes === undefined) return { ok: false, result: 'invalid' }
        return { ok: true, token: { id: token, scopes, expiresAt: null, createdAt: 0 } }
      },
    },
    tenants: { mode: 'header_only', strict: false, defaultTenant: 'main' },
    tenantHeader: 'x-tenant-id',
    adminRoles: ['platform_admin'],
    adminByScope: false,
    ...over,
  })
  return { guard, seen }
}

const bearer = (over: Record<string, unknown>) => `Bearer ${shared(claims(over))}`

const CLOSED: TierRules = { authentication: true, dev: false, scrapeGuard: 'none' }
const OTHERS = ['system', 'admin'] as const

const CREDENTIALS: readonly (readonly [
  who: string,
  credential: string | null,
  status: number,
  open: readonly Tier[],
])[] = [
  ['nobody', null, 200, ['public']],
  ['another scheme', 'Basic YTpi', 200, ['public']],
  ['a user', bearer({}), 200, ['public', 'tenant']],
  ['a system scope', bearer({ scope: 'system/*.rs' }), 200, ['public', 'tenant', 'system']],
  ['an administrator', bearer({ roles: ['platform_admin'] }), 200, ['public', 'tenant', 'system', 'admin']],
  ['a token that scrapes', 'Bearer scraper', 200, ['public']],
  ['a token that reads', 'Bearer viewer', 200, ['public', 'tenant']],
  ['a token for everything', 'Bearer root', 200, ['public', 'tenant', 'system']],
  ['a token that is over', bearer({ exp: NOW - 1 }), 401, []],
  ['a token of ours that is over', 'Bearer old', 401, []],
  ['a token of nobody', 'Bearer a.b.c', 401, []],
  ['a token of ours that nobody made', 'Bearer none', 401, []],
  ['a tenant that is none', bearer({ tenant_id: 'a\nb' }), 400, []],
  ['a token that cannot be looked up', 'Bearer broken', 503, []],
]

test.each(CREDENTIALS)(
  '%s: the credential is looked at once, and heard of once if it does not hold [H-44]',
  async (...row) => {
    const [, authorization, status, open] = row
    const before = onNotice(() => {})
    const { guard, seen } = application()
    const { ask, events } = sessions({ guard: guardOf({ application: guard, rules: CLOSED }) })
    const [told, body] = (await ask(authorization === null ? {} : { authorization })) as [number, { tiers?: Tier[] }]
    onNotice(before)
    expect([told, body.tiers ?? []]).toEqual([status, open])
    expect(events.map(({ decision }) => decision.ok)).toEqual(status === 200 ? [] : [false])
    expect(seen.proofs).toBe(authorization?.startsWith('Bearer ') ? 1 : 0)
  },
)

test('one question says what one for each tier would: who lacks the tenant tier lacks the others', async () => {
  const before = onNotice(() => {})
  const said = fc.record({
    mode: fc.constantFrom('header_only', 'url_path', 'both'),
    strict: fc.boolean(),
    defaultTenant: fc.constantFrom('main', ''),
    adminByScope: fc.boolean(),
    rules: fc.constantFrom(
      CLOSED,
      { ...CLOSED, authentication: false },
      { ...CLOSED, authentication: false, dev: true },
    ),
    missing: fc.boolean(),
    credential: fc.constantFrom(...CREDENTIALS.map(([, one]) => one)),
    tenant: fc.constantFrom(undefined, 'main', 'acme', 'a b', ['a', 'b']),
    path: fc.constantFrom('/console/session', '/acme/x', '/%00/x'),
  } as const)
  await fc.assert(
    fc.asyncProperty(said, async ({ rules, missing, credential, tenant, path, adminByScope, ...tenants }) => {
      const { guard: own } = application({ tenants, adminByScope })
      const there = rules.authentication && !missing
      const guard = guardOf({ ...(there && { application: own }), rules, tenants: new Tenants(tenants) })
      const headers = {
        host: 'localhost',
        'x-tenant-id': tenant,
        ...(credential !== null && { authorization: credential }),
      }
      const asked = { method: 'GET', path, headers, address: null }
      const [first, ...others] = await Promise.all(
        (['tenant', ...OTHERS] as const).map((tier) => guard.decide({ tier, ...asked })),
      )
      const also = OTHERS.filter((_, i) => others[i]!.ok)
      expect(await guard.decide({ tier: 'tenant', also: OTHERS, ...asked })).toEqual(
        first!.ok ? { ...first, also } : first,
      )
      const lacking = (one: Decision) => !one.ok && (one.result === 'scope' || one.result === 'missing')
      if (lacking(first!)) expect(others.every(lacking)).toBe(true)
      if (first!.ok) expect(others.every((one) => one.ok || lacking(one))).toBe(true)
    }),
    { numRuns: 1000 },
  )
  onNotice(before)
})

test('many who ask at once are each told of themselves', async () => {
  const { guard } = application()
  const { ask } = sessions({ guard })
  const roles = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? ['platform_admin'] : []))
  const answers = await Promise.all(roles.map((one, i) => ask({ authorization: bearer({ sub: `u${i}`, roles: one }) })))
  expect(answers.map(([, told]) => [told.caller.subject, told.tiers.includes('admin')])).toEqual(
    roles.map((one, i) => [`u${i}`, one.length > 0]),
  )
})

test('a guard that rejects opens nothing, and a trail that fails leaves the refusal as it is [H-51]', async () => {
  const said: string[] = []
  const before = onNotice(({ text }) => said.push(text))
  const rejects = { decide: () => Promise.reject(new Error('no answer of 10.0.0.7')) }
  const throws = () => {
    throw new Error('the disk is full')
  }
  const [status, broken] = await sessions({ guard: rejects }).ask()
  const [refusal, { code }] = await sessions({ ...by(() => refused(401, 'invalid')), heard: throws }).ask()
  onNotice(before)
  expect([status, broken.code, JSON.stringify(broken).includes('10.0.0.7')]).toEqual([500, 'exception', false])
  expect([refusal, code]).toEqual([401, 'token_invalid'])
  expect(said).toEqual([
    'answering GET /console/session failed: no answer of 10.0.0.7',
    'an access decision could not be recorded: the disk is full',
  ])
})
