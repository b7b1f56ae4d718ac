import { afterEach, beforeEach, expect, test } from 'vitest'
import { forgetNotices, type Notice, onNotice } from '../../src/base/notice.ts'
import { Collector } from '../../src/metrics/collector.ts'
import { Registry } from '../../src/metrics/registry.ts'
import { Resource } from '../../src/model/attribute.ts'
import type { Batch, Sink } from '../../src/model/batch.ts'
import { samples, scrape } from './scrape.ts'

const said: Notice[] = []

beforeEach(() => {
  forgetNotices()
  said.length = 0
  onNotice((notice) => said.push(notice))
})
afterEach(() => {
  onNotice(undefined)
})

test('callbacks are asked at each collection; what they no longer report is gone', () => {
  const registry = new Registry()
  let agents = [
    ['active', 2],
    ['idle', 1],
  ] as [string, number][]
  registry.observable('agents', { labels: ['status'] }, (report) => {
    for (const [status, count] of agents) report(count, { status })
  })
  expect(samples(registry, 'agents')).toEqual({ 'status=active': 2, 'status=idle': 1 })
  agents = [['active', 3]]
  expect(samples(registry, 'agents')).toEqual({ 'status=active': 3 })
})

test('a callback that throws blanks nothing: its own last values stay, every other metric is collected, and it is said once', () => {
  const registry = new Registry()
  let broken = false
  registry.observable('a', {}, (report) => {
    if (broken) throw new Error('down')
    report(1)
  })
  registry.observable('b', {}, (report) => report(2))
  registry.counter('c_total').add(3)
  scrape(registry)
  broken = true
  for (let i = 0; i < 3; i++)
    expect([samples(registry, 'a'), samples(registry, 'b'), samples(registry, 'c_total')]).toEqual([
      { '': 1 },
      { '': 2 },
      { '': 3 },
    ])
  expect(said.map(({ event }) => event)).toEqual(['metrics.scrape.failed'])
})

test('an observed counter is absolute, refuses what is negative, and cannot be taken for a recorded one', () => {
  const registry = new Registry()
  let value = 10
  registry.observable('reads_total', { type: 'counter' }, (report) => report(value))
  expect(samples(registry, 'reads_total')).toEqual({ '': 10 })
  value = -1
  scrape(registry)
  registry.counter('reads_total').add(1)
  value = 12
  expect(samples(registry, 'reads_total')).toEqual({ '': 12 })
  expect(samples(registry, 'telltale_metrics_rejected_total')).toEqual({
    'metric=reads_total,reason=negative': 1,
    'metric=reads_total,reason=kind': 2,
  })
})

test('an asynchronous callback shows in the next collection, and its rejection is said once', async () => {
  const registry = new Registry()
  registry.observable('slow', {}, async (report) => {
    await undefined
    report(4)
  })
  registry.observable('bad', {}, async () => {
    throw new Error('no')
  })
  expect(samples(registry, 'slow')).toEqual({})
  await new Promise((resolve) => setImmediate(resolve))
  expect(samples(registry, 'slow')).toEqual({ '': 4 })
  await new Promise((resolve) => setImmediate(resolve))
  expect(said.map(({ event }) => event)).toEqual(['metrics.scrape.failed'])
})

test('a removed callback takes its series with it', () => {
  const registry = new Registry()
  const read = (report: (value: number) => void) => report(1)
  const observable = registry.observable('a', {}, read)
  expect(samples(registry, 'a')).toEqual({ '': 1 })
  observable.remove(read)
  expect(scrape(registry)).toBe('')
})

test('a hook before the collection feeds several metrics, and one that throws keeps their last values', () => {
  const registry = new Registry()
  const a = registry.observable('a', {})
  let broken = false
  const unhook = registry.onCollect(() => {
    if (broken) throw new Error('gone')
    a.observe(1)
  })
  expect(samples(registry, 'a')).toEqual({ '': 1 })
  broken = true
  expect(samples(registry, 'a')).toEqual({ '': 1 })
  unhook()
  expect(samples(registry, 'a')).toEqual({})
})

