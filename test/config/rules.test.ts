import { expect, test } from 'vitest'
import { faults, named, warnings } from './load.ts'

const conflict = (text: string) =>
  faults(`name: shop\n${text}`).map((line) =>
    line.replace(/ Two settings contradict each other;| Keep one of the two\./g, ''),
  )

test('two full definitions of one metric are a fault that names both places [R-15]', () => {
  expect(conflict('custom_metrics:\n  counters:\n    - name: orders\n    - name: orders_total\n')).toEqual([
    'telltale.yaml:5:13 CONFIG_CONFLICT custom_metrics.counters[1].name: found orders_total a second time, first at telltale.yaml:4:13.',
  ])
})

test('one name in two kinds is a fault, whether declared in full or by its short name [R-15]', () => {
  expect(conflict('custom_metrics:\n  counters: [{ name: a }]\n  gauges: [{ name: a }]\n')).toEqual([
    'telltale.yaml:4:20 CONFIG_CONFLICT custom_metrics.gauges[0].name: found gauge a, at telltale.yaml:3:22 a counter.',
  ])
  expect(
    conflict(
      'custom_metrics: { gauges: [{ name: a }] }\nobservability: { prometheus: { metrics: { business: { custom_histograms: [a] } } } }\n',
    ),
  ).toEqual([
    'telltale.yaml:3:75 CONFIG_CONFLICT observability.prometheus.metrics.business.custom_histograms[0]: found histogram a, at telltale.yaml:2:36 a gauge.',
  ])
})

test('a full definition refines a short name of its kind, and a short name may stand twice [R-15]', () => {
  const text = `custom_metrics: { counters: [{ name: a_total, labels: [x] }], gauges: [{ name: b }] }
observability: { prometheus: { metrics: { business: { custom_counters: [a, a], custom_gauges: [b] } } } }
`
  expect(named(text).config.custom_metrics.counters[0]).toEqual({ name: 'a_total', description: '', labels: ['x'] })
})

test('names of metrics and labels, and buckets, keep the rules of Prometheus [R-15]', () => {
  const text = `name: shop
custom_metrics:
  counters:
    - { name: 1st, labels: [ok, not-ok, __reserved] }
  histograms:
    - { name: h, buckets: [] }
    - { name: i, buckets: [1, 1] }
`
  expect(faults(text).map((line) => line.split(':').slice(0, 3).join(':'))).toEqual([
    'telltale.yaml:4:15 CONFIG_VALUE custom_metrics.counters[0].name',
    'telltale.yaml:4:33 CONFIG_VALUE custom_metrics.counters[0].labels[1]',
    'telltale.yaml:4:41 CONFIG_VALUE custom_metrics.counters[0].labels[2]',
    'telltale.yaml:6:27 CONFIG_VALUE custom_metrics.histograms[0].buckets',
    'telltale.yaml:7:31 CONFIG_VALUE custom_metrics.histograms[1].buckets[1]',
  ])
})

test('names that must be unique are, for checks, alerts, objectives, signals, queues and record types', () => {
  const text = `alerts: [{ name: a, condition: up }, { name: a, condition: up }]
observability: { health: { checks: [{ type: database }, { type: database }] } }
slos: [{ name: s, metric: m, threshold: 1s }, { name: s, metric: m, threshold: 1s }]
watchlist: [{ title: t }, { title: t }]
console: { resources: [{ type: r, table: x }, { type: r, table: y }] }
ops: { queues: [{ name: q, source: metric, metric: m }, { name: q, source: metric, metric: m }] }
`
  expect(conflict(text).map((line) => line.split(' CONFIG_CONFLICT ')[1])).toEqual([
    'alerts[1].name: found "a" a second time, first at telltale.yaml:2:18.',
    'observability.health.checks[1].name: found "database" a second time, first at telltale.yaml:3:37.',
    'slos[1].name: found "s" a second time, first at telltale.yaml:4:16.',
    'watchlist[1].title: found "t" a second time, first at telltale.yaml:5:22.',
    'console.resources[1].type: found "r" a second time, first at telltale.yaml:6:32.',
    'ops.queues[1].name: found "q" a second time, first at telltale.yaml:7:25.',
  ])
})

test('a record type has a table or a collection, fewest instances are not more than most, a token status is 401 or 403', () => {
  expect(
    conflict('console: { resources: [{ type: a }, { type: b, table: x, collection: y }] }\n').map((line) =>
      line.slice(14),
    ),
  ).toEqual([
    '2:24 CONFIG_CONFLICT console.resources[0]: found neither table nor collection; allowed: one of the two.',
    '2:37 CONFIG_CONFLICT console.resources[1]: found table and collection; allowed: one of the two.',
  ])
  expect(conflict('scaling: { instances: { min_instances: 11 } }\n')).toEqual([
    'telltale.yaml:2:40 CONFIG_CONFLICT scaling.instances.max_instances: found 10; allowed: at least min_instances, 11.',
  ])
  const status = 'observability: { prometheus: { authentication: { invalid_token_status: 402 } } }\n'
  expect(conflict(status)).toEqual([
    'telltale.yaml:2:72 CONFIG_CONFLICT observability.prometheus.authentication.invalid_token_status: found 402; allowed: 401 or 403.',
  ])
})

