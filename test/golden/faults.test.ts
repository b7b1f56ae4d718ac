// Faults as a program meets them, and each program once without telemetry: what its own error handling sees is the same to
// the letter, and afterwards nothing is under way in any metric.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort, MARIADB, mariadb, POSTGRES, postgres, REDIS, REQUIRED, redis } from '../otel/servers.ts'
import { NATS, nats, RABBITMQ, RABBITMQ_MS, rabbitmq } from '../surfaces/queue/brokers.ts'
import { KCAT, kafka } from '../surfaces/queue/kafka.ts'
import { HubProcess, type Trace, treeOf } from './hub.ts'
import { isUnderWay, type Reading, readings } from './metrics.ts'
import { Program, until } from './program.ts'

let program: Program
let hub: HubProcess

beforeAll(async () => {
  program = await Program.install('faults')
  hub = await HubProcess.start(program)
}, 120_000)
afterAll(() => program?.remove())

function missing(needed: Readonly<Record<string, string | undefined>>): boolean {
  const absent = Object.keys(needed).filter((name) => needed[name] === undefined)
  if (absent.length > 0 && REQUIRED) throw new Error(`not installed: ${absent.join(', ')}`)
  return absent.length > 0
}

interface Course {
  readonly env?: NodeJS.ProcessEnv
  /** What a step of the program asks for. */
  readonly steps?: Readonly<Record<string, () => Promise<unknown>>>
  stop?(): Promise<unknown>
}

interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly metrics: readonly Reading[]
}

async function run(file: string, args: readonly string[], bare: boolean, course: Course): Promise<Ran> {
  const { env, steps, stop } = course
  const port = `${await freePort()}`
  const flags = bare ? [] : ['--import', 'telltale/register']
  const own = bare ? { BARE: '1' } : { ADMIN_PORT: port, HUB: hub.endpoint, OTEL_SERVICE_NAME: file }
  const part = program.run(file, [...flags, file, ...args], { ...env, ...own })
  let metrics: Reading[] = []
  part.child.on('message', async ({ step }: { step: string }) => {
    const look = async (): Promise<boolean> => {
      metrics = readings(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text())
      return underWay(metrics).length === 0
    }
    if (step === 'end' && !bare) await until('nothing is under way', look, 20_000).catch(() => {})
    await steps?.[step]?.()
    part.child.send('done')
  })
  try {
    const [code] = await part.ended
    return { code, stdout: part.stdout, stderr: part.stderr, metrics }
  } finally {
    await stop?.()
  }
}

/** The same program without and with telemetry; gives the metrics of the second. */
async function compare(
  file: string,
  course: () => Promise<Course> | Course = () => ({}),
  ...args: readonly string[]
): Promise<readonly Reading[]> {
  const [bare, observed] = await Promise.all([
    (async () => run(file, args, true, await course()))(),
    (async () => run(file, args, false, await course()))(),
  ])
  expect([bare.code, bare.stderr]).toEqual([0, ''])
  expect(bare.stdout).not.toBe('')
  expect({ ...observed, metrics: [] }).toEqual({ ...bare, metrics: [] })
  expect(underWay(observed.metrics)).toEqual([])
  return observed.metrics
}

/** Listeners stay as long as their bus. */
function underWay(metrics: readonly Reading[]): string[] {
  const busy = metrics.filter(({ row, value }) => isUnderWay(row) && value !== 0)
  return busy
    .map(({ row, labels, value }) => `${row.short}{${labels}} ${value}`)
    .filter((line) => !line.startsWith('eventbus'))
}

/** Value by name and labels, of the metrics whose name begins so. */
function values(metrics: readonly Reading[], ...names: string[]): Record<string, number> {
  const found = metrics.filter(({ row }) => names.some((name) => row.short.startsWith(name)))
  return Object.fromEntries(found.map(({ row, labels, value }) => [`${row.short}{${labels}}`, value]))
}

