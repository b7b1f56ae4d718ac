import { expect, test } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { SIMPLE } from '../../src/config/environment.ts'
import { faults, named, warnings } from './load.ts'

const origin = (loaded: ReturnType<typeof named>, path: string) =>
  loaded.explain().find((row) => row.path === path)?.origin

const TABLE = [
  ['TELLTALE_MODE', 'full', (c: Config) => c.mode, 'full'],
  ['TELLTALE_DEFAULT_TENANT', 'acme', (c: Config) => c.access.tenants.default, 'acme'],
  ['TELLTALE_TENANT_ROUTING_MODE', 'url_path', (c: Config) => c.access.tenants.routing_mode, 'url_path'],
  ['TELLTALE_TENANT_STRICT_VALIDATION', 'true', (c: Config) => c.access.tenants.strict_validation, true],
  ['TELLTALE_JWT_TENANT_CLAIM', 'org', (c: Config) => c.access.tenants.jwt_claim, 'org'],
  ['TELLTALE_LOG_LEVEL', 'DEBUG', (c: Config) => c.logs.level, 'debug'],
  ['TELLTALE_DASHBOARD_RECONCILE_SECS', '45', (c: Config) => c.console.reconcile_interval, 45_000],
  ['HOSTNAME', 'pod-7', (c: Config) => c.console.instance, 'pod-7'],
  ['OTEL_SERVICE_NAME', 'cart', (c: Config) => c.service.name, 'cart'],
  ['OTEL_SERVICE_VERSION', '2.0.0', (c: Config) => c.service.version, '2.0.0'],
  ['OTEL_TRACES_SAMPLER', 'always_off', (c: Config) => c.traces.sampler.name, 'always_off'],
  [
    'OTEL_TRACES_SAMPLER_ARG',
    '0.25',
    (c: Config) => c.traces.sampler,
    { name: 'parentbased_traceidratio', ratio: 0.25 },
  ],
  ['OTEL_ATTRIBUTE_COUNT_LIMIT', '5', (c: Config) => [c.traces.limits.attributes, c.logs.limits.attributes], [5, 5]],
  ['OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', '6', (c: Config) => c.traces.limits.attributes, 6],
  [
    'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    '7',
    (c: Config) => [c.traces.limits.valueLength, c.logs.limits.valueLength],
    [7, 7],
  ],
  ['OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', '8', (c: Config) => c.traces.limits.valueLength, 8],
  ['OTEL_SPAN_EVENT_COUNT_LIMIT', '9', (c: Config) => c.traces.limits.events, 9],
  ['OTEL_SPAN_LINK_COUNT_LIMIT', '10', (c: Config) => c.traces.limits.links, 10],
  ['OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT', '11', (c: Config) => c.traces.limits.attributesPerEvent, 11],
  ['OTEL_LINK_ATTRIBUTE_COUNT_LIMIT', '12', (c: Config) => c.traces.limits.attributesPerLink, 12],
  ['OTEL_BSP_MAX_QUEUE_SIZE', '100', (c: Config) => [c.traces.queue.size, c.traces.queue.batch], [100, 100]],
  ['OTEL_BSP_MAX_EXPORT_BATCH_SIZE', '64', (c: Config) => c.traces.queue.batch, 64],
  ['OTEL_BSP_SCHEDULE_DELAY', '250', (c: Config) => c.traces.queue.delayMs, 250],
  ['OTEL_BSP_EXPORT_TIMEOUT', '1500', (c: Config) => c.traces.queue.timeoutMs, 1500],
  ['OTEL_METRIC_EXPORT_INTERVAL', '60000', (c: Config) => c.metrics.intervalMs, 60_000],
  ['OTEL_METRIC_EXPORT_TIMEOUT', '5000', (c: Config) => c.metrics.timeoutMs, 5000],
  ['OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', 'Delta', (c: Config) => c.metrics.temporality, 'delta'],
  ['OTEL_EXPORTER_PROMETHEUS_HOST', '0.0.0.0', (c: Config) => c.server.host, '0.0.0.0'],
  ['OTEL_EXPORTER_PROMETHEUS_PORT', '9999', (c: Config) => c.server.port, 9999],
  ['OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT', '13', (c: Config) => c.logs.limits.attributes, 13],
  ['OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT', '14', (c: Config) => c.logs.limits.valueLength, 14],
  ['OTEL_BLRP_MAX_QUEUE_SIZE', '4096', (c: Config) => c.logs.queue.size, 4096],
  ['OTEL_BLRP_MAX_EXPORT_BATCH_SIZE', '32', (c: Config) => c.logs.queue.batch, 32],
  ['OTEL_BLRP_SCHEDULE_DELAY', '0', (c: Config) => c.logs.queue.delayMs, 0],
  ['OTEL_BLRP_EXPORT_TIMEOUT', '900', (c: Config) => c.logs.queue.timeoutMs, 900],
  ['OTEL_LOG_LEVEL', 'verbose', (c: Config) => c.logs.selfLevel, 'debug'],
  ['OTEL_PROPAGATORS', 'b3, tracecontext,b3', (c: Config) => c.propagators, ['b3', 'tracecontext']],
] as const

