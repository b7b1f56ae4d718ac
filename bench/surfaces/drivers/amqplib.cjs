// A message sent, taken and acknowledged.
const { conversation, TRACEPARENT } = require('./conversation.cjs')

exports.metric = 'queue_messages_total'
exports.ours = async (door) => (await door('queue')).observeAmqplib
exports.rival = () => {
  const { AmqplibInstrumentation } = require('@opentelemetry/instrumentation-amqplib')
  return [new AmqplibInstrumentation()]
}

exports.open = async ({ url, observe, variant }) => {
  const { connect } = require('amqplib')
  const connection = await connect(url)
  observe?.(connection)
  const channel = await connection.createChannel()
  const queue = `bench-${variant}`
  await channel.assertQueue(queue, { autoDelete: true, durable: false })
  await channel.prefetch(100)
  const body = Buffer.from('{"order":"o-17"}')
  const options = () =>
    variant === 'floor' ? { messageId: 'm-1', headers: { traceparent: TRACEPARENT } } : { messageId: 'm-1' }
  const { operate, arrived } = conversation(100, () => channel.sendToQueue(queue, body, options()))
  await channel.consume(queue, (message) => {
    channel.ack(message)
    arrived()
  })
  return { operate }
}
