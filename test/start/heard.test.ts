// Who hears of decisions at our doors: the counters, the audit trail or the log. And a guard that is not there yet.
import { afterEach, expect, test } from 'vitest'
import type { AccessEvent, Decision } from '../../src/access/decision.ts'
import { type Notice, onNotice } from '../../src/base/notice.ts'
import { Registry } from '../../src/metrics/registry.ts'
import { hearing } from '../../src/start/heard.ts'
import { laterGuard } from '../../src/start/later-guard.ts'

const said: Notice[] = []
afterEach(() => {
  onNotice(undefined)
  said.length = 0
})
const listen = () => onNotice((one) => said.push(one))

const denied: Decision = { ok: false, status: 401, result: 'invalid', code: 'token_invalid', detail: 'd' }
const caller = {
  method: 'bearer_token',
  tokenId: 'env_token',
  subject: null,
  scopes: [],
  roles: [],
  tenant: '',
} as const
const event = (decision: Decision, address: string | null = '192.0.2.1'): AccessEvent => ({
  surface: 'scrape',
  tier: 'scrape',
  decision,
  route: '/metrics',
  address,
  userAgent: null,
  correlationId: 'c',
})

test('the first of a kind is said at once, repetitions a minute later as a number [R-26]', () => {
  listen()
  const clock = { ms: 0 }
  const hear = hearing({ registry: null, now: () => clock.ms })
  for (let i = 0; i < 100; i++) hear(event(denied))
  hear(event(denied, null))
  hear(event({ ok: true, caller, tenant: '' }))
  clock.ms += 60_000
  hear(event(denied))
  clock.ms += 60_000
  hear(event(denied))
  expect(said.map(({ level, event: name, text }) => [level, name, text])).toEqual([
    ['warn', 'access.denied', '/metrics was denied to 192.0.2.1: token_invalid'],
    ['warn', 'access.denied', '/metrics was denied to a client without address: token_invalid'],
    ['debug', 'access.granted', '/metrics was opened to 192.0.2.1 by env_token'],
    [
      'warn',
      'access.denied',
      '/metrics was denied to 192.0.2.1: token_invalid, and 99 times more since the last such line',
    ],
    ['warn', 'access.denied', '/metrics was denied to 192.0.2.1: token_invalid'],
  ])
  expect(said[0]!.fields).toEqual({ surface: 'scrape', result: 'invalid', correlation_id: 'c' })
})

test('a flood from many addresses is few lines a minute [R-26]', () => {
  listen()
  const clock = { ms: 0 }
  const hear = hearing({ registry: null, now: () => clock.ms })
  for (let i = 0; i < 10_000; i++) hear(event(denied, `10.0.${i >> 8}.${i & 255}`))
  expect(said).toHaveLength(65)
  expect(said.at(-1)!.text).toBe('/metrics was denied to several addresses: token_invalid')
  clock.ms += 60_000
  for (let i = 0; i < 10_000; i++) hear(event(denied, `10.1.${i >> 8}.${i & 255}`))
  expect(said.length).toBeLessThanOrEqual(130)
})

test('with an audit trail each event goes there whole, and the log says nothing; counting goes on [R-26] [R-46]', () => {
  listen()
  const heard: AccessEvent[] = []
  const registry = new Registry()
  const hear = hearing({ registry, audit: (one) => void heard.push(one) })
  for (const decision of [denied, denied, { ok: true, caller, tenant: '' } as const]) hear(event(decision))
  expect([heard.length, said]).toEqual([3, []])
  const [family] = registry.exposition().filter(({ short }) => short === 'auth_requests_total')
  expect(family!.series.map(({ attributes, value }) => [attributes, value])).toEqual([
    [['surface', 'scrape', 'result', 'invalid'], 2],
    [['surface', 'scrape', 'result', 'ok'], 1],
  ])
})

test('a guard that cannot be loaded lets nobody in, and says so', async () => {
  listen()
  const question = { tier: 'scrape', method: 'GET', path: '/metrics', headers: {}, address: null } as const
  const guard = laterGuard('/metrics', Promise.reject(new Error('no such module')))
  const decisions = [await guard.decide(question), await guard.decide(question)]
  expect(decisions.map((one) => [one.ok, !one.ok && one.status])).toEqual([
    [false, 503],
    [false, 503],
  ])
  expect(said.map(({ text }) => text)).toEqual(['/metrics stays closed, its guard cannot be had: no such module'])
  const late = laterGuard('/metrics', new Promise((resolve) => setTimeout(resolve, 5, { decide: () => denied })))
  expect(await late.decide(question)).toBe(denied)
  expect(late.decide(question)).toBe(denied)
})
