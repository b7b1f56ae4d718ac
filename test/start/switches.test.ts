// What the switches of the configuration turn on and off, seen in the scrape, at a receiver and in the request log.
import { expect, test } from 'vitest'
import { OPEN, openWarning } from '../../src/access/tier.ts'
import { now } from '../../src/base/clock.ts'
import { counter, log, span } from '../../src/index.ts'
import { NAMES } from '../../src/model/names.ts'
import { trafficStats } from '../../src/traffic/stats.ts'
import { app, familiesOf, launch, logsOf, otlp, receiver, SHOP, said, scrape, spansOf, until } from './kit.ts'

const MODES = [
  { mode: 'default', exporter: true, spans: 1, counted: 1, sampled: 1 },
  { mode: ' Default ', exporter: false, spans: 0, counted: 1, sampled: 1 },
  { mode: 'full', exporter: true, spans: 1, counted: 1, sampled: 1 },
  { mode: 'FULL', exporter: false, spans: 0, counted: 1, sampled: 1, recording: true },
  { mode: 'no-span', exporter: true, spans: 0, counted: 1, sampled: 1 },
  { mode: ' No_Span', exporter: true, spans: 0, counted: 1, sampled: 1 },
  { mode: 'off', exporter: true, spans: 0, counted: undefined, sampled: 0 },
]

test.each(MODES)(
  'TELLTALE_MODE=$mode, exporter: $exporter [H-25]',
  async ({ mode, exporter, spans, counted, sampled, recording }) => {
    const collector = await receiver()
    const server = await app()
    const telltale = await launch(SHOP + (exporter ? otlp(collector.url) : ''), { TELLTALE_MODE: mode })
    const before = telltale.registry.exposition()
    const was = before
      .find(({ short }) => short === 'http_requests_total')
      ?.series.reduce((sum, { count }) => sum + count, 0)
    await server.get('/mode')
    let recorded = false
    await span('own', (s) => void (recorded = s.recording))
    expect(recorded).toBe(recording ?? spans > 0)
    await until('the request log', () => telltale.traffic.total >= sampled)
    const after = telltale.registry.exposition()
    const is = after
      .find(({ short }) => short === 'http_requests_total')
      ?.series.reduce((sum, { count }) => sum + count, 0)
    expect([is === undefined ? undefined : is - (was ?? 0), telltale.traffic.total]).toEqual([counted, sampled])
    if (counted === undefined) expect([after, telltale.address]).toEqual([[], undefined])
    await telltale.stop()
    expect(spansOf(collector).filter(({ kind }) => kind === 2)).toHaveLength(spans)
  },
)

test('an unknown TELLTALE_MODE is a warning, and the default holds [H-25]', async () => {
  const heard = said()
  const collector = await receiver()
  const telltale = await launch(SHOP + otlp(collector.url), { TELLTALE_MODE: 'loud' })
  expect(telltale.config.mode).toBe('default')
  expect(heard).toEqual(['telltale warn: ENV_IGNORED TELLTALE_MODE: "loud" is not known and is ignored.'])
})

test('nothing is exported, and no span made, without an exporter or endpoint [H-21] [ruling 56]', async () => {
  const heard = said()
  const telltale = await launch()
  expect([telltale.config.traces.exporters, telltale.config.metrics.exporters, telltale.config.logs.exporters]).toEqual(
    [[], [], []],
  )
  await span('s', (s) => expect(s.recording).toBe(false))
  expect(heard).toEqual([])
  // Recording and the scrape are on.
  expect((await scrape(telltale)).names).toContain('uptime_seconds')
})

