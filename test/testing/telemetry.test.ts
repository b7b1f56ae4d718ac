import { afterEach, describe, expect, test } from 'vitest'
import { observe } from '../../src/function.ts'
import { counter, log, span } from '../../src/index.ts'
import { testTelemetry } from '../../src/testing.ts'

test('spans are recorded whole, with ids and times of the test’s own [W-42]', () => {
  const telemetry = testTelemetry()
  telemetry.span('outer', (outer) => {
    outer.set('items', 3).set('plan', 'pro').set('ratio', 0.5).set('password', 'hunter2')
    telemetry.clock.advance(5)
    expect(() =>
      telemetry.span('inner', () => {
        throw new TypeError('declined')
      }),
    ).toThrow('declined')
  })
  const { spans } = telemetry
  expect([spans.count, spans.named('outer').kind, spans.named('outer').status, spans.named('inner').status]).toEqual([
    2,
    'internal',
    'unset',
    'error',
  ])
  const { events, ...inner } = spans.named('inner')
  expect(inner).toEqual({
    name: 'inner',
    kind: 'internal',
    status: 'error',
    statusMessage: 'declined',
    traceId: '00000001000000020000000300000004',
    spanId: '0000000700000008',
    parentSpanId: '0000000500000006',
    start: Date.UTC(2026, 0, 1) + 5,
    end: Date.UTC(2026, 0, 1) + 5,
    scope: 'telltale/testing',
    attributes: { 'error.type': 'TypeError' },
    links: [],
  })
  expect(events.map(({ name, attributes }) => [name, attributes['exception.message']])).toEqual([
    ['exception', 'declined'],
  ])
  const outer = spans.named('outer')
  expect([
    outer.hasString('plan', 'pro'),
    outer.hasString('plan', 'free'),
    outer.hasInt('items', 3),
    outer.hasInt('items', 4),
    outer.hasInt('ratio', 0),
    outer.attribute('ratio'),
    outer.attribute('password'),
    outer.attribute('none'),
  ]).toEqual([true, false, true, false, false, 0.5, '[REDACTED]', undefined])
  expect(spans.edges()).toEqual(['internal inner < outer', 'internal outer'])
  expect(() => spans.named('third')).toThrow('0 spans are called "third"; recorded are: inner, outer')
})

test('the sequence of a gauge is what the production writers tell, never −1 and never 1 at the end [W-02] [W-43]', () => {
  const telemetry = testTelemetry()
  const { metrics, registry } = telemetry
  const flight = registry.gauge('jobs_in_flight', { labels: ['queue'], mode: 'add' })
  const level = registry.gauge('tank_level')
  const seen: (number | undefined)[] = []
  const look = () => seen.push(metrics.value('jobs_in_flight', { queue: 'mail' }))
  look()
  for (const step of [1, 1, -1, -1]) {
    flight.add(step, { queue: 'mail' })
    look()
  }
  level.set(5)
  level.set(3)
  expect([seen, metrics.value('tank_level')]).toEqual([[undefined, 1, 2, 1, 0], 3])
  expect(() => metrics.expect('jobs_in_flight', { queue: 'mail' }, 1)).toThrow(
    'jobs_in_flight{"queue":"mail"} is 0, not 1; there is: jobs_in_flight{"queue":"mail"} 0',
  )
  expect(() => metrics.expect('nothing', {}, 1)).toThrow('nothing{} is absent, not 1; there is: none')
})