test('whatever is thrown or rejected, sync or not, by whatever door: the program sees the very same', async () => {
  const metrics = await compare('throws.mjs')
  // Nine things are thrown twice, one is compared by identity, one comes from a thenable; two calls are left alone.
  expect(values(metrics, 'function_calls', 'queue_messages', 'process_', 'kv_ops', 'eventbus_dispatch')).toEqual({
    'function_calls_total{function_id="f",status="error"}': 21,
    'function_calls_total{function_id="g",status="error"}': 20,
    'function_calls_total{function_id="m",status="error"}': 20,
    'queue_messages_total{queue="q",result="nack"}': 20,
    'process_started_total{}': 25,
    'process_terminated_total{result="error"}': 25,
    'process_active{}': 0,
    'kv_ops_total{namespace="broken",op="get",result="error"}': 1,
    'kv_ops_total{namespace="broken",op="set",result="error"}': 1,
    'kv_ops_total{namespace="broken",op="delete",result="error"}': 1,
    'eventbus_dispatch_failures_total{error_type="RangeError"}': 3,
    'eventbus_dispatch_failures_total{error_type="Error"}': 1,
  })
}, 60_000)

test.skipIf(missing({ postgres: POSTGRES, mariadbd: MARIADB }))(
  'databases that are gone in the middle of a transaction: the same errors, and no operation stays open',
  async () => {
    const course = async (): Promise<Course> => {
      const [one, other] = await Promise.all([postgres(), mariadb()])
      const stop = () => Promise.all([one.stop(), other.stop()])
      return {
        env: { DATABASE: one.url, MARIADB: other.url },
        steps: { 'kill postgres': one.kill, 'kill mariadb': other.stop },
        stop,
      }
    }
    const metrics = await compare('databases.mjs', course)
    const failed = metrics.filter(
      ({ row, labels }) => row.short === 'sql_ops_total' && labels.includes('result="error"'),
    )
    // What was under way, and what was asked of a connection that was gone; one that cannot be opened is no operation.
    expect(failed.map(({ labels, value }) => [/db_operation="(\w+)"/.exec(labels)![1], value]).sort()).toEqual([
      ['INSERT', 1],
      ['INSERT', 1],
      ['ROLLBACK', 1],
      ['ROLLBACK', 1],
      ['SELECT', 1],
      ['SELECT', 1],
    ])
  },
  120_000,
)

test.skipIf(missing({ postgres: POSTGRES, mariadbd: MARIADB, rabbitmq: RABBITMQ }))(
  'callbacks that throw at once, with nothing around them: who hears of it is the same, and nothing stays under way',
  async () => {
    const all = await Promise.all([postgres(), mariadb(), rabbitmq()])
    const [DATABASE, MARIADB_URL, RABBITMQ_URL] = all.map(({ url }) => url)
    const env = { DATABASE, MARIADB: MARIADB_URL, RABBITMQ: RABBITMQ_URL }
    const metrics = await compare('callbacks.mjs', () => ({ env })).finally(() =>
      Promise.all(all.map((server) => server.stop())),
    )
    expect(values(metrics, 'queue_messages')).toEqual({ 'queue_messages_total{queue="raw",result="nack"}': 1 })
    const asked = metrics.filter(({ row }) => row.short === 'sql_ops_total')
    const results = asked.map(({ labels, value }) => `${/result="(\w+)"/.exec(labels)![1]} ${value}`)
    expect(results.sort()).toEqual(['error 1', 'ok 1', 'ok 2'])
  },
  RABBITMQ_MS,
)

interface Stoppable {
  readonly url: string
  stop(): Promise<void>
  kill?(): Promise<void>
}

interface BrokerRow {
  readonly found: string | undefined
  start(): Promise<Stoppable>
  /** Where nobody listens. */
  readonly refused: string
  readonly counts: Readonly<Record<'sent' | 'unsent' | 'ack' | 'nack', number>>
}