test.each(TABLE)('%s=%s is taken over the default [W-36, H-61]', (name, value, read, expected) => {
  const loaded = named('', { [name]: value })
  expect(read(loaded.config)).toEqual(expected)
  expect(warnings(loaded)).toEqual(
    name === 'OTEL_EXPORTER_PROMETHEUS_HOST' ? [expect.stringContaining('ACCESS_OPEN')] : [],
  )
  expect(loaded.explain().some((row) => row.origin === name)).toBe(true)
})

test('the table above proves every variable that sets one key [W-36]', () => {
  const proven = new Set<string>(TABLE.map(([name]) => name))
  expect(SIMPLE.filter(({ name }) => !proven.has(name)).map(({ name }) => name)).toEqual([])
})

test('the environment wins over the file, and explain names the variable [W-36, H-61]', () => {
  const file = `mode: off
access: { tenants: { default: filed, routing_mode: both, strict_validation: true, jwt_claim: filed } }
observability:
  opentelemetry: { service_name: filed, tracing: { sample_rate: 0.5 } }
  logging: { level: error }
`
  const env = {
    TELLTALE_MODE: 'full',
    TELLTALE_DEFAULT_TENANT: 'a',
    TELLTALE_TENANT_ROUTING_MODE: 'header_only',
    TELLTALE_TENANT_STRICT_VALIDATION: 'false',
    TELLTALE_JWT_TENANT_CLAIM: 'b',
    TELLTALE_LOG_LEVEL: 'trace',
    OTEL_SERVICE_NAME: 'c',
    OTEL_TRACES_SAMPLER_ARG: '0.1',
  }
  const loaded = named(file, env)
  const { config } = loaded
  expect(config.mode).toBe('full')
  expect(config.access.tenants).toEqual({
    default: 'a',
    header: 'X-Tenant-ID',
    routing_mode: 'header_only',
    strict_validation: false,
    jwt_claim: 'b',
  })
  expect([config.logs.level, config.service.name, config.traces.sampler.ratio]).toEqual(['trace', 'c', 0.1])
  expect(origin(loaded, 'access.tenants.default')).toBe('TELLTALE_DEFAULT_TENANT')
  expect(origin(named(file), 'access.tenants.default')).toBe('telltale.yaml:3:31')
  expect(origin(named(''), 'access.tenants.default')).toBe('default')
})

test('H-25: the mode is trimmed, any case, with _ or -; anything else warns, keeps what was there and never fails [H-25]', () => {
  const mode = (value: string) => named('mode: full\n', { TELLTALE_MODE: value }).config.mode
  expect([' Off ', 'NO_SPAN', 'no-span', 'Default', ''].map(mode)).toEqual([
    'off',
    'no-span',
    'no-span',
    'default',
    'full',
  ])
  const unknown = named('', { TELLTALE_MODE: 'loud' })
  expect(unknown.config.mode).toBe('default')
  expect(warnings(unknown)).toEqual(['ENV_IGNORED TELLTALE_MODE: "loud" is not known and is ignored.'])
})

