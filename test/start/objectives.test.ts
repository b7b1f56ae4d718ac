// Objectives of a whole running service: declared in its file, told of by its code, read over its admin listener.
import assert from 'node:assert'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Telltale } from '../../src/index.ts'
import type { ObjectiveAnswer, ObjectivesAnswer, WatchlistAnswer } from '../../src/objectives.ts'
import { began, currentObjectives, currentWatchlist, ended, watch } from '../../src/objectives.ts'
import { claims, NOW, SECRET, shared } from '../access/issuer.ts'
import { ROOT } from '../house/source.ts'
import { app, later, launch, said, until } from './kit.ts'

const EXAMPLE = readFileSync(join(ROOT, 'examples/objectives.yaml'), 'utf8')
/** A machine that does much else takes its time. */
const PATIENT = EXAMPLE.replace(/threshold: (300ms|1s|5s)/g, 'threshold: 1h')
const OPEN = 'dev: true\nserver: { port: 0 }\n'

const ask = async <T>(telltale: Telltale, path: string): Promise<T> =>
  (await (await fetch(`${telltale.address}/admin/ops/${path}`)).json()) as T

const scrape = async (telltale: Telltale, only: RegExp): Promise<string[]> =>
  (await (await fetch(`${telltale.address}/metrics`)).text()).split('\n').filter((line) => only.test(line))

/** Asks until every objective is as expected. */
async function judged(telltale: Telltale, seen: (one: ObjectiveAnswer) => string, expected: string[]): Promise<void> {
  let found: string[] = []
  const done = async () => {
    found = (await ask<ObjectivesAnswer>(telltale, 'objectives')).objectives.map(seen)
    return JSON.stringify(found) === JSON.stringify(expected)
  }
  await until('objectives are judged', done).catch(() => {})
  expect(found).toEqual(expected)
}

test('the six promises are judged from what a service does: requests, memberships, events [G-17] [G-18] [G-19] [G-20] [G-21] [G-22]', async () => {
  // Told before telemetry runs, and not lost.
  began('webhook-credit', 'evt-1')
  const telltale = await launch(`${OPEN}${PATIENT}`)
  const { url } = await app((_, response) => void response.end('ok'))
  for (let i = 0; i < 20; i++) await (await fetch(`${url}/allocations`)).text()
  telltale.registry.histogram('authz_membership_resolution_duration_seconds').observe(0.02)
  for (let i = 0; i < 10; i++) {
    began('allocation-event', i)
    ended('allocation-event', i)
  }
  ended('webhook-credit', 'evt-1')
  ended('webhook-credit', { since: new Date(Date.now() - 7_200_000) })
  await judged(telltale, ({ name, status, method, event_count }) => [name, status, method, event_count].join(' '), [
    'api-p95 met samples 20',
    'api-p99 met samples 20',
    'membership-p95 met buckets 1',
    'membership-p99 met buckets 1',
    'allocation-event met samples 10',
    'webhook-credit breached samples 2',
  ])
  expect(await scrape(telltale, /^slo_(status|events_total)/)).toEqual([
    'slo_events_total{slo="allocation-event",result="good",service="gpuaas"} 10',
    'slo_events_total{slo="allocation-event",result="late",service="gpuaas"} 0',
    'slo_events_total{slo="allocation-event",result="expired",service="gpuaas"} 0',
    'slo_events_total{slo="webhook-credit",result="good",service="gpuaas"} 1',
    'slo_events_total{slo="webhook-credit",result="late",service="gpuaas"} 1',
    'slo_events_total{slo="webhook-credit",result="expired",service="gpuaas"} 0',
    'slo_status{slo="api-p95",service="gpuaas"} 1',
    'slo_status{slo="api-p99",service="gpuaas"} 1',
    'slo_status{slo="membership-p95",service="gpuaas"} 1',
    'slo_status{slo="membership-p99",service="gpuaas"} 1',
    'slo_status{slo="allocation-event",service="gpuaas"} 1',
    'slo_status{slo="webhook-credit",service="gpuaas"} 0',
  ])
  expect((await currentObjectives())?.objectives.map(({ name }) => name)).toContain('api-p95')
})

test('a table is counted when somebody looks, by what the code hands over [G-31]', async () => {
  const undo = watch('Rows of the ledger', async () => 45_000_000)
  later(undo)
  const telltale = await launch(`${OPEN}${EXAMPLE}`)
  const seen = async () => {
    const { items } = await ask<WatchlistAnswer>(telltale, 'watchlist')
    return items.map(({ title, level, value }) => [title, level, value].join(' '))
  }
  const none = ['Rows of the usage table no_data ', 'Rows of the audit trail no_data ']
  expect(await seen()).toEqual([none[0], 'Rows of the ledger warn 45000000', none[1]])
  undo()
  expect(await seen()).toEqual([none[0], 'Rows of the ledger no_data ', none[1]])
  expect((await currentWatchlist())?.items).toHaveLength(3)
})

