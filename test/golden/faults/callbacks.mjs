// Callbacks that throw at once, where nobody of the program stands around them: of databases, and of brokers. Some clients
// are of no use afterwards, so each callback has a client of its own, and nobody waits for its end.
import * as amqp from 'amqplib'
import mysql from 'mysql2'
import pg from 'pg'
import { doors, end, outcome, say } from './told.mjs'

const { DATABASE, MARIADB, RABBITMQ } = process.env
const { observeAmqplib } = doors.queue
const queue = process.env.BARE ? 'bare' : 'raw'

let seen = () => {}
process.on('uncaughtException', (error) => {
  say('uncaught', error)
  seen()
})
process.on('unhandledRejection', (error) => {
  say('unhandled', error)
  seen()
})
/** Does `work` and waits until an error was caught by nobody. */
const uncaught = (work) =>
  new Promise((resolve) => {
    seen = resolve
    work()
  })
const thrower = (text) =>
  function (...args) {
    throw new RangeError(`${text} ${args.length} ${this?.constructor?.name}`)
  }

const pool = doors.observeSql(new pg.Pool({ connectionString: DATABASE, max: 1 }))
await uncaught(() => pool.query('SELECT 1', thrower('pool of pg')))
const client = doors.observeSql(new pg.Client({ connectionString: DATABASE }))
await client.connect()
await uncaught(() => client.query('SELECT 1', [], thrower('client of pg')))

// A pool of mysql2 would never get its connection back.
const connection = () => mysql.createConnection(MARIADB)
await uncaught(() => connection().query('SELECT 1', thrower('mysql2')))
await uncaught(() => connection().execute('SELECT nothing', thrower('failing mysql2')))

const rabbit = observeAmqplib(await amqp.connect(RABBITMQ))
rabbit.on('error', (error) => say('connection', error))
const channel = await rabbit.createChannel()
const lost = new Promise((resolve) => channel.on('error', (error) => resolve(say('channel', error))))
await channel.assertQueue(queue)
await channel.consume(queue, thrower('consumer of amqplib'))
channel.sendToQueue(queue, Buffer.from('raw'))
await lost
await outcome('amqplib afterwards', () => channel.sendToQueue(queue, Buffer.from('raw')))

await end()
process.exit()
