// Packs what was ordered: messages of Kafka. What is in stock is in MariaDB.
import { Kafka, logLevel } from 'kafkajs'
import { createPool } from 'mysql2/promise'
import { start } from 'telltale'
import { observe } from 'telltale/function'
import { observeKafka } from 'telltale/queue'
import { serve } from './service.mjs'

const { KAFKA, MARIADB } = process.env
const telltale = await start()
const db = createPool({ uri: MARIADB, connectionLimit: 2 })

const deliver = (what, id) =>
  observe(`${what}.pack`, () => db.execute('INSERT INTO packed (order_id, what) VALUES (?, ?)', [id, what]))

const kafka = observeKafka(new Kafka({ brokers: [KAFKA], logLevel: logLevel.NOTHING }))
const parcels = kafka.consumer({ groupId: 'warehouse' })
await parcels.connect()
await parcels.subscribe({ topic: 'parcels', fromBeginning: true })
await parcels.run({ eachMessage: ({ message }) => deliver('parcel', String(message.key)) })

serve({}, [() => parcels.disconnect(), () => db.end(), () => telltale.stop()])
