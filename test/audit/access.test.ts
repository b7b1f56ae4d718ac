// Decisions at our doors as rows (ruling 51), folded so that neither a flood nor a scrape fills the trail.
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { AccessEvent, Caller, Denied } from '../../src/access/decision.ts'
import { AccessRows, HOUR, MINUTE } from '../../src/audit/access.ts'
import type { Audit } from '../../src/audit/audit.ts'
import { openAudit } from '../../src/audit/open.ts'
import { forgetNotices, onNotice } from '../../src/base/notice.ts'
import { Registry } from '../../src/metrics/registry.ts'
import { later } from './kit.ts'

const said: string[] = []
beforeEach(() => {
  said.length = 0
  forgetNotices()
  const before = onNotice(({ level, event, text }) => said.push(`${level} ${event}: ${text}`))
  later(() => onNotice(before))
})
afterEach(() => forgetNotices())

const caller = (more: Partial<Caller> = {}): Caller => ({
  method: 'bearer_token',
  tokenId: 'env_token',
  subject: null,
  scopes: ['metrics:read'],
  roles: [],
  tenant: '',
  ...more,
})
const denied = (result: Denied['result'], more: Partial<Denied> = {}): Denied => ({
  ok: false,
  status: 401,
  result,
  code: `token_${result}`,
  detail: '',
  ...more,
})

const event = (more: Partial<AccessEvent> = {}): AccessEvent => ({
  surface: 'scrape',
  tier: 'scrape',
  decision: { ok: true, caller: caller(), tenant: 'default' },
  route: '/metrics',
  address: '10.0.0.7',
  userAgent: 'Prometheus/3',
  correlationId: 'c-1',
  ...more,
})

interface Kit {
  readonly rows: AccessRows
  readonly audit: Audit
  /** Lets so much time pass. */
  pass(ms: number): void
  seen(): Promise<unknown[]>
}

async function kit(most?: number): Promise<Kit> {
  let now = 0
  const audit = await openAudit()
  const rows = new AccessRows({ audit, now: () => now, ...(most !== undefined && { most }) })
  later(() => rows.close())
  return {
    rows,
    audit,
    pass(ms) {
      now += ms
      rows.sweep()
    },
    async seen() {
      await rows.close()
      return (await audit.rows()).map(({ action, target_type, target_id, actor_ip, metadata }) =>
        [action, target_type, target_id, actor_ip, (metadata as { reason: string }).reason].join(' '),
      )
    },
  }
}

const system = (decision: AccessEvent['decision'], more: Partial<AccessEvent> = {}) =>
  event({ surface: 'console', tier: 'system', route: '/api/v1/tenants', decision, ...more })
const granted = (who: Caller | null): AccessEvent['decision'] => ({ ok: true, caller: who, tenant: 'default' })

test('every kind of decision is the row that ruling 51 says [H-44] [R-26] [R-45]', async () => {
  const { rows, audit } = await kit()
  const jwt = { method: 'jwt', tokenId: 'jti-1', subject: 'u-9' } as const
  const scopes = ['system/*.rs', 'user/*.r']
  rows.heard(event())
  rows.heard(event({ decision: denied('missing') }))
  rows.heard(event({ decision: denied('expired', { caller: caller({ tokenId: 'token-4' }) }) }))
  rows.heard(event({ decision: denied('rate_limited', { status: 429, code: 'rate_limited' }), address: null }))
  rows.heard(system(granted(caller({ ...jwt, scopes }))))
  rows.heard(system(denied('scope', { status: 403, caller: caller({ ...jwt, scopes: ['user/*.*'] }) })))
  const admin = caller({ ...jwt, roles: ['platform_admin'] })
  rows.heard(event({ surface: 'admin', tier: 'admin', route: '/admin', decision: granted(admin) }))
  rows.heard(event({ surface: 'console', tier: 'tenant', route: '/api/v1/traces', decision: granted(caller(jwt)) }))
  rows.heard(event({ surface: 'console', tier: 'tenant', route: '/api/v1/traces', decision: granted(null) }))
  await rows.close()
  const shown = (await audit.rows()).map(
    ({ id: _, seq: __, created_at: ___, hash: ____, prev_hash: _____, ...row }) => row,
  )
  const common = { correlation_id: 'c-1', actor_ip: '10.0.0.7', user_agent: 'Prometheus/3' }
  const nobody = { ...common, actor_user_id: null, actor_role: 'system' }
  const service = { ...common, actor_user_id: null, actor_role: 'service_account' }
  const user = { ...common, actor_user_id: 'u-9', actor_role: 'user' }
  const request_scope = 'metrics:read'
  expect(shown).toEqual([
    {
      ...service,
      action: 'metrics.scrape',
      target_type: 'metrics_token',
      target_id: 'env_token',
      result: 'success',
      metadata: { policy_key: 'scrape', reason: 'ok', request_scope },
    },
    {
      ...nobody,
      action: 'authz.deny',
      target_type: 'route',
      target_id: '/metrics',
      result: 'failure',
      metadata: { error_code: 'token_missing', policy_key: 'scrape', reason: 'missing' },
    },
    {
      ...service,
      action: 'authz.deny',
      target_type: 'metrics_token',
      target_id: 'token-4',
      result: 'failure',
      metadata: { error_code: 'token_expired', policy_key: 'scrape', reason: 'expired', request_scope },
    },
    {
      ...nobody,
      actor_ip: null,
      action: 'rate_limit.block',
      target_type: 'route',
      target_id: '/metrics',
      result: 'failure',
      metadata: { error_code: 'rate_limited', policy_key: 'scrape', reason: 'rate_limited' },
    },
    {
      ...user,
      action: 'authz.grant',
      target_type: 'route',
      target_id: '/api/v1/tenants',
      result: 'success',
      metadata: { policy_key: 'system', reason: 'ok', request_scope: scopes.join(' ') },
    },
    {
      ...user,
      action: 'authz.deny',
      target_type: 'route',
      target_id: '/api/v1/tenants',
      result: 'failure',
      metadata: { error_code: 'token_scope', policy_key: 'system', reason: 'scope', request_scope: 'user/*.*' },
    },
    {
      ...user,
      actor_role: 'admin',
      action: 'authz.grant',
      target_type: 'route',
      target_id: '/admin',
      result: 'success',
      metadata: { policy_key: 'admin', reason: 'ok', request_scope },
    },
  ])
})