test('spans are recorded when something exports them, always in full mode, never in no-span and off [H-25]', () => {
  const record = (mode: string) => named('', { TELLTALE_MODE: mode }).config.traces.record
  expect(['default', 'full', 'no-span', 'off'].map(record)).toEqual(['exported', 'always', 'never', 'never'])
  const off = named('', { TELLTALE_MODE: 'off', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }).config
  expect([off.metrics.enabled, off.logs.enabled, off.scrape.enabled, off.traces.exporters]).toEqual([
    false,
    false,
    false,
    [],
  ])
})

test('a wrong value of a TELLTALE_ variable that decides about access is a fault that names it [H-61]', () => {
  expect(
    faults('name: shop\n', { TELLTALE_TENANT_ROUTING_MODE: 'header', TELLTALE_TENANT_STRICT_VALIDATION: 'yes' }),
  ).toEqual([
    'ENV_VALUE TELLTALE_TENANT_ROUTING_MODE: An environment variable has a value that is not allowed; found header; allowed: header_only, url_path, both. Did you mean header_only?',
    'ENV_VALUE TELLTALE_TENANT_STRICT_VALIDATION: An environment variable has a value that is not allowed; found yes; allowed: true or false. Did you mean true?',
  ])
})

test('always_on and always_off win over the ratio, the ratio over the file, and the parent is followed by default [W-36]', () => {
  const sampler = (file: string, env: NodeJS.ProcessEnv) =>
    named(`observability: { opentelemetry: { tracing: { ${file} } } }\n`, env).config.traces.sampler
  expect(sampler('sample_rate: 0.5', {})).toEqual({ name: 'parentbased_traceidratio', ratio: 0.5 })
  expect(sampler('sample_rate: 1', {})).toEqual({ name: 'parentbased_always_on', ratio: 1 })
  expect(sampler('sample_rate: 0', {})).toEqual({ name: 'always_off', ratio: 0 })
  expect(sampler('sample_rate: 0.5', { OTEL_TRACES_SAMPLER: 'always_on' }).name).toBe('always_on')
  expect(sampler('sample_rate: 0.5', { OTEL_TRACES_SAMPLER: 'always_off', OTEL_TRACES_SAMPLER_ARG: '1' }).name).toBe(
    'always_off',
  )
  expect(sampler('sample_rate: 0.5', { OTEL_TRACES_SAMPLER_ARG: '0.1' })).toEqual({
    name: 'parentbased_traceidratio',
    ratio: 0.1,
  })
  expect(sampler('sample_rate: 0.5', { OTEL_TRACES_SAMPLER: 'traceidratio' })).toEqual({
    name: 'traceidratio',
    ratio: 0.5,
  })
  for (const name of ['parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio']) {
    expect(sampler('sample_rate: 0.5', { OTEL_TRACES_SAMPLER: name })).toEqual({ name, ratio: 0.5 })
  }
})

test.each([
  ['OTEL_TRACES_SAMPLER', 'jaeger_remote'],
  ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
  ['OTEL_TRACES_SAMPLER_ARG', 'half'],
  ['OTEL_BSP_MAX_QUEUE_SIZE', '0'],
  ['OTEL_BSP_SCHEDULE_DELAY', '-5'],
  ['OTEL_METRIC_EXPORT_INTERVAL', '10s'],
  ['OTEL_PROPAGATORS', 'xray'],
])('%s=%s is ignored with a warning and the file keeps its word [W-36]', (name, value) => {
  const file = 'observability: { opentelemetry: { tracing: { sample_rate: 0.5 } } }\n'
  const loaded = named(file, { [name]: value })
  expect(warnings(loaded)).toEqual([`ENV_IGNORED ${name}: "${value}" is not known and is ignored.`])
  expect(loaded.config).toEqual(named(file).config)
})

