// What leaves the process: to every exporter once, for every signal alike, the same numbers as in the scrape.

import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { spanIdHex } from '../../src/base/ids.ts'
import { counter, gauge, histogram, log, span } from '../../src/index.ts'
import { Registry } from '../../src/metrics/registry.ts'
import { LATENCY_BOUNDS } from '../../src/model/histogram.ts'
import { decodeTraces } from '../../src/wire/otlp/decode.ts'
import { freePort } from '../otel/servers.ts'
import { CERTIFICATE, KEY } from '../surfaces/http/certificate.ts'
import { readBatch } from '../wire/thrift.ts'
import {
  app,
  attributesOf,
  familiesOf,
  folder,
  later,
  launch,
  logsOf,
  otlp,
  receiver,
  resourcesOf,
  SHOP,
  said,
  scrape,
  spansOf,
  until,
} from './kit.ts'

const ALL = { traces: true, metrics: true, logs: true }

function quiet(): void {
  const write = process.stdout.write.bind(process.stdout)
  process.stdout.write = (() => true) as typeof process.stdout.write
  later(() => {
    process.stdout.write = write
  })
}

/** One of each signal. */
async function emit(name: string): Promise<void> {
  counter(`${name}_total`).add(1)
  await span(name, async () => log.info(name))
}

test('one emit with both exporters is 1 in the scrape and 1 in OTLP, at any time and after stop [W-06] [W-01]', async () => {
  quiet()
  const collector = await receiver()
  const telltale = await launch(SHOP + otlp(collector.url, ALL))
  counter('once_total', { labels: ['a'] }).add(1, { a: 'x' })
  for (let i = 0; i < 3; i++) {
    await telltale.flush()
    expect((await scrape(telltale)).samples('once_total')).toEqual([[{ a: 'x' }, 1]])
    expect(
      familiesOf(collector)
        .get('once_total')!
        .series.map(({ value }) => value),
    ).toEqual([1])
  }
  await telltale.stop()
  expect(
    familiesOf(collector)
      .get('once_total')!
      .series.map(({ value }) => value),
  ).toEqual([1])
})

test('a balanced inc and dec is 0, and set 5 then set 3 is 3, through the real scrape and real OTLP [W-02]', async () => {
  const collector = await receiver()
  const telltale = await launch(SHOP + otlp(collector.url, { metrics: true }))
  const busy = gauge('balanced_busy', { labels: ['pool'] })
  for (let i = 0; i < 100; i++) busy.add(1, { pool: 'a' })
  for (let i = 0; i < 100; i++) busy.add(-1, { pool: 'a' })
  const level = gauge('set_level')
  level.set(5)
  level.set(3)
  const seen = await scrape(telltale)
  expect([seen.samples('balanced_busy'), seen.samples('set_level')]).toEqual([[[{ pool: 'a' }, 0]], [[{}, 3]]])
  await telltale.flush()
  const sent = familiesOf(collector)
  expect([sent.get('balanced_busy')!.type, sent.get('balanced_busy')!.series.map(({ value }) => value)]).toEqual([
    'updown',
    [0],
  ])
  expect([sent.get('set_level')!.type, sent.get('set_level')!.series.map(({ value }) => value)]).toEqual(['gauge', [3]])
})

test('mixing set and add is refused and counted, and the gauge goes on being exported [W-03]', async () => {
  const heard = said()
  const collector = await receiver()
  const telltale = await launch(SHOP + otlp(collector.url, { metrics: true }))
  const mixed = gauge('mixed_level')
  mixed.set(7)
  mixed.add(1)
  mixed.add(1)
  const seen = await scrape(telltale)
  expect([seen.value('mixed_level'), seen.value('telltale_metrics_rejected_total', { metric: 'mixed_level' })]).toEqual(
    [7, 2],
  )
  await telltale.flush()
  expect(familiesOf(collector).get('mixed_level')!.series[0]!.value).toBe(7)
  expect(heard.filter((line) => line.includes('mixed_level'))).toHaveLength(1)
})

