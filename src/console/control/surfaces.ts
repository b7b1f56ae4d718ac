// The table of everything that is observed or can be: what it is, how it is reached, which switch of the configuration turns
// it off, and how it is known that it was seen. What a row says is said to people; its name is stable.
import type { Config } from '../../config/config.ts'
import { NAMES, type Name } from '../../model/names.ts'
import type { InstrumentationGroup } from './answers.ts'

export interface Observed {
  readonly name: string
  readonly group: InstrumentationGroup
  readonly title: string
  readonly how: string
  /** Why it is off; null while it is on. */
  readonly off: (config: Config, tracing: boolean) => string | null
  /** By which it is known that it was seen: a series with a value, or what was noted under its name. */
  readonly seen: Counted | 'noted' | 'always'
  /** What it waits for. */
  readonly waits: string
}

/** Names of metrics, of which a view may have changed one, and whether they are recorded. */
export interface Counted {
  readonly metrics: readonly string[]
  readonly recorded: (config: Config) => boolean
}

type Off = Observed['off']

const METRICS = 'observability.opentelemetry.metrics'

const any = (...reasons: readonly Off[]): Off => {
  return (config, tracing) => {
    for (const reason of reasons) {
      const why = reason(config, tracing)
      if (why !== null) return why
    }
    return null
  }
}
const mode: Off = (config) => (config.mode === 'off' ? 'mode is off' : null)
const http: Off = (config) => (config.surfaces.http.enabled ? null : 'surfaces.http.enabled is false')
const client: Off = (config) => (config.surfaces.http.client ? null : 'surfaces.http.client is false')
const queue: Off = (config) => (config.surfaces.queue.enabled ? null : 'surfaces.queue.enabled is false')
const work: Off = (config) => (config.surfaces.process.enabled ? null : 'surfaces.process.enabled is false')
const workflow: Off = (config) => (config.surfaces.workflow.enabled ? null : 'surfaces.workflow.enabled is false')
const functions: Off = (config) => (config.surfaces.functions.enabled ? null : 'surfaces.functions.enabled is false')
const temporal: Off = (config) => {
  if (!config.surfaces.workflow.temporal.enabled) return 'surfaces.workflow.temporal.enabled is false'
  return config.disabled ? 'telemetry is disabled (OTEL_SDK_DISABLED or observability.opentelemetry.enabled)' : null
}
const cdc: Off = (config) => {
  if (!config.surfaces.cdc.enabled) return 'surfaces.cdc.enabled is false'
  return config.metrics.enabled ? null : 'metrics are off, and it has nothing else'
}
/** Databases and stores are listened to while somebody takes what they tell. */
const data: Off = ({ metrics, observability }, tracing) => {
  if ((metrics.enabled && metrics.families.database) || (observability.tracing.database && tracing)) return null
  return `neither metrics of databases (${METRICS}.database_metrics) nor their spans (observability.tracing.database) are on`
}
const runtime: Off = ({ metrics }) => {
  if (!metrics.enabled) return 'metrics are off, and it has nothing else'
  return metrics.families.system ? null : `${METRICS}.system_metrics is false`
}
const bridge = (name: 'pino' | 'winston' | 'console'): Off => {
  return ({ logs }) => (logs.bridges[name] ? null : `observability.logging.bridges.${name} is false`)
}
const on: Off = () => null

const metrics = (config: Config) => config.metrics.enabled
const counted = (recorded: Counted['recorded'], ...rows: readonly Name[]): Counted => ({
  metrics: rows.flatMap(({ short, otel }) => [short, otel]),
  recorded,
})

const CHANNEL = 'diagnostics channel'
const WRAPPED = 'wrapped client'
const DOOR = 'door'

const row = (
  group: InstrumentationGroup,
  name: string,
  title: string,
  how: string,
  seen: Observed['seen'],
  off: Off,
  waits: string,
): Observed => ({ name, group, title, how, seen, off, waits })

const httpOn = any(mode, http)
const dataOn = any(mode, data)
const queueOn = any(mode, queue)
const httpRecorded = (config: Config) => config.metrics.enabled && config.metrics.families.http

/** `observe(client)` of a door hands it over. */
const handed = (door: string, call: string) => `Hand it over: ${call} of telltale/${door}.`

