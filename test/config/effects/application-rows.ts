// Keys of application access: who is believed, for which tenant, on which tier.

import type { access } from '../../../src/access.ts'
import { claims, jwkOf, NOW, type Pair, pair, SECRET, shared, signed } from '../../access/issuer.ts'
import { type Row, row, type Settings } from './row.ts'
import { pause, type Service } from './service.ts'

const JWT = 'access.jwt'
const base: Settings = { access: { jwt: { enabled: true } } }
const env = { JWT_SECRET: SECRET, OTHER_SECRET: `another ${SECRET}` }
const elsewhere = (more: object): Settings => ({
  access: { jwt: { enabled: true, jwks_url: 'http://127.0.0.1:[port]/keys', algorithms: ['HS256', 'EdDSA'], ...more } },
})

let made: Pair | undefined
const ed = () => (made ??= pair('EdDSA', 'ed'))
const token = (over: object = {}) => shared(claims({ iat: undefined, exp: NOW, ...over }))
const published = (over: object = {}) => signed(ed(), claims({ iat: undefined, exp: NOW, ...over }))

type Ask = (token: string | null, options?: { path?: string; tier?: 'tenant' | 'system' | 'admin' }) => Promise<unknown>

/** What becomes of requests of the application; keys are published at the collector. */
const asks = (look: (ask: Ask, service: Service) => Promise<unknown>) => async (service: Service) => {
  service.collector.answer = (response) => {
    response.end(JSON.stringify({ keys: [jwkOf(ed())] }))
    return true
  }
  await service.start()
  const guard = service.door<{ access: typeof access }>('access').access()
  return look(async (token, { path = '/orders', tier = 'tenant' } = {}) => {
    const headers = token === null ? {} : { authorization: `Bearer ${token}` }
    const decided = await guard.authenticate({ method: 'GET', url: path, headers }, { tier })
    return decided.ok ? decided.tenant : decided.answer.status
  }, service)
}

const one = (make: () => string, options = {}) => asks((ask) => ask(make(), options))
const both = asks(async (ask) => [await ask(token()), await ask(published())])
const plain = one(token)
const fetched = asks(async (ask, service) => {
  await ask(published())
  await pause(20)
  await ask(published())
  return service.collector.requests
})
const failing = asks(async (ask, service) => {
  const first = await ask(published())
  service.collector.answer = (response) => {
    response.statusCode = 500
    response.end()
    return true
  }
  return [first, await service.settled(() => ask(published()), (service.expected as unknown[])[1])]
})
const open = asks(async (ask) => {
  const paths = ['/health', '/status', '/metrics', '/metricsX']
  return Promise.all(paths.map((path) => ask(null, { path })))
})
const seconds = () => Math.floor(Date.now() / 1000)

export const APPLICATION: readonly Row[] = [
  row(`${JWT}.secret_env`, [undefined, 'OTHER_SECRET'], plain, ['default', 401], { base, env }),
  row(`${JWT}.jwks_url`, ['http://127.0.0.1:[port]/', 'http://127.0.0.1:[other]/'], one(published), ['default', 503], {
    base: elsewhere({}),
    env,
  }),
  row(
    `${JWT}.algorithms`,
    [['HS256'], ['EdDSA']],
    both,
    [
      ['default', 401],
      [401, 'default'],
    ],
    { base: elsewhere({}), env },
  ),
  row(`${JWT}.issuer`, [undefined, 'https://id.example'], plain, ['default', 401], { base, env }),
  row(`${JWT}.audience`, [undefined, 'shop'], plain, ['default', 401], { base, env }),
  row(
    `${JWT}.clock_tolerance`,
    [undefined, '1h'],
    one(() => token({ exp: seconds() - 60 })),
    [401, 'default'],
    {
      base,
      env,
    },
  ),
  row(`${JWT}.jwks_refresh`, [undefined, '1ms'], fetched, [1, 2], { base: elsewhere({}), env }),
  row(
    `${JWT}.jwks_stale`,
    [undefined, '200ms'],
    failing,
    [
      ['default', 'default'],
      ['default', 503],
    ],
    { base: elsewhere({ jwks_refresh: '1ms' }), env },
  ),
  row(
    `${JWT}.roles_claim`,
    [undefined, 'groups'],
    one(() => token({ groups: ['platform_admin'] }), { tier: 'admin' }),
    [403, 'default'],
    { base, env },
  ),
  row(
    `${JWT}.admin_roles`,
    [undefined, ['root']],
    one(() => token({ roles: ['root'] }), { tier: 'admin' }),
    [403, 'default'],
    { base, env },
  ),
  row(
    `${JWT}.admin_by_scope`,
    [undefined, true],
    one(() => token({ scope: 'system/*.rs' }), { tier: 'admin' }),
    [403, 'default'],
    { base, env },
  ),
  row(
    'access.tenants.jwt_claim',
    [undefined, 'org'],
    one(() => token({ tenant_id: 'acme', org: 'globex' })),
    ['acme', 'globex'],
    {
      base,
      env,
    },
  ),
  row(
    'access.exclude_paths',
    [undefined, ['/status']],
    open,
    [
      ['default', 401, 'default', 401],
      [401, 'default', 'default', 401],
    ],
    { base, env },
  ),
]
