// A job added, and processed by a worker.
const { conversation, TRACEPARENT } = require('./conversation.cjs')

// Of the commands that a job is made of neither side tells: its rival does not see them.
exports.opentelemetry = 'metrics: { database_metrics: false }'
exports.observability = () => ''
exports.metric = 'queue_messages_total'
exports.ours = async (door) => (await door('queue')).observeBullMQ

exports.open = async ({ url, observe, variant }) => {
  const { Queue, Worker } = require('bullmq')
  const { hostname, port } = new URL(url)
  const options = { connection: { host: hostname, port: Number(port) } }
  if (variant === 'otel') {
    const { BullMQOtel } = require('bullmq-otel')
    options.telemetry = new BullMQOtel('bench')
  }
  const name = `bench-${variant}`
  const queue = new Queue(name, { ...options, defaultJobOptions: { removeOnComplete: true } })
  const metadata = JSON.stringify({ traceparent: TRACEPARENT })
  const carried = () => (variant === 'floor' ? { telemetry: { metadata } } : undefined)
  const { operate, arrived } = conversation(20, () => queue.add('mail', { order: 'o-17' }, carried()))
  const process = async (job) => {
    if (variant === 'floor') JSON.parse(job.opts.telemetry.metadata)
  }
  const worker = new Worker(name, process, { ...options, concurrency: 20, autorun: false })
  worker.on('completed', arrived)
  for (const client of [queue, worker]) observe?.(client)
  void worker.run()
  await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()])
  return { operate }
}
