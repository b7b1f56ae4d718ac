import { afterEach, beforeEach, expect, test } from 'vitest'
import { forgetNotices, type Notice, onNotice } from '../../src/base/notice.ts'
import { Health } from '../../src/health.ts'

const said: string[] = []
beforeEach(() => {
  said.length = 0
  forgetNotices()
  onNotice((notice: Notice) => said.push(`${notice.level}: ${notice.text}`))
})
afterEach(() => void onNotice(undefined))

const clock = () => {
  let time = 0
  return { now: () => time, wall: () => 1_800_000_000_000 + time, pass: (ms: number) => (time += ms) }
}
const never = () => new Promise<never>(() => {})
const states = async (health: Health) => {
  const report = await health.run()
  return [report.status, Object.fromEntries(report.checks.map((one) => [one.name, one.status]))]
}

test('no checks: ok, with the time of the finding [R-18]', async () => {
  const health = new Health(clock())
  expect(await health.run()).toEqual({ status: 'ok', checks: [], time: 1_800_000_000_000 })
})

test('a failed critical check makes the whole unhealthy, another one degraded; critical unless said [R-18]', async () => {
  const health = new Health(clock())
  health.check('a', () => true)
  expect(await states(health)).toEqual(['ok', { a: 'ok' }])
  health.check('b', () => false, { critical: false })
  expect(await states(health)).toEqual(['degraded', { a: 'ok', b: 'fail' }])
  health.check('c', () => Promise.reject(new Error('refused')))
  expect(await states(health)).toEqual(['unhealthy', { a: 'ok', b: 'fail', c: 'fail' }])
  expect(said).toEqual(['warn: health check b fails: the check says no', 'error: health check c fails: refused'])
})

test('a hanging check fails at its timeout, is told so by its signal, and delays no other: checks run in parallel [R-18]', async () => {
  const health = new Health()
  let signal: AbortSignal | undefined
  let begun = 0
  const hang = (given: AbortSignal) => {
    signal = given
    begun++
    return never()
  }
  health.check('hangs', hang, { timeout: 30 })
  health.check('hangs too', hang, { timeout: 30 })
  const running = health.run()
  expect(begun).toBe(2)
  const report = await running
  expect(report.checks.map(({ name, status, reason }) => [name, status, reason])).toEqual([
    ['hangs', 'fail', 'no answer within 30 ms'],
    ['hangs too', 'fail', 'no answer within 30 ms'],
  ])
  expect(signal?.aborted).toBe(true)
})

test('those who ask together wait for one run, and its result is kept for a second', async () => {
  const time = clock()
  const health = new Health(time)
  let runs = 0
  health.check('a', () => void runs++)
  await Promise.all([health.run(), health.run(), health.run()])
  time.pass(999)
  await health.run()
  expect(runs).toBe(1)
  time.pass(2)
  await health.run()
  expect(runs).toBe(2)
})

test('a check registered during a run is in the next answer', async () => {
  const health = new Health(clock())
  let go: () => void = () => {}
  health.check('slow', () => new Promise<void>((resolve) => (go = resolve)))
  const first = health.run()
  health.check('slow', () => true)
  health.check('new', () => true)
  go()
  await first
  expect(await states(health)).toEqual(['ok', { slow: 'ok', new: 'ok' }])
})

test('custom: the handler is the function registered under its name, before or after the file was read, as one check [R-18]', async () => {
  const health = new Health(clock())
  health.configure([{ type: 'custom', name: 'queue depth', handler: 'queue' }])
  expect(await states(health)).toEqual(['ok', { 'queue depth': 'unknown' }])
  expect(said).toEqual(['warn: health check queue depth is unknown: nothing answers for it'])
  health.check('queue', () => false)
  expect(await states(health)).toEqual(['unhealthy', { 'queue depth': 'fail' }])
})

test('external_service and http ask their URL through the function handed in: 2xx and 3xx are ok [R-18]', async () => {
  const health = new Health(clock())
  const asked: unknown[] = []
  const fetch = async (url: string, { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal }) => {
    asked.push([url, timeoutMs, signal.aborted])
    return { status: url.includes('bad') ? 503 : 302 }
  }
  health.configure(
    [
      { type: 'external_service', name: 'pay', url: 'http://pay/ok', timeout: 3000 },
      { type: 'http', name: 'mail', url: 'http://mail/bad', critical: false },
    ],
    { fetch },
  )
  const report = await health.run()
  expect([report.status, report.checks.map(({ name, status, reason }) => [name, status, reason])]).toEqual([
    'degraded',
    [
      ['pay', 'ok', ''],
      ['mail', 'fail', 'status 503'],
    ],
  ])
  expect(asked).toEqual([
    ['http://pay/ok', 3000, false],
    ['http://mail/bad', 5000, false],
  ])
})

test('database: every store that was handed to us is asked; without one the check is unknown with a warning [R-18]', async () => {
  const health = new Health(clock())
  health.configure([{ type: 'database', timeout: 5000 }])
  expect(await states(health)).toEqual(['ok', { database: 'unknown' }])
  expect(said).toEqual(['warn: health check database is unknown: nothing answers for it'])
  const remove = health.database({ name: 'main', ping: async () => 1 })
  expect([await states(health), await health.storage()]).toEqual([['ok', { database: 'ok' }], true])
  const broken = health.database({ name: 'replica', ping: () => Promise.reject(new Error('down')) })
  expect([await states(health), await health.storage()]).toEqual([['unhealthy', { database: 'fail' }], false])
  broken()
  remove()
  expect([await states(health), await health.storage()]).toEqual([['ok', { database: 'unknown' }], true])
})

test('two checks of one name both appear', async () => {
  const health = new Health(clock())
  health.check('pay', () => true)
  health.configure([{ type: 'http', name: 'pay', url: 'http://x' }])
  expect(await states(health)).toEqual(['ok', { pay: 'ok', 'pay 2': 'unknown' }])
})

test('a change of state is said once, each way', async () => {
  const time = clock()
  const health = new Health(time)
  let well = false
  health.check('a', () => well)
  for (let i = 0; i < 3; i++) {
    await health.run()
    time.pass(2000)
  }
  well = true
  for (let i = 0; i < 3; i++) {
    await health.run()
    time.pass(2000)
  }
  expect(said).toEqual(['error: health check a fails: the check says no', 'info: health check a is ok again'])
})

test('the removal takes out its own check only', async () => {
  const health = new Health(clock())
  const remove = health.check('a', () => false)
  health.check('a', () => true)
  remove()
  expect(await states(health)).toEqual(['ok', { a: 'ok' }])
})
