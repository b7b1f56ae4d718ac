import { expect, test } from 'vitest'
import type { InstrumentationItem } from '../../../src/console/control/answers.ts'
import { OBSERVED } from '../../../src/console/control/surfaces.ts'
import { declare } from '../../../src/metrics/declare.ts'
import { Registry } from '../../../src/metrics/registry.ts'
import { NAMES } from '../../../src/model/names.ts'
import { HEAD, insides, NOW, yaml } from './kit.ts'

const states = (items: readonly InstrumentationItem[]) =>
  Object.fromEntries(items.map(({ name, state, why }) => [name, why === null ? state : [state, why]]))

test('nothing was seen yet: every surface waits, and says what for', () => {
  const { items, ...rest } = insides().instrumentation(NOW)
  expect(rest).toEqual({
    ...HEAD,
    mode: 'default',
    otel_api: {
      state: 'off',
      why: 'nothing was registered',
      registered: [],
      taken: [],
      other_tracers: [],
      scopes: [],
    },
    contrib: { asked: 'none', loaded: [], missing: [], failed: [], skipped: [], loader: false },
  })
  expect(items.filter(({ state }) => state !== 'waiting').map(({ name, state }) => [name, state])).toEqual(
    [
      ['console', 'off'],
      ['temporal', 'off'],
      ['runtime', 'on'],
    ].sort((a, b) => items.findIndex(({ name }) => name === a[0]) - items.findIndex(({ name }) => name === b[0])),
  )
  expect(items.filter(({ state, why }) => state === 'waiting' && why === null).map(({ name }) => name)).toEqual([])
  expect(new Set(items.map(({ name }) => name)).size).toBe(items.length)
})

test('whole rows: on since its first series, on since it was noted, waiting, off, and unknown', () => {
  const registry = new Registry({ now: () => NOW - 30_000 })
  declare(registry, NAMES.queue_published_total).add(1, { queue: 'orders', error_type: '' })
  const config = yaml(`
name: shop
observability: { opentelemetry: { metrics: { http_metrics: false } }, logging: { bridges: { winston: false } } }
`)
  const noted = () => new Map([['kafkajs', NOW - 60_000]])
  const { items } = insides({ registry, config, noted }).instrumentation(NOW)
  const rows = ['http.server', 'queue', 'kafkajs', 'nats', 'winston', 'koa', 'runtime']
  expect(items.filter(({ name }) => rows.includes(name))).toEqual([
    {
      name: 'http.server',
      group: 'http',
      title: 'HTTP servers',
      how: 'diagnostics channel',
      state: 'on',
      why: null,
      first_seen_at: null,
      first_seen_reason: 'Metrics of it are off, and nothing else keeps when it was seen first.',
    },
    {
      name: 'koa',
      group: 'framework',
      title: 'Koa',
      how: 'door',
      state: 'waiting',
      why:
        'Koa keeps its context in a closure and speaks on no channel, so nothing outside of it can know the route: requests ' +
        'are counted as <unmatched> until app.use(telltaleKoa()) of telltale/koa is the first middleware.',
      first_seen_at: null,
      first_seen_reason: null,
    },
    {
      name: 'queue',
      group: 'queue',
      title: 'Messages of any queue',
      how: 'door',
      state: 'on',
      why: null,
      first_seen_at: '2027-01-15T07:59:30.000Z',
      first_seen_reason: null,
    },
    {
      name: 'kafkajs',
      group: 'queue',
      title: 'kafkajs',
      how: 'wrapped client',
      state: 'on',
      why: null,
      first_seen_at: '2027-01-15T07:59:00.000Z',
      first_seen_reason: null,
    },
    {
      name: 'nats',
      group: 'queue',
      title: 'NATS',
      how: 'wrapped client',
      state: 'waiting',
      why: 'Hand it over: observeNats(connection) of telltale/queue.',
      first_seen_at: null,
      first_seen_reason: null,
    },
    {
      name: 'winston',
      group: 'logs',
      title: 'winston',
      how: 'wrapped class',
      state: 'off',
      why: 'observability.logging.bridges.winston is false',
      first_seen_at: null,
      first_seen_reason: null,
    },
    {
      name: 'runtime',
      group: 'runtime',
      title: 'Process and runtime',
      how: 'asked by collections, and monitors',
      state: 'on',
      why: null,
      first_seen_at: null,
      first_seen_reason: null,
    },
  ])
})

const OFF = (text: string, tracing = true) => {
  const { items } = insides({ config: yaml(`name: shop\n${text}`), tracing }).instrumentation(NOW)
  const off = items.filter(({ state }) => state === 'off')
  return [...new Set(off.map(({ why }) => why))].map((why) => [
    why,
    off.filter((one) => one.why === why).map(({ name }) => name),
  ])
}

const TEMPORAL = ['surfaces.workflow.temporal.enabled is false', ['temporal']]
const CONSOLE = ['observability.logging.bridges.console is false', ['console']]
const FRAMEWORKS = ['express', 'fastify', 'nest', 'koa', 'hono', 'h3']
const DATA = ['pg', 'mysql2', 'sqlite', 'pglite', 'redis', 'kv.store']
const QUEUES = ['queue', 'amqplib', 'kafkajs', 'nats', 'bullmq', 'pg-boss']