test('OTEL_EXPORTER_OTLP_ENDPOINT alone exports traces, and the application still serves when nobody listens there [H-21]', async () => {
  const heard = said()
  const collector = await receiver()
  const telltale = await launch(SHOP, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
  await span('exported', () => {})
  await telltale.stop()
  expect(collector.posts.map(({ url }) => url)).toEqual(['/v1/traces'])

  const again = await launch(SHOP, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' })
  const server = await app()
  await span('lost', () => {})
  expect((await server.get('/')).status).toBe(200)
  void again.flush(200)
  await until('the notice', () => heard.length > 0)
  expect(heard).toHaveLength(1)
  expect(heard[0]).toMatch(/^telltale warn: .*127\.0\.0\.1:1/)
})

test('no OTLP metrics leave unless an exporter says so; the scrape is there [H-17] [ruling 4]', async () => {
  const collector = await receiver()
  const telltale = await launch(SHOP + otlp(collector.url, { traces: true }))
  counter('scraped_only_total').add(1)
  await span('x', () => {})
  await telltale.flush()
  expect(collector.posts.map(({ url }) => url)).toEqual(['/v1/traces'])
  expect((await scrape(telltale)).value('scraped_only_total')).toBe(1)
})

test('OTEL_SDK_DISABLED=true stops spans, pushed metrics and logs, and false changes nothing [W-36] [ruling 16]', async () => {
  const collector = await receiver()
  const yaml = SHOP + otlp(collector.url, { traces: true, metrics: true, logs: true })
  const disabled = await launch(yaml, { OTEL_SDK_DISABLED: 'true' })
  await span('disabled', (s) => expect(s.recording).toBe(false))
  await disabled.stop()
  expect(collector.posts).toEqual([])

  const enabled = await launch(`${SHOP}observability: { opentelemetry: { enabled: false } }\n`, {
    OTEL_SDK_DISABLED: 'false',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  })
  await span('not forced on', (s) => expect(s.recording).toBe(false))
  expect((await scrape(enabled)).names).toContain('uptime_seconds')
  await enabled.stop()
  expect(collector.posts).toEqual([])

  const neutral = await launch(yaml, { OTEL_SDK_DISABLED: 'false' })
  await span('on', () => {})
  await neutral.stop()
  expect(spansOf(collector).map(({ name }) => name)).toEqual(['on'])
})

const HTTP = ['http_requests_total', 'http_request_duration_seconds']
const SWITCHES = [
  { key: 'http_metrics', gone: HTTP },
  {
    key: 'system_metrics',
    gone: [
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'nodejs_eventloop_lag_seconds',
      'nodejs_version_info',
    ],
  },
  { key: 'custom_metrics', gone: ['switched_total'] },
]

test('with every switch on, each family is in the scrape and at the receiver [R-06] [R-14]', async () => {
  const collector = await receiver()
  const server = await app()
  const telltale = await launch(SHOP + otlp(collector.url, { metrics: true }))
  counter('switched_total').add(1)
  await server.get('/')
  const { names } = await scrape(telltale)
  expect(names).toEqual(expect.arrayContaining(SWITCHES.flatMap(({ gone }) => gone)))
  expect(names).toEqual(
    expect.arrayContaining([
      'http_requests_in_flight',
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'process_virtual_memory_bytes',
      'process_open_fds',
      'http_connections_active',
    ]),
  )
  await telltale.flush()
  const pushed = [...familiesOf(collector).keys()]
  expect(pushed).toEqual(expect.arrayContaining(['http.server.request.duration', 'process.cpu.time', 'switched_total']))
})

test.each(SWITCHES)(
  'opentelemetry.metrics.$key: false is not recorded at all, in no sink [R-06]',
  async ({ key, gone }) => {
    const collector = await receiver()
    const server = await app()
    const telltale = await launch(
      SHOP + otlp(collector.url, { metrics: true }).replace('metrics: {', `metrics: { ${key}: false,`),
    )
    counter('switched_total').add(1)
    await server.get('/')
    const { names } = await scrape(telltale)
    for (const name of gone) expect(names).not.toContain(name)
    for (const other of SWITCHES) if (other.key !== key) expect(names).toEqual(expect.arrayContaining(other.gone))
    await telltale.flush()
    const rows = Object.values(NAMES) as { short: string; otel: string }[]
    const pushed = familiesOf(collector)
    for (const name of gone) expect(pushed.has(rows.find((row) => row.short === name)?.otel ?? name)).toBe(false)
    expect(pushed.size).toBeGreaterThan(3)
  },
)

test('prometheus.metrics.http.enabled: false is recorded and pushed, and left out of the scrape alone [R-06]', async () => {
  const collector = await receiver()
  const server = await app()
  const telltale = await launch(
    `${SHOP}${otlp(collector.url, { metrics: true })}  prometheus: { metrics: { http: { enabled: false }, business: { enabled: false } } }\n`,
  )
  counter('switched_total').add(1)
  await server.get('/')
  const { names } = await scrape(telltale)
  for (const name of [...HTTP, 'http_requests_in_flight', 'switched_total']) expect(names).not.toContain(name)
  await telltale.flush()
  expect([...familiesOf(collector).keys()]).toEqual(
    expect.arrayContaining(['http.server.request.duration', 'switched_total']),
  )
})

test('opentelemetry.metrics.enabled: false records nothing, and the scrape says so with 503 [R-06] [H-07]', async () => {
  const telltale = await launch(`${SHOP}observability: { opentelemetry: { metrics: { enabled: false } } }\n`)
  const response = await fetch(`${telltale.address}/metrics`)
  expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
    503,
    'text/plain; charset=utf-8',
    expect.stringMatching(/^# .*\n$/),
  ])
})

test('the scrape is open, at the configured path, with the exact content type; its path alone is switched off [H-07] [R-10] [ruling 1]', async () => {
  const telltale = await launch(`${SHOP}observability: { prometheus: { endpoint: /internal/prom } }\n`)
  const response = await fetch(`${telltale.address}/internal/prom`)
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ])
  expect((await fetch(`${telltale.address}/metrics`)).status).toBe(404)
  await telltale.stop()
  const off = await launch(`${SHOP}observability: { prometheus: { enabled: false } }\n`)
  expect([(await fetch(`${off.address}/metrics`)).status, (await fetch(`${off.address}/livez`)).status]).toEqual([
    404, 200,
  ])
})

