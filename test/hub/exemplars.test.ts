// From an instrument of ours over the wire into the hub and out of its charts: which trace a number came from.
import { expect, test } from 'vitest'
import { Registry } from '../../src/metrics/registry.ts'
import { Resource } from '../../src/model/attribute.ts'
import type { MetricChart } from '../../src/store/answers.ts'
import { encodeMetrics } from '../../src/wire/otlp/encode.ts'
import { encodeMetricsJson } from '../../src/wire/otlp/json.ts'
import { ask, BODIES, hub, JSON_TYPE, PROTOBUF, post } from './kit.ts'

test.each([
  ['protobuf', encodeMetrics, PROTOBUF],
  ['JSON', encodeMetricsJson, JSON_TYPE],
] as const)('an exemplar of an instrument is one of the chart, sent as %s', async (_, encode, headers) => {
  const { endpoint, ui } = await hub()
  const registry = new Registry()
  registry.exemplars((into) => {
    Object.assign(into, { t0: 0x0a, t1: 2, t2: 3, t3: 0x0b, s0: 0x0c, s1: 0x0d })
    return true
  })
  registry
    .histogram('checkout.wait', { buckets: [1, 2] })
    .with()
    .observe(1.5)
  registry.counter('orders_total').with().add(3)
  const resource = new Resource(['service.name', 'shop'])
  const families = registry.families()
  for (const { series } of families) for (const one of series) one.time = Date.now()
  await post(`${endpoint}/v1/metrics`, encode([{ resource, spans: [], logs: [], series: families }]), headers)
  const chart = async (name: string) =>
    JSON.parse((await ask(`${ui}/api/v1/metrics/${name}/chart?as=value&from=-60s`)).text) as MetricChart
  const ids = { trace_id: '0000000a00000002000000030000000b', span_id: '0000000c0000000d', held: false, line: 0 }
  const shown = async (name: string) => (await chart(name)).exemplars.map(({ time_ms: _, ...rest }) => rest)
  expect(await shown('checkout.wait')).toEqual([{ ...ids, value: 1.5 }])
  expect(await shown('orders_total')).toEqual([{ ...ids, value: 3 }])
})

test('a trace that the hub has is said to be there', async () => {
  const { endpoint, ui } = await hub()
  await post(`${endpoint}/v1/traces`, BODIES.traces.protobuf('there'))
  const { items } = JSON.parse((await ask(`${ui}/api/v1/traces`)).text)
  const registry = new Registry()
  registry.exemplars((into) => {
    Object.assign(into, { t0: Number.parseInt(items[0].trace_id.slice(0, 8), 16), t1: 0, t2: 0, t3: 0, s0: 1, s1: 1 })
    return true
  })
  registry.counter('orders_total').with().add(1)
  const series = registry.families()
  for (const family of series) for (const one of family.series) one.time = Date.now()
  const body = encodeMetrics([{ resource: new Resource(['service.name', 'shop']), spans: [], logs: [], series }])
  await post(`${endpoint}/v1/metrics`, body)
  const { exemplars } = JSON.parse((await ask(`${ui}/api/v1/metrics/orders_total/chart`)).text) as MetricChart
  expect(exemplars.map(({ trace_id, held }) => [trace_id, held])).toEqual([[items[0].trace_id, true]])
})
