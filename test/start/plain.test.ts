import { expect, test } from 'vitest'
import { launch, said } from './kit.ts'

const place = 'endpoint: "http://collector.test:4318", headers: { authorization: "Bearer hunter2canary" }'

test('headers over plain http to another machine are said once, whatever the number of signals, without their values [S-32]', async () => {
  const lines = said()
  const telltale = await launch(`name: shop
server: { port: 0 }
observability:
  opentelemetry:
    tracing: { exporters: [{ type: otlp, ${place} }, { type: zipkin, ${place} }] }
    metrics: { exporters: [{ type: otlp, ${place} }] }
  logging: { sinks: [{ type: otlp, ${place} }] }
`)
  await telltale.stop()
  expect(lines.filter((line) => /unencrypted|plain http/.test(line))).toEqual([
    'telltale warn: telltale.yaml:5:52 EXPORTER_PLAINTEXT observability.opentelemetry.tracing.exporters[0].endpoint: Headers travel to collector.test:4318 unencrypted; use https.',
  ])
  expect(lines.join('\n')).not.toContain('hunter2canary')
})