/** Each is sent four messages, of which two are poison, and a fifth when it is gone. */
const BROKERS: Readonly<Record<string, BrokerRow>> = {
  // The first that is not sent is where nobody listens: only BullMQ sends before it is connected.
  bullmq: {
    found: REDIS,
    start: redis,
    refused: 'redis://127.0.0.1:1',
    counts: { sent: 4, unsent: 2, ack: 2, nack: 2 },
  },
  'pg-boss': {
    found: POSTGRES,
    start: postgres,
    refused: 'postgres://postgres@127.0.0.1:1/postgres',
    counts: { sent: 4, unsent: 1, ack: 2, nack: 2 },
  },
  // What was under way when RabbitMQ and NATS went was not settled.
  amqplib: {
    found: RABBITMQ,
    start: rabbitmq,
    refused: 'amqp://127.0.0.1:1',
    counts: { sent: 4, unsent: 1, ack: 1, nack: 3 },
  },
  nats: { found: NATS, start: nats, refused: 'nats://127.0.0.1:1', counts: { sent: 4, unsent: 1, ack: 1, nack: 3 } },
  // Poison is tried again, and let through then.
  kafkajs: { found: KCAT, start: kafka, refused: '127.0.0.1:1', counts: { sent: 4, unsent: 1, ack: 4, nack: 2 } },
}

for (const [name, { found, start, refused, counts }] of Object.entries(BROKERS)) {
  test.skipIf(missing({ [name]: found }))(
    `${name}: refused, poison, a handler that throws, the broker killed in mid-consume: as without telemetry, and balanced`,
    async () => {
      const course = async (): Promise<Course> => {
        const server = await start()
        const kill = server.kill ?? server.stop
        return { env: { BROKER: server.url, REFUSED: refused }, steps: { kill }, stop: server.stop }
      }
      const metrics = await compare('broker.mjs', course, name)
      const sum = (metric: string, wanted: (labels: string) => boolean): number =>
        metrics
          .filter(({ row, labels }) => row.short === metric && wanted(labels))
          .reduce((all, { value }) => all + value, 0)
      expect({
        sent: sum('queue_published_total', (labels) => !labels.includes('error_type')),
        unsent: sum('queue_published_total', (labels) => labels.includes('error_type')),
        ack: sum('queue_messages_total', (labels) => labels.includes('result="ack"')),
        nack: sum('queue_messages_total', (labels) => labels.includes('result="nack"')),
      }).toEqual(counts)
    },
    RABBITMQ_MS,
  )
}

test.skipIf(missing({ 'redis-server': REDIS }))(
  'Redis gone while it is asked: both clients say what they say without telemetry, and no operation stays open [W-16]',
  async () => {
    const course = async (): Promise<Course> => {
      const server = await redis()
      return { env: { STORE: server.url, REFUSED: 'redis://127.0.0.1:1' }, steps: { kill: server.stop } }
    }
    expect(values(await compare('stores.mjs', course), 'kv_ops_total')).toEqual({
      'kv_ops_total{namespace="0",op="set",result="ok"}': 1,
      'kv_ops_total{namespace="0",op="get",result="error"}': 4,
      'kv_ops_total{namespace="own",op="get",result="error"}': 1,
      'kv_ops_total{namespace="own",op="set",result="error"}': 1,
      'kv_ops_total{namespace="own",op="delete",result="not_found"}': 1,
    })
  },
  60_000,
)

test('a process killed with -9: its parent counts it out as an error, and the hub keeps what it had sent [W-15] [W-31]', async () => {
  let arrived: Trace | undefined
  const seen = async (...names: string[]): Promise<void> =>
    until(`the hub has ${names}`, async () => {
      arrived = (await hub.traces()).find(({ spans }) =>
        names.every((name) => spans.some((span) => span.name === name)),
      )
      return arrived !== undefined
    })
  let runs = 0
  const metrics = await compare('killed.mjs', () => (runs++ === 0 ? {} : { steps: { arrived: () => seen('done') } }))
  expect(values(metrics, 'process_started', 'process_term', 'process_active')).toEqual({
    'process_started_total{}': 1,
    'process_active{}': 0,
    'process_terminated_total{result="error"}': 1,
  })
  await seen('done', 'child.terminated')
  // Spans that were open when it was killed are nowhere: what is below them has lost its parent.
  expect(treeOf(arrived!).split('\n')).toEqual([
    'internal child.started (killed.mjs)',
    '  internal child.terminated (killed.mjs, failed)',
    'internal done (victim, its parent is not here)',
  ])
}, 60_000)