test('counters and histograms are read from scrape and OTLP alike, counted from the last reset [W-06]', () => {
  const telemetry = testTelemetry()
  const { metrics, registry, functions } = telemetry
  const paid = registry.counter('paid_total', { labels: ['plan'] })
  const size = registry.histogram('order_size', { buckets: [1, 10] })
  paid.add(2, { plan: 'a "quoted", plan' })
  size.observe(4)
  functions.observe('buy', { low: { plan: 'pro' } }, () => telemetry.clock.advance(250))
  metrics.expect('paid_total', { plan: 'a "quoted", plan' }, 2)
  metrics.expect('order_size_count', {}, 1)
  metrics.expect('order_size_sum', {}, 4)
  metrics.expect('order_size_bucket', { le: 10 }, 1)
  metrics.expect('function_calls_total', { function_id: 'buy', plan: 'pro', status: 'success' }, 1)
  metrics.expect('function_duration_seconds_sum', { function_id: 'buy' }, 0.25)
  metrics.expect('function_in_flight', { function_id: 'buy' }, 0)
  expect([telemetry.spans.edges(), telemetry.logs]).toEqual([
    ['server buy'],
    [
      {
        severity: 'INFO',
        body: 'buy',
        traceId: '00000001000000020000000300000004',
        spanId: '0000000500000006',
        scope: 'telltale/function',
        attributes: { plan: 'pro', duration_ms: 250, correlation_id: '00000001-0000-4002-8000-000300000004' },
      },
    ],
  ])
  telemetry.reset()
  expect([telemetry.spans.count, telemetry.logs, telemetry.clock.now()]).toEqual([0, [], Date.UTC(2026, 0, 1)])
  paid.add(1, { plan: 'a "quoted", plan' })
  metrics.expect('paid_total', {}, 1)
  metrics.expect('order_size_count', {}, 0)
  functions.observe('buy', () => {})
  expect(telemetry.spans.named('buy')).toMatchObject({ spanId: '0000000500000006', attributes: { 'frame.id': 1 } })
  expect(() => metrics.value('function_calls_total')).toThrow('2 samples are function_calls_total{}')
})

test('a measurement that production would refuse quietly throws, unless strict is off', () => {
  expect(() => testTelemetry().registry.counter('a_total').add(-1)).toThrow('METRIC_VALUE')
  expect(testTelemetry({ strict: false }).registry.counter('a_total').add(-1)).toBe(undefined)
})

describe.concurrent('tests that run side by side', () => {
  const turns = Array.from({ length: 8 }, (_, i) => i)
  test.each(turns)('test %i sees what it recorded and nothing else [W-42]', async (turn) => {
    const telemetry = testTelemetry()
    for (let i = 0; i <= turn; i++) {
      await telemetry.functions.observe('step', () => new Promise((resolve) => setTimeout(resolve, 1)))
    }
    expect([telemetry.spans.count, telemetry.logs.length, telemetry.spans.all[0]!.traceId]).toEqual([
      turn + 1,
      turn + 1,
      '00000001000000020000000300000004',
    ])
    telemetry.metrics.expect('function_calls_total', { function_id: 'step' }, turn + 1)
    telemetry.metrics.expect('function_in_flight', { function_id: 'step' }, 0)
  })
})

describe('installed', () => {
  const undo: (() => void)[] = []
  afterEach(() => {
    for (const work of undo.splice(0)) work()
  })
  const installedTelemetry = () => {
    const telemetry = testTelemetry({ install: true })
    undo.push(() => telemetry.close())
    return telemetry
  }

  test('the application’s own span, log, counter and observe are recorded, until close [W-42]', () => {
    const telemetry = installedTelemetry()
    const orders = counter('installed_orders_total')
    orders.add(1)
    telemetry.reset()
    span('work', () => log.info({ order: 7 }, 'done'))
    observe('buy', { log: 'none' }, () => orders.add(2))
    expect(telemetry.spans.edges()).toEqual(['internal work', 'server buy'])
    expect(telemetry.logs.map(({ body, spanId }) => [body, spanId])).toEqual([
      ['done', telemetry.spans.named('work').spanId],
    ])
    telemetry.metrics.expect('installed_orders_total', {}, 2)
    expect(() => testTelemetry({ install: true })).toThrow('telemetry runs in this process already')
    telemetry.close()
    expect(span('later', (late) => late.isRecording())).toBe(false)
    expect(telemetry.spans.count).toBe(2)
  })

  test('runs that are isolated share the process and no record [W-42]', async () => {
    const telemetry = installedTelemetry()
    const run = (name: string) =>
      telemetry.isolated(async ({ spans, logs }) => {
        await span(name, async () => {
          await new Promise((resolve) => setTimeout(resolve, 2))
          log.info(name)
          span('inner', () => {})
        })
        return [spans.edges(), logs.map(({ body }) => body), spans.named(name).traceId.slice(0, 8)]
      })
    const outside = span('outside', () => 1)
    expect(await Promise.all(['a', 'b', 'c'].map(run))).toEqual([
      [['internal a', 'internal inner < a'], ['a'], '00100001'],
      [['internal b', 'internal inner < b'], ['b'], '00200001'],
      [['internal c', 'internal inner < c'], ['c'], '00300001'],
    ])
    expect([outside, telemetry.spans.edges(), telemetry.logs]).toEqual([1, ['internal outside'], []])
  })
})
