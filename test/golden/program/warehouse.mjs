// Packs and ships what was ordered: messages of Kafka, RabbitMQ and NATS. What it did is in MariaDB.
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream'
import * as nats from '@nats-io/transport-node'
import * as amqp from 'amqplib'
import { Kafka, logLevel } from 'kafkajs'
import { createPool } from 'mysql2/promise'
import { start } from 'telltale'
import { observe } from 'telltale/function'
import { observeAmqplib, observeKafka, observeNats } from 'telltale/queue'
import { serve } from './service.mjs'

const { KAFKA, MARIADB, NATS, RABBITMQ } = process.env
const telltale = await start()
const db = createPool({ uri: MARIADB, connectionLimit: 2 })

const deliver = (what, id) =>
  observe(`${what}.pack`, () => db.execute('INSERT INTO packed (order_id, what) VALUES (?, ?)', [id, what]))

const kafka = observeKafka(new Kafka({ brokers: [KAFKA], logLevel: logLevel.NOTHING }))
const parcels = kafka.consumer({ groupId: 'warehouse', maxWaitTimeInMs: 200 })
await parcels.connect()
await parcels.subscribe({ topic: 'parcels', fromBeginning: true })
await parcels.run({ eachMessage: ({ message }) => deliver('parcel', String(message.key)) })

const rabbit = observeAmqplib(await amqp.connect(RABBITMQ))
const shipments = await rabbit.createChannel()
await shipments.assertQueue('shipments')
await shipments.consume('shipments', async (message) => {
  await deliver('shipment', message.content.toString())
  shipments.ack(message)
})

const connection = observeNats(await nats.connect({ servers: NATS }))
connection.subscribe('weights', { callback: (_error, message) => message.respond('7') })
const manager = await jetstreamManager(connection)
await manager.streams.add({ name: 'stock', subjects: ['stock.>'] })
await manager.consumers.add('stock', { durable_name: 'warehouse', ack_policy: AckPolicy.Explicit })
const stock = await observeNats(jetstream(connection)).consumers.get('stock', 'warehouse')
const taken = await stock.consume({
  async callback(message) {
    await deliver('reservation', message.string())
    message.ack()
  },
})

serve({}, [
  () => taken.close(),
  () => connection.close(),
  () => rabbit.close(),
  () => parcels.disconnect(),
  () => db.end(),
  () => telltale.stop(),
])