test('an unknown type of health check is a fault; timeouts and critical have their defaults [R-18]', () => {
  const checks = (text: string) => `observability: { health: { checks: [${text}] } }\n`
  expect(faults(`name: shop\n${checks('{ type: databse }')}`)).toEqual([
    'telltale.yaml:2:45 CONFIG_VALUE observability.health.checks[0].type: The value is not allowed; found "databse"; allowed: database, external_service, http, custom. Did you mean database?',
  ])
  expect(
    faults(`name: shop\n${checks('{ type: custom, name: x }, { type: http, name: y }')}`).map(
      (line) => line.split(' ')[2],
    ),
  ).toEqual(['observability.health.checks[0].handler:', 'observability.health.checks[1].url:'])
  expect(
    named(checks('{ type: http, name: a, url: "http://a" }, { type: custom, name: b, handler: h, critical: false }'))
      .config.observability.health.checks,
  ).toEqual([
    { type: 'http', name: 'a', url: 'http://a', timeout: 3000, critical: true },
    { type: 'custom', name: 'b', handler: 'h', timeout: 5000, critical: false },
  ])
})

test('logging has the defaults of R-17, and its sampling a rate from 0 to 1 [R-17]', () => {
  const { level, format, includeSpans, includeTargets, includeThreadIds, includeLineNumbers, sampling } =
    named('').config.logs
  expect({ level, format, includeSpans, includeTargets, includeThreadIds, includeLineNumbers, sampling }).toEqual({
    level: 'info',
    format: 'json',
    includeSpans: true,
    includeTargets: true,
    includeThreadIds: false,
    includeLineNumbers: false,
    sampling: { enabled: false, rate: 0.1 },
  })
  expect(faults('name: shop\nobservability: { logging: { sampling: { rate: 2 } } }\n')).toHaveLength(1)
})

test('spans have the defaults of R-04 and ruling 56, and every number of them can be changed [R-04]', () => {
  expect(named('').config.traces).toEqual({
    enabled: true,
    record: 'exported',
    exporters: [],
    sampler: { name: 'parentbased_always_on', ratio: 1 },
    limits: {
      attributes: 128,
      events: 128,
      links: 128,
      attributesPerEvent: 128,
      attributesPerLink: 128,
      valueLength: 32_768,
    },
    queue: { size: 2048, batch: 512, delayMs: 2000, timeoutMs: 30_000 },
  })
  const tracing = `observability:
  opentelemetry:
    tracing: { enabled: false, sample_rate: 0.1, max_events_per_span: 1, max_attributes_per_span: 2, max_links_per_span: 3, max_attributes_per_event: 4,
      max_attributes_per_link: 5, max_attribute_length: 0, queue_size: 6, export_batch_size: 5, export_delay: 100ms, export_timeout: 1s }
`
  expect(named(tracing).config.traces).toEqual({
    enabled: false,
    record: 'never',
    exporters: [],
    sampler: { name: 'parentbased_traceidratio', ratio: 0.1 },
    limits: {
      attributes: 2,
      events: 1,
      links: 3,
      attributesPerEvent: 4,
      attributesPerLink: 5,
      valueLength: Number.POSITIVE_INFINITY,
    },
    queue: { size: 6, limit: 6, batch: 5, delayMs: 100, timeoutMs: 1000 },
  })
})

test.each([-0.1, 1.1])('a sample rate of %d is refused [R-04]', (rate) => {
  expect(faults(`name: shop\nobservability: { opentelemetry: { tracing: { sample_rate: ${rate} } } }\n`)).toHaveLength(
    1,
  )
})

test('the surfaces have the defaults of the sources [W-37]', () => {
  const { http, process, functions, queue, workflow } = named('').config.surfaces
  expect({ http, process, functions, queue, workflow }).toEqual({
    http: {
      enabled: true,
      client: true,
      extract_headers: true,
      inject_headers: true,
      correlation_header: true,
      express_shapes: true,
      ignore: [],
      baggage_hosts: [],
    },
    process: { enabled: true, trace_lifecycle: true },
    functions: { enabled: true, order: 100 },
    queue: { enabled: true, message: 'parent', batch: 'link' },
    workflow: { enabled: true, steps: true, temporal: { enabled: false } },
  })
})

test('a listener that other machines reach, without application authentication, is said loudly', () => {
  expect(warnings(named('server: { host: 0.0.0.0 }\n'))).toEqual([
    'telltale.yaml:2:17 ACCESS_OPEN access.jwt.enabled: Application authentication is off: the tenant and system tiers of the console are open to everyone who reaches 0.0.0.0:9464.',
  ])
  for (const quiet of [
    '',
    'server: { host: localhost }\n',
    'server: { host: "::1" }\n',
    'server: { host: 0.0.0.0, enabled: false }\n',
    'server: { host: 0.0.0.0 }\naccess: { jwt: { enabled: true, jwks_url: "https://id.example/", algorithms: [RS256] } }\n',
  ]) {
    expect(warnings(named(quiet))).toEqual([])
  }
})
