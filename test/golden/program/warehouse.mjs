// Packs and ships what was ordered: messages of Kafka and RabbitMQ. What it did is in MariaDB.
import { connect } from 'amqplib'
import { Kafka, logLevel } from 'kafkajs'
import { createPool } from 'mysql2/promise'
import { start } from 'telltale'
import { observe } from 'telltale/function'
import { observeAmqplib, observeKafka } from 'telltale/queue'
import { serve } from './service.mjs'

const { KAFKA, MARIADB, RABBITMQ } = process.env
const telltale = await start()
const db = createPool({ uri: MARIADB, connectionLimit: 2 })

const deliver = (what, id) =>
  observe(`${what}.pack`, () => db.execute('INSERT INTO packed (order_id, what) VALUES (?, ?)', [id, what]))

const kafka = observeKafka(new Kafka({ brokers: [KAFKA], logLevel: logLevel.NOTHING }))
const parcels = kafka.consumer({ groupId: 'warehouse', maxWaitTimeInMs: 200 })
await parcels.connect()
await parcels.subscribe({ topic: 'parcels', fromBeginning: true })
await parcels.run({ eachMessage: ({ message }) => deliver('parcel', String(message.key)) })

const rabbit = observeAmqplib(await connect(RABBITMQ))
const shipments = await rabbit.createChannel()
await shipments.assertQueue('shipments')
await shipments.consume('shipments', async (message) => {
  await deliver('shipment', message.content.toString())
  shipments.ack(message)
})

serve({}, [() => rabbit.close(), () => parcels.disconnect(), () => db.end(), () => telltale.stop()])
