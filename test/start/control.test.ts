// The insides of a whole running service and its control, over its admin listener: who may, and what really happens.
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { runningAudit } from '../../src/audit.ts'
import type {
  CardinalityAnswer,
  ControlAnswer,
  ExportersAnswer,
  InstrumentationAnswer,
  RuntimeAnswer,
} from '../../src/console/control/answers.ts'
import { log, type Telltale } from '../../src/index.ts'
import { tracer } from '../../src/trace.ts'
import { claims, NOW, SECRET, shared } from '../access/issuer.ts'
import { app, later, launch, logsOf, receiver, said, spansOf, until } from './kit.ts'

const TOKENS = {
  nobody: {},
  user: { scope: 'user/*.*' },
  system: { scope: 'system/*.read' },
  admin: { roles: ['platform_admin'], sub: 'alice' },
}
type Who = keyof typeof TOKENS

const bearer = (who: Who): Record<string, string> =>
  who === 'nobody' ? {} : { authorization: `Bearer ${shared(claims({ iat: undefined, exp: NOW, ...TOKENS[who] }))}` }

function caller(telltale: Telltale, who: Who = 'admin') {
  return (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
    fetch(`${telltale.address}/admin/ops/${path}`, {
      method,
      headers: { ...bearer(who), ...(body && { 'content-type': 'application/json' }), ...headers },
      ...(body && { body: JSON.stringify(body) }),
    })
}

const guarded = (more: string) => `name: shop
server: { port: 0 }
access: { jwt: { enabled: true } }
console: { instance: shop-1 }
${more}`
const ENV = { JWT_SECRET: SECRET }

/** What our own logger writes. */
function written(): string[] {
  const lines: string[] = []
  const { write } = process.stdout
  process.stdout.write = ((chunk: string) => lines.push(...chunk.trimEnd().split('\n'))) as never
  later(() => {
    process.stdout.write = write
  })
  return lines
}

const ROUTES: readonly (readonly [string, string])[] = [
  ['GET', 'runtime'],
  ['GET', 'cardinality'],
  ['GET', 'exporters'],
  ['GET', 'instrumentation'],
  ['GET', 'control'],
  ['POST', 'control/log-level'],
  ['DELETE', 'control/log-level'],
  ['POST', 'control/sampling'],
  ['DELETE', 'control/sampling'],
  ['POST', 'control/cpu-profile'],
  ['POST', 'control/heap-snapshot'],
]

test('the insides and the control are for administrators alone: 401 and 403 for all others [R-42] (ruling 22)', async () => {
  said()
  const telltale = await launch(guarded(''), ENV)
  for (const [method, path] of ROUTES) {
    const seen = await Promise.all(
      (['nobody', 'user', 'system'] as const).map(async (who) => (await caller(telltale, who)(method, path)).status),
    )
    expect([method, path, ...seen]).toEqual([method, path, 401, 403, 403])
  }
  const { log_level, sampling } = (await (await caller(telltale)('GET', 'control')).json()) as ControlAnswer
  expect([log_level.held, sampling.held]).toEqual([null, null])
})

test('without authentication nobody is an administrator, unless dev says that all are (ruling 58)', async () => {
  said()
  const statuses = async (yaml: string) => {
    const telltale = await launch(yaml)
    const ask = caller(telltale, 'nobody')
    const seen = [
      (await ask('GET', 'runtime')).status,
      (await ask('POST', 'control/log-level', { level: 'debug', seconds: 1 })).status,
      (await ask('POST', 'control/log-level', { level: 'debug' }, { origin: 'http://evil.example' })).status,
    ]
    await telltale.stop()
    return seen
  }
  expect(await statuses('name: shop\nserver: { port: 0 }\n')).toEqual([403, 403, 403])
  expect(await statuses('name: shop\nserver: { port: 0 }\ndev: true\n')).toEqual([200, 200, 403])
})

test('a debug line is written and exported while the level is debug, and no longer [R-42]', async () => {
  const notices = said()
  const lines = written()
  const collector = await receiver()
  const telltale = await launch(
    guarded(`audit: { enabled: true, store: embedded }
observability: { logging: { sinks: [{ type: otlp, endpoint: "${collector.url}" }] } }
`),
    ENV,
  )
  const ask = caller(telltale)
  log.debug('before')
  const changed = (await (await ask('POST', 'control/log-level', { level: 'debug' })).json()) as ControlAnswer
  expect([changed.log_level.current, changed.log_level.held!.by]).toEqual(['debug', 'alice'])
  log.debug('during')
  await ask('POST', 'control/log-level', { level: 'debug', seconds: 1 })
  await until('the level is what it was', async () => {
    const { log_level } = (await (await ask('GET', 'control')).json()) as ControlAnswer
    return log_level.held === null
  })
  log.debug('after')
  await ask('POST', 'control/log-level', { level: 'error' })
  log.info('quiet')
  await ask('DELETE', 'control/log-level')
  log.info('again')
  await telltale.flush()
  const messages = lines.map((line) => (JSON.parse(line) as { message: string }).message)
  const ours = (text: string) => !/log level is/.test(text)
  expect(messages.filter(ours)).toEqual(['during', 'again'])
  expect(logsOf(collector).map(({ body }) => body)).toEqual(['during', 'again'])
  // Said once our own logger is used through it, before that on stderr.
  expect([...notices, ...messages].filter((text) => /log level is debug/.test(text)).length).toBe(2)
  const rows = await (await runningAudit())!.rows()
  expect(
    rows
      .filter(({ action }) => action === 'ops.log_level')
      .map(({ actor_user_id, actor_role, metadata }) => [actor_user_id, actor_role, metadata['old_value']]),
  ).toEqual([
    ['alice', 'admin', 'info'],
    ['alice', 'admin', 'debug'],
    [null, 'system', 'debug'],
    ['alice', 'admin', 'info'],
    ['alice', 'admin', 'error'],
  ])
})

test('with a ratio of 0 no trace begins, and the next one is there when it is taken back [R-42]', async () => {
  said()
  const collector = await receiver()
  const telltale = await launch(
    guarded(
      `observability: { opentelemetry: { tracing: { exporters: [{ type: otlp, endpoint: "${collector.url}" }] } } }\n`,
    ),
    ENV,
  )
  const ask = caller(telltale)
  const work = (name: string) => tracer('shop').start(name).end()
  work('before')
  expect((await ask('POST', 'control/sampling', { ratio: 0, seconds: 600 })).status).toBe(200)
  work('during')
  const back = (await (await ask('DELETE', 'control/sampling')).json()) as ControlAnswer
  expect([back.sampling.current, back.sampling.held]).toEqual([1, null])
  work('after')
  await ask('POST', 'control/sampling', { ratio: 0, seconds: 1 })
  await until('it is over', async () => {
    work('over')
    await telltale.flush()
    return spansOf(collector).some(({ name }) => name === 'over')
  })
  const names = spansOf(collector).map(({ name }) => name)
  // The rest are the changes themselves, as requests that this process sends.
  expect(names.filter((name) => !['over', 'POST', 'DELETE'].includes(name))).toEqual(['before', 'after'])
})

test('a CPU profile of the running service names what it did [R-42]', async () => {
  said()
  const telltale = await launch(guarded(''), ENV)
  const asked = caller(telltale)('POST', 'control/cpu-profile', { seconds: 1 })
  let done = false
  void asked.finally(() => {
    done = true
  })
  // It calls itself: what V8 puts into its callers is counted as theirs.
  const foldTheNapkins = (n: number): number => (n < 2 ? n : foldTheNapkins(n - 1) + foldTheNapkins(n - 2))
  while (!done) {
    foldTheNapkins(25)
    await pause(1)
  }
  const response = await asked
  const { nodes } = (await response.json()) as { nodes: { callFrame: { functionName: string } }[] }
  expect(nodes.map(({ callFrame }) => callFrame.functionName)).toContain('foldTheNapkins')
})

test('a heap snapshot of the running service, where the configuration allows it [R-42]', async () => {
  said()
  const closed = await launch(guarded(''), ENV)
  expect((await caller(closed)('POST', 'control/heap-snapshot')).status).toBe(403)
  await closed.stop()
  const telltale = await launch(guarded('ops: { control: { heap_snapshot: true } }\n'), ENV)
  const response = await caller(telltale)('POST', 'control/heap-snapshot')
  const { snapshot } = (await response.json()) as { snapshot: { node_count: number } }
  expect([response.status, snapshot.node_count > 10_000]).toEqual([200, true])
}, 120_000)

test('the insides of a service that has answered and sent something', async () => {
  said()
  const collector = await receiver()
  const telltale = await launch(
    guarded(
      `observability: { opentelemetry: { tracing: { exporters: [{ type: otlp, endpoint: "${collector.url}" }] } } }\n`,
    ),
    ENV,
  )
  const shop = await app()
  await shop.get('/orders')
  await telltale.flush()
  const ask = caller(telltale)
  const told = async <T>(path: string) => (await (await ask('GET', path)).json()) as T
  const head = { scope: 'single-instance', instance: 'shop-1' }

  const runtime = await told<RuntimeAnswer>('runtime')
  expect(runtime).toMatchObject({ ...head, node_version: process.version, event_loop_reason: null, gc_reason: null })

  const cardinality = await told<CardinalityAnswer>('cardinality?top=100')
  expect(cardinality).toMatchObject({ ...head, limits: { series_per_metric: 2000, series_total: 100_000 } })
  expect(cardinality.top.find(({ name }) => name === 'http_request_duration_seconds')).toMatchObject({
    otel_name: 'http.server.request.duration',
    overflowing: false,
  })

  const exporters = await told<ExportersAnswer>('exporters')
  expect(exporters.exporters).toMatchObject([
    {
      name: 'otlp',
      type: 'otlp_http_exporter',
      state: 'ready',
      signals: [{ signal: 'traces', endpoint: `${collector.url}/v1/traces`, delivering: true, last_error: null }],
    },
  ])
  expect(exporters.exporters[0]!.signals[0]!.sent_total).toBeGreaterThanOrEqual(1)

  const { items, otel_api, contrib } = await told<InstrumentationAnswer>('instrumentation')
  expect(items.find(({ name }) => name === 'http.server')).toMatchObject({ state: 'on', why: null })
  expect(otel_api).toMatchObject({ state: 'on', taken: [], other_tracers: [] })
  expect(otel_api.registered).toContain('trace')
  expect(contrib).toEqual({ asked: 'none', loaded: [], missing: [], failed: [], skipped: [], loader: false })
})
