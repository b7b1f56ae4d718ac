// When something is an incident, how long it lasts, and what is remembered of it.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Condition, Incidents } from '../../src/objectives/incidents.ts'

const BEGAN = Date.UTC(2027, 0, 15, 8)
const CLEAR = 120_000
const at = (seconds: number) => BEGAN + seconds * 1000
const text = (seconds: number) => new Date(at(seconds)).toISOString()

const condition = (key: string, more: Partial<Condition> = {}): Condition => ({
  key,
  class: 'queue_backlog',
  severity: 'warning',
  state: 'bad',
  detail: `${key} is deep`,
  runbook: 'ops.queue.backlog',
  ...more,
})

const opened = (key: string, seconds: number, more: object = {}) => ({
  id: `${key}@${text(seconds)}`,
  class: 'queue_backlog',
  severity: 'warning',
  openedAt: at(seconds),
  exact: true,
  detail: `${key} is deep`,
  runbook: 'ops.queue.backlog',
  ...more,
})

test('an incident opens with its condition, keeps when it began, and says what is wrong now [G-27]', () => {
  const incidents = new Incidents(CLEAR, BEGAN)
  incidents.update([condition('orders')], at(30))
  expect(incidents.open()).toEqual([opened('orders', 30)])
  incidents.update([condition('orders', { severity: 'critical', detail: 'deeper' })], at(60))
  expect(incidents.open()).toEqual([opened('orders', 30, { severity: 'critical', detail: 'deeper' })])
})

test('what comes and goes is one incident; what is well for long enough is over since it was well [G-27]', () => {
  const incidents = new Incidents(CLEAR, BEGAN)
  incidents.update([condition('orders')], at(0))
  incidents.update([], at(30))
  incidents.update([condition('orders')], at(120))
  incidents.update([], at(150))
  incidents.update([], at(269))
  expect(incidents.open()).toEqual([opened('orders', 0)])
  incidents.update([], at(270))
  expect([incidents.open(), incidents.past()]).toEqual([[], [{ ...opened('orders', 0), closedAt: at(150) }]])
  incidents.update([condition('orders')], at(300))
  expect(incidents.open()).toEqual([opened('orders', 300)])
})

test('what is not known, or just below the bound, opens nothing and closes nothing', () => {
  const incidents = new Incidents(CLEAR, BEGAN)
  const unsure = condition('orders', { state: 'unsure', detail: 'nobody knows' })
  incidents.update([unsure], at(0))
  expect(incidents.open()).toEqual([])
  incidents.update([condition('orders')], at(10))
  incidents.update([unsure], at(20))
  incidents.update([unsure], at(10_000))
  expect(incidents.open()).toEqual([opened('orders', 10)])
  incidents.update([], at(10_010))
  incidents.update([unsure], at(10_100))
  incidents.update([], at(10_140))
  incidents.update([], at(10_259))
  expect(incidents.open()).toEqual([opened('orders', 10)])
})

test('who looks for the first time after a while cannot say when it began, unless the condition can', () => {
  const incidents = new Incidents(CLEAR, BEGAN)
  const since = () => at(100)
  incidents.update([condition('orders'), condition('mails', { since })], at(600))
  expect(incidents.open()).toEqual([opened('mails', 100), opened('orders', 600, { exact: false })])
  incidents.update([condition('orders'), condition('mails'), condition('jobs')], at(660))
  expect(incidents.open().at(-1)).toEqual(opened('jobs', 660))
})

test('the worst stand first, then what lasts longest', () => {
  const incidents = new Incidents(CLEAR, BEGAN)
  incidents.update([condition('b')], at(0))
  incidents.update([condition('b'), condition('a')], at(10))
  incidents.update([condition('b'), condition('a'), condition('c', { severity: 'critical' })], at(20))
  expect(incidents.open().map(({ id }) => id)).toEqual([`c@${text(20)}`, `b@${text(0)}`, `a@${text(10)}`])
})

test('at most 200 are open and the last 50 are remembered, whatever happens', () => {
  const incidents = new Incidents(0, BEGAN)
  const many = Array.from({ length: 300 }, (_, i) => condition(`q${i}`))
  incidents.update(many, at(0))
  expect(incidents.open().length).toBe(200)
  incidents.update([], at(1))
  expect([incidents.open().length, incidents.past().length]).toEqual([0, 50])
})

test('an incident is open exactly while its condition was bad within the time to clear (property)', () => {
  const step = fc.record({ wait: fc.integer({ min: 1, max: 90 }), bad: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const incidents = new Incidents(CLEAR, BEGAN)
      let seconds = 0
      let begun: number | null = null
      let well: number | null = null
      let closed = 0
      for (const { wait, bad } of steps) {
        seconds += wait
        incidents.update(bad ? [condition('orders')] : [], at(seconds))
        if (bad) {
          begun ??= seconds
          well = null
        } else if (begun !== null) {
          well ??= seconds
          if (seconds - well >= CLEAR / 1000) {
            begun = null
            closed++
          }
        }
        expect(incidents.open().map(({ openedAt }) => openedAt)).toEqual(begun === null ? [] : [at(begun)])
        expect(incidents.past().length).toBe(closed)
      }
    }),
    { numRuns: 200 },
  )
})
