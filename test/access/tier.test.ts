import { expect, test } from 'vitest'
import { OPEN, openWarning } from '../../src/access/tier.ts'
import { decideTier, type Tier } from '../../src/access.ts'

const tiers: Tier[] = ['public', 'tenant', 'system', 'admin', 'scrape']
const statuses = (rules: Partial<typeof OPEN>) =>
  Object.fromEntries(
    tiers.map((tier) => [
      tier,
      ((decision) => (decision.ok ? 200 : decision.status))(decideTier(tier, { ...OPEN, ...rules })),
    ]),
  )

test('without application authentication tenant and system tiers are open and admin stays closed (ruling 58)', () => {
  expect(statuses({})).toEqual({ public: 200, tenant: 200, system: 200, admin: 403, scrape: 200 })
})

test('dev: true opens the admin tier, but only without authentication (ruling 58)', () => {
  expect(statuses({ dev: true })['admin']).toBe(200)
  expect(statuses({ dev: true, authentication: true })['admin']).toBe(403)
})

test('what wants a guard that is not there stays closed; public stays public', () => {
  expect(statuses({ authentication: true })).toEqual({ public: 200, tenant: 503, system: 503, admin: 403, scrape: 200 })
  expect(statuses({ scrapeGuard: 'required' })).toEqual({
    public: 200,
    tenant: 200,
    system: 200,
    admin: 403,
    scrape: 503,
  })
})

test('an open console is said aloud (ruling 58)', () => {
  expect(openWarning(OPEN)).toBe(
    "no application authentication is configured: everybody who reaches the console may read every tenant's figures; configure access.jwt, or console.enabled: false",
  )
  expect(openWarning({ ...OPEN, authentication: true })).toBe(undefined)
})
