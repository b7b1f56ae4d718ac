// Third-party metrics in our registry.
import { expect, test } from 'vitest'
import { Registry } from '../../../src/metrics/registry.ts'
import { collectTemporal, metricMeter, temporal } from '../../../src/workflow.ts'
import { later, until } from '../queue/kit.ts'

function shown(registry: Registry): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  for (const { short, name, type, unit, series } of registry.families()) {
    if (name.startsWith('telltale.')) continue
    for (const { attributes, value, count } of series)
      found[`${type} ${short || name} [${unit}] ${attributes.join(' ')}`.trim()] =
        type === 'histogram' ? [count, value] : value
  }
  return found
}

test('counters are added to, gauges set, timers seconds, tags labels, and the nearest tag wins [W-21]', () => {
  const registry = new Registry()
  const meter = metricMeter({ service: 'shop', tier: 'outer' }, registry)
  const counter = meter.createCounter('polls', 'polls', 'Polls.')
  expect(counter).toMatchObject({
    name: 'polls',
    unit: 'polls',
    description: 'Polls.',
    kind: 'counter',
    valueType: 'int',
  })
  counter.add(1)
  counter.add(2, { tier: 'call' })
  counter.withTags({ tier: 'child' }).withTags({ n: 1, on: true }).add(4)
  counter.withTags({ tier: 'child' }).add(8, { tier: 'call' })
  meter.withTags({ tier: 'inner' }).withTags({ queue: 'q' }).createCounter('polls').add(16)
  const gauge = meter.createGauge('slots', 'float')
  gauge.set(3)
  gauge.set(2.5)
  gauge.withTags({ tier: 'child' }).set(7)
  const open = meter.createUpDownCounter('open')
  open.add(3)
  open.withTags({}).add(-1)
  for (const [unit, value] of Object.entries({ s: 2, ms: 2000, seconds: 2, milliseconds: 2000, us: 2e6, ns: 2e9 }))
    meter.createHistogram('latency', 'int', unit).record(value)
  meter.createHistogram('size', 'int', 'By').withTags({ tier: 'child' }).record(2048)
  expect(shown(registry)).toEqual({
    'counter polls [polls] service shop tier outer': 1,
    'counter polls [polls] service shop tier call': 10,
    'counter polls [polls] n 1 on true service shop tier child': 4,
    'counter polls [polls] queue q service shop tier inner': 16,
    'gauge slots [] service shop tier outer': 2.5,
    'gauge slots [] service shop tier child': 7,
    'updown open [] service shop tier outer': 2,
    'histogram latency [s] service shop tier outer': [6, 12],
    'histogram size [By] service shop tier child': [1, 2048],
  })
})

test('a value or a name that cannot be recorded does not throw and leaves the rest as it is', () => {
  const registry = new Registry()
  const meter = metricMeter({}, registry)
  const counter = meter.createCounter('polls')
  counter.add(1)
  counter.add(-1)
  counter.add(Number.NaN)
  counter.add(1n as never)
  meter.createHistogram('times', 'int', 'ms').record(1n as never)
  meter.createGauge('polls').set(5)
  meter.createHistogram('', 'int').record(1)
  meter.createHistogram('latency', 'int', 'constructor').record(-3)
  expect(shown(registry)).toEqual({ 'counter polls []': 1 })
})

test("what Temporal's buffer holds is there in each collection, and a buffer that fails is no harm [W-21]", async () => {
  const registry = new Registry()
  const polls = { name: 'temporal_polls', unit: 'polls', kind: 'counter', valueType: 'int' as const }
  const latency = { name: 'temporal_latency', unit: 'ms', kind: 'histogram', valueType: 'int' as const }
  const unknown = { name: 'temporal_new', kind: 'of another age', valueType: 'int' as const }
  let held: object[] = []
  const put = (metric: object, value: number): void => void held.push({ metric, value, attributes: { a: 'b' } })
  let broken = false
  const buffer = {
    retrieveUpdates: () => {
      if (broken) throw new Error('no')
      return held.splice(0).values() as never
    },
  }
  const end = collectTemporal(buffer, registry, 60_000)
  later(end)
  put(polls, 2)
  put(polls, 3)
  put(latency, 500)
  put(unknown, 1)
  const FOUND = { 'counter temporal_polls [polls] a b': 5, 'histogram temporal_latency [s] a b': [1, 0.5] }
  expect(shown(registry)).toEqual(FOUND)
  broken = true
  expect(shown(registry)).toEqual(FOUND)
  broken = false
  put(polls, 1)
  end()
  held = []
  put(polls, 100)
  expect(shown(registry)).toEqual({ ...FOUND, 'counter temporal_polls [polls] a b': 6 })
})

test('the buffer is emptied between collections too', async () => {
  let asked = 0
  const retrieveUpdates = () => {
    asked++
    return []
  }
  later(collectTemporal({ retrieveUpdates }, new Registry(), 10))
  await until(() => asked > 2)
})

test('before start() Temporal is given nothing, and what it gets does no harm', () => {
  const { plugins, activityInterceptors, runtime, metricMeter: meter, stop } = temporal()
  expect([plugins, activityInterceptors, runtime]).toEqual([[], [], {}])
  meter.withTags({ a: 'b' }).createCounter('never_seen').withTags({}).add(1)
  meter.createGauge('never_seen').withTags({}).set(1)
  meter.createHistogram('never_seen').withTags({}).record(1)
  meter.createUpDownCounter('never_seen').withTags({}).add(1)
  stop()
})
