import { expect, test } from 'vitest'
import { faults, named, warnings } from './load.ts'

const authentication = (keys: string, exporter = '') => `observability:
  prometheus: { authentication: { ${keys} } }
  opentelemetry: { metrics: { exporters: [${exporter}] } }
`
const guard = (keys: string, env: NodeJS.ProcessEnv = {}, exporter = '') =>
  named(authentication(keys, exporter), env).config.scrape.guard

test('the scrape is open when nothing was said, guarded as soon as METRICS_TOKEN is set [R-10]', () => {
  expect(guard('')).toBe('none')
  expect(guard('', { METRICS_TOKEN: 't' })).toBe('required')
  expect(guard('', { METRICS_TOKEN: '' })).toBe('none')
  expect(guard('token_env: MY_TOKEN', { MY_TOKEN: 't' })).toBe('required')
  expect(guard('token_env: MY_TOKEN', { METRICS_TOKEN: 't' })).toBe('none')
})

test('enabled: true guards even without a credential: it never opens silently, and says so [R-10]', () => {
  const loaded = named(authentication('enabled: true'))
  expect(loaded.config.scrape.guard).toBe('required')
  expect(loaded.config.scrape.authentication.token).toBeUndefined()
  expect(warnings(loaded)).toEqual([
    'telltale.yaml:3:44 GUARD_NO_CREDENTIAL observability.prometheus.authentication.enabled: METRICS_TOKEN is not set and .telltale/tokens.json has no token: nobody can prove who they are, so /metrics answers nobody.',
  ])
})

test('enabled: false wins over a METRICS_TOKEN that is set, with a warning [R-10]', () => {
  const loaded = named(authentication('enabled: false'), { METRICS_TOKEN: 't' })
  expect(loaded.config.scrape.guard).toBe('none')
  expect(warnings(loaded)).toEqual([
    'telltale.yaml:3:44 GUARD_OFF observability.prometheus.authentication.enabled: METRICS_TOKEN is set, but /metrics is open to everyone.',
  ])
})

test('method none opens, and an unknown method is a fault [R-10]', () => {
  expect(guard('method: none', { METRICS_TOKEN: 't' })).toBe('none')
  expect(faults(`name: shop\n${authentication('method: basic')}`)).toEqual([
    'telltale.yaml:3:43 CONFIG_VALUE observability.prometheus.authentication.method: The value is not allowed; found "basic"; allowed: bearer_token, api_key, jwt, none. Write one of the values that are allowed.',
  ])
})

test('prometheus.authentication wins over the block of an exporter, key by key [R-06]', () => {
  const exporter =
    '{ type: prometheus, authentication: { enabled: true, method: api_key, token_header: x-token, token_env: OTHER } }'
  const scrape = (keys: string) =>
    named(authentication(keys, exporter), { OTHER: 'o', METRICS_TOKEN: 'm' }).config.scrape
  expect(scrape('').authentication).toMatchObject({
    methods: ['api_key'],
    header: 'x-token',
    tokenEnv: 'OTHER',
    token: 'o',
  })
  expect(scrape('').guard).toBe('required')
  expect(scrape('enabled: false').guard).toBe('none')
  expect(scrape('method: bearer_token, token_env: METRICS_TOKEN').authentication).toMatchObject({
    methods: ['bearer_token'],
    header: 'x-token',
    tokenEnv: 'METRICS_TOKEN',
    token: 'm',
  })
})

test('the header follows the method unless it is written [R-06]', () => {
  const header = (keys: string) => named(authentication(keys)).config.scrape.authentication.header
  expect([header(''), header('method: api_key'), header('method: jwt'), header('token_header: x-t')]).toEqual([
    'Authorization',
    'x-api-key',
    'Authorization',
    'x-t',
  ])
})

test('two different paths for one scrape are a fault, the same path twice is none, and either is taken alone [R-06]', () => {
  const two = (own: string, exporter: string) => `observability:
  prometheus: { ${own} }
  opentelemetry: { metrics: { exporters: [{ type: prometheus, ${exporter} }] } }
`
  expect(named(two('endpoint: /a', 'endpoint: /a')).config.scrape.path).toBe('/a')
  expect(named(two('', 'endpoint: /b')).config.scrape.path).toBe('/b')
  expect(named(two('endpoint: /a', '')).config.scrape.path).toBe('/a')
  expect(faults(`name: shop\n${two('endpoint: /a', 'endpoint: /b')}`)).toEqual([
    'telltale.yaml:4:73 CONFIG_CONFLICT observability.opentelemetry.metrics.exporters[0].endpoint: Two settings contradict each other; found /b; allowed: /a. Keep one of the two.',
  ])
})

test('a path that is no path, and one path for scrape and health, are faults [R-10]', () => {
  expect(faults('name: shop\nobservability: { prometheus: { endpoint: metrics } }\n')).toEqual([
    'telltale.yaml:2:42 CONFIG_VALUE observability.prometheus.endpoint: The value is not allowed; found "metrics"; allowed: a path that begins with /, without query. Write one of the values that are allowed.',
  ])
  expect(faults('name: shop\nobservability: { health: { endpoint: /metrics } }\n')).toEqual([
    'telltale.yaml:2:38 CONFIG_CONFLICT observability.health.endpoint: Two settings contradict each other; found /metrics, which is the path of the scrape. Keep one of the two.',
  ])
})

test('families that prometheus.metrics switches off are hidden, those that opentelemetry.metrics switches off are not recorded [R-06]', () => {
  const { config } = named(`observability:
  prometheus: { metrics: { http: { enabled: false }, business: { enabled: false } } }
  opentelemetry: { metrics: { database_metrics: false, system_metrics: false } }
`)
  expect(config.scrape.hidden).toEqual({ http: true, database: false, business: true })
  expect(config.metrics.families).toEqual({ http: true, database: false, system: false, custom: true })
})

test('neither user agent nor address is recorded unless asked for, and the buckets are the eleven of H-13 [R-11]', () => {
  expect(named('').config.observability.prometheus.metrics.http).toEqual({
    enabled: true,
    track_user_agents: false,
    track_ip_addresses: false,
    histogram_buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  })
  const own =
    'observability: { prometheus: { metrics: { http: { track_user_agents: true, histogram_buckets: [1, 2] } } } }\n'
  expect(named(own).config.observability.prometheus.metrics.http).toMatchObject({
    track_user_agents: true,
    histogram_buckets: [1, 2],
  })
})
