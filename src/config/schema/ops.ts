// The operations panel: where its queue and outbox figures come from.
import { block, list, section, text, variant } from './kind.ts'

const name = text('Name of the queue.', { as: 'word', required: true })

export const ops = section('Sources of the operations panel.', {
  prometheus_url: text('Prometheus that the panel reads.', { as: 'url' }),
  queues: list(
    'Queues whose depth the panel shows.',
    variant('A queue.', 'source', {
      nats: {
        name,
        url: text('Monitoring address of the NATS server.', { as: 'url', required: true }),
        stream: text('Stream of the consumer.', { as: 'word', required: true }),
        consumer: text('Durable consumer.', { as: 'word', required: true }),
      },
      sql: {
        name,
        table: text('Table that holds the waiting rows.', { as: 'identifier', required: true }),
        status_column: text('Column that says whether a row waits.', { as: 'identifier' }),
        pending: text('Value of a waiting row.', { default: 'pending' }),
      },
      metric: { name, metric: text('Gauge that holds the depth.', { as: 'metric', required: true }) },
    }),
  ),
  outbox: block('The transactional outbox.', {
    table: text('Table of messages to publish.', { as: 'identifier', required: true }),
    dead_letter: text('Table of messages that failed for good.', { as: 'identifier' }),
  }),
})