test.each([
  ['', [TEMPORAL, CONSOLE]],
  [
    'surfaces: { http: { enabled: false }, queue: { enabled: false } }\n',
    [
      ['surfaces.http.enabled is false', ['http.server', 'http.client', ...FRAMEWORKS]],
      ['surfaces.queue.enabled is false', QUEUES],
      TEMPORAL,
      CONSOLE,
    ],
  ],
  [
    'surfaces: { http: { client: false }, process: { enabled: false }, cdc: { enabled: false }, functions: { enabled: false } }\n',
    [
      ['surfaces.http.client is false', ['http.client']],
      ['surfaces.process.enabled is false', ['process']],
      TEMPORAL,
      ['surfaces.cdc.enabled is false', ['cdc', 'cdc.slot']],
      ['surfaces.functions.enabled is false', ['functions']],
      CONSOLE,
    ],
  ],
  [
    'observability: { opentelemetry: { metrics: { database_metrics: false, system_metrics: false } }, logging: { bridges: { pino: false, console: true } } }\n',
    [
      [
        'neither metrics of databases (observability.opentelemetry.metrics.database_metrics) nor their spans (observability.tracing.database) are on',
        DATA,
      ],
      TEMPORAL,
      ['observability.logging.bridges.pino is false', ['pino']],
      ['observability.opentelemetry.metrics.system_metrics is false', ['runtime']],
    ],
  ],
  [
    'mode: off\nsurfaces: { workflow: { temporal: { enabled: true } } }\n',
    [
      [
        'mode is off',
        ['http.server', 'http.client', ...FRAMEWORKS, ...DATA, ...QUEUES, 'process', 'workflow', 'dbos', 'temporal'],
      ],
      ['metrics are off, and it has nothing else', ['cdc', 'cdc.slot', 'runtime']],
      CONSOLE,
    ],
  ],
])('why it is off, with %j', (text, expected) => {
  expect(OFF(text)).toEqual(expected)
})

test('databases are listened to for their spans alone, while spans are recorded', () => {
  const text =
    'observability: { opentelemetry: { metrics: { database_metrics: false } }, tracing: { database: true } }\n'
  const without = (tracing: boolean) => OFF(text, tracing).some(([, names]) => names!.includes('pg'))
  expect([without(true), without(false)]).toEqual([false, true])
})

test('the API, who took parts of it before, other agents, and who asked for a tracer', () => {
  const api = () => ({ registered: ['trace', 'logs'], taken: { metrics: 'MeterProvider' } })
  const scopes = () => ['telltale', 'telltale/http', 'prisma', '@opentelemetry/instrumentation-pg', 'prisma']
  const contrib = () => ({ loaded: ['a'], missing: ['b'], failed: { c: `hunter2 ${'x'.repeat(400)}` } })
  const config = yaml('name: shop\ninstrumentations: auto\n')
  const it = insides({ api, scopes, contrib, config, otherTracers: () => ['dd-trace'], loader: true })
  const { otel_api, contrib: packages } = it.instrumentation(NOW)
  expect([otel_api, packages]).toEqual([
    {
      state: 'on',
      why: null,
      registered: ['trace', 'logs'],
      taken: [{ part: 'metrics', by: 'MeterProvider' }],
      other_tracers: ['dd-trace'],
      scopes: ['@opentelemetry/instrumentation-pg', 'prisma'],
    },
    {
      asked: 'auto',
      loaded: ['a'],
      missing: ['b'],
      failed: [{ name: 'c', why: `[REDACTED] ${'x'.repeat(400)}`.slice(0, 300) }],
      skipped: ['http', 'pino'],
      loader: true,
    },
  ])
  const taken = insides({ api: () => ({ registered: [], taken: { trace: 'X' } }) }).instrumentation(NOW).otel_api
  expect([taken.state, taken.why]).toEqual(['off', 'another SDK has taken every part'])
  const many = () => Array.from({ length: 200 }, (_, i) => `scope-${i}`)
  expect(insides({ scopes: many }).instrumentation(NOW).otel_api.scopes.length).toBe(50)
})

test('a series that is there at 0 is not taken for one that was recorded into', () => {
  const registry = new Registry()
  declare(registry, NAMES.process_started_total).with()
  expect(states(insides({ registry }).instrumentation(NOW).items)['process']).toEqual([
    'waiting',
    'None has been started yet.',
  ])
  declare(registry, NAMES.process_started_total).add(1)
  expect(states(insides({ registry }).instrumentation(NOW).items)['process']).toBe('on')
})

test('whatever a surface notes as seen is a row of the table', async () => {
  const { execFileSync } = await import('node:child_process')
  const found = execFileSync('grep', ['-rhoE', "\\bseen\\('[^']+'\\)", 'src/surfaces', 'src/logs'], {
    encoding: 'utf8',
  })
  const noted = [...new Set(found.trim().split('\n'))].map((one) => one.slice(6, -2)).sort()
  expect(noted).toEqual(
    OBSERVED.filter(({ seen }) => seen === 'noted')
      .map(({ name }) => name)
      .sort(),
  )
})