test('a guard that is asked for without a credential keeps the service from starting [ruling 1] [ruling 56]', async () => {
  said()
  const started = launch(`${SHOP}observability: { prometheus: { authentication: { enabled: true } } }\n`)
  await expect(started).rejects.toThrow('METRICS_TOKEN is not set')
})

test('authentication.enabled: false wins over a set METRICS_TOKEN, with a warning [ruling 56]', async () => {
  const heard = said()
  const telltale = await launch(`${SHOP}observability: { prometheus: { authentication: { enabled: false } } }\n`, {
    METRICS_TOKEN: 'secret-token',
  })
  expect((await fetch(`${telltale.address}/metrics`)).status).toBe(200)
  expect(heard).toHaveLength(1)
  expect(heard[0]).toMatch(/METRICS_TOKEN is set, but \/metrics is open/)
  expect(heard[0]).not.toContain('secret-token')
})

test('server.enabled: false opens no listener, and a taken port is a warning [W-39] [R-43]', async () => {
  const quiet = await launch('name: shop\nserver: { enabled: false }\n')
  expect(quiet.address).toBeUndefined()
  await quiet.stop()
  const taken = await app()
  const port = new URL(taken.url).port
  const heard = said()
  const telltale = await launch(`name: shop\nserver: { port: ${port} }\n`)
  expect([telltale.address, (await taken.get('/')).status]).toEqual([undefined, 200])
  expect(heard).toEqual([
    `telltale warn: the admin listener cannot listen on 127.0.0.1:${port} (EADDRINUSE): its endpoints are not served there`,
  ])
})

test('the admin listener serves /metrics and /livez, and no profiling path [W-39] [W-40]', async () => {
  const telltale = await launch()
  const paths = ['/metrics', '/livez', '/health', '/_liveness', '/_readiness', '/debug/pprof/', '/debug/pprof/heap']
  const statuses = await Promise.all(paths.map(async (path) => (await fetch(telltale.address + path)).status))
  expect(statuses).toEqual([200, 200, 200, 200, 200, 404, 404])
  expect(await (await fetch(`${telltale.address}/livez`)).text()).toBe('no liveness checks are registered\n')
  // Nothing that we answer ourselves is telemetry of the application.
  expect(
    [telltale.traffic.total, (await scrape(telltale)).samples('http_request_duration_seconds_count')]
      .flat()
      .filter((one) => Array.isArray(one) && (one[0] as Record<string, string>)['route'] === '/metrics'),
  ).toEqual([])
})

