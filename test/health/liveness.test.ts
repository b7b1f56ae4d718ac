import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Notice, onNotice } from '../../src/base/notice.ts'
import { Liveness } from '../../src/health.ts'

const said: string[] = []
beforeEach(() => {
  said.length = 0
  onNotice((notice: Notice) => said.push(notice.text))
})
afterEach(() => void onNotice(undefined))

const rows = (liveness: Liveness) =>
  liveness.run().checks.map((one) => `${one.name} ${one.status}${one.reason && ` (${one.reason})`}`)

test('checks run in alphabetical order whatever the order of registration [W-40b]', () => {
  const liveness = new Liveness()
  for (const name of ['queue', 'cron', 'worker']) liveness.register(name, () => true)
  expect(liveness.run()).toEqual({
    ok: true,
    on: true,
    checks: ['cron', 'queue', 'worker'].map((name) => ({ name, status: 'ok', reason: '' })),
  })
})

test('registering again replaces, null takes out [W-40b]', () => {
  const liveness = new Liveness()
  liveness.register('a', () => false)
  liveness.register('a', () => true)
  liveness.register('b', () => true)
  liveness.register('b', null)
  liveness.register('never there', null)
  expect(rows(liveness)).toEqual(['a ok'])
})

test('a disabled check is shown as disabled, is not run, and fails nothing [W-40b]', () => {
  const liveness = new Liveness()
  let runs = 0
  liveness.register('a', () => {
    runs++
    return false
  })
  expect([liveness.disable('a'), liveness.disable('unknown')]).toEqual([true, false])
  expect(liveness.run()).toEqual({ ok: true, on: true, checks: [{ name: 'a', status: 'disabled', reason: '' }] })
  expect(runs).toBe(0)
  liveness.register('a', () => false)
  expect(rows(liveness)).toEqual(['a disabled'])
  liveness.enable('a')
  expect([rows(liveness), liveness.run().ok]).toEqual([['a fail (the check says no)'], false])
})

test('a throwing check counts as failed; its words go to the log, once per change, and not to the answer [W-40] [W-40b]', () => {
  const liveness = new Liveness()
  let broken = true
  liveness.register('a', () => {
    if (broken) throw new Error('connect ECONNREFUSED 10.0.0.3:5432')
  })
  expect([rows(liveness), liveness.run().ok]).toEqual([['a fail (the check threw)'], false])
  broken = false
  expect(rows(liveness)).toEqual(['a ok'])
  broken = true
  liveness.run()
  expect(said).toEqual(Array(2).fill('liveness check a fails: the check threw: connect ECONNREFUSED 10.0.0.3:5432'))
})

test('an asynchronous check cannot be judged and fails, without an unhandled rejection [W-40b]', async () => {
  const liveness = new Liveness()
  liveness.register('a', () => Promise.reject(new Error('x')))
  expect(rows(liveness)).toEqual(['a fail (the check is asynchronous)'])
  await new Promise((resolve) => setImmediate(resolve))
})

test('the whole registry is switched off for a teardown: ok with no check run, and on again [W-40b]', () => {
  const liveness = new Liveness()
  liveness.register('a', () => false)
  liveness.off()
  expect(liveness.run()).toEqual({ ok: true, on: false, checks: [] })
  liveness.on()
  expect(liveness.run().ok).toBe(false)
})

test('a name cannot forge a line, and their number is bounded', () => {
  const liveness = new Liveness()
  liveness.register('a\nb\tok\r', () => true)
  expect(rows(liveness)).toEqual(['a b ok  ok'])
  for (let i = 0; i < 1500; i++) liveness.register(`c${i}`, () => true)
  expect(liveness.run().checks.length).toBe(1000)
})