test('an unknown propagator is left out with a warning, the known ones stay; none means none [W-36]', () => {
  const loaded = named('', { OTEL_PROPAGATORS: 'tracecontext,xray' })
  expect(loaded.config.propagators).toEqual(['tracecontext'])
  expect(warnings(loaded)).toEqual(['ENV_IGNORED OTEL_PROPAGATORS: "xray" is not known and is ignored.'])
  expect(named('', { OTEL_PROPAGATORS: 'none' }).config.propagators).toEqual([])
})

test('trace context and baggage are propagated by default, b3 and jaeger are not [R-08]', () => {
  expect(named('').config.propagators).toEqual(['tracecontext', 'baggage'])
})

test('OTEL_SDK_DISABLED=true disables, false is neutral and does not force anything on [W-36]', () => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }
  const on = (file: string, value: string) => named(file, { ...endpoint, OTEL_SDK_DISABLED: value }).config
  expect([on('', 'true').disabled, on('', 'TRUE').traces.exporters]).toEqual([true, []])
  expect([on('', 'false').disabled, on('', '1').disabled]).toEqual([false, false])
  const filedOff = 'observability: { opentelemetry: { enabled: false } }\n'
  expect([on(filedOff, 'false').disabled, on(filedOff, 'false').traces.exporters]).toEqual([true, []])
})

test('resource attributes of the environment are percent-decoded and win over the file, one by one [W-36]', () => {
  const file = 'observability: { opentelemetry: { resource: { attributes: { team: web, tier: 1, on: true } } } }\n'
  const { resource } = named(file, { OTEL_RESOURCE_ATTRIBUTES: 'team=a%2Cb%20c, region = eu ,x%3D=1' }).config
  expect(resource).toEqual({
    team: 'a,b c',
    tier: 1,
    on: true,
    region: 'eu',
    'x=': '1',
    'service.name': 'shop',
    'service.version': '1.0.0',
  })
})

test('resource attributes that cannot be decoded are ignored as a whole, with a warning [W-36]', () => {
  for (const value of ['a=1,b', 'a=%zz', '=1']) {
    const loaded = named('', { OTEL_RESOURCE_ATTRIBUTES: value })
    expect(Object.keys(loaded.config.resource)).toEqual(['service.name', 'service.version'])
    expect(warnings(loaded)).toEqual([
      'ENV_IGNORED OTEL_RESOURCE_ATTRIBUTES: It is not a list of key=value with percent-encoded values; all of it is ignored.',
    ])
  }
})

test('development is dev: true, or NODE_ENV or the deployment environment; access looks at dev alone [R-05]', () => {
  const attributes = (text: string) => `observability: { opentelemetry: { resource: { attributes: { ${text} } } } }\n`
  const seen = (file: string, env = {}) => {
    const { development, dev, traces } = named(file, env).config
    return [development, dev, traces.queue.delayMs]
  }
  expect(seen('dev: true\n')).toEqual([true, true, 200])
  expect(seen('', { NODE_ENV: 'development' })).toEqual([true, false, 200])
  expect(seen('', { NODE_ENV: 'local' })).toEqual([true, false, 200])
  expect(seen(attributes('deployment.environment: dev'))).toEqual([true, false, 200])
  expect(seen(attributes('deployment.environment.name: Local'))).toEqual([true, false, 200])
  expect(seen(attributes('deployment.environment: production'), { NODE_ENV: 'production' })).toEqual([
    false,
    false,
    2000,
  ])
})

test('what the detectors of the resource may look at is handed on, and nothing else of the environment', () => {
  const { environment } = named('', { HOSTNAME: 'h', POD_UID: 'u', NODE_NAME: '', SECRET: 's', PATH: '/bin' }).config
  expect(environment).toEqual({ HOSTNAME: 'h', POD_UID: 'u' })
})
