import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Fault } from '../../src/base/fault.ts'
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

const rejected = (registry: Registry) => samples(registry, 'telltale_metrics_rejected_total')

test('a counter adds up by label set and is shown with HELP, TYPE and every label [W-01]', () => {
  const registry = new Registry()
  const paid = registry.counter('orders_paid_total', { labels: ['plan', 'country'], help: 'Orders paid.' })
  paid.add(1, { plan: 'pro', country: 'de' })
  paid.add(2.5, { country: 'de', plan: 'pro' })
  paid.add(1, { plan: 'free', country: 'de' })
  expect(scrape(registry)).toBe(
    '# HELP orders_paid_total Orders paid.\n' +
      '# TYPE orders_paid_total counter\n' +
      'orders_paid_total{plan="pro",country="de"} 3.5\n' +
      'orders_paid_total{plan="free",country="de"} 1\n',
  )
})

test('a bound handle is the same object for the same labels and adds to the same series', () => {
  const registry = new Registry()
  const paid = registry.counter('orders_paid_total', { labels: ['plan'] })
  const pro = paid.with({ plan: 'pro' })
  expect(paid.with({ plan: 'pro' })).toBe(pro)
  pro.add(1)
  paid.add(1, { plan: 'pro' })
  pro.add(1)
  expect(samples(registry, 'orders_paid_total')).toEqual({ 'plan=pro': 3 })
})

test('the same name gives the same instrument [W-08]', () => {
  const registry = new Registry()
  expect(registry.counter('a_total', { labels: ['x'] })).toBe(registry.counter('a_total', { labels: ['x'] }))
  expect(registry.counter('a_total')).toBe(registry.counter('a', { labels: ['x'] }))
  expect(registry.gauge('g')).toBe(registry.gauge('g'))
  expect(registry.histogram('h')).toBe(registry.histogram('h'))
})

test('add(-1), NaN, Infinity and what is no number change nothing, make no series, are counted and said once', () => {
  const registry = new Registry()
  const paid = registry.counter('paid_total', { labels: ['plan'] })
  paid.add(2, { plan: 'pro' })
  for (const bad of [-1, Number.NaN, Number.POSITIVE_INFINITY, '5', 5n, undefined, null]) {
    paid.add(bad as number, { plan: 'new' })
    paid.with({ plan: 'pro' }).add(bad as number)
  }
  expect(samples(registry, 'paid_total')).toEqual({ 'plan=pro': 2 })
  expect(rejected(registry)).toEqual({
    'metric=paid_total,reason=negative': 2,
    'metric=paid_total,reason=not_finite': 12,
  })
  expect(said.map(({ event }) => event)).toEqual(['metrics.rejected', 'metrics.rejected'])
  expect(said[0]!.text).toContain('METRIC_VALUE paid_total: The value cannot be recorded; found -1.')
})

test('another label set than the declared one is refused without a throw, counted and said once; it makes no series [W-04] [R-15]', () => {
  const registry = new Registry()
  const paid = registry.counter('paid_total', { labels: ['plan', 'country'] })
  paid.add(1, { plan: 'pro', country: 'de' })
  paid.add(1, { plan: 'pro' })
  paid.add(1, { plan: 'pro', country: 'de', extra: 1 })
  paid.add(1, { extra: 1, plan: 'pro', country: 'de' })
  paid.add(1, { plan: 'pro', land: 'de' })
  paid.add(1)
  paid.add(1, {})
  paid.add(1, { plan: 'pro', country: undefined })
  paid.add(1, { plan: 'pro', country: ['de'] })
  paid.with({ plan: 'pro' }).add(1)
  expect(samples(registry, 'paid_total')).toEqual({ 'plan=pro,country=de': 1 })
  expect(rejected(registry)).toEqual({ 'metric=paid_total,reason=labels': 9 })
  expect(said.map(({ event }) => event)).toEqual(['metrics.rejected'])
})

test('a second declaration with other labels keeps the first, is counted, and does not throw [W-04]', () => {
  const registry = new Registry()
  const first = registry.counter('paid_total', { labels: ['plan'] })
  const second = registry.counter('paid_total', { labels: ['country'] })
  expect(second).toBe(first)
  second.add(1, { country: 'de' })
  first.add(1, { plan: 'pro' })
  expect(samples(registry, 'paid_total')).toEqual({ 'plan=pro': 1 })
  expect(rejected(registry)).toEqual({ 'metric=paid_total,reason=labels': 2 })
})

