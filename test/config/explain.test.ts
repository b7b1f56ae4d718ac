import { expect, test } from 'vitest'
import { isActive } from '../../src/config/inactive.ts'
import { load, named } from './load.ts'

const rows = (text: string, env: NodeJS.ProcessEnv = {}) =>
  new Map(
    named(text, env)
      .explain()
      .map((row) => [row.path, row]),
  )

test('every setting has its value and its origin: place in the file, variable, default or package.json [R-01]', () => {
  const seen = rows(
    'server: { port: 8000 }\nobservability: { opentelemetry: { tracing: { export_timeout: 1500ms } } }\n',
    {
      OTEL_METRIC_EXPORT_INTERVAL: '2000',
    },
  )
  expect(seen.get('server.port')).toEqual({
    path: 'server.port',
    value: 8000,
    origin: 'telltale.yaml:2:17',
    variables: [],
    secret: false,
    active: true,
  })
  expect(seen.get('server.host')).toMatchObject({ value: '127.0.0.1', origin: 'default' })
  expect(seen.get('observability.opentelemetry.tracing.export_timeout')).toMatchObject({
    value: '1500ms',
    origin: 'telltale.yaml:3:62',
  })
  expect(seen.get('observability.opentelemetry.metrics.export_interval')).toMatchObject({
    value: '2s',
    origin: 'OTEL_METRIC_EXPORT_INTERVAL',
  })
  expect(seen.get('observability.opentelemetry.tracing.sampler')).toMatchObject({ value: undefined, origin: 'default' })
})

test('a value that came through a variable of the file names the place and the variable', () => {
  const seen = rows('server: { host: "${A:-0.0.0.0}", port: "${PORT}" }\n', { PORT: '1' })
  expect(seen.get('server.host')).toMatchObject({ value: '0.0.0.0', origin: 'telltale.yaml:2:17', variables: ['A'] })
  expect(seen.get('server.port')).toMatchObject({ value: 1, variables: ['PORT'] })
})

test('secrets are hidden, wherever they stand, also inside addresses', () => {
  const text = `observability:
  opentelemetry:
    tracing:
      exporters:
        - { type: otlp, endpoint: "http://user:hunter2@127.0.0.1:4318/?key=hunter2", headers: { authorization: hunter2 } }
scaling: { service_discovery: { consul: { address: "http://127.0.0.1:8500", token: hunter2 } } }
`
  const loaded = named(text, { OTEL_EXPORTER_OTLP_HEADERS: 'x-key=hunter2', METRICS_TOKEN: 'hunter2' })
  const all = loaded.explain()
  expect(JSON.stringify(all)).not.toContain('hunter2')
  const shown = new Map(all.map((row) => [row.path, row]))
  expect(shown.get('observability.opentelemetry.tracing.exporters[0].endpoint')!.value).toBe(
    'http://[hidden]@127.0.0.1:4318/?key=[hidden]',
  )
  expect(shown.get('observability.opentelemetry.tracing.exporters[0].headers[authorization]')).toMatchObject({
    value: '[hidden]',
    secret: true,
  })
  expect(shown.get('observability.opentelemetry.tracing.exporters[0].headers[x-key]')).toMatchObject({
    value: '[hidden]',
    origin: 'OTEL_EXPORTER_OTLP_HEADERS',
  })
  expect(shown.get('scaling.service_discovery.consul.token')).toMatchObject({ value: '[hidden]', secret: true })
})

test('an exporter that a variable made is explained like one that was written [H-21]', () => {
  const seen = new Map(
    load('name: shop\n', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' })
      .explain()
      .map((row) => [row.path, row]),
  )
  expect(seen.get('observability.opentelemetry.tracing.exporters[0].endpoint')).toMatchObject({
    value: 'http://c:4318',
    origin: 'OTEL_EXPORTER_OTLP_ENDPOINT',
  })
})

test('keys that nothing reads yet are marked one by one, by type where a type decides [R-01]', () => {
  const text = `scaling: { enabled: true }
observability:
  logging: { sinks: [{ type: file, path: a }, { type: otlp }] }
`
  const seen = rows(text)
  expect(seen.get('scaling.enabled')!.active).toBe(false)
  expect(seen.get('observability.logging.sinks[0].path')!.active).toBe(false)
  expect(seen.get('observability.logging.sinks[1].timeout')!.active).toBe(true)
  expect(seen.get('server.port')!.active).toBe(true)
  expect(isActive('scaling')).toBe(false)
  expect(isActive('scalings')).toBe(true)
})

test('the place of any path can be asked for, so that faults of other rooms name their line', () => {
  const loaded = named('custom_metrics:\n  gauges:\n    - name: a\n')
  expect(loaded.place('custom_metrics.gauges[0].name')).toEqual({ file: 'telltale.yaml', line: 4, column: 13 })
  expect(loaded.place('custom_metrics.gauges[1].name')).toBeUndefined()
})
