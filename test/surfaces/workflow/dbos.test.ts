// DBOS on a real PostgreSQL, in processes of its own that are asked, killed and begun again.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { DBOSClient } from '@dbos-inc/dbos-sdk'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { otlpReceiver, type RecordedSpan, type TestReceiver } from '../../../src/testing.ts'
import { observeDBOS } from '../../../src/workflow.ts'
import { dist } from '../../house/dist.ts'
import { POSTGRES, postgres, type Server } from '../../otel/servers.ts'
import { missing, until } from '../queue/kit.ts'
import { kit } from './kit.ts'

const APP = join(dirname(fileURLToPath(import.meta.url)), 'dbos-app.mjs')
const none = missing('PostgreSQL', POSTGRES)
let server: Server | undefined
let receiver: TestReceiver
let built: string
let databases = 0
const folder = mkdtempSync(join(tmpdir(), 'telltale-dbos-'))
const apps: App[] = []

beforeAll(async () => {
  ;[server, built] = await Promise.all([none ? undefined : postgres(), dist()])
}, 120_000)

beforeEach(async () => {
  receiver = await otlpReceiver()
})

afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.kill()))
  await receiver.close()
})

afterAll(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

interface Answer {
  readonly call?: string
  readonly waiting?: string
  readonly answer?: unknown
  readonly failed?: string
}

class App {
  readonly #child: ChildProcess
  readonly #heard: Answer[] = []
  /** What DBOS made of the source text of the workflows. */
  version = ''
  #said = ''

  constructor(database: string, env: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(process.execPath, [APP], {
      cwd: folder,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        ...process.env,
        DIST: built,
        DATABASE: database,
        OTEL_SERVICE_NAME: 'dbos-app',
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_BSP_SCHEDULE_DELAY: '50',
        TELLTALE_SERVER_PORT: '0',
        ...env,
      },
    })
    createInterface(this.#child.stdout!).on('line', (line) => {
      if (line.startsWith('{')) this.#heard.push(JSON.parse(line) as Answer)
      else this.#said += `${line}\n`
    })
    this.#child.stderr!.on('data', (chunk) => (this.#said += chunk))
    apps.push(this)
  }

  async ask<T = unknown>(call: string, about: object = {}): Promise<T> {
    this.tell(call, about)
    const { answer, failed } = await this.hear((it) => it.call === call)
    if (failed !== undefined) throw new Error(failed)
    return answer as T
  }

  tell(call: string, about: object = {}): void {
    this.#child.stdin!.write(`${JSON.stringify({ call, ...about })}\n`)
  }

  async hear(wanted: (answer: Answer) => boolean): Promise<Answer> {
    let found = -1
    await until(() => {
      found = this.#heard.findIndex(wanted)
      if (found < 0 && this.#child.exitCode !== null) throw new Error(`it ended:\n${this.#said}`)
      return found >= 0
    }, 60_000)
    return this.#heard.splice(found, 1)[0]!
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = new Promise((done) => this.#child.once('exit', done))
    this.#child.kill('SIGKILL')
    await gone
  }
}

/** A database of its own for one test, in the one server. */
async function database(): Promise<string> {
  const client = new pg.Client({ connectionString: server!.url })
  await client.connect()
  await client.query(`CREATE DATABASE shop${++databases}`)
  await client.end()
  return server!.url.replace(/postgres$/, `shop${databases}`)
}

async function launched(env?: NodeJS.ProcessEnv, on?: string): Promise<App> {
  const app = new App(on ?? (await database()), env)
  app.version = (await app.ask<{ version: string }>('launch')).version
  return app
}

/** Spans of the trace in which `name` is the last of its name, by the time of their beginning, parents by name. */
async function traceOf(name: string, count: number): Promise<object[]> {
  let all: readonly RecordedSpan[] = []
  await until(() => {
    const one = receiver.spans.all.findLast((span) => span.name === name)
    all = receiver.spans.all.filter(({ traceId }) => one !== undefined && traceId === one.traceId)
    return all.length >= count
  }, 20_000)
  const nameOf = (id: string | undefined): string | null =>
    id === undefined ? null : (all.find(({ spanId }) => spanId === id)?.name ?? 'lost with its process')
  return [...all]
    .sort((a, b) => a.start - b.start)
    .map(({ name, kind, parentSpanId, status, attributes }) => ({
      span: `${name} ${kind} < ${nameOf(parentSpanId)}`,
      ...(status !== 'unset' && { status }),
      ...own(attributes),
    }))
}

/** Without ids of the day and what every span of a workflow has. */
function own(attributes: RecordedSpan['attributes']): object {
  return Object.fromEntries(
    Object.entries(attributes)
      .filter(([key]) => !['workflow.id', 'workflow.name', 'workflow.step.name', 'workflow.engine'].includes(key))
      .map(([key, value]) => [key.replace('workflow.', ''), value]),
  )
}

const FIRST = { 'step.attempt': 1 }

test.skipIf(none)(
  'workflows and steps are spans below the request that called them, retries and failures told apart [G-29]',
  async () => {
    const app = await launched()
    expect(await app.ask('call', { order: 'a', fail: 1 })).toEqual({ result: 'charged a' })
    expect(await traceOf('request', 5)).toEqual([
      { span: 'request internal < null' },
      { span: 'workflow checkout internal < request', result: 'success' },
      { span: 'step reserve internal < workflow checkout', ...FIRST },
      { span: 'step charge internal < workflow checkout', status: 'error', ...FIRST, 'error.type': 'Error' },
      { span: 'step charge internal < workflow checkout', 'step.attempt': 2 },
    ])
    expect(await app.ask('call', { order: 'b', fail: 3 })).toMatchObject({ error: 'DBOSMaxStepRetriesError' })
    expect(await traceOf('request', 6)).toEqual([
      { span: 'request internal < null' },
      {
        span: 'workflow checkout internal < request',
        status: 'error',
        result: 'failure',
        'error.type': 'DBOSMaxStepRetriesError',
      },
      { span: 'step reserve internal < workflow checkout', ...FIRST },
      ...[1, 2, 3].map((attempt) => ({
        span: 'step charge internal < workflow checkout',
        status: 'error',
        'step.attempt': attempt,
        'error.type': 'Error',
      })),
    ])
    expect(await app.ask('root', { order: 'c' })).toEqual({ result: 'charged c' })
    expect(await app.ask('family', { order: 'd' })).toEqual({ result: 'charged d' })
    expect(await app.ask('greet', { order: 'e' })).toEqual({ result: 'berlin greets e' })
    expect(await traceOf('workflow Shop.greet', 3)).toEqual([
      { span: 'request internal < null' },
      { span: 'start Shop.greet producer < request' },
      { span: 'workflow Shop.greet internal < start Shop.greet', result: 'success' },
    ])
    expect(await traceOf('workflow family', 5)).toEqual([
      { span: 'request internal < null' },
      { span: 'workflow family internal < request', result: 'success' },
      { span: 'workflow checkout internal < workflow family', result: 'success' },
      { span: 'step reserve internal < workflow checkout', ...FIRST },
      { span: 'step charge internal < workflow checkout', ...FIRST },
    ])
    expect(await app.ask('counts')).toEqual({
      'errors_total workflow DBOSMaxStepRetriesError': 1,
      'workflow_started_total checkout': 4,
      'workflow_started_total family': 1,
      'workflow_started_total Shop.greet': 1,
      'workflow_completed_total checkout success': 3,
      'workflow_completed_total checkout failure': 1,
      'workflow_completed_total family success': 1,
      'workflow_completed_total Shop.greet success': 1,
      'workflow_duration_seconds checkout success': 3,
      'workflow_duration_seconds checkout failure': 1,
      'workflow_duration_seconds family success': 1,
      'workflow_duration_seconds Shop.greet success': 1,
      'workflow_active checkout': 0,
      'workflow_active family': 0,
      'workflow_active Shop.greet': 0,
      'workflow_steps_total checkout reserve success': 4,
      'workflow_steps_total checkout charge failure': 4,
      'workflow_steps_total checkout charge success': 3,
      'workflow_step_duration_seconds checkout reserve success': 4,
      'workflow_step_duration_seconds checkout charge failure': 4,
      'workflow_step_duration_seconds checkout charge success': 3,
      'workflow_step_retries_total checkout charge': 3,
    })
  },
  120_000,
)

test.skipIf(none)(
  'a workflow whose process was killed goes on in the same trace, and only what had not been done is done [G-29]',
  async () => {
    const on = await database()
    const first = await launched({}, on)
    await first.ask('begin', { id: 'w' })
    await first.hear(({ waiting }) => waiting === 'w')
    // What the first process knew is with the collector, but for the spans that had not ended.
    await traceOf('start fulfil', 3)
    expect(await first.ask('counts')).toMatchObject({ 'workflow_started_total fulfil': 1, 'workflow_active fulfil': 1 })
    await first.kill()

    const second = await launched({}, on)
    await second.hear(({ waiting }) => waiting === 'w')
    await second.ask('release')
    expect(await second.ask('result', { id: 'w' })).toEqual({ result: 'charged o, shipped' })
    expect(await traceOf('start fulfil', 7)).toEqual([
      { span: 'request internal < null' },
      { span: 'start fulfil producer < request' },
      { span: 'step reserve internal < lost with its process', ...FIRST },
      { span: 'workflow fulfil consumer < start fulfil', recovered: true, result: 'success' },
      { span: 'step wait internal < workflow fulfil', ...FIRST },
      { span: 'step charge internal < workflow fulfil', ...FIRST },
      { span: 'step ship internal < workflow fulfil', ...FIRST },
    ])
    expect(await second.ask('counts')).toEqual({
      'workflow_started_total fulfil': 1,
      'workflow_recovered_total fulfil': 1,
      'workflow_completed_total fulfil success': 1,
      'workflow_duration_seconds fulfil success': 1,
      'workflow_active fulfil': 0,
      'workflow_steps_total fulfil wait success': 1,
      'workflow_steps_total fulfil charge success': 1,
      'workflow_steps_total fulfil ship success': 1,
      'workflow_step_duration_seconds fulfil wait success': 1,
      'workflow_step_duration_seconds fulfil charge success': 1,
      'workflow_step_duration_seconds fulfil ship success': 1,
    })
  },
  120_000,
)

test.skipIf(none)(
  'a workflow that was called as a function goes on in a trace of its own, since DBOS keeps nothing of its caller',
  async () => {
    const on = await database()
    const first = await launched({}, on)
    first.tell('hold', { id: 'h' })
    await first.hear(({ waiting }) => waiting === 'h')
    await first.kill()
    const second = await launched({}, on)
    await second.hear(({ waiting }) => waiting === 'h')
    await second.ask('release')
    expect(await second.ask('result', { id: 'h' })).toEqual({ result: 'charged o, shipped' })
    expect(await traceOf('workflow fulfil', 4)).toEqual([
      { span: 'workflow fulfil internal < null', recovered: true, result: 'success' },
      { span: 'step wait internal < workflow fulfil', ...FIRST },
      { span: 'step charge internal < workflow fulfil', ...FIRST },
      { span: 'step ship internal < workflow fulfil', ...FIRST },
    ])
  },
  120_000,
)

test.skipIf(none)(
  'what a client in another process enqueues runs in the trace of that process',
  async () => {
    const on = await database()
    const app = await launched({}, on)
    const { spans } = kit()
    const client = observeDBOS(await DBOSClient.create({ systemDatabaseUrl: on }))
    const handle = await client.enqueue({ workflowName: 'checkout', queueName: 'orders', workflowID: 'e' }, 'o')
    await client.destroy()
    expect(handle.workflowID).toBe('e')
    const trace = 'start checkout'
    expect(spans()).toEqual([
      {
        name: 'start checkout',
        kind: 'producer',
        parent: null,
        trace,
        attributes: {
          'workflow.name': 'checkout',
          'workflow.id': 'e',
          'workflow.engine': 'dbos',
          'workflow.queue': 'orders',
        },
      },
    ])
    expect(await app.ask('result', { id: 'e' })).toEqual({ result: 'charged o' })
    expect(await traceOf('workflow checkout', 3)).toMatchObject([
      { span: 'workflow checkout consumer < lost with its process', queue: 'orders', result: 'success' },
      {},
      {},
    ])
    // The ids of the test are counted: those of its only span are the first six.
    expect(receiver.spans.all.findLast(({ name }) => name === 'workflow checkout')).toMatchObject({
      traceId: '00000001000000020000000300000004',
      parentSpanId: '0000000500000006',
    })
  },
  120_000,
)

test.skipIf(none)(
  'a queued workflow runs in the trace of whoever enqueued it, not in that of whoever launched the engine [W-32]',
  async () => {
    const app = await launched()
    await app.ask('begin', { id: 'q', queue: 'orders', named: 'checkout' })
    expect(await app.ask('result', { id: 'q' })).toEqual({ result: 'charged o' })
    expect(await traceOf('start checkout', 5)).toEqual([
      { span: 'request internal < null' },
      { span: 'start checkout producer < request', queue: 'orders' },
      { span: 'workflow checkout consumer < start checkout', queue: 'orders', result: 'success' },
      { span: 'step reserve internal < workflow checkout', ...FIRST },
      { span: 'step charge internal < workflow checkout', ...FIRST },
    ])
    expect(await app.ask('counts')).toMatchObject({ 'workflow_queue_wait_seconds checkout': 1 })
  },
  120_000,
)

test.skipIf(none)(
  'a cancelled workflow is cancelled and no failure [G-29]',
  async () => {
    const app = await launched()
    await app.ask('begin', { id: 'c' })
    await app.hear(({ waiting }) => waiting === 'c')
    await app.ask('cancel', { id: 'c' })
    await app.ask('release')
    expect(await app.ask('result', { id: 'c' })).toMatchObject({ error: 'DBOSAwaitedWorkflowCancelledError' })
    expect(await traceOf('start fulfil', 5)).toEqual([
      { span: 'request internal < null' },
      { span: 'start fulfil producer < request' },
      { span: 'workflow fulfil internal < start fulfil', result: 'cancelled' },
      { span: 'step reserve internal < workflow fulfil', ...FIRST },
      { span: 'step wait internal < workflow fulfil', ...FIRST },
    ])
    expect(await app.ask('counts')).toEqual({
      'workflow_started_total fulfil': 1,
      'workflow_completed_total fulfil cancelled': 1,
      'workflow_duration_seconds fulfil cancelled': 1,
      'workflow_active fulfil': 0,
      'workflow_steps_total fulfil reserve success': 1,
      'workflow_steps_total fulfil wait success': 1,
      'workflow_step_duration_seconds fulfil reserve success': 1,
      'workflow_step_duration_seconds fulfil wait success': 1,
    })
  },
  120_000,
)

test.skipIf(none)(
  'DBOS is the same with us as without: version of the application, steps, results and errors',
  async () => {
    const told: unknown[] = []
    for (const OBSERVE of ['1', '0']) {
      const app = await launched({ OBSERVE })
      const results = [await app.ask('call', { order: 'x' }), await app.ask('call', { order: 'y', fail: 3 })]
      await app.ask('begin', { id: 'same' })
      await app.hear(({ waiting }) => waiting === 'same')
      await app.ask('release')
      results.push(await app.ask('result', { id: 'same' }))
      told.push({ version: app.version, results, steps: await app.ask('steps', { id: 'same' }) })
    }
    expect(told[0]).toEqual({
      version: expect.stringMatching(/^[0-9a-f]{32}$/),
      results: [
        { result: 'charged x' },
        expect.objectContaining({ error: 'DBOSMaxStepRetriesError' }),
        { result: 'charged o, shipped' },
      ],
      steps: ['0 reserve', '1 wait', '2 charge', '3 ship'],
    })
    expect(told[0]).toEqual(told[1])
  },
  120_000,
)

test.skipIf(none)(
  "DBOS's own tracer records into our spans when that is used instead",
  async () => {
    const app = await launched({ OBSERVE: '0', DBOS_TRACING: '1' })
    await app.ask('call', { order: 'a' })
    const spans = (await traceOf('request', 4)) as { span: string }[]
    expect(spans.map(({ span }) => span)).toEqual([
      'request internal < null',
      'checkout internal < request',
      'reserve internal < checkout',
      'charge internal < checkout',
    ])
  },
  120_000,
)