test('repeated denials of one client and reason are one row a minute with their number [H-44]', async () => {
  const { rows, pass, seen } = await kit()
  const deny = (address: string, result: Denied['result'] = 'invalid', route = '/metrics') =>
    rows.heard(event({ decision: denied(result), address, route }))
  for (let i = 0; i < 5; i++) deny('10.0.0.1', 'invalid', `/${i}`)
  deny('10.0.0.1', 'missing')
  deny('10.0.0.2')
  pass(MINUTE)
  deny('10.0.0.1')
  pass(MINUTE - 1)
  deny('10.0.0.1')
  pass(1)
  pass(MINUTE)
  deny('10.0.0.1', 'invalid', '/late')
  expect(await seen()).toEqual([
    'authz.deny route /0 10.0.0.1 invalid',
    'authz.deny route /metrics 10.0.0.1 missing',
    'authz.deny route /metrics 10.0.0.2 invalid',
    'authz.deny route /4 10.0.0.1 invalid, 4 times',
    'authz.deny route /metrics 10.0.0.1 invalid, 2 times',
    'authz.deny route /late 10.0.0.1 invalid',
  ])
})

test('a day of scrapes every 15 s is 25 rows that count every one of them [R-26]', async () => {
  const { rows, pass, audit } = await kit()
  for (let i = 0; i < 5760; i++) {
    rows.heard(event())
    pass(15_000)
  }
  await rows.close()
  const counts = (await audit.rows()).map(({ metadata }) => {
    const [, count = '1'] = /, (\d+) times/.exec((metadata as { reason: string }).reason) ?? []
    return Number(count)
  })
  expect([counts.length <= 25, counts.reduce((sum, count) => sum + count)]).toEqual([true, 5760])
  expect(HOUR).toBe(3_600_000)
})

test('a flood from more clients than are told apart is bounded, and the crowd has no face', async () => {
  const { rows, audit, pass } = await kit(10)
  for (let i = 0; i < 5000; i++)
    rows.heard(event({ decision: denied('invalid'), address: `10.0.${i >> 8}.${i & 255}` }))
  pass(MINUTE)
  await rows.close()
  const shown = (await audit.rows()).map(({ actor_ip, user_agent, metadata }) => [
    actor_ip,
    user_agent,
    (metadata as { reason: string }).reason,
  ])
  expect(shown.length).toBe(12)
  expect(shown.slice(10)).toEqual([
    [null, null, 'invalid'],
    [null, null, 'invalid, 4989 times'],
  ])
})

test('what the store does not take is said in the log and counted, and nobody fails by it', async () => {
  const registry = new Registry()
  const audit = await openAudit({ registry })
  await audit.close()
  const rows = new AccessRows({ audit })
  rows.heard(event({ decision: denied('invalid') }))
  rows.heard(event({ decision: denied('invalid') }))
  await rows.close()
  const why =
    'AUDIT_CLOSED No audit trail is open, so nothing was written; found a trail that was closed. Record between start() and stop(), or openAudit() one.'
  expect(said).toEqual([
    `warn audit.fallback: authz.deny route /metrics: invalid; the audit trail did not take it: ${why}`,
    `warn audit.fallback: authz.deny route /metrics: invalid; the audit trail did not take it: ${why}`,
  ])
  const [family] = registry.exposition().filter(({ short }) => short === 'audit_chain_appends_total')
  expect(family?.series.map(({ attributes, value }) => [attributes, value])).toEqual([[['status', 'fallback'], 2]])
})

test('a store that hangs holds a bounded number of rows', async () => {
  let release = (): void => {}
  const gate = new Promise<never>((_, reject) => {
    release = () => reject(new Error('gone'))
  })
  const rows = new AccessRows({ audit: { offer: () => gate } })
  for (let i = 0; i < 1010; i++) rows.heard(event({ decision: denied('invalid'), address: `${i}` }))
  expect(said.length).toBeGreaterThan(0)
  expect(said.every((line) => line.endsWith('too many rows wait for it'))).toBe(true)
  release()
  await rows.close()
})
