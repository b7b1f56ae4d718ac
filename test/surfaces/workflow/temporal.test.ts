// Temporal's real packages, of the folder TELLTALE_TEMPORAL, with everything that they do without a server: there is none to
// be had. Spans and metrics come out of a process of its own, over OTLP.
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { otlpReceiver, type TestReceiver } from '../../../src/testing.ts'
import { dist, run } from '../../house/dist.ts'
import { ROOT } from '../../house/source.ts'
import { freePort } from '../../otel/servers.ts'
import { missing, until } from '../queue/kit.ts'

const HERE = dirname(fileURLToPath(import.meta.url))
const packages = process.env['TELLTALE_TEMPORAL'] || undefined
const none = missing('Temporal (TELLTALE_TEMPORAL names a folder with its packages)', packages)
const folder = mkdtempSync(join(tmpdir(), 'telltale-temporal-'))
const WORKFLOWS = join(folder, 'temporal-workflows.js')
let receiver: TestReceiver
let built: string

beforeAll(async () => {
  built = await dist()
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  cpSync(join(HERE, 'temporal-workflows.js'), WORKFLOWS)
  if (packages !== undefined) symlinkSync(join(packages, 'node_modules'), join(folder, 'node_modules'))
}, 120_000)

beforeEach(async () => {
  receiver = await otlpReceiver()
  return () => receiver.close()
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface About {
  readonly opentelemetry?: string
  readonly temporal?: string
  readonly env?: NodeJS.ProcessEnv
}

async function ask<T>(part: string, { opentelemetry = '{}', temporal = 'true', env }: About = {}): Promise<T> {
  const config = join(folder, 'telltale.yaml')
  writeFileSync(
    config,
    `name: shop
server: { enabled: false }
observability: { opentelemetry: ${opentelemetry} }
surfaces: { workflow: { temporal: { enabled: ${temporal} } } }
`,
  )
  const { code, stdout, stderr } = await run(process.execPath, [join(HERE, 'temporal-app.mjs')], {
    cwd: folder,
    env: {
      ...process.env,
      DIST: built,
      FOLDER: folder,
      WORKFLOWS,
      PART: part,
      CONFIG: config,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      ...env,
    },
  })
  expect([code, stderr]).toEqual([0, ''])
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as T
}

test.skipIf(none).each([
  ['tracecontext', ['traceparent']],
  ['b3', ['b3']],
  ['b3multi', ['x-b3-sampled', 'x-b3-spanid', 'x-b3-traceid']],
  ['jaeger', ['uber-trace-id']],
])(
  'client, workflow in its sandbox and activity are one trace over %s, as the process is configured [W-34]',
  async (format, carried) => {
    const plugins = format === 'tracecontext' ? ['OpenTelemetryPlugin'] : ['OpenTelemetryPlugin', 'telltale']
    const answer = await ask('traces', { opentelemetry: `{ propagators: [${format}] }` })
    expect(answer).toEqual({ plugins, carried, result: 'w: charged o' })
    await until(() => receiver.spans.all.length >= 6)
    const all = receiver.spans.all
    const parentOf = (id: string | undefined) =>
      id === undefined ? null : (all.find(({ spanId }) => spanId === id)?.name ?? 'elsewhere')
    expect(new Set(all.map(({ traceId }) => traceId)).size).toBe(1)
    const told = all.map(({ name, kind, parentSpanId, status, scope }) => [
      `${name} ${kind} < ${parentOf(parentSpanId)}`,
      status,
      scope,
    ])
    expect(told.sort()).toEqual([
      ['RunActivity:charge internal < StartActivity:charge', 'ok', '@temporalio/interceptor-activity'],
      ['RunWorkflow:checkout internal < StartWorkflow:checkout', 'ok', '@temporalio/interceptor-workflow'],
      ['StartActivity:charge internal < RunWorkflow:checkout', 'ok', '@temporalio/interceptor-workflow'],
      ['StartWorkflow:checkout internal < request', 'ok', '@temporalio/interceptor-client'],
      ['charge the card internal < RunActivity:charge', 'unset', 'telltale'],
      ['request internal < null', 'unset', 'telltale'],
    ])
    const workflow = all.find(({ name }) => name === 'RunWorkflow:checkout')!
    expect(workflow.attributes).toMatchObject({ workflowId: 'w', runId: 'run', workflowType: 'checkout' })
    // What the sandbox adds of the application's own data stays out.
    expect(JSON.stringify(all.map(({ attributes }) => attributes))).not.toContain('of the application')
  },
  120_000,
)

const ACTIVITY = 'activityType charge namespace test service shop taskQueue test'

test.skipIf(none)(
  "metrics of activities and of Temporal's native core are in our registry under their own names [W-21]",
  async () => {
    const own = {
      [`counter custom_charges [charges] ${ACTIVITY} tier outer`]: 2,
      'counter custom_charges [charges] activityType charge card amex namespace test service shop taskQueue test tier inner': 1,
      [`gauge custom_open [] ${ACTIVITY} tier outer`]: 7,
      [`histogram custom_latency [s] ${ACTIVITY} tier outer`]: [1, 0.25],
      [`histogram custom_size [By] ${ACTIVITY} tier outer`]: [1, 250],
      'gauge temporal_slots [] tier outer': 5,
      'histogram temporal_poll_latency [s] tier outer': [1, 0.5],
      'histogram temporal_task_latency [s] tier outer': [1, 1.5],
    }
    expect(await ask('metrics')).toEqual({
      native: { ...own, 'counter temporal_polls [polls] tier inner': 3 },
      // What was counted between the last reading and the end of the runtime is not lost.
      after: { ...own, 'counter temporal_polls [polls] tier inner': 7 },
    })
  },
  120_000,
)

test.skipIf(none)(
  "Temporal's own exporters are set up for seconds, and its OTLP is understood [W-21]",
  async () => {
    const env = { PORT: `${await freePort()}`, OTLP: receiver.url }
    expect(await ask('exporters', { env })).toEqual({
      prometheus: ['temporal_poll_latency_count 1', 'temporal_poll_latency_sum 0.5', 'temporal_polls 3'],
    })
    const told = (name: string) => {
      const { type, unit, series } = receiver.metrics.get(name)!
      return { type, unit, values: series.map(({ value, count }) => [value, count]) }
    }
    expect(told('temporal_poll_latency')).toEqual({ type: 'histogram', unit: 's', values: [[0.5, 1]] })
    expect(told('temporal_polls')).toMatchObject({ type: 'counter', values: [[3, 0]] })
  },
  120_000,
)

test.skipIf(none)('it is off unless the configuration turns it on [W-34, W-37]', async () => {
  const off = { plugins: [], runtime: [], activities: 0 }
  expect(await ask('setup', { temporal: 'false' })).toEqual(off)
  expect(await ask('setup', { env: { OTEL_SDK_DISABLED: 'true' } })).toEqual(off)
  expect(await ask('setup')).toEqual({
    plugins: ['OpenTelemetryPlugin'],
    runtime: ['telemetryOptions'],
    activities: 1,
  })
})

test('a package that is missing, or cannot be used, fails the loading and is named [W-34]', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'telltale-no-temporal-'))
  writeFileSync(join(empty, 'package.json'), '{ "private": true }')
  expect(await ask('setup', { env: { FOLDER: empty } })).toEqual({
    start:
      "PEER_MISSING @temporalio/interceptors-opentelemetry: The configuration needs a package that is not installed; found Temporal's tracing at surfaces.workflow.temporal.enabled. Install it (npm install @temporalio/interceptors-opentelemetry), or turn surfaces.workflow.temporal off.",
  })
  // An old version of it, which has interceptors and no plugin.
  const old = join(empty, 'node_modules/@temporalio/interceptors-opentelemetry')
  mkdirSync(old, { recursive: true })
  writeFileSync(join(old, 'package.json'), '{ "name": "@temporalio/interceptors-opentelemetry", "main": "index.js" }')
  writeFileSync(join(old, 'index.js'), '')
  expect(await ask('setup', { env: { FOLDER: empty } })).toEqual({
    code: 'TEMPORAL_SETUP',
    message:
      'TEMPORAL_SETUP @temporalio/interceptors-opentelemetry: Temporal cannot be observed as the configuration asks; found no OpenTelemetryPlugin in it. Install a version of it that has one, the same as that of @temporalio/worker.',
  })
  // One that throws when it is made.
  writeFileSync(
    join(old, 'index.js'),
    'exports.OpenTelemetryPlugin = class { constructor() { throw new Error("no") } }',
  )
  expect(await ask('setup', { env: { FOLDER: empty } })).toMatchObject({
    code: 'TEMPORAL_SETUP',
    message: expect.stringContaining('found Error: no'),
  })
  rmSync(empty, { recursive: true })
})

