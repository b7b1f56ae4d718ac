import { expect, test } from 'vitest'
import type { AccessEvent, Decision, Question } from '../../src/access/decision.ts'
import { createConsole } from '../../src/console/console.ts'
import { sessionRoute } from '../../src/console/session.ts'

const caller = (roles: string[]) =>
  ({ method: 'jwt', tokenId: 't1', subject: 'ann', scopes: [], roles, tenant: 'acme' }) as const

/** What a guard says by tier. */
function sessions(decide: (question: Question) => Decision, options: { authentication?: boolean } = {}) {
  const events: AccessEvent[] = []
  const route = sessionRoute({
    service: 'shop',
    version: '1.2.3',
    instance: 'shop-1',
    authentication: options.authentication ?? true,
    guard: { decide },
    links: { trace: 'http://127.0.0.1:4319/traces/{trace_id}' },
    heard: (event) => events.push(event),
  })
  const { fetch } = createConsole({ routes: [route] })
  return {
    events,
    ask: async () => {
      const headers = { 'user-agent': 'test', 'x-correlation-id': 'c-1' }
      const response = await fetch(new Request('http://h/console/session', { headers }))
      return [response.status, await response.json()]
    },
  }
}

const granted = (roles: string[]): Decision => ({ ok: true, caller: caller(roles), tenant: 'acme' })
const refused = (status: 401 | 403, result: 'missing' | 'scope' | 'invalid'): Decision => ({
  ok: false,
  status,
  result,
  code: `token_${result}`,
  detail: 'No.',
})

test('a session says which tiers are open to who asks, and whose figures they see', async () => {
  const { ask, events } = sessions(({ tier }) => (tier === 'admin' ? refused(403, 'scope') : granted(['viewer'])))
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
  const { ask, events } = sessions(() => refused(401, 'missing'))
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
  const { ask, events } = sessions(() => refused(401, 'invalid'))
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
