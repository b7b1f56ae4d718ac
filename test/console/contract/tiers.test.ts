// Who may read what of a service that was really started with application authentication: the figures, the session and the
// document, for each kind of token.
import { expect, test } from 'vitest'
import { provideInventory } from '../../../src/inventory.ts'
import { claims, NOW, SECRET, shared } from '../../access/issuer.ts'
import { later, launch } from '../../start/kit.ts'
import { wrong } from '../service-api/validator.ts'
import { ask } from './questions.ts'

const YAML = JSON.stringify({
  name: 'shop',
  server: { port: 0 },
  access: { jwt: { enabled: true }, tenants: { default: 'main' } },
  console: { instance: 'shop-1' },
})
const PATHS = [
  '/console/openapi.json',
  '/console/session',
  ...['uptime', 'resource-counts', 'activity', 'resource-distribution', 'traffic', 'tenants'].map(
    (name) => `/console/metrics/${name}`,
  ),
]

const launched = async () => {
  const own = {
    isClusterShared: true,
    countAllTypes: async ({ tenant }: { tenant: string }) => [{ type: tenant, count: 1 }],
    countByTenant: async () => [{ tenant: 'acme', count: 2 }],
  }
  later(provideInventory(own))
  return launch(YAML, { JWT_SECRET: SECRET })
}
const bearer = (over: Record<string, unknown>) => ({
  authorization: `Bearer ${shared(claims({ iat: undefined, exp: NOW, ...over }))}`,
})

const NOBODY = [200, 200, 200, 401, 401, 401, 401, 401]
const UNPROVEN = [200, 401, 200, 401, 401, 401, 401, 401]
const TENANT = [200, 200, 200, 200, 200, 200, 403, 403]
const EVERYTHING = [200, 200, 200, 200, 200, 200, 200, 200]

test.each([
  ['no token', {}, NOBODY],
  ['a token of nobody', { authorization: 'Bearer a.b.c' }, UNPROVEN],
  ['a token of another secret', { authorization: `Bearer ${shared(claims(), {}, 'x'.repeat(40))}` }, UNPROVEN],
  ['a token that is over', bearer({ exp: 1_700_000_000 }), UNPROVEN],
  ['another scheme', { authorization: 'Basic YTpi' }, NOBODY],
  ['a tenant’s token', bearer({ tenant_id: 'acme' }), TENANT],
  ['user/*.*', bearer({ scope: 'user/*.*' }), TENANT],
  ['patient/*.*', bearer({ scope: 'patient/*.*' }), TENANT],
  ['system/Patient.rs', bearer({ scope: 'system/Patient.rs' }), TENANT],
  ['system/*.c', bearer({ scope: 'system/*.c' }), TENANT],
  ['system/*.read', bearer({ scope: 'system/*.read' }), EVERYTHING],
  ['system/*.rs', bearer({ scope: 'system/*.rs' }), EVERYTHING],
  ['platform_admin', bearer({ roles: ['platform_admin'] }), EVERYTHING],
])('with %s: openapi, session, and the six figures [H-37] [H-44] [H-45] [H-59]', async (_, headers, expected) => {
  const { address } = await launched()
  const seen = await Promise.all(PATHS.map((path) => ask(address, path, headers)))
  expect(seen.map(({ status }) => status)).toEqual(expected)
  seen.forEach(({ status, headers: had, body }, i) => {
    const type = status === 200 ? 'application/json' : 'application/problem+json'
    expect(had['content-type']).toBe(type)
    expect(wrong('GET', PATHS[i]!, status, type, body)).toEqual([])
    if (status !== 200) expect(had['www-authenticate']).toMatch(/^Bearer/)
    // Whoever has proved nothing hears nothing of instances (H-38).
    if (seen[3]!.status === 401) expect(JSON.stringify(body)).not.toContain('shop-1')
  })
})

test('the claim says whose figures they are; another header is not heeded, and without a claim refused [H-49]', async () => {
  const { address } = await launched()
  const whose = async (over: Record<string, unknown>, header?: string) => {
    const headers = { ...bearer(over), ...(header !== undefined && { 'x-tenant-id': header }) }
    const { status, body } = await ask(address, '/console/metrics/resource-distribution', headers)
    const { tenant, types } = body as { tenant?: string; types?: { resource_type: string }[] }
    return [status, tenant, types?.map((one) => one.resource_type).join()]
  }
  const refused = [403, undefined, undefined]
  expect([
    await whose({ tenant_id: 'acme' }),
    await whose({ tenant_id: 'acme' }, 'zeta'),
    await whose({}),
    await whose({ tenant_id: '' }),
    await whose({}, 'main'),
    await whose({}, 'acme'),
    await whose({ tenant_id: '' }, 'acme'),
  ]).toEqual([
    ...[
      [200, 'acme', 'acme'],
      [200, 'acme', 'acme'],
      [200, 'main', 'main'],
      [200, 'main', 'main'],
    ],
    ...[[200, 'main', 'main'], refused, refused],
  ])
})