test('objectives and the watchlist are for administrators alone', async () => {
  const guarded = `name: shop\nserver: { port: 0 }\naccess: { jwt: { enabled: true } }\nconsole: { instance: shop-1 }\n`
  const telltale = await launch(guarded, { JWT_SECRET: SECRET })
  const bearer = (more: object) => ({
    authorization: `Bearer ${shared(claims({ iat: undefined, exp: NOW, ...more }))}`,
  })
  const callers: [string, Record<string, string>][] = [
    ['nobody', {}],
    ['user', bearer({ scope: 'user/*.*' })],
    ['system', bearer({ scope: 'system/*.read' })],
    ['admin', bearer({ roles: ['platform_admin'] })],
  ]
  const seen = []
  for (const [who, headers] of callers)
    for (const path of ['objectives', 'watchlist']) {
      const response = await fetch(`${telltale.address}/admin/ops/${path}`, { headers })
      const body = (await response.json()) as { objectives?: []; items?: []; instance?: string }
      seen.push([who, path, response.status, body.instance ?? null, body.objectives ?? body.items ?? null])
    }
  expect(seen).toEqual([
    ['nobody', 'objectives', 401, null, null],
    ['nobody', 'watchlist', 401, null, null],
    ['user', 'objectives', 403, null, null],
    ['user', 'watchlist', 403, null, null],
    ['system', 'objectives', 403, null, null],
    ['system', 'watchlist', 403, null, null],
    ['admin', 'objectives', 200, 'shop-1', []],
    ['admin', 'watchlist', 200, 'shop-1', []],
  ])
})

test('where no objective is declared nothing is shown, nothing is kept, and events are told to nobody', async () => {
  const telltale = await launch(`name: shop\n${OPEN}`)
  began('allocation-event', 1)
  ended('allocation-event', 1)
  // Counters of the tests before stay in the registry of the process.
  const gauges = /^slo_(objective|value|status|burn_rate|error_budget)/
  expect(await scrape(telltale, gauges)).toEqual([])
  expect([await currentObjectives(), await currentWatchlist()]).toEqual([null, null])
  // Asked for, the room is loaded and has nothing to tell.
  expect((await ask<ObjectivesAnswer>(telltale, 'objectives')).objectives).toEqual([])
  expect(await scrape(telltale, gauges)).toEqual([])
})

test('a stop takes them down, and another start counts from its own beginning', async () => {
  const yaml = `${OPEN}name: shop\nslos: [{ name: steps, metric: steps, threshold: 1s }, { name: pair, kind: event, threshold: 1h }]\n`
  const first = await launch(yaml)
  first.registry.histogram('steps').observe(5)
  ended('pair', { since: Date.now() })
  const told = ({ status, event_count }: ObjectiveAnswer) => `${status} ${event_count}`
  await judged(first, told, ['breached 1', 'met 1'])
  await first.stop()
  expect(await currentObjectives()).toBe(null)
  began('pair', 'between')
  const second = await launch(yaml)
  await judged(second, told, ['no_data 0', 'no_data 0'])
  ended('pair', 'between')
  second.registry.histogram('steps').observe(0.5)
  await judged(second, told, ['met 1', 'no_data 0'])
  expect(await scrape(second, /^slo_events_rejected/)).toEqual([
    'slo_events_rejected_total{slo="pair",reason="unbegun",service="shop"} 1',
  ])
})

const unheard = (name: string) =>
  `telltale warn: events of ${name} are counted nowhere: slos has no objective of kind event with that name`

test('an event of a name that no objective has is said once and throws nothing', async () => {
  const lines = said()
  await launch(`${OPEN}${EXAMPLE}`)
  expect((await currentObjectives())?.objectives).toHaveLength(6)
  for (const name of ['typo', 'typo', 'api-p95', '', undefined as never, { name: 1 } as never]) {
    began(name, 1)
    ended(name, { since: Number.NaN })
    ended(name, null as never)
  }
  const hostile = new Proxy({}, { get: () => assert.fail('read') })
  for (const it of [hostile, { toString: () => assert.fail('text') }, Symbol('s')] as never[]) {
    began(it, it)
    ended('allocation-event', it)
    ended('allocation-event', { since: it })
  }
  expect(lines.filter((line) => line.includes('counted nowhere'))).toEqual([
    ...['typo', 'api-p95', '', 'a undefined', 'a object', 'a symbol'].map(unheard),
  ])
})

test('an objective over what it cannot be judged by keeps a service from starting', async () => {
  await expect(launch('name: shop\nslos: [{ name: a, metric: queue_lag, threshold: 1s }]\n')).rejects.toThrow(
    'CONFIG_CONFLICT slos[0].metric: Two settings contradict each other; found the gauge queue_lag; allowed: a histogram.',
  )
})

test('where no metrics are recorded, the request log and events are judged, and what cannot be says why', async () => {
  const off = 'observability: { opentelemetry: { metrics: { enabled: false } } }\n'
  const telltale = await launch(`${OPEN}${off}name: shop
slos:
  - { name: api, metric: http_request_duration_seconds, threshold: 1h }
  - { name: errors, kind: ratio, total: { metric: http_requests_total }, bad: { metric: never_declared } }
  - { name: pair, kind: event, threshold: 1h }
`)
  const { url } = await app((_, response) => void response.end('ok'))
  await (await fetch(url)).text()
  began('pair', 1)
  ended('pair', 1)
  await judged(telltale, ({ status, reason, error_budget: { remaining } }) => [status, reason, remaining].join(' · '), [
    'met ·  · ',
    'no_data · there is no metric never_declared · ',
    'met ·  · 1',
  ])
})
