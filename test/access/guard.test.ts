import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import type { Guard, Question } from '../../src/access/decision.ts'
import { type Guards, guardOf } from '../../src/access/guard.ts'
import type { TenantRules } from '../../src/access/tenant.ts'
import { Tenants } from '../../src/access/tenants.ts'
import type { Tier } from '../../src/access/tier.ts'

const TIERS: readonly Tier[] = ['public', 'scrape', 'tenant', 'system', 'admin']
const by = (name: string): Guard => ({ decide: () => ({ ok: true, caller: null, tenant: name }) })

const asked = (tier: Tier, headers: Question['headers'] = {}): Question => ({
  ...{ tier, method: 'GET', path: '/console', headers, address: null },
})

async function said(guards: Guards | undefined, headers?: Question['headers']) {
  const guard = guardOf(guards)
  const all = await Promise.all(TIERS.map((tier) => guard.decide(asked(tier, headers))))
  return all.map((one) => (one.ok ? one.tenant : `${one.status} ${one.result} ${one.code}`))
}

test('each tier has its guard, and what is public none [H-44]', async () => {
  const application = by('application')
  const rules = { authentication: true, dev: false, scrapeGuard: 'required' } as const
  expect(await said({ scrape: by('scrape'), application, rules })).toEqual([
    ...['default', 'scrape', 'application', 'application', 'application'],
  ])
})

test('a tier whose guard is not there is closed where it is asked for, and open where it is not [H-44] (ruling 58)', async () => {
  const closed = '503 missing guard_unavailable'
  expect(await said({ rules: { authentication: true, dev: false, scrapeGuard: 'required' } })).toEqual([
    ...['default', closed, closed, closed, '403 scope admin_required'],
  ])
  for (const guards of [undefined, {}])
    expect(await said(guards)).toEqual([...['default', 'default', 'default', 'default', '403 scope admin_required']])
  expect(await said({ rules: { authentication: false, dev: true, scrapeGuard: 'none' } })).toEqual(
    TIERS.map(() => 'default'),
  )
  const [, scrape] = await Promise.all(
    TIERS.map((tier) =>
      guardOf({ rules: { authentication: true, dev: false, scrapeGuard: 'required' } }).decide(asked(tier)),
    ),
  )
  expect(scrape).toEqual({
    ok: false,
    status: 503,
    result: 'missing',
    code: 'guard_unavailable',
    detail: 'The scrape is guarded, and its guard is not there: it stays closed.',
  })
})

test('what dev opens to who proves nothing, it opens under names of this machine alone: another name is DNS rebinding [H-44]', async () => {
  const guard = guardOf({ rules: { authentication: false, dev: true, scrapeGuard: 'none' }, host: 'Dev.Shop.example' })
  const of = async (headers: Question['headers']) => {
    const one = await guard.decide(asked('admin', headers))
    return one.ok ? one.tenant : `${one.status} ${one.result} ${one.code}`
  }
  const own = ['localhost', 'LOCALHOST:9464', 'a.localhost:1', '127.0.0.1:9464', '[::1]:9464', '10.0.0.7', 'shop:9464']
  const named = [...own, 'host.docker.internal:9464', 'dev.shop.example:9464', hostname()]
  for (const host of named) expect([host, await of({ host })]).toEqual([host, 'default'])
  const foreign = [
    'evil.example',
    'evil.example:9464',
    'localhost.evil.example',
    '127.0.0.1.evil.example:9464',
    '',
    '.',
  ]
  for (const host of foreign)
    expect([host, await of({ host }), await of({ ':authority': host })]).toEqual([
      ...[host, '403 scope host_forbidden', '403 scope host_forbidden'],
    ])
  expect(
    (await said({ rules: { authentication: false, dev: true, scrapeGuard: 'none' } }, { host: 'evil.example' }))[2],
  ).toBe('default')
})

test('what nobody guards has the tenant that its request asks for, or the default one [H-49]', async () => {
  const rules = { mode: 'header_only', strict: false, defaultTenant: 'main', authentication: false } as const
  const tenants = { rules, of: (header: string | null) => (header === null ? undefined : `of ${header}`) } as never
  const system = TIERS.indexOf('system')
  expect((await said({ tenants }, { 'x-tenant-id': 'acme' }))[system]).toBe('of acme')
  expect((await said({ tenants, tenantHeader: 'x-shop' }, { 'x-tenant-id': 'acme', 'x-shop': 'b' }))[system]).toBe(
    'of b',
  )
  expect((await said({ tenants }, { 'x-tenant-id': ['a', 'b'] }))[system]).toBe('main')
  expect((await said({ tenants }))[system]).toBe('main')
})

test('figures of a tenant are shown for the one that can be read, or the default one; of others nothing is said [H-49]', async () => {
  const of = async (headers: Question['headers'], path = '/console', over: object = {}) => {
    const rules = { mode: 'both', strict: true, defaultTenant: 'main', authentication: false, ...over } as const
    const tenants = new Tenants(rules as TenantRules)
    return guardOf({ tenants }).decide({ ...asked('tenant', headers), path })
  }
  const shown = (tenant: string) => ({ ok: true, caller: null, tenant })
  const refused = (code: string, detail: string) => ({ ok: false, status: 400, result: 'invalid', code, detail })
  expect([
    await of({}),
    await of({ 'x-tenant-id': 'acme' }),
    await of({}, '/acme/console'),
    await of({ 'x-tenant-id': ['acme', 'beta'] }),
    await of({ 'x-tenant-id': 'beta' }, '/acme/console'),
    await of({ 'x-tenant-id': 'a b' }),
    await of({}, '/console', { defaultTenant: '' }),
  ]).toEqual([
    ...[shown('main'), shown('acme'), shown('acme'), shown('main')],
    refused('tenant_mismatch', 'The request names different tenants.'),
    refused('tenant_invalid', 'The tenant has characters that are not allowed.'),
    refused('tenant_missing', 'No tenant is named, and there is no default tenant.'),
  ])
})