test('a name that is another kind already is refused once and said once; its instrument records nothing and never throws [W-03]', () => {
  const registry = new Registry()
  registry.counter('things_total').add(1)
  registry.gauge('things').set(9)
  registry.histogram('things').observe(9)
  const wrong = registry.gauge('things_total')
  wrong.set(5)
  wrong.with().set(5)
  expect(
    scrape(registry)
      .split('\n')
      .filter((line) => line.startsWith('things')),
  ).toEqual(['things_total 1'])
  expect(said.map(({ text }) => text.split(';')[1])).toEqual([' found gauge', ' found gauge'])
  expect(registry.gauge('things_total')).toBe(wrong)
})

test('a histogram and a gauge of one of its sample names cannot stand side by side [W-03]', () => {
  const registry = new Registry()
  registry.histogram('load').observe(1)
  registry.gauge('load_count').set(7)
  registry.counter('load_bucket').add(7)
  const text = scrape(registry)
  expect(text).not.toContain(' 7')
  expect(text).toContain('load_count 1\n')
  expect(rejected(registry)).toEqual({ 'metric=load_count,reason=kind': 2, 'metric=load_bucket,reason=kind': 2 })
})

test('names that Prometheus cannot say are refused, not thrown', () => {
  const registry = new Registry()
  registry.counter('9lives').add(1)
  registry.counter('').add(1)
  registry.counter('a\nb').add(1)
  registry.counter('ok_total', { labels: ['__name__'] }).add(1)
  registry.histogram('h', { labels: ['le'] }).observe(1)
  registry.counter('twice_total', { labels: ['a', 'a'] }).add(1)
  registry.histogram('steps', { buckets: [1, 1] }).observe(1)
  expect(registry.families().map(({ name }) => name)).toEqual(['telltale.metrics.rejected'])
})

test('strict mode throws each of these faults at its call', () => {
  const registry = new Registry({ strict: true })
  const paid = registry.counter('paid_total', { labels: ['plan'] })
  const code = (work: () => void) => {
    try {
      work()
    } catch (error) {
      return (error as Fault).code
    }
    return 'none'
  }
  expect([
    code(() => paid.add(-1, { plan: 'x' })),
    code(() => paid.add(Number.NaN, { plan: 'x' })),
    code(() => paid.add(1, { other: 'x' })),
    code(() => registry.gauge('paid_total')),
    code(() => registry.counter('a b\n')),
    code(() => registry.gauge('g').set(1)),
    code(() => registry.gauge('g').add(1)),
  ]).toEqual(['METRIC_VALUE', 'METRIC_VALUE', 'METRIC_LABELS', 'METRIC_KIND', 'METRIC_NAME', 'none', 'METRIC_KIND'])
})

test('no series appears before it is used; a counter without labels starts at 0, since that is true of it [W-10]', () => {
  const registry = new Registry()
  registry.counter('labelled_total', { labels: ['a'] })
  registry.gauge('unset')
  registry.gauge('labelled_gauge', { labels: ['a'] }).with({ a: 'x' })
  registry.histogram('labelled_seconds', { labels: ['a'] })
  registry.counter('plain_total')
  expect(scrape(registry)).toBe('# TYPE plain_total counter\nplain_total 0\n')
  expect(scrape(registry)).not.toContain('_init')
})

test('two registries share nothing, and a prefix is on every name that code declares [S-03]', () => {
  const ours = new Registry({ prefix: 'myorg' })
  const theirs = new Registry({ prefix: 'synthorg' })
  ours.gauge('cost_total').set(1)
  theirs.gauge('cost_total').set(2)
  theirs.gauge('budget').set(3)
  expect(scrape(ours)).toBe('# TYPE myorg_cost_total gauge\nmyorg_cost_total 1\n')
  expect(scrape(theirs)).toBe(
    '# TYPE synthorg_cost_total gauge\nsynthorg_cost_total 2\n# TYPE synthorg_budget gauge\nsynthorg_budget 3\n',
  )
})
