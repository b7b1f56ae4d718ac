// A message sent, and taken by `eachMessage`.
const { conversation, TRACEPARENT } = require('./conversation.cjs')

exports.metric = 'queue_messages_total'
exports.ours = async (door) => (await door('queue')).observeKafka
exports.rival = () => {
  const { KafkaJsInstrumentation } = require('@opentelemetry/instrumentation-kafkajs')
  return [new KafkaJsInstrumentation()]
}

exports.open = async ({ url, observe, variant }) => {
  const { Kafka, logLevel } = require('kafkajs')
  const kafka = new Kafka({ brokers: [url], clientId: 'bench', logLevel: logLevel.NOTHING })
  observe?.(kafka)
  const topic = `bench-${variant}`
  const producer = kafka.producer()
  const consumer = kafka.consumer({ groupId: topic, maxWaitTimeInMs: 10, rebalanceTimeout: 1000 })
  await Promise.all([producer.connect(), consumer.connect()])
  const message = { key: 'ada', value: '{"order":"o-17"}' }
  const one = () => (variant === 'floor' ? { ...message, headers: { traceparent: TRACEPARENT } } : message)
  const send = () => producer.send({ topic, messages: [one()] })
  const { operate, arrived } = conversation(100, send)
  let first
  const began = new Promise((resolve) => (first = resolve))
  let heard = () => first()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({ eachMessage: async () => heard() })
  // Joining the group takes seconds: they are no part of a pass.
  await send()
  await began
  heard = arrived
  return { operate }
}