const PROGRAM = `
import { Client, Connection } from '@temporalio/client'
import type { MetricMeter } from '@temporalio/common'
import { MockActivityEnvironment } from '@temporalio/testing'
import { bundleWorkflowCode, type ReplayWorkerOptions, Runtime, Worker } from '@temporalio/worker'
import { metricMeter, temporal } from 'DIST/esm/workflow.js'
export async function main(): Promise<unknown> {
  const { plugins, runtime, activityInterceptors, metricMeter: own } = temporal()
  Runtime.install(runtime)
  await Worker.create({ plugins, taskQueue: 'q' })
  new Client({ connection: await Connection.connect({ plugins }), plugins })
  await bundleWorkflowCode({ workflowsPath: 'w', plugins })
  const replay: ReplayWorkerOptions = { workflowsPath: 'w', plugins }
  const meter: MetricMeter = metricMeter({ a: 1 })
  new MockActivityEnvironment({}, { interceptors: activityInterceptors, metricMeter: own })
  return [replay, meter]
}
`

test.skipIf(none)(
  "what it gives has the types that Temporal's packages ask for",
  async () => {
    const types = await dist({ types: true })
    const modules = join(ROOT, 'node_modules')
    writeFileSync(join(folder, 'program.mts'), PROGRAM.replace('DIST', types))
    const compilerOptions = {
      module: 'node16',
      target: 'es2022',
      types: ['node'],
      typeRoots: [join(modules, '@types')],
      strict: true,
      noEmit: true,
      skipLibCheck: true,
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.mts'] }))
    expect(await run(process.execPath, [join(modules, 'typescript/bin/tsc'), '-p', folder])).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    })
  },
  240_000,
)
