import { metrics, ROOT_CONTEXT, trace, ValueType } from '@opentelemetry/api'
import { logs, SeverityNumber } from '@opentelemetry/api-logs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { forgetNotices, type Notice, onNotice } from '../../src/base/notice.ts'
import { attributesObject } from '../../src/model/attribute.ts'
import type { Family } from '../../src/model/metric.ts'
import { span } from '../../src/trace/active.ts'
import { registered } from './provider.ts'

let on: ReturnType<typeof registered>
let said: Notice[] = []

beforeEach(() => {
  said = []
  onNotice((notice) => void said.push(notice))
  on = registered()
})
afterEach(() => {
  on.stop()
  onNotice(undefined)
  forgetNotices()
})

function plain(family: Family) {
  return {
    name: family.name,
    type: family.type,
    unit: family.unit,
    help: family.help,
    scope: `${family.scope.name}@${family.scope.version}`,
    ...(family.bounds && { bounds: [...family.bounds] }),
    series: family.series
      .map((s) => [attributesObject(s.attributes), s.value, ...(s.buckets ? [s.count, [...s.buckets]] : [])])
      .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
  }
}

/** What the meters of scope `lib` hold, by metric. */
function collected() {
  return on.registry
    .families()
    .filter((family) => family.scope.name === 'lib')
    .map(plain)
}

const lib = () => metrics.getMeter('lib', '1')

test('a counter adds by attributes in any order, and one name is one instrument [W-08]', () => {
  const counter = lib().createCounter('jobs.done', {
    description: 'Jobs that ended.',
    unit: '{job}',
    valueType: ValueType.INT,
  })
  counter.add(1, { queue: 'a', ok: true })
  counter.add(2, { ok: true, queue: 'a' })
  lib().createCounter('jobs.done').add(4, { queue: 'b' })
  counter.add(8)
  counter.add(16, undefined, ROOT_CONTEXT)
  expect(collected()).toEqual([
    {
      name: 'jobs.done',
      type: 'counter',
      unit: '{job}',
      help: 'Jobs that ended.',
      scope: 'lib@1',
      series: [
        [{ ok: true, queue: 'a' }, 3],
        [{ queue: 'b' }, 4],
        [{}, 24],
      ],
    },
  ])
})

test('an up-down counter that goes up and down reads 0, and a gauge keeps its last value [W-02]', () => {
  const active = lib().createUpDownCounter('jobs.active')
  active.add(1, { q: 'a' })
  active.add(-1, { q: 'a' })
  const size = lib().createGauge('cache.size', { unit: 'By' })
  size.record(5)
  size.record(3)
  expect(collected().map(({ name, type, series }) => [name, type, series])).toEqual([
    ['jobs.active', 'updown', [[{ q: 'a' }, 0]]],
    ['cache.size', 'gauge', [[{}, 3]]],
  ])
})

test('a histogram takes advised boundaries, else ours for seconds and the standard ones for other units [W-07]', () => {
  const ours = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
  const standard = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000]
  lib()
    .createHistogram('advised', { unit: 's', advice: { explicitBucketBoundaries: [1, 2] } })
    .record(1.5, { a: 1 })
  lib().createHistogram('seconds', { unit: 's' }).record(0.3)
  lib().createHistogram('bytes', { unit: 'By' }).record(60)
  lib()
    .createHistogram('broken', { unit: 's', advice: { explicitBucketBoundaries: [2, 1] } })
    .record(1)
  expect(collected().map(({ name, bounds }) => [name, bounds])).toEqual([
    ['advised', [1, 2]],
    ['seconds', ours],
    ['bytes', standard],
    ['broken', ours],
  ])
  expect(collected()[0]!.series).toEqual([[{ a: 1 }, 1.5, 1, [0, 1, 0]]])
  expect(said.map((notice) => notice.text)).toEqual(['histogram broken: bucket boundaries must ascend; ignored'])
})

test('observables are asked at each collection, and a callback that is removed is not [W-08]', () => {
  let asked = 0
  const callback = (result: { observe(value: number, attributes?: object): void }) => {
    asked++
    result.observe(asked * 10, { pool: 'main' })
  }
  const gauge = lib().createObservableGauge('pool.used')
  gauge.addCallback(callback)
  gauge.addCallback(callback)
  lib()
    .createObservableCounter('bytes.read')
    .addCallback((r) => r.observe(7))
  lib()
    .createObservableUpDownCounter('level')
    .addCallback((r) => r.observe(-2))
  expect(collected().map(({ name, type, series }) => [name, type, series])).toEqual([
    ['pool.used', 'gauge', [[{ pool: 'main' }, 10]]],
    ['bytes.read', 'counter', [[{}, 7]]],
    ['level', 'updown', [[{}, -2]]],
  ])
  gauge.removeCallback(callback)
  collected()
  expect(asked).toBe(1)
})

test('a batch callback feeds several observables and no others; it can be removed [W-08]', () => {
  const a = lib().createObservableGauge('batch.a')
  const b = lib().createObservableCounter('batch.b')
  const stranger = lib().createObservableGauge('batch.stranger')
  let n = 0
  const callback = (result: { observe(metric: typeof a, value: number, attributes?: object): void }) => {
    n++
    result.observe(a, n, { n: 'a' })
    result.observe(b, n * 2)
    result.observe(stranger, 99)
    result.observe({} as never, 99)
  }
  lib().addBatchObservableCallback(callback, [a, b])
  lib().addBatchObservableCallback(callback, [b, a])
  expect(collected().map(({ name, series }) => [name, series])).toEqual([
    ['batch.a', [[{ n: 'a' }, 1]]],
    ['batch.b', [[{}, 2]]],
  ])
  lib().removeBatchObservableCallback(callback, [a, b])
  collected()
  expect(n).toBe(1)
})

