import { afterEach, beforeEach, expect, test } from 'vitest'
import { onNotice } from '../../src/base/notice.ts'
import { createConsole } from '../../src/console/console.ts'
import { type HealthOptions, healthRoutes } from '../../src/console/health.ts'
import { Health, Uptime } from '../../src/health.ts'
import { Lifecycle } from '../../src/lifecycle/lifecycle.ts'

beforeEach(() => void onNotice(() => {}))
afterEach(() => void onNotice(undefined))

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5)

function probes(options: Partial<HealthOptions> = {}) {
  let monotonic = 1000
  const uptime = new Uptime({ monotonic: () => monotonic, wall: () => NOW - 12_500 })
  uptime.begin()
  monotonic += 12_500
  const health = options.health ?? new Health()
  const { fetch } = createConsole({
    routes: healthRoutes({
      path: '/health',
      health,
      service: 'shop',
      version: '1.2.3',
      uptime,
      now: () => NOW,
      ...options,
    }),
  })
  return async (path: string) => {
    const response = await fetch(new Request(`http://h${path}`))
    const text = await response.text()
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      text,
      retry: response.headers.get('retry-after'),
    }
  }
}

test('GET /health has exactly its six fields, and no backend [H-04] [H-39] (ruling 39)', async () => {
  const health = new Health()
  health.database({ name: 'postgres-primary', ping: async () => 1 })
  const { status, type, text } = await probes({ health })('/health')
  expect([status, type, JSON.parse(text)]).toEqual([
    200,
    'application/json',
    {
      status: 'ok',
      service: 'shop',
      version: '1.2.3',
      uptime_seconds: 12.5,
      started_at: '2026-01-02T03:03:52.500Z',
      timestamp: '2026-01-02T03:04:05.000Z',
    },
  ])
})

test('checks are told as name and word, without reasons or URLs; a failed critical one is 503 [R-18] (ruling 20)', async () => {
  const health = new Health()
  health.check('payments', () => Promise.reject(new Error('connect ECONNREFUSED http://10.0.0.3:5432')))
  health.check('mail', () => true)
  const { status, text } = await probes({ health })('/health')
  const { status: word, checks } = JSON.parse(text)
  expect([status, word, checks, text.includes('10.0.0.3')]).toEqual([
    503,
    'unhealthy',
    { payments: 'fail', mail: 'ok' },
    false,
  ])
})

test('a failed check that is not critical is told and stays 200 [R-18]', async () => {
  const health = new Health()
  health.check('mail', () => false, { critical: false })
  health.configure([{ type: 'database' }])
  const { status, text } = await probes({ health })('/health')
  expect([status, JSON.parse(text).status, JSON.parse(text).checks]).toEqual([
    200,
    'degraded',
    { mail: 'fail', database: 'unknown' },
  ])
})

test('a hanging check does not hang /health [R-18]', async () => {
  const health = new Health()
  health.check('hangs', () => new Promise(() => {}), { timeout: 20 })
  expect((await probes({ health })('/health')).status).toBe(503)
})

test('the path is configurable, and can be left out [R-18]', async () => {
  expect((await probes({ path: '/healthz' })('/healthz')).status).toBe(200)
  expect((await probes({ path: null })('/health')).status).toBe(404)
})

test('GET /_liveness is 200 with an empty body and asks no dependency [H-05]', async () => {
  const health = new Health()
  let asked = 0
  health.check('db', () => {
    asked++
    return false
  })
  health.liveness.register('stuck', () => false)
  const { status, text } = await probes({ health })('/_liveness')
  expect([status, text, asked]).toEqual([200, '', 0])
})

test('GET /_readiness asks the store: ready, or 503 with Retry-After 5, and never names the backend [H-06] [H-39]', async () => {
  const health = new Health()
  expect(await probes({ health })('/_readiness')).toEqual({
    status: 200,
    type: 'application/json',
    text: '{"status":"ready","checks":{"storage":"ok"}}',
    retry: null,
  })
  health.database({ name: 'postgres', ping: () => Promise.reject(new Error('postgres is down')) })
  expect(await probes({ health })('/_readiness')).toEqual({
    status: 503,
    type: 'application/json',
    text: '{"status":"not_ready","checks":{"storage":"fail"}}',
    retry: '5',
  })
})

test('GET /_readiness is 503 before the service began and from the first moment of its stop [H-06]', async () => {
  const lifecycle = new Lifecycle()
  const get = probes({ lifecycle })
  expect((await get('/_readiness')).status).toBe(503)
  lifecycle.begin()
  expect((await get('/_readiness')).status).toBe(200)
  void lifecycle.stop()
  expect(await get('/_readiness')).toEqual({
    status: 503,
    type: 'application/json',
    text: '{"status":"not_ready","checks":{"storage":"ok"}}',
    retry: '5',
  })
})

test('GET /livez is one line a check, in order, 503 when one fails, with reasons that are safe for anybody [W-40]', async () => {
  const health = new Health()
  const get = probes({ health })
  expect(await get('/livez')).toEqual({
    status: 200,
    type: 'text/plain; charset=utf-8',
    text: 'no liveness checks are registered\n',
    retry: null,
  })
  health.liveness.register('worker', () => true)
  health.liveness.register('cron', () => true)
  expect([(await get('/livez')).status, (await get('/livez')).text]).toEqual([200, 'cron\tok\nworker\tok\n'])
  health.liveness.register('queue', () => {
    throw new Error('amqp://user:pw@10.0.0.7 is gone')
  })
  expect([(await get('/livez')).status, (await get('/livez')).text]).toEqual([
    503,
    'cron\tok\nqueue\tfail: the check threw\nworker\tok\n',
  ])
})

test('a disabled liveness check is shown as disabled and /livez stays 200 [W-40b]', async () => {
  const health = new Health()
  health.liveness.register('queue', () => false)
  health.liveness.disable('queue')
  const get = probes({ health })
  expect([(await get('/livez')).status, (await get('/livez')).text]).toEqual([200, 'queue\tdisabled\n'])
})

test('with the registry off during a teardown /livez is 200 [W-40b]', async () => {
  const health = new Health()
  health.liveness.register('queue', () => false)
  health.liveness.off()
  const get = probes({ health })
  expect([(await get('/livez')).status, (await get('/livez')).text]).toEqual([
    200,
    'liveness checks are switched off\n',
  ])
})
