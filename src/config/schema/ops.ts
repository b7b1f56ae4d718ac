// The operations panel: where its figures come from, what it links to, and when something is an incident.
import { block, count, duration, flag, headers, list, map, number, section, text, variant } from './kind.ts'

const name = text('Name of the queue.', { as: 'word', required: true })
const backlog = count('Depth from which on it is an incident; `ops.incidents.queue_backlog` when left out.', { min: 1 })
const column = (help: string) => text(help, { as: 'identifier' })
const link = (help: string) => text(help, { as: 'word' })

export const ops = section('Sources of the operations panel.', {
  prometheus_url: text('Prometheus that has the whole service. Without it, figures are of one instance.', {
    as: 'url',
  }),
  prometheus_headers: headers(
    'Headers of every question to it, such as `Authorization`, or `X-Scope-OrgID` for Mimir.',
  ),
  queues: list(
    'Queues whose depth the panel shows.',
    variant('A queue.', 'source', {
      nats: {
        name,
        url: text('Monitoring address of the NATS server.', { as: 'url', required: true }),
        stream: text('Stream of the consumer.', { as: 'word', required: true }),
        consumer: text('Durable consumer.', { as: 'word', required: true }),
        backlog,
      },
      sql: {
        name,
        table: text('Table that holds the waiting rows.', { as: 'identifier', required: true }),
        status_column: column('Column that says whether a row waits. Without it every row does.'),
        pending: text('Value of a waiting row.', { default: 'pending' }),
        backlog,
      },
      metric: {
        name,
        metric: text('Gauge that holds the depth.', { as: 'metric', required: true }),
        backlog,
      },
    }),
  ),
  outbox: block('The transactional outbox.', {
    table: text('Table of messages to publish.', { as: 'identifier', required: true }),
    dead_letter: text('Table of messages that failed for good. Without it they stay in `table`, as `failed`.', {
      as: 'identifier',
    }),
    pending: text('Status of a message that waits.', { default: 'pending' }),
    failed: text('Status of a message that failed for good.', { default: 'failed' }),
    discarded: text('Status of a message that was discarded. Without it, discarding removes the row.'),
    columns: section(
      'Columns of both tables. One that is left out has the name of its key, where the table has such a column.',
      {
        id: column('Identifies a message.'),
        status: column('Says whether a message waits. Without it all of them do that were not published.'),
        event_type: column('What the message is about.'),
        created_at: column('When it was written.'),
        published_at: column('When it was published; null before.'),
        failed_at: column('When publishing failed last.'),
        attempts: column('How often publishing was tried.'),
        last_error: column('What publishing failed with.'),
      },
    ),
  }),
  incidents: section('When something is an incident.', {
    window: duration('Window in which failures count.', { default: '5m', min: '1m', max: '1h' }),
    clear_after: duration('How long all has to be well before an incident is closed.', { default: '2m', max: '1h' }),
    http_5xx_rate: number('Part of the requests answered with 5xx that is an incident.', {
      min: 0,
      max: 1,
      default: 0.05,
    }),
    http_5xx_critical: number('Part of the requests answered with 5xx that is a critical one.', {
      min: 0,
      max: 1,
      default: 0.25,
    }),
    http_requests: count('Requests in the window below which no part is judged.', { min: 1, default: 20 }),
    queue_backlog: count('Depth of a queue that is a backlog.', { min: 1, default: 1000 }),
    dlq_backlog: count('Messages that failed for good.', { min: 1, default: 1 }),
    outbox_age: duration('Age of a waiting message from which on the relay is degraded.', {
      default: '5m',
      max: '7d',
    }),
    publish_failures: count('Publish failures in the window.', { min: 1, default: 1 }),
    worker_failures: count('Failed messages, workflows and processes in the window.', { min: 1, default: 5 }),
  }),
  control: section('What an administrator may take out of the running process.', {
    cpu_profile: flag('Answers CPU profiles.', true),
    heap_snapshot: flag(
      'Answers heap snapshots. They hold all that is in memory, data of users too, and stop the process for as long as they take.',
      false,
    ),
  }),
  links: section('Where one goes on looking; `{trace_id}` and `{correlation_id}` are filled in.', {
    trace: link('Address of a trace, with `{trace_id}`.'),
    logs: link('Address of log lines, with `{trace_id}` or `{correlation_id}`.'),
    dashboard: link('Address of a dashboard.'),
  }),
  runbooks: map(
    'Addresses of runbooks by their id, such as `ops.outbox.relay`.',
    'word',
    text('An address.', { as: 'word', required: true }),
  ),
})