test('a delta collection gives what changed since the last one, and the scrape beside it stays cumulative', () => {
  let time = 1000
  const registry = new Registry({ now: () => time })
  const c = registry.counter('c_total', { labels: ['a'] })
  const h = registry.histogram('h', { buckets: [1] })
  registry.gauge('g').set(5)
  const view = () =>
    registry
      .collectDelta()
      .map(({ name, delta, series }) => [
        name,
        delta,
        series.map(({ attributes, value, count, buckets, start, time: at }) => [
          attributes.join('='),
          value,
          count,
          buckets && [...buckets],
          start,
          at,
        ]),
      ])
  time = 2000
  c.add(3, { a: 'x' })
  h.observe(0.5)
  time = 3000
  expect(view()).toEqual([
    ['c_total', true, [['a=x', 3, 0, null, 2000, 3000]]],
    ['h', true, [['', 0.5, 1, [1, 0], 1000, 3000]]],
    ['g', false, [['', 5, 0, null, 1000, 3000]]],
  ])
  time = 4000
  expect(view().map(([name]) => name)).toEqual(['g'])
  c.add(2, { a: 'x' })
  h.observe(2)
  time = 5000
  expect(view()).toEqual([
    ['c_total', true, [['a=x', 2, 0, null, 3000, 5000]]],
    ['h', true, [['', 2, 1, [0, 1], 3000, 5000]]],
    ['g', false, [['', 5, 0, null, 1000, 5000]]],
  ])
  expect(samples(registry, 'c_total')).toEqual({ 'a=x': 5 })
  expect(samples(registry, 'h_count')).toEqual({ '': 2 })
})

test('a family carries what OTLP needs: bounds, buckets, start and time, unit, kind [W-06] [W-07]', () => {
  let time = 100
  const registry = new Registry({ now: () => time })
  registry.histogram('h', { unit: 's', help: 'H.' }).observe(0.3)
  time = 200
  const [family] = registry.families()
  const { name, type, unit, help, delta, bounds, series } = family!
  expect({ name, type, unit, help, delta }).toEqual({
    name: 'h',
    type: 'histogram',
    unit: 's',
    help: 'H.',
    delta: false,
  })
  expect([series[0]!.start, series[0]!.time, series[0]!.value, series[0]!.count, [...series[0]!.buckets!]]).toEqual([
    100,
    200,
    0.3,
    1,
    [0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0],
  ])
  expect(bounds!.length).toBe(11)
})

class Capture implements Sink {
  readonly name = 'capture'
  readonly got: Record<string, number>[] = []
  readonly calls: string[] = []
  accept(batch: Batch): void {
    this.got.push(
      Object.fromEntries(batch.series.flatMap((family) => family.series.map((each) => [family.name, each.value]))),
    )
  }
  async flush(): Promise<void> {
    this.calls.push('flush')
  }
  async close(): Promise<void> {
    this.calls.push('close')
  }
}

test('one emission is one in the scrape and one in every sink of the collector, after flush and after close [W-06] [W-01]', async () => {
  const collector = new Collector(new Resource([]))
  const [a, b] = [new Capture(), new Capture()]
  collector.registerExporter(a)
  collector.registerExporter(b)
  collector.counterInc('jobs_total', { queue: 'a' })
  await collector.flush(100)
  expect(samples(collector.registry, 'jobs_total')).toEqual({ 'queue=a': 1 })
  await collector.close(100)
  expect([a.got, b.got]).toEqual([
    [{ jobs_total: 1 }, { jobs_total: 1 }],
    [{ jobs_total: 1 }, { jobs_total: 1 }],
  ])
  expect(samples(collector.registry, 'jobs_total')).toEqual({ 'queue=a': 1 })
})

