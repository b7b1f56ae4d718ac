// The fake collector, fed by the real exporters of a started service.
import { expect, test } from 'vitest'
import { counter, log, span } from '../../src/index.ts'
import { otlpReceiver } from '../../src/testing.ts'
import { later, launch, otlp, SHOP } from '../start/kit.ts'

const ALL = { traces: true, metrics: true, logs: true }

async function receiver() {
  const made = await otlpReceiver()
  later(() => made.close())
  return made
}

test('what a service exports is read back: spans, logs, metrics, resource [W-44]', async () => {
  const collector = await receiver()
  const telltale = await launch(SHOP + otlp(collector.url, ALL))
  counter('told_total').add(3)
  span('outer', () => span('inner', () => log.warn({ order: 7, password: 'x' }, 'late')))
  await telltale.flush()
  await collector.until(({ spans, logs, metrics }) => spans.count === 2 && logs.length > 0 && metrics.has('told_total'))
  expect(collector.spans.edges()).toEqual(['internal inner < outer', 'internal outer'])
  const { severity, body, spanId, attributes } = collector.logs.find((line) => line.body === 'late')!
  expect([severity, body, spanId, attributes]).toEqual([
    'WARN',
    'late',
    collector.spans.named('inner').spanId,
    { order: 7, password: '[REDACTED]', correlation_id: expect.stringMatching(/^[-0-9a-f]{36}$/) },
  ])
  expect(collector.metrics.get('told_total')!.series[0]!.value).toBe(3)
  expect(collector.resources.every((resource) => resource['service.name'] === 'shop')).toBe(true)
  collector.reset()
  expect([collector.spans.count, collector.logs, collector.metrics.size, collector.requests]).toEqual([0, [], 0, 0])
})

test('a refused request is retried by the exporter and arrives once [W-44]', async () => {
  const collector = await receiver()
  collector.refuse(503, 1, { 'retry-after': '0' })
  const telltale = await launch(SHOP + otlp(collector.url))
  span('once', () => {})
  await telltale.flush()
  await collector.until(({ spans }) => spans.count > 0)
  expect([collector.spans.count, collector.requests]).toEqual([1, 2])
})

test('what does not come is said', async () => {
  const collector = await receiver()
  await expect(collector.until(({ spans }) => spans.count > 0, 20)).rejects.toThrow(
    'it did not happen within 20 ms: 0 requests brought 0 spans, 0 logs, 0 metrics',
  )
})
