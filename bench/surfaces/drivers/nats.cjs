// A message published to a stream of JetStream, taken and acknowledged. There is no contrib instrumentation of NATS.
const { conversation, TRACEPARENT } = require('./conversation.cjs')

exports.metric = 'queue_messages_total'
exports.ours = async (door) => (await door('queue')).observeNats

exports.open = async ({ url, observe, variant }) => {
  const { connect, headers } = require('@nats-io/transport-node')
  const { jetstream, jetstreamManager } = require('@nats-io/jetstream')
  const connection = await connect({ servers: url.slice('nats://'.length) })
  const name = `bench-${variant}`
  const manager = await jetstreamManager(connection)
  await manager.streams.add({ name, subjects: [name], storage: 'memory', retention: 'workqueue' })
  await manager.consumers.add(name, { durable_name: name, ack_policy: 'explicit' })
  const stream = jetstream(connection)
  observe?.(stream)
  const consumer = await stream.consumers.get(name, name)
  observe?.(consumer)
  const body = Buffer.from('{"order":"o-17"}')
  const carried = () => {
    if (variant !== 'floor') return undefined
    const made = headers()
    made.set('traceparent', TRACEPARENT)
    return { headers: made }
  }
  const { operate, arrived } = conversation(100, () => stream.publish(name, body, carried()))
  const messages = await consumer.consume()
  const take = async () => {
    for await (const message of messages) {
      // The client decodes a header only for who asks.
      if (variant === 'floor') message.headers.get('traceparent')
      message.ack()
      arrived()
    }
  }
  void take()
  return { operate }
}
