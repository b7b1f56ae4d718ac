import { Kafka, logLevel, Partitioners } from 'kafkajs'
import { doors } from '../told.mjs'

const { observeKafka } = doors.queue
const retry = { retries: 1, initialRetryTime: 50, maxRetryTime: 100 }
const options = { logLevel: logLevel.NOTHING, retry, connectionTimeout: 30_000 }
const createPartitioner = Partitioners.DefaultPartitioner

export async function refused(broker) {
  const producer = observeKafka(new Kafka({ brokers: [broker], ...options }).producer({ createPartitioner }))
  await producer.connect()
}

export async function open(broker, { handle, ended, failed }) {
  const kafka = observeKafka(new Kafka({ brokers: [broker], ...options }))
  const producer = kafka.producer({ createPartitioner })
  const consumer = kafka.consumer({ groupId: 'work', maxWaitTimeInMs: 100, retry: { ...retry, retries: 5 } })
  consumer.on('consumer.crash', ({ payload }) => failed('crash', payload.error))
  await Promise.all([producer.connect(), consumer.connect()])
  await consumer.subscribe({ topic: 'work', fromBeginning: true })
  const tried = new Set()
  await consumer.run({
    async eachMessage({ message }) {
      const text = String(message.value)
      // The second time it is let through, as it would come again for ever.
      if (tried.has(text)) return
      tried.add(text)
      try {
        await handle(text)
        ended(
          `handled ${text}`,
          Object.keys(message.headers).filter((key) => key !== 'traceparent'),
        )
      } catch (error) {
        ended(`failed ${text}`, error)
        throw error
      }
    },
  })
  return {
    send: (text) => producer.send({ topic: 'work', messages: [{ value: text, partition: 0 }] }),
    close: () => Promise.all([producer.disconnect(), consumer.disconnect()]).then(() => 'closed'),
  }
}
