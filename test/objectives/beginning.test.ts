// What counts from when on, however late the room is loaded, and what is asked how often.
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { Registry } from '../../src/metrics/registry.ts'
import { LATENCY_BOUNDS } from '../../src/model/histogram.ts'
import { Objectives } from '../../src/objectives/objectives.ts'
import { within } from '../../src/objectives/percentile.ts'
import { promised } from '../../src/objectives/promise.ts'
import { TrafficRing } from '../../src/traffic/ring.ts'
import { Kit } from './kit.ts'

const slosOf = (text: string) => loadConfig({ text: `name: shop\nslos: [${text}]\n`, env: {} }).config.slos

test('what was counted before the process began is of no window; what came since is, before the room was loaded too', () => {
  let time = 1000
  const registry = new Registry({ now: () => time })
  const jobs = registry.counter('jobs', { labels: ['result'] })
  const steps = registry.histogram('steps', { labels: ['kind'] })
  jobs.add(50, { result: 'ok' })
  steps.observe(3, { kind: 'old' })
  // It begins at 2 000; the room comes at 3 000.
  time = 2500
  jobs.add(2, { result: 'failed' })
  jobs.add(4, { result: 'late' })
  steps.observe(0.2, { kind: 'new' })
  time = 3000
  const objectives = new Objectives({
    slos: slosOf(
      '{ name: a, kind: ratio, total: { metric: jobs }, bad: { metric: jobs, labels: { result: failed } }, objective: 0.5 }, { name: b, metric: steps, threshold: 1s }',
    ),
    watchlist: [],
    registry,
    traffic: new TrafficRing(10),
    instance: 'a1',
    clock: { now: () => time, monotonic: () => time - 1000 },
    began: { now: 2000, monotonic: 1000 },
  })
  expect(
    objectives
      .objectives()
      .objectives.map(({ value, event_count, covered_seconds }) => [value, event_count, covered_seconds]),
  ).toEqual([
    [Number((4 / 6).toPrecision(17)), 6, 1],
    [0.2425, 1, 1],
  ])
})

test('the same buckets under another configuration go on, others begin anew', () => {
  const kit = new Kit('slos: [{ name: a, metric: steps, threshold: 1s }]\n')
  kit.registry.histogram('steps').observe(0.2)
  kit.pass(60)
  kit.registry.configure({ views: [{ name: 'steps', bounds: [0.02, 0.05, 0.3, 1] }, { name: 'other' }] })
  expect(kit.of()).toMatchObject({ event_count: 1, covered_seconds: 60 })
  for (const buckets of [
    [1, 2],
    [0.5, 1.5],
  ]) {
    kit.registry.configure({ views: [{ name: 'steps', buckets }] })
    expect(kit.of()).toMatchObject({ event_count: 0, covered_seconds: 0 })
    kit.pass(10)
  }
})

test('ten viewers within a second cost one evaluation, and who asks for this moment gets it', () => {
  const kit = new Kit('slos: [{ name: a, metric: steps, threshold: 1s }]\n')
  const steps = kit.registry.histogram('steps')
  kit.pass(10)
  steps.observe(0.2)
  const seen = (freshMs?: number) => kit.objectives.objectives(freshMs).objectives[0]!.event_count
  expect(Array.from({ length: 10 }, () => seen())).toEqual(Array(10).fill(0))
  kit.time += 999
  expect(seen()).toBe(0)
  kit.time += 1
  expect(seen()).toBe(1)
  steps.observe(0.2)
  expect([seen(), seen(0), seen()]).toEqual([1, 2, 2])
})

test('what a declaration leaves open follows from the rest', () => {
  const shown =
    slosOf(`{ name: a, metric: m, threshold: 300ms }, { name: b, metric: m, threshold: 300ms, objective: 0.999 },
    { name: c, metric: m, threshold: 300ms, percentile: 99, objective: 0.9 }, { name: d, kind: event, threshold: 100ms },
    { name: e, kind: event, threshold: 5s }, { name: f, kind: event, threshold: 5s, expire_after: 6s },
    { name: g, kind: ratio, total: { metric: t }, bad: { metric: b } }`)
      .map(promised)
      .map((one) =>
        [one.name, one.percentile, one.objective, one.comparison, one.threshold, one.expireMs / 1000].join(' '),
      )
  expect(shown).toEqual([
    'a 95 0.95 < 0.3 10',
    'b 99.9 0.999 < 0.3 10',
    'c 99 0.9 < 0.3 10',
    'd 95 0.95 < 0.1 10',
    'e 95 0.95 < 5 50',
    'f 95 0.95 < 5 6',
    'g  0.999 >= 0.999 10',
  ])
})

test('between bounds, how many were within is in proportion of the bucket', () => {
  const bounds = Float64Array.from(LATENCY_BOUNDS)
  const buckets = new Float64Array(bounds.length + 1)
  buckets[0] = 4
  buckets[6] = 10
  buckets[11] = 3
  expect([0.0025, 0.25, 0.3, 0.5, 20].map((limit) => within(bounds, buckets, limit))).toEqual([2, 4, 6, 14, 14])
})
