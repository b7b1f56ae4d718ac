// Which surfaces are measured, against what, and what each operation must leave at the sink.

/**
 * In the order of the tables: `floor` is what the driver itself costs as soon as anybody watches it, and is nobody's to save;
 * `ours` makes a span of each operation as the rival does, `plain` is how we come.
 */
export const VARIANTS = ['bare', 'floor', 'otel', 'ours', 'plain']

/** Those that leave nothing at the sink. */
export const SILENT = ['bare', 'floor']

const CHANNEL = "the driver's own channel, heard by somebody who does nothing"
const CHANNEL_AND_HEADER = "the driver's own channels, heard by somebody who adds one constant header"
const HEADER = 'one constant header in each message, read where it arrives'

/** Spans of an operation at the sink, by variant. Databases have none unless they are asked for. */
const DATA = { otel: 1, ours: 1, plain: 0 }
const WORK = { otel: 1, ours: 1 }
/** Processes have one where they are started and one where they end. */
const BOTH_ENDS = { ours: 2 }
/** One for what is sent and one for what is processed. */
const QUEUE = { otel: 2, ours: 2 }

/**
 * `server` is a name of servers.mjs; `operations` are those of one pass; `logs`: a record of each at the sink. `more` names
 * variants that make further spans. `floor` says what that variant is; a row without one has none.
 */
export const ROWS = {
  function: {
    title: 'a function: span, calls, duration, in flight',
    rival: 'the SDK by hand',
    operations: 8000,
    spans: WORK,
  },
  pg: {
    title: 'pg, a query through a pool',
    rival: 'instrumentation-pg',
    server: 'postgres',
    operations: 2000,
    // It has a span for the connection too, which the pool hands out for each query.
    spans: { ...DATA, otel: 2 },
  },
  mysql2: {
    title: 'mysql2, a query through a pool',
    rival: 'instrumentation-mysql2',
    server: 'mariadb',
    operations: 2000,
    spans: DATA,
    floor: CHANNEL,
  },
  redis: {
    title: 'node-redis, GET',
    rival: 'instrumentation-redis',
    server: 'redis',
    operations: 6000,
    spans: DATA,
    floor: CHANNEL,
  },
  ioredis: {
    title: 'ioredis, GET',
    rival: 'instrumentation-ioredis',
    server: 'redis',
    operations: 6000,
    spans: DATA,
    floor: CHANNEL,
  },
  undici: {
    title: 'fetch',
    rival: 'instrumentation-undici',
    server: 'http',
    operations: 2000,
    spans: WORK,
    floor: CHANNEL_AND_HEADER,
  },
  amqplib: {
    title: 'amqplib, a message sent, taken and acknowledged',
    rival: 'instrumentation-amqplib',
    server: 'rabbitmq',
    operations: 3000,
    spans: QUEUE,
    floor: HEADER,
  },
  kafkajs: {
    title: 'kafkajs, a message sent and taken',
    rival: 'instrumentation-kafkajs',
    server: 'kafka',
    operations: 1000,
    spans: QUEUE,
    floor: HEADER,
  },
  bullmq: {
    title: 'BullMQ, a job added and processed',
    rival: 'bullmq-otel',
    server: 'redis',
    operations: 500,
    spans: QUEUE,
    more: ['otel'],
    floor: HEADER,
  },
  nats: {
    title: 'NATS JetStream, a message sent, taken and acknowledged',
    server: 'nats',
    operations: 2000,
    spans: { ours: 2 },
    floor: HEADER,
  },
  pino: {
    title: 'pino, a line',
    rival: 'instrumentation-pino',
    operations: 8000,
    spans: { otel: 0, ours: 0 },
    logs: 1,
    floor: 'the three ids of the trace, always the same, on each line',
  },
  job: {
    title: 'a scheduled job: span, started, ended, active',
    rival: 'the SDK by hand',
    operations: 8000,
    spans: WORK,
  },
  child: {
    title: 'a child process: two spans, started, ended, active, the trace in its environment',
    operations: 60,
    spans: BOTH_ENDS,
  },
  thread: {
    title: 'a worker thread: two spans, started, ended, active, the trace in its environment',
    operations: 30,
    spans: BOTH_ENDS,
  },
  workflow: {
    title: 'a workflow of one step: spans, counts, durations, in flight',
    operations: 8000,
    spans: { ours: 2 },
  },
  cdc: {
    title: 'a change of PostgreSQL: counted, its commit aged',
    server: 'postgres',
    operations: 5000,
    spans: { ours: 0 },
  },
  events: {
    title: 'an event of a bus with four listeners',
    operations: 100_000,
    spans: { ours: 0 },
  },
}
