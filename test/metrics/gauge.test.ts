import { afterEach, beforeEach, expect, test } from 'vitest'
import { forgetNotices, type Notice, onNotice } from '../../src/base/notice.ts'
import { Registry } from '../../src/metrics/registry.ts'
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

test('balanced ups and downs read 0 through the real text, never -1 and never 1 [W-02]', () => {
  const registry = new Registry()
  const inFlight = registry.gauge('in_flight', { labels: ['queue'] })
  for (let i = 0; i < 3; i++) inFlight.add(1, { queue: 'a' })
  for (let i = 0; i < 3; i++) inFlight.with({ queue: 'a' }).add(-1)
  inFlight.add(1, { queue: 'b' })
  inFlight.add(-1, { queue: 'b' })
  expect(samples(registry, 'in_flight')).toEqual({ 'queue=a': 0, 'queue=b': 0 })
})

test('set says what is: 5 then 3 reads 3 [W-02]', () => {
  const registry = new Registry()
  registry.gauge('temperature').set(5)
  registry.gauge('temperature').set(3)
  expect(samples(registry, 'temperature')).toEqual({ '': 3 })
})

test('what is added to is a sum to OpenTelemetry and what is set is a gauge; text shows both as gauges [W-02]', () => {
  const registry = new Registry()
  registry.gauge('a').add(1)
  registry.gauge('b').set(1)
  registry.updown('c')
  registry.gauge('d', { mode: 'set' }).set(1)
  expect(registry.families().map(({ name, type }) => [name, type])).toEqual([
    ['a', 'updown'],
    ['b', 'gauge'],
    ['c', 'updown'],
    ['d', 'gauge'],
  ])
  expect(scrape(registry).match(/# TYPE \w+ \w+/g)).toEqual([
    '# TYPE a gauge',
    '# TYPE b gauge',
    '# TYPE c gauge',
    '# TYPE d gauge',
  ])
})

test('a gauge that was set refuses add, and the reverse: the value stays, it is counted, said once, and goes on being exported [W-03]', () => {
  const registry = new Registry()
  const set = registry.gauge('was_set')
  const added = registry.gauge('was_added')
  set.set(5)
  added.add(2)
  for (let i = 0; i < 3; i++) {
    set.add(1)
    set.with().add(1)
    added.set(9)
    added.with().set(9)
  }
  set.set(6)
  added.add(-1)
  expect(samples(registry, 'was_set')).toEqual({ '': 6 })
  expect(samples(registry, 'was_added')).toEqual({ '': 1 })
  expect(samples(registry, 'telltale_metrics_rejected_total')).toEqual({
    'metric=was_set,reason=kind': 6,
    'metric=was_added,reason=kind': 6,
  })
  expect(said.length).toBe(2)
})

test('a declared mode holds from the start, and a second declaration of the other mode is refused [W-03]', () => {
  const registry = new Registry()
  const depth = registry.gauge('depth', { mode: 'add' })
  depth.set(5)
  const wrong = registry.gauge('depth', { mode: 'set' })
  wrong.set(7)
  expect(wrong).not.toBe(depth)
  expect(registry.gauge('depth')).toBe(depth)
  expect(samples(registry, 'depth')).toEqual({ '': 0 })
})

test('NaN and infinities change nothing and are counted', () => {
  const registry = new Registry()
  const gauge = registry.gauge('g')
  gauge.set(1)
  gauge.set(Number.NaN)
  gauge.set(Number.NEGATIVE_INFINITY)
  gauge.with().set('3' as never)
  expect(samples(registry, 'g')).toEqual({ '': 1 })
  expect(samples(registry, 'telltale_metrics_rejected_total')).toEqual({ 'metric=g,reason=not_finite': 3 })
})

test('clear and remove take series out; a later set brings them back', () => {
  const registry = new Registry()
  const agents = registry.gauge('agents', { labels: ['status'] })
  agents.set(1, { status: 'active' })
  agents.set(2, { status: 'idle' })
  agents.remove({ status: 'active' })
  expect(samples(registry, 'agents')).toEqual({ 'status=idle': 2 })
  agents.clear()
  expect(scrape(registry)).toBe('')
  agents.set(3, { status: 'active' })
  expect(samples(registry, 'agents')).toEqual({ 'status=active': 3 })
})

test('handles from before and after a new configuration write one series, which is shown once [W-10] [S-03]', () => {
  const registry = new Registry()
  const gauge = registry.gauge('handles', { labels: ['a'] })
  const [early, unset] = [gauge.with({ a: 'x' }), gauge.with({ a: 'y' })]
  early.set(1)
  registry.configure({ views: [{ name: 'other', buckets: [1] }] })
  gauge.set(2, { a: 'x' })
  unset.set(3)
  gauge.set(4, { a: 'y' })
  early.set(5)
  const shown = registry.exposition().find(({ short }) => short === 'handles')!
  expect(shown.series.map(({ attributes, value }) => [attributes, value])).toEqual([
    [['a', 'x'], 5],
    [['a', 'y'], 4],
  ])
})