test('the six verbs of the collector record: inc and dec balance to 0, set is absolute, mixing them is refused [W-01] [W-02] [W-03]', () => {
  const { registry } = new Collector(new Resource([]))
  const collector = new Collector(new Resource([]), registry)
  collector.counterInc('c_total', { a: 'x' })
  collector.counterAdd('c_total', 4, { a: 'x' })
  collector.gaugeInc('flight')
  collector.gaugeDec('flight')
  collector.gaugeSet('level', 5)
  collector.gaugeSet('level', 3)
  collector.gaugeInc('level')
  collector.histogramObserve('h', 0.2)
  expect(['c_total', 'flight', 'level', 'h_count'].map((name) => Object.values(samples(registry, name))[0])).toEqual([
    5, 0, 3, 1,
  ])
})

test('other label names than the first call had are refused and counted, never a panic [W-04]', () => {
  const collector = new Collector(new Resource([]))
  collector.counterInc('c_total', { a: 'x' })
  collector.counterInc('c_total', { b: 'x' })
  collector.counterInc('c_total')
  expect(samples(collector.registry, 'c_total')).toEqual({ 'a=x': 1 })
  expect(samples(collector.registry, 'telltale_metrics_rejected_total')).toEqual({ 'metric=c_total,reason=labels': 2 })
})

test('close drains, closes each sink once, may be called twice, and what comes after it is dropped and counted [W-05]', async () => {
  const collector = new Collector(new Resource([]))
  const sink = new Capture()
  const failing: Sink = {
    name: 'failing',
    accept() {
      throw new Error('no')
    },
  }
  collector.registerExporter(failing)
  collector.registerExporter(sink)
  for (let i = 0; i < 20_000; i++) collector.counterInc('c_total')
  await Promise.all([collector.close(100), collector.close(100)])
  collector.counterInc('c_total')
  collector.gaugeSet('late', 1)
  collector.histogramObserve('late_seconds', 1)
  expect(sink.got).toEqual([{ c_total: 20_000 }])
  expect(sink.calls).toEqual(['flush', 'close'])
  expect(collector.dropped).toBe(3)
  expect(scrape(collector.registry)).toBe('# TYPE c_total counter\nc_total 20000\n')
})

test('an exemplar takes its ids as numbers from the function handed in, one per bucket and collection', () => {
  const registry = new Registry()
  let sampled = true
  let reads = 0
  registry.exemplars((into) => {
    reads++
    Object.assign(into, { t0: 1, t1: 2, t2: 3, t3: 4, s0: 5, s1: reads })
    return sampled
  })
  const h = registry.histogram('h', { buckets: [1, 2] }).with()
  const c = registry.counter('c_total').with()
  h.observe(0.5)
  h.observe(0.6)
  h.observe(1.5)
  c.add(7)
  const exemplars = () =>
    registry
      .families()
      .map(({ series }) => series[0]!.exemplars?.map((each) => each && [each.value, each.t0, each.t3, each.s1]))
  expect(exemplars()).toEqual([[[0.5, 1, 4, 1], [1.5, 1, 4, 2], null], [[7, 1, 4, 3]]])
  h.observe(0.7)
  sampled = false
  h.observe(1.7)
  expect(exemplars()[0]).toEqual([[0.7, 1, 4, 4], [1.5, 1, 4, 2], null])
  registry.exemplars(null)
  h.observe(0.1)
  expect(reads).toBe(5)
})

test('ids that the caller holds are taken when they are sampled, without asking what is current', () => {
  const registry = new Registry()
  registry.exemplars(() => {
    throw new Error('not asked')
  })
  const h = registry.histogram('h', { buckets: [1] }).with()
  h.observeFor(0.5, { t0: 1, t1: 2, t2: 3, t3: 4, s0: 5, s1: 6, flags: 0 })
  expect(registry.families()[0]!.series[0]!.exemplars).toBe(null)
  h.observeFor(0.5, { t0: 1, t1: 2, t2: 3, t3: 4, s0: 5, s1: 6, flags: 1 })
  expect(registry.families()[0]!.series[0]!.exemplars![0]).toMatchObject({ value: 0.5, t0: 1, s1: 6 })
  expect(registry.families()[0]!.series[0]!.count).toBe(2)
})