export const OBSERVED: readonly Observed[] = [
  row(
    'http',
    'http.server',
    'HTTP servers',
    CHANNEL,
    counted(httpRecorded, NAMES.http_request_duration_seconds),
    httpOn,
    'No request has been answered yet.',
  ),
  row(
    'http',
    'http.client',
    'Outbound HTTP: fetch, undici, node:http',
    CHANNEL,
    counted(httpRecorded, NAMES.http_client_request_duration_seconds),
    any(mode, http, client),
    'No request has been sent yet.',
  ),
  row('framework', 'express', 'Express', 'read from the request', 'noted', httpOn, ''),
  row('framework', 'fastify', 'Fastify', CHANNEL, 'noted', httpOn, ''),
  row('framework', 'nest', 'Nest', DOOR, 'noted', httpOn, ''),
  row('framework', 'koa', 'Koa', DOOR, 'noted', httpOn, ''),
  row('framework', 'hono', 'Hono', DOOR, 'noted', httpOn, ''),
  row('framework', 'h3', 'h3', `${DOOR}, or ${CHANNEL} with h3/tracing`, 'noted', httpOn, ''),
  row('database', 'pg', 'pg', WRAPPED, 'noted', dataOn, handed('sql', 'observe(pool)')),
  row(
    'database',
    'mysql2',
    'mysql2',
    CHANNEL,
    'noted',
    dataOn,
    'mysql2 3.20 and newer announce themselves; no operation has been seen yet.',
  ),
  row('database', 'sqlite', 'node:sqlite', WRAPPED, 'noted', dataOn, handed('sql', 'observe(database)')),
  row('database', 'pglite', 'PGlite', WRAPPED, 'noted', dataOn, handed('sql', 'observe(database)')),
  row(
    'key-value',
    'redis',
    'node-redis and ioredis',
    CHANNEL,
    'noted',
    dataOn,
    'node-redis 5.12, ioredis 5.11 and newer announce themselves; no command has been seen yet.',
  ),
  row('key-value', 'kv.store', 'Map, Keyv and other stores', WRAPPED, 'noted', dataOn, handed('kv', 'observe(store)')),
  row(
    'queue',
    'queue',
    'Messages of any queue',
    DOOR,
    counted(metrics, NAMES.queue_published_total, NAMES.queue_messages_total),
    queueOn,
    'No message has been published or taken yet.',
  ),
  row('queue', 'amqplib', 'amqplib', WRAPPED, 'noted', queueOn, handed('queue', 'observeAmqplib(connection)')),
  row('queue', 'kafkajs', 'kafkajs', WRAPPED, 'noted', queueOn, handed('queue', 'observeKafka(kafka)')),
  row('queue', 'nats', 'NATS', WRAPPED, 'noted', queueOn, handed('queue', 'observeNats(connection)')),
  row('queue', 'bullmq', 'BullMQ', WRAPPED, 'noted', queueOn, handed('queue', 'observeBullMQ(queue)')),
  row('queue', 'pg-boss', 'pg-boss', WRAPPED, 'noted', queueOn, handed('queue', 'observePgBoss(boss)')),
  row(
    'work',
    'process',
    'Child processes, worker threads, scheduled jobs',
    `${CHANNEL}; jobs by ${DOOR}`,
    counted(metrics, NAMES.process_started_total),
    any(mode, work),
    'None has been started yet.',
  ),
  row(
    'work',
    'workflow',
    'Workflows',
    DOOR,
    counted(metrics, NAMES.workflow_started_total, NAMES.workflow_recovered_total, NAMES.workflow_completed_total),
    any(mode, workflow),
    'No run has been seen yet: workflow() of telltale/workflow.',
  ),
  row('work', 'dbos', 'DBOS', WRAPPED, 'noted', any(mode, workflow), handed('workflow', 'observeDBOS(DBOS)')),
  row(
    'work',
    'temporal',
    'Temporal',
    'interceptors and a metric meter',
    'noted',
    any(mode, workflow, temporal),
    'temporal() of telltale/workflow has not been called yet.',
  ),
  row('work', 'cdc', 'Logical replication', WRAPPED, 'noted', cdc, handed('cdc', 'observeReplication(service)')),
  row(
    'work',
    'cdc.slot',
    'Replication slots',
    'asked by statement',
    'noted',
    cdc,
    handed('cdc', 'watchSlot(client, slot)'),
  ),
  row(
    'application',
    'functions',
    'Functions by name',
    DOOR,
    counted(metrics, NAMES.function_calls_total),
    functions,
    'No observed function has been called yet: observe() of telltale/function.',
  ),
  row('application', 'events', 'Event buses', WRAPPED, 'noted', on, handed('events', 'observeEvents(bus)')),
  row(
    'logs',
    'pino',
    'pino',
    `${CHANNEL} since 9.8, else wrapped logger`,
    'noted',
    bridge('pino'),
    'No line has been seen yet; a pino before 9.8 has to be handed over: observePino(logger).',
  ),
  row(
    'logs',
    'winston',
    'winston',
    'wrapped class',
    'noted',
    bridge('winston'),
    'No line has been seen yet; a copy that package.json does not name has to be handed over: observeWinston(logger).',
  ),
  row('logs', 'console', 'console', 'wrapped methods', 'noted', bridge('console'), 'No line has been seen yet.'),
  row('runtime', 'runtime', 'Process and runtime', 'asked by collections, and monitors', 'always', runtime, ''),
]