test('another label set neither throws nor makes a series; it is counted [W-04] [ruling 53]', async () => {
  said()
  const telltale = await launch()
  const jobs = counter('labelled_total', { labels: ['queue'] })
  jobs.add(1, { queue: 'a' })
  jobs.add(1, { other: 'a' })
  jobs.add(1)
  jobs.add(Number.NaN, { queue: 'a' })
  jobs.add(-1, { queue: 'a' })
  const seen = await scrape(telltale)
  expect(seen.samples('labelled_total')).toEqual([[{ queue: 'a' }, 1]])
  expect(
    seen.samples('telltale_metrics_rejected_total').filter(([labels]) => labels['metric'] === 'labelled_total'),
  ).toEqual([
    [{ metric: 'labelled_total', reason: 'labels' }, 2],
    [{ metric: 'labelled_total', reason: 'not_finite' }, 1],
    [{ metric: 'labelled_total', reason: 'negative' }, 1],
  ])
})

test('a histogram has the eleven bounds in the scrape and in OTLP, with the same counts [W-07] [H-13] [ruling 56]', async () => {
  const collector = await receiver()
  const telltale = await launch(SHOP + otlp(collector.url, { metrics: true }))
  const took = histogram('took_seconds')
  for (const value of [0.001, 0.004, 0.3, 99]) took.observe(value)
  const seen = await scrape(telltale)
  const les = seen.samples('took_seconds_bucket')
  expect(les.map(([{ le }]) => Number(le === '+Inf' ? Number.POSITIVE_INFINITY : le))).toEqual([
    ...LATENCY_BOUNDS,
    Number.POSITIVE_INFINITY,
  ])
  expect(les.map(([, value]) => value)).toEqual([2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4])
  await telltale.flush()
  const sent = familiesOf(collector).get('took_seconds')!
  expect([[...sent.bounds!], [...sent.series[0]!.buckets!], sent.series[0]!.count, sent.series[0]!.value]).toEqual([
    [...LATENCY_BOUNDS],
    [2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
    4,
    seen.value('took_seconds_sum'),
  ])
})

test('no phantom series: what was declared and not used is in no sink, and log levels are there at 0 [W-10] [ruling 12] [W-20]', async () => {
  const collector = await receiver()
  const telltale = await launch(SHOP + otlp(collector.url, { metrics: true }))
  counter('phantom_total', { labels: ['a'] })
  gauge('phantom_level')
  gauge('phantom_queue', { labels: ['queue'] }).with({ queue: 'never used' })
  const seen = await scrape(telltale)
  expect(seen.text).not.toMatch(/phantom|_init/)
  expect(seen.samples('runtime_log_emissions_total').map(([{ level }]) => level)).toEqual([
    'trace',
    'debug',
    'info',
    'warn',
    'error',
    'fatal',
  ])
  await telltale.flush()
  expect([...familiesOf(collector).keys()].filter((name) => name.startsWith('phantom'))).toEqual([])
})

test('log emissions are counted by level, through every sink alike [W-20]', async () => {
  quiet()
  const collector = await receiver()
  const telltale = await launch(SHOP + otlp(collector.url, { metrics: true }))
  const before = (await scrape(telltale)).samples('runtime_log_emissions_total')
  log.info('a')
  log.info('b')
  log.error('c')
  const after = (await scrape(telltale)).samples('runtime_log_emissions_total')
  expect(after.map(([{ level }, value], i) => [level, value - before[i]![1]])).toEqual([
    ['trace', 0],
    ['debug', 0],
    ['info', 2],
    ['warn', 0],
    ['error', 1],
    ['fatal', 0],
  ])
  await telltale.flush()
  const sent = [...familiesOf(collector).values()].find(({ name }) => /log.*emissions|emissions/.test(name))!
  expect(sent.series.map(({ value }) => value)).toEqual(after.map(([, value]) => value))
})

test('without a running instance every helper is a no-op that returns what it should [W-09]', async () => {
  quiet()
  expect(await span('idle', async (s) => [s.recording, s.set('a', 1) === s])).toEqual([false, true])
  expect(span('sync', () => 7)).toBe(7)
  await expect(span('fails', async () => Promise.reject(new Error('mine')))).rejects.toThrow('mine')
  expect(() => {
    counter('idle_total').add(1)
    gauge('idle_level').set(1)
    histogram('idle_seconds').observe(1)
    log.info('idle')
  }).not.toThrow()
})

test('what was counted before start is kept and shown after it [W-05] [W-09]', async () => {
  counter('early_total').add(41)
  const telltale = await launch()
  counter('early_total').add(1)
  expect((await scrape(telltale)).value('early_total')).toBe(42)
})

test("a registry of one's own shares nothing with the scrape, and its prefix is on each name [S-03]", async () => {
  const own = new Registry({ prefix: 'myorg' })
  own.counter('private_total').add(5)
  const telltale = await launch()
  expect((await scrape(telltale)).text).not.toContain('private')
  expect(own.exposition().map(({ short }) => short)).toEqual(expect.arrayContaining(['myorg_private_total']))
  expect(own.exposition().some(({ short }) => short.startsWith('synthorg'))).toBe(false)
})

test('several exporters: each gets every span exactly once, whatever its protocol, and a dead one holds up none [R-05]', async () => {
  const heard = said()
  const [a, b, c] = [await receiver(), await receiver(), await receiver()]
  const telltale = await launch(`${SHOP}observability:
  opentelemetry:
    tracing:
      export_delay: 20ms
      exporters:
        - { type: otlp, endpoint: "${a.url}" }
        - { type: otlp, endpoint: "${b.url}", protocol: http/json }
        - { type: otlp, endpoint: "${c.url}/v1/traces", headers: { x-key: k } }
        - { type: otlp, endpoint: "http://127.0.0.1:1" }
`)
  const names = Array.from({ length: 700 }, (_, i) => `s${i}`)
  for (const name of names) void span(name, () => {})
  await until('all three have all', () => [a, b, c].every((one) => spansOf(one).length >= 700))
  for (const one of [a, b, c]) expect(spansOf(one).map(({ name }) => name)).toEqual(names)
  expect(c.posts[0]!.headers['x-key']).toBe('k')
  expect(b.posts[0]!.headers['content-type']).toBe('application/json')
  await telltale.stop()
  for (const one of [a, b, c]) expect(spansOf(one)).toHaveLength(700)
  expect(heard.map((line) => line.replace(/: connect.*/, ''))).toEqual([
    'telltale warn: http://127.0.0.1:1/v1/traces does not take telemetry',
    'telltale warn: otlp_4: not delivered in the life of this process: 700 traces records',
  ])
})

test('otlp, jaeger, zipkin and console each get every span [R-05]', async () => {
  const heard = said()
  const lines: string[] = []
  const write = process.stdout.write.bind(process.stdout)
  process.stdout.write = ((chunk: string) => lines.push(String(chunk)) > 0) as typeof process.stdout.write
  later(() => {
    process.stdout.write = write
  })
  const collector = await receiver()
  const telltale = await launch(`${SHOP}dev: true
observability:
  opentelemetry:
    tracing:
      exporters:
        - { type: jaeger, endpoint: "${collector.url}/api/traces" }
        - { type: zipkin, endpoint: "${collector.url}/api/v2/spans" }
        - { type: console, enabled_in_dev: true }
        - { type: otlp, endpoint: "${collector.url}" }
`)
  await span('first', () => {})
  await span('shown', { attributes: { password: 'hunter2' } }, () => {})
  await telltale.stop()
  expect(heard).toEqual([])
  const [jaeger, zipkin] = ['/api/traces?format=jaeger.thrift', '/api/v2/spans'].map((path) =>
    collector.others.filter(({ url }) => url === path).map(({ body }) => body),
  )
  const batch = readBatch(jaeger![0]!).batch
  const sent = JSON.parse(zipkin![0]!.toString()) as { name: string; id: string; tags: Record<string, string> }[]
  const ids = spansOf(collector).map((one) => spanIdHex(one.s0, one.s1))
  expect([
    jaeger!.length,
    zipkin!.length,
    lines
      .join('')
      .split('\n')
      .filter((line) => /first|shown/.test(line)).length,
  ]).toEqual([1, 1, 2])
  expect(sent.map(({ name, id }) => [name, id])).toEqual([
    ['first', ids[0]],
    ['shown', ids[1]],
  ])
  expect(batch.spans.map(({ operationName, spanId }) => [operationName, hex(spanId)])).toEqual(
    sent.map(({ name, id }) => [name, id]),
  )
  expect([sent[1]!.tags['password'], batch.spans[1]!.tags!.find(({ key }) => key === 'password')?.['vStr']]).toEqual([
    '[REDACTED]',
    '[REDACTED]',
  ])
})

function hex(id: bigint): string {
  return BigInt.asUintN(64, id).toString(16).padStart(16, '0')
}

test('OTEL_TRACES_EXPORTER chooses zipkin and jaeger, their variables say where and who [R-05] [W-36]', async () => {
  const collector = await receiver()
  const telltale = await launch(SHOP, {
    OTEL_TRACES_EXPORTER: 'zipkin,jaeger',
    OTEL_EXPORTER_ZIPKIN_ENDPOINT: `${collector.url}/api/v2/spans`,
    OTEL_EXPORTER_JAEGER_ENDPOINT: `${collector.url}/api/traces`,
    OTEL_EXPORTER_JAEGER_USER: 'u',
    OTEL_EXPORTER_JAEGER_PASSWORD: 'p:w',
  })
  await span('shown', () => {})
  await telltale.flush()
  const came = collector.others.map(({ url, headers }) => [url, headers.authorization])
  const { text } = await scrape(telltale)
  expect(came.sort()).toEqual([
    ['/api/traces?format=jaeger.thrift', `Basic ${Buffer.from('u:p:w').toString('base64')}`],
    ['/api/v2/spans', undefined],
  ])
  for (const component of ['zipkin_http_exporter', 'jaeger_thrift_http_exporter'])
    expect(text).toMatch(new RegExp(`otel_sdk_exporter_span_exported_total\\{[^}]*"${component}"[^}]*\\} 1\n`))
})

test('an address that must not be used refuses the start, for zipkin and jaeger too [R-05]', async () => {
  for (const type of ['zipkin', 'jaeger']) {
    const yaml = `${SHOP}observability: { opentelemetry: { tracing: { exporters: [{ type: ${type}, endpoint: "http://u:p@127.0.0.1/" }] } } }
`
    await expect(launch(yaml)).rejects.toThrow('ENDPOINT_INVALID')
  }
})

test('a console exporter for development only is silent in production [R-05]', async () => {
  const lines: string[] = []
  const write = process.stdout.write.bind(process.stdout)
  process.stdout.write = ((chunk: string) => lines.push(String(chunk)) > 0) as typeof process.stdout.write
  later(() => {
    process.stdout.write = write
  })
  const telltale = await launch(
    `${SHOP}observability: { opentelemetry: { tracing: { exporters: [{ type: console, enabled_in_dev: true }] } } }\n`,
    { NODE_ENV: 'production' },
  )
  await span('hidden', () => {})
  await telltale.stop()
  expect(lines).toEqual([])
})

const PATHS = ['/v1/logs', '/v1/metrics', '/v1/traces']

test('the same resource is on every span, metric and log, detectors and OTEL_RESOURCE_ATTRIBUTES included [W-35] [R-07] [R-03] [H-22]', async () => {
  quiet()
  const collector = await receiver()
  const telltale = await launch(
    `name: from-name
server: { port: 0 }
observability:
  opentelemetry:
    service_name: from-file
    service_version: 3.2.1
    resource: { attributes: { deployment.environment: staging, team: payments } }
    tracing: { exporters: [{ type: otlp, endpoint: "${collector.url}" }] }
    metrics: { exporters: [{ type: otlp, endpoint: "${collector.url}" }] }
  logging: { sinks: [{ type: otlp, endpoint: "${collector.url}" }] }
`,
    { OTEL_SERVICE_NAME: 'from-env', OTEL_RESOURCE_ATTRIBUTES: 'team=platform,zone=a%20b,service.name=never' },
  )
  await emit('resourced')
  await telltale.stop()
  const resources = PATHS.map((path) => resourcesOf(collector, path))
  expect(resources.every((list) => list.length > 0)).toBe(true)
  const [first] = resources[0]!
  for (const one of resources.flat()) expect(one).toEqual(first)
  expect(first).toMatchObject({
    'service.name': 'from-env',
    'service.version': '3.2.1',
    'service.instance.id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    'deployment.environment.name': 'staging',
    team: 'platform',
    zone: 'a b',
    'host.name': expect.any(String),
    'process.pid': process.pid,
    'os.type': 'linux',
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    'telemetry.sdk.name': 'telltale',
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.version': expect.any(String),
  })
  expect(await (async () => (await launch()).config.service.name)()).toBe('shop')
})

test('the service name: the variable, service_name, the resource, name, in this order [R-03] [H-22]', async () => {
  const file = (rest: string) => `server: { port: 0 }\n${rest}`
  const cases: [string, NodeJS.ProcessEnv, string][] = [
    [
      file(
        'name: n\nobservability: { opentelemetry: { service_name: s, resource: { attributes: { service.name: r } } } }\n',
      ),
      { OTEL_SERVICE_NAME: 'v' },
      'v',
    ],
    [
      file(
        'name: n\nobservability: { opentelemetry: { service_name: s, resource: { attributes: { service.name: r } } } }\n',
      ),
      {},
      's',
    ],
    [file('name: n\nobservability: { opentelemetry: { resource: { attributes: { service.name: r } } } }\n'), {}, 'r'],
    [file('name: n\n'), {}, 'n'],
  ]
  for (const [yaml, env, name] of cases) {
    const telltale = await launch(yaml, env)
    expect(
      new Set(
        (await scrape(telltale)).families.flatMap(({ samples }) => samples.map(({ labels }) => labels['service'])),
      ),
    ).toEqual(new Set([name]))
    await telltale.stop()
  }
})

test('every series of the scrape has the service label, and none tells the replica or its host [H-11] [H-39] [H-01]', async () => {
  const server = await app()
  const telltale = await launch()
  await server.get('/')
  const seen = await scrape(telltale)
  for (const { samples } of seen.families)
    for (const { labels } of samples) {
      expect(labels['service']).toBe('shop')
      expect(
        Object.keys(labels).filter((label) => /^(instance|pod|host|hostname|process|container)/.test(label)),
      ).toEqual([])
    }
  const { hostname } = await import('node:os')
  for (const path of ['/metrics', '/health', '/_readiness', '/livez']) {
    const text = await (await fetch(telltale.address + path)).text()
    expect(text).not.toContain(hostname())
    expect(text).not.toMatch(/backend|postgres|sqlite|mongo/i)
  }
})

test('after traffic of three tenants no tenant is in the exposition, nor how many there are [H-14]', async () => {
  const server = await app()
  const telltale = await launch()
  await server.get('/a', { 'x-tenant-id': 'default' })
  const one = (await scrape(telltale)).text.split('\n').length
  for (const tenant of ['acme-corp', 'globex-inc', 'initech-llc']) await server.get('/a', { 'x-tenant-id': tenant })
  const seen = await scrape(telltale)
  expect(seen.text).not.toMatch(/acme|globex|initech|tenant/i)
  // The second scrape shows the CLIENT call of the first, nothing per tenant.
  expect(seen.text.split('\n').length - one).toBeLessThan(30)
})

test('uptime moves between two scrapes [H-10]', async () => {
  const telltale = await launch()
  const first = (await scrape(telltale)).samples('uptime_seconds')
  await new Promise((resolve) => setTimeout(resolve, 20))
  const second = (await scrape(telltale)).samples('uptime_seconds')
  expect([first.length, first[0]![0]]).toEqual([1, {}])
  expect(second[0]![1]).toBeGreaterThan(first[0]![1])
})

test.each([
  ['OTEL_EXPORTER_OTLP_HEADERS', 'x-token=t%20k', (headers: NodeJS.Dict<unknown>) => headers['x-token'], 't k'],
  [
    'OTEL_EXPORTER_OTLP_COMPRESSION',
    'gzip',
    (headers: NodeJS.Dict<unknown>) => headers['content-encoding'] ?? 'small',
    /gzip|small/,
  ],
  [
    'OTEL_EXPORTER_OTLP_PROTOCOL',
    'http/json',
    (headers: NodeJS.Dict<unknown>) => headers['content-type'],
    'application/json',
  ],
  [
    'OTEL_EXPORTER_OTLP_PROTOCOL',
    'http',
    (headers: NodeJS.Dict<unknown>) => headers['content-type'],
    'application/x-protobuf',
  ],
])('%s=%s holds for traces, metrics and logs alike [W-36]', async (variable, value, read, expected) => {
  quiet()
  const [file, env] = [await receiver(), await receiver()]
  const telltale = await launch(SHOP + otlp(file.url, ALL), {
    OTEL_EXPORTER_OTLP_ENDPOINT: env.url,
    [variable]: value,
  })
  for (let i = 0; i < 30; i++) await emit('everywhere')
  await telltale.stop()
  expect(file.posts).toEqual([])
  expect([...new Set(env.posts.map(({ url }) => url))].sort()).toEqual(PATHS)
  for (const { headers } of env.posts) {
    if (expected instanceof RegExp) expect(read(headers)).toMatch(expected)
    else expect(read(headers)).toBe(expected)
  }
})

test.each(['traces', 'metrics', 'logs'])(
  'the %s variable of one signal changes that signal alone [W-36]',
  async (signal) => {
    quiet()
    const [generic, own] = [await receiver(), await receiver()]
    const telltale = await launch(SHOP + otlp('http://127.0.0.1:1', ALL), {
      OTEL_EXPORTER_OTLP_ENDPOINT: generic.url,
      [`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`]: `${own.url}/v1/${signal}`,
    })
    await emit('split')
    await telltale.stop()
    expect([...new Set(own.posts.map(({ url }) => url))]).toEqual([`/v1/${signal}`])
    expect([...new Set(generic.posts.map(({ url }) => url))].sort()).toEqual(
      PATHS.filter((path) => path !== `/v1/${signal}`),
    )
  },
)

test.each([
  ['OTEL_TRACES_EXPORTER', '/v1/traces'],
  ['OTEL_METRICS_EXPORTER', '/v1/metrics'],
  ['OTEL_LOGS_EXPORTER', '/v1/logs'],
])('%s=none turns that one off, and otlp turns it on [W-36]', async (variable, path) => {
  quiet()
  const collector = await receiver()
  const off = await launch(SHOP + otlp(collector.url, ALL), { [variable]: 'none' })
  await emit('one_off')
  await off.stop()
  expect([...new Set(collector.posts.map(({ url }) => url))].sort()).toEqual(PATHS.filter((one) => one !== path))
  collector.posts.length = 0
  const on = await launch(SHOP, { [variable]: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
  await emit('one_on')
  await on.stop()
  expect(collector.posts.map(({ url }) => url)).toContain(path)
})

test("a protocol that is not known rejects with the variable's name [W-36]", async () => {
  const { start } = await import('../../src/index.ts')
  const cwd = folder({ 'telltale.yaml': SHOP + otlp('http://127.0.0.1:1', ALL) })
  await expect(start({ cwd, env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'carrier-pigeon' } })).rejects.toMatchObject({
    faults: expect.arrayContaining([
      expect.objectContaining({ code: expect.stringMatching(/ENV_VALUE|CONFIG_VALUE/) }),
    ]),
  })
})

test('OTEL_TRACES_SAMPLER, its argument and OTEL_PROPAGATORS win over the file; unknown ones are warnings [W-36] [ruling 15]', async () => {
  const heard = said()
  const collector = await receiver()
  const run = async (env: NodeJS.ProcessEnv) => {
    const telltale = await launch(SHOP + otlp(collector.url).replace('tracing: {', 'tracing: { sample_rate: 0.5,'), env)
    const { name, ratio } = telltale.config.traces.sampler
    let recorded = 0
    for (let i = 0; i < 400; i++) span('sampled', (s) => void (recorded += Number(s.recording)))
    await telltale.stop()
    return [name, ratio, recorded] as const
  }
  expect(await run({ OTEL_TRACES_SAMPLER: 'always_on' })).toEqual(['always_on', 0.5, 400])
  expect(await run({ OTEL_TRACES_SAMPLER: 'always_off' })).toEqual(['always_off', 0.5, 0])
  const [name, ratio, some] = await run({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' })
  expect([name, ratio, some > 50 && some < 150]).toEqual(['traceidratio', 0.25, true])
  const [kept, half, about] = await run({ OTEL_TRACES_SAMPLER: 'jaeger_remote', OTEL_PROPAGATORS: 'tracecontext,ot' })
  expect([kept, half, about > 130 && about < 270]).toEqual(['parentbased_traceidratio', 0.5, true])
  expect(heard).toEqual([
    'telltale warn: ENV_IGNORED OTEL_TRACES_SAMPLER: "jaeger_remote" is not known and is ignored.',
    'telltale warn: ENV_IGNORED OTEL_PROPAGATORS: "ot" is not known and is ignored.',
  ])
})

test('an https address stays https, whatever insecure says: no byte of it is plain text [W-36]', async () => {
  said()
  const hello: number[] = []
  const plain: string[] = []
  const server = createServer({ cert: CERTIFICATE, key: KEY }, (request, response) => {
    plain.push(request.url!)
    response.end()
  })
  server.on('connection', (socket) => {
    socket.on('data', (chunk: Buffer) => hello.push(chunk[0]!))
  })
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  later(() => new Promise((resolve) => server.close(resolve)))
  const raw: number[] = []
  const { createServer: tcp } = await import('node:net')
  const listener = tcp((socket) => {
    socket.on('data', (chunk) => {
      raw.push(chunk[0]!)
      socket.destroy()
    })
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  later(() => new Promise((resolve) => listener.close(resolve)))
  const port = (listener.address() as AddressInfo).port
  quiet()
  const telltale = await launch(SHOP + otlp('http://127.0.0.1:1', ALL), {
    OTEL_EXPORTER_OTLP_ENDPOINT: `https://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_INSECURE: 'true',
  })
  await emit('secret')
  const flushed = telltale.flush(1000)
  await until('each of the three tried', () => raw.length >= 3)
  await flushed
  // A TLS ClientHello begins with 0x16, a POST with a letter.
  expect([...new Set(raw)]).toEqual([0x16])
})

test('exporter faults go to the logger of the application, not to stderr, and are not telemetry [W-38]', async () => {
  const { pino } = await import('pino')
  const lines: string[] = []
  const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) })
  const heard = said()
  const collector = await receiver()
  collector.answer = (response, _n, request) => {
    if (request.url !== '/v1/traces') return false
    response.writeHead(400).end('no')
    return true
  }
  const telltale = await launch(SHOP + otlp(collector.url, { traces: true, logs: true }))
  logger.info('mine')
  await span('refused', () => {})
  await telltale.flush(10_000)
  await telltale.stop()
  const ours = lines
    .map((line) => JSON.parse(line) as { msg: string; event?: string })
    .filter(({ msg }) => msg.startsWith('telltale'))
  expect(ours.map(({ event }) => event)).toEqual(['telltale.export.refused'])
  expect(heard).toEqual([])
  expect(logsOf(collector).map(({ body }) => body)).toEqual(['mine'])
})

test('secrets are taken out before any sink, with the keys of the configuration too [ruling 17] [ruling 59]', async () => {
  quiet()
  const collector = await receiver()
  const server = await app()
  const telltale = await launch(`${SHOP}${otlp(collector.url, ALL)}redact: { keys: [iban], emails: true }\n`)
  await server.get('/pay?token=abcdef&iban=DE123456&page=2')
  await span('paid', async (s) => {
    s.set('password', 'hunter2').set('iban', 'DE123456').set('plain', 'ok')
    log.info({ iban: 'DE123456', to: 'jane@example.com' }, 'sent')
  })
  await telltale.stop()
  const bytes = JSON.stringify([spansOf(collector), logsOf(collector)], (_key, value) =>
    value instanceof Uint8Array ? null : value,
  )
  expect(bytes).not.toMatch(/hunter2|DE123456|abcdef|jane@example/)
  const paid = spansOf(collector).find(({ name }) => name === 'paid')!
  expect(attributesOf(paid)).toEqual({ password: '[REDACTED]', iban: '[REDACTED]', plain: 'ok' })
})

test('exemplars tell the trace that a slow request came from, in OTLP [R-13]', async () => {
  const collector = await receiver()
  const server = await app()
  const telltale = await launch(SHOP + otlp(collector.url, { traces: true, metrics: true }))
  await server.get('/exemplary')
  await telltale.stop()
  const request = spansOf(collector).find(({ kind }) => kind === 2)!
  const series = familiesOf(collector).get('http.server.request.duration')!.series
  const exemplars = series.flatMap(({ exemplars }) => exemplars ?? []).filter((one) => one !== null)
  expect(exemplars.map(({ t0, t1, t2, t3, s0, s1 }) => [t0, t1, t2, t3, s0, s1])).toContainEqual([
    request.t0,
    request.t1,
    request.t2,
    request.t3,
    request.s0,
    request.s1,
  ])
})

test('a collector that comes up late gets what waited; one notice, one all-clear [H-21]', async () => {
  const heard = said()
  const port = await freePort()
  const server = await app()
  const telltale = await launch(
    SHOP + otlp(`http://127.0.0.1:${port}`).replace('tracing: {', 'tracing: { export_delay: 20ms,'),
  )
  for (let i = 0; i < 10; i++) {
    await span(`waits${i}`, () => {})
    expect((await server.get('/')).status).toBe(200)
  }
  await until('the notice', () => heard.length > 0)
  const { Receiver } = await import('../export/receiver.ts')
  const late = await new Receiver().listen(port)
  later(() => late.close())
  await telltale.flush(30_000)
  expect(
    spansOf(late)
      .map(({ name }) => name)
      .filter((name) => name.startsWith('waits')),
  ).toEqual(Array.from({ length: 10 }, (_, i) => `waits${i}`))
  expect(heard).toHaveLength(1)
})

test('over gRPC small batches leave after their delay, only the signals that were asked for, and are accounted [R-05] [ruling 5]', async () => {
  quiet()
  const grpc = await import('@grpc/grpc-js')
  const server = new grpc.Server()
  const bytes = (one: Buffer) => one
  const calls: string[] = []
  const names: string[] = []
  const method = (path: string) => ({
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: bytes,
    requestDeserialize: bytes,
    responseSerialize: bytes,
    responseDeserialize: bytes,
  })
  const services = {
    traces: 'trace.v1.TraceService',
    metrics: 'metrics.v1.MetricsService',
    logs: 'logs.v1.LogsService',
  }
  for (const [signal, service] of Object.entries(services)) {
    server.addService(
      { export: method(`/opentelemetry.proto.collector.${service}/Export`) },
      {
        export: ((call, done) => {
          calls.push(signal)
          if (signal === 'traces')
            names.push(...decodeTraces(call.request).flatMap(({ spans }) => spans.map((one) => one.name)))
          done(null, Buffer.alloc(0))
        }) satisfies import('@grpc/grpc-js').handleUnaryCall<Buffer, Buffer>,
      },
    )
  }
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  )
  later(() => server.forceShutdown())
  const { start } = await import('../../src/index.ts')
  const cwd = folder({
    'telltale.yaml':
      SHOP + otlp(`http://127.0.0.1:${port}", protocol: "grpc`).replace('tracing: {', 'tracing: { export_delay: 20ms,'),
    'node_modules/@grpc/grpc-js/package.json': '{ "name": "@grpc/grpc-js", "main": "index.js" }',
    'node_modules/@grpc/grpc-js/index.js': '',
  })
  const telltale = await start({ cwd, env: {} })
  later(() => telltale.stop())
  counter('not_over_grpc_total').add(1)
  await span('small', async () => log.info('not over grpc'))
  await until('the delay', () => names.length > 0)
  expect([names, [...new Set(calls)]]).toEqual([['small'], ['traces']])
  // It is accounted when the answer has come back.
  const accounted = async () => {
    const seen = await scrape(telltale)
    return [
      seen.value('otel_sdk_exporter_span_exported_total', { otel_component_type: 'otlp_grpc_exporter' }),
      seen
        .samples('otel_sdk_exporter_operation_duration_seconds_count')
        .filter(([labels]) => labels['otel_component_type'] === 'otlp_grpc_exporter')
        .map(([, value]) => value),
    ]
  }
  await expect.poll(accounted).toEqual([1, [1]])
})

test('keys that the configuration lets pass are left alone [ruling 59]', async () => {
  const collector = await receiver()
  const telltale = await launch(`${SHOP}${otlp(collector.url)}redact: { allow: [token] }\n`)
  await span('allowed', (s) => s.set('token', 'plain').set('password', 'x'))
  await telltale.stop()
  expect(attributesOf(spansOf(collector)[0]!)).toEqual({ token: 'plain', password: '[REDACTED]' })
})