test('what an asynchronous batch reads late shows in the next collection [W-08]', async () => {
  const a = lib().createObservableGauge('late.a')
  let n = 0
  lib().addBatchObservableCallback(
    async (result) => {
      await null
      result.observe(a, ++n)
    },
    [a],
  )
  expect(collected()).toEqual([])
  await null
  await null
  expect(collected().map(({ series }) => series)).toEqual([[[{}, 1]]])
})

test('callbacks that throw or reject are said once and blank nothing else [W-08]', async () => {
  lib().createCounter('fine').add(1)
  lib()
    .createObservableGauge('bad')
    .addCallback(() => {
      throw new Error('no')
    })
  lib().addBatchObservableCallback(() => {
    throw new Error('no batch')
  }, [])
  lib().addBatchObservableCallback(async () => {
    throw new Error('no promise')
  }, [])
  expect(collected().map(({ name, series }) => [name, series])).toEqual([['fine', [[{}, 1]]]])
  await null
  collected()
  expect(said.filter((notice) => notice.event === 'otel.batch').length).toBe(1)
})

test.each(['', '1st', 'a b', 'é', 'x'.repeat(256), undefined, null, 5])(
  'an instrument called %j records nothing and throws nothing [W-03]',
  (name) => {
    const meter = lib()
    meter.createCounter(name as string).add(1)
    meter.createUpDownCounter(name as string).add(1)
    meter.createGauge(name as string).record(1)
    meter.createHistogram(name as string).record(1)
    meter.createObservableGauge(name as string).addCallback((r) => r.observe(1))
    expect(collected()).toEqual([])
  },
)

test('one name of two kinds: the first stays, the second records nothing [W-03]', () => {
  lib().createCounter('kind').add(1)
  lib().createHistogram('kind').record(5)
  expect(collected().map(({ name, type, series }) => [name, type, series])).toEqual([['kind', 'counter', [[{}, 1]]]])
})

test('a log record has its times, severity, body, attributes and the current ids [W-09]', () => {
  const logger = logs.getLogger('lib', '2', { schemaUrl: 'u' })
  expect(logger.enabled({ severityNumber: SeverityNumber.TRACE })).toBe(true)
  span('work', () =>
    logger.emit({
      timestamp: new Date(1_700_000_000_000),
      observedTimestamp: [1_700_000_000, 5_000_000],
      severityNumber: SeverityNumber.WARN,
      severityText: 'WARN',
      body: { text: 'hello', list: [1, null] },
      attributes: { a: 1, none: undefined, empty: null, deep: { x: ['y'] } },
      eventName: 'thing.happened',
    }),
  )
  const log = on.logs[0]!
  expect({ ...log, scope: [log.scope.name, log.scope.version, log.scope.schemaUrl] }).toEqual({
    time: 1_700_000_000_000,
    observed: 1_700_000_000_005,
    severity: 13,
    severityText: 'WARN',
    body: { text: 'hello', list: [1, null] },
    attributes: ['a', 1, 'empty', null, 'deep', { x: ['y'] }],
    t0: 1,
    t1: 2,
    t2: 3,
    t3: 4,
    s0: 5,
    s1: 6,
    flags: 3,
    scope: ['lib', '2', 'u'],
    eventName: 'thing.happened',
    dropped: 0,
  })
})

test('a log record takes ids from the context it names, and none outside a trace [W-09]', () => {
  const logger = logs.getLogger('lib')
  const remote = trace.setSpanContext(ROOT_CONTEXT, {
    traceId: '1'.repeat(32),
    spanId: '2'.repeat(16),
    traceFlags: 1,
    isRemote: true,
  })
  span('work', () => logger.emit({ body: 'a', context: remote }))
  logger.emit({ body: 'b' })
  expect(on.logs.map((log) => [log.body, log.t0, log.s0, log.flags, log.time])).toEqual([
    ['a', 0x11111111, 0x22222222, 1, 0],
    ['b', 0, 0, 0, 0],
  ])
  expect(on.logs[1]!.observed).toBeGreaterThan(1_600_000_000_000)
})

test('a logger without trace context leaves the ids out [W-09]', () => {
  const logger = on.registration.loggerProvider!.getLogger('lib', '1', { includeTraceContext: false })
  span('work', () => logger.emit({ body: 'a' }))
  expect(on.logs.map((log) => [log.t0, log.t3, log.s0, log.s1, log.flags])).toEqual([[0, 0, 0, 0, 0]])
})

test('an exception becomes attributes, and those of the caller stay [W-09]', () => {
  const error = new RangeError('far')
  logs.getLogger('lib').emit({ body: 'x', exception: error, attributes: { 'exception.message': 'mine' } } as never)
  expect(attributesObject(on.logs[0]!.attributes)).toEqual({
    'exception.message': 'mine',
    'exception.type': 'RangeError',
    'exception.stacktrace': error.stack,
  })
})

test('a log record that cannot be read does not throw into the application [W-09]', () => {
  const hostile = {
    get body(): string {
      throw new Error('no')
    },
  }
  logs.getLogger('lib').emit(hostile)
  logs.getLogger('lib').emit({ body: (() => 1) as never })
  expect(on.logs.map((log) => log.body)).toEqual([null])
  expect(said.map((notice) => notice.event)).toEqual(['otel.log'])
})