test('mounted on the server of the application, our paths are answered there, leave no telemetry, and no listener opens [H-07] [W-39]', async () => {
  const server = await app()
  const { start } = await import('../../src/index.ts')
  const { folder, later } = await import('./kit.ts')
  const starting = start({ cwd: folder({ 'telltale.yaml': SHOP }), env: {} })
  const telltale = await starting
  later(() => telltale.stop())
  const unmount = telltale.mount(server.server)
  const before = telltale.traffic.total
  expect((await server.get('/metrics')).headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  expect(await (await server.get('/livez')).text()).toBe('no liveness checks are registered\n')
  expect(await (await server.get('/mine')).text()).toBe('ok')
  await until('the request log', () => telltale.traffic.total > before)
  expect(telltale.traffic.total - before).toBe(1)
  unmount()
  expect(await (await server.get('/livez')).text()).toBe('ok')
})

test('neither user agents nor addresses are in a label or a span unless switched on [R-11]', async () => {
  const collector = await receiver()
  const server = await app()
  const off = await launch(SHOP + otlp(collector.url))
  await server.get('/tracked', { 'user-agent': 'secret-agent/1' })
  expect((await scrape(off)).text).not.toMatch(/secret-agent|user_agent|client_address/)
  await off.stop()
  const seen = JSON.stringify(
    spansOf(collector).filter(({ kind }) => kind === 2),
    (_key, value) => (value instanceof Uint8Array ? null : value),
  )
  expect(seen).not.toMatch(/secret-agent|user_agent|client\.address/)
})

test('the buckets of the configuration are those of the scrape and of OTLP [R-11] [W-07]', async () => {
  const collector = await receiver()
  const server = await app()
  const telltale = await launch(
    `${SHOP}${otlp(collector.url, { metrics: true })}  prometheus: { metrics: { http: { histogram_buckets: [0.1, 1, 7] } } }\n`,
  )
  await server.get('/')
  const les = (await scrape(telltale)).samples('http_request_duration_seconds_bucket').map(([labels]) => labels['le'])
  expect([...new Set(les)]).toEqual(['0.1', '1', '7', '+Inf'])
  await telltale.flush()
  expect([...familiesOf(collector).get('http.server.request.duration')!.bounds!]).toEqual([0.1, 1, 7])
})

test('a sampler of 0 records nothing and a limit cuts, as the configuration says [R-04] [W-24]', async () => {
  const collector = await receiver()
  const yaml = (tracing: string) => SHOP + otlp(collector.url).replace('tracing: {', `tracing: { ${tracing},`)
  const none = await launch(yaml('sample_rate: 0'))
  await span('dropped', (s) => expect(s.recording).toBe(false))
  await none.stop()
  expect(spansOf(collector)).toEqual([])
  const some = await launch(yaml('max_attributes_per_span: 2, max_events_per_span: 1'))
  await span('cut', (s) => {
    s.set('a', 1).set('b', 2).set('c', 3)
    s.event('one')
    s.event('two')
  })
  await some.stop()
  const [cut] = spansOf(collector)
  expect([cut!.attributes, cut!.rare?.events?.length]).toEqual([['a', 1, 'b', 2], 1])
})

test("the log level, its sampling and format are the configuration's, and warnings are never sampled away [R-17] [H-24]", async () => {
  const collector = await receiver()
  const lines: string[] = []
  const write = process.stdout.write.bind(process.stdout)
  process.stdout.write = ((chunk: string) => lines.push(String(chunk)) > 0) as typeof process.stdout.write
  try {
    const telltale = await launch(
      SHOP +
        otlp(collector.url, { logs: true }).replace(
          'logging: {',
          'logging: { level: debug, sampling: { enabled: true, rate: 0 }, include_thread_ids: true,',
        ),
      {},
    )
    log.trace('below the level')
    log.debug('sampled away')
    log.info('sampled away')
    log.warn('kept')
    log.error('kept too')
    await telltale.stop()
    expect(logsOf(collector).map(({ body, severityText }) => [severityText, body])).toEqual([
      ['WARN', 'kept'],
      ['ERROR', 'kept too'],
    ])
    expect(logsOf(collector)[0]!.attributes).toEqual(['thread.id', 0])
    expect(
      lines
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .map(({ level, msg, message, service }) => [level, msg ?? message, service]),
    ).toEqual([
      ['warn', 'kept', 'shop'],
      ['error', 'kept too', 'shop'],
    ])
    lines.length = 0
    const loud = await launch(SHOP, { TELLTALE_LOG_LEVEL: 'error' })
    log.warn('below')
    log.error('above')
    expect(lines).toHaveLength(1)
    expect((await scrape(loud)).value('runtime_log_emissions_total', { level: 'error' })).toBeGreaterThanOrEqual(1)
  } finally {
    process.stdout.write = write
  }
})

test('the request log holds every request of the application, and feeds windowed statistics [H-25]', async () => {
  const server = await app((request, response) => {
    response.statusCode = request.url === '/bad' ? 500 : 200
    response.end()
  })
  const telltale = await launch()
  for (let i = 0; i < 9; i++) await server.get('/good')
  await server.get('/bad')
  await until('ten samples', () => telltale.traffic.total === 10)
  const stats = trafficStats(telltale.traffic, 60, now())
  expect([stats.sample_count, stats.error_rate]).toEqual([10, 0.1])
})

test('a full queue drops the oldest and counts them, and what comes after the stop is dropped and counted too [W-05]', async () => {
  said()
  const collector = await receiver()
  const telltale = await launch(
    `${SHOP}surfaces: { http: { client: false } }\n` +
      otlp(`${collector.url}", protocol: "http/json`).replace(
        'tracing: {',
        'tracing: { queue_size: 16, export_batch_size: 16,',
      ),
  )
  const before = await scrape(telltale)
  const dropped = (one: Awaited<ReturnType<typeof scrape>>) =>
    one.value('otel_sdk_processor_span_processed_total', { error_type: 'queue_full' }) ?? 0
  for (let i = 0; i < 100; i++) span(`q${i}`, () => {})
  const after = await scrape(telltale)
  expect(dropped(after) - dropped(before)).toBe(84)
  await telltale.stop()
  const own = spansOf(collector).filter(({ name }) => name.startsWith('q'))
  expect(own.map(({ name }) => name)).toEqual(Array.from({ length: 16 }, (_, i) => `q${84 + i}`))
})

test('a client that is slow with its headers is cut off after the configured time [W-39]', async () => {
  const telltale = await launch('name: shop\nserver: { port: 0, header_timeout: 200ms }\n')
  const { raw } = await import('../hub/kit.ts')
  expect(telltale.config.server.header_timeout).toBe(200)
  expect(await raw(telltale.address!, 'GET /metrics HTTP/1.1\r\nhost: 127', 30_000)).toMatch(/^HTTP\/1\.1 408 /)
})

test('the defaults: OTLP over HTTP to localhost:4318, W3C propagation, everything sampled, an interval of ten seconds [W-37] [R-08] [ruling 5]', async () => {
  said()
  const yaml = 'exporters: [{ type: otlp }]'
  const telltale = await launch(
    `${SHOP}observability: { opentelemetry: { tracing: { ${yaml} }, metrics: { ${yaml} } }, logging: { sinks: [{ type: otlp }] } }\n`,
    { OTEL_BSP_EXPORT_TIMEOUT: '50' },
  )
  const { traces, metrics, logs, propagators } = telltale.config
  expect([traces, metrics, logs].map(({ exporters }) => exporters.map(({ url, protocol }) => [url, protocol]))).toEqual(
    [
      [['http://localhost:4318/v1/traces', 'http/protobuf']],
      [['http://localhost:4318/v1/metrics', 'http/protobuf']],
      [['http://localhost:4318/v1/logs', 'http/protobuf']],
    ],
  )
  expect([propagators, traces.sampler, metrics.intervalMs, traces.queue]).toEqual([
    ['tracecontext', 'baggage'],
    { name: 'parentbased_always_on', ratio: 1 },
    10_000,
    { size: 2048, batch: 512, delayMs: 2000, timeoutMs: 50 },
  ])
})

test('grpc without its package is a fault that names the two ways out; port 4317 means grpc [ruling 49] [ruling 5]', async () => {
  const { start } = await import('../../src/index.ts')
  const { folder } = await import('./kit.ts')
  const cwd = folder({ 'telltale.yaml': SHOP + otlp('http://127.0.0.1:4317') })
  const error = (await start({ cwd, env: {} }).catch((thrown: unknown) => thrown)) as {
    faults: { code: string; message: string }[]
  }
  expect(error.faults.map(({ code }) => code)).toEqual(['PEER_MISSING'])
  expect(error.faults[0]!.message).toMatch(/npm install @grpc\/grpc-js.*port 4318/)
})

test('a console that other machines reach without application authentication is said at start [ruling 58]', async () => {
  const heard = said()
  const telltale = await launch('name: shop\nserver: { host: 0.0.0.0, port: 0 }\n')
  expect(heard).toHaveLength(1)
  expect(heard[0]).toMatch(/ACCESS_OPEN access\.jwt\.enabled: Application authentication is off/)
  const port = new URL(telltale.address!).port
  expect((await fetch(`http://127.0.0.1:${port}/admin/ops/overview`)).status).not.toBe(200)
})

test('a console on the application’s own server without application authentication is said once [ruling 58]', async () => {
  const heard = said()
  const server = await app((_, response) => response.end('mine'))
  const telltale = await launch('name: shop\nserver: { enabled: false }\n')
  expect(heard).toEqual([])
  telltale.mount(server.server)
  telltale.mount(server.server)
  expect(heard).toEqual([`telltale warn: ${openWarning(OPEN)}`])
  expect((await server.get('/console/metrics/uptime')).status).toBe(200)
})

test('a router of the application can answer our paths itself', async () => {
  let ours: ((...args: Parameters<import('node:http').RequestListener>) => boolean) | undefined
  const server = await app((request, response) => {
    if (!ours?.(request, response)) response.end('mine')
  })
  const telltale = await launch('name: shop\nserver: { enabled: false }\n')
  ours = telltale.listener
  expect(await (await server.get('/orders')).text()).toBe('mine')
  expect((await server.get('/metrics')).headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  expect(await (await server.get('/metricsX')).text()).toBe('mine')
  expect(await (await server.get('/metrics/any')).text()).toBe('mine')
})
