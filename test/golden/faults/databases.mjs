// PostgreSQL and MariaDB are gone in the middle of a transaction.
import { createPool } from 'mysql2/promise'
import pg from 'pg'
import { doors, end, outcome, say, step } from './told.mjs'

const pool = doors.observeSql(new pg.Pool({ connectionString: process.env.DATABASE, max: 2 }), { name: 'pg' })
pool.on('error', (error) => say('pool', error))
const other = doors.observeSql(createPool({ uri: process.env.MARIADB, connectionLimit: 2 }), { name: 'maria' })

await pool.query('CREATE TABLE kept (id int PRIMARY KEY)')
await other.query('CREATE TABLE kept (id int PRIMARY KEY)')

// An idle connection, one in a transaction, and one that asks while the server goes.
const client = await pool.connect()
client.on('error', (error) => say('client', error))
await client.query('BEGIN')
await client.query('INSERT INTO kept VALUES (1)')
const connection = await other.getConnection()
await connection.beginTransaction()
await connection.execute('INSERT INTO kept VALUES (1)')
const asked = outcome('pg sleep', () => client.query('SELECT pg_sleep(600)'))
await step('kill postgres')
await asked
await outcome('pg insert', () => client.query('INSERT INTO kept VALUES (2)'))
await outcome('pg rollback', () => client.query('ROLLBACK'))
client.release(true)
const slept = outcome('maria sleep', () => connection.query('SELECT SLEEP(600)'))
await step('kill mariadb')
await slept
await outcome('maria insert', () => connection.execute('INSERT INTO kept VALUES (2)'))
await outcome('maria rollback', () => connection.rollback())
connection.release()
await outcome('pg again', () => pool.query('SELECT 1'))
await outcome('pg connect', () => pool.connect())
await outcome('maria again', () => other.query('SELECT 1'))
await pool.end()
await outcome('pg after its end', () => pool.query('SELECT 1'))
await other.end()
await outcome('maria after its end', () => other.query('SELECT 1'))

const single = doors.observeSql(new pg.Client({ connectionString: process.env.DATABASE }))
await outcome('pg client', () => single.connect())
await end()
