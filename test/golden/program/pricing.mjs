// Answers prices: from Redis where it can, else from MariaDB.

import fastify from 'fastify'
import { createPool } from 'mysql2/promise'
import { createClient } from 'redis'
import { start } from 'telltale'
import { observe } from 'telltale/function'
import { job } from 'telltale/process'
import * as sql from 'telltale/sql'
import { serve } from './service.mjs'

const telltale = await start()
const db = sql.observe(createPool({ uri: process.env.MARIADB, connectionLimit: 2 }), { name: 'prices' })
const redis = await createClient({ url: process.env.REDIS }).connect()

const lookUp = (item) =>
  observe('price.look-up', { low: { currency: 'eur' } }, async () => {
    const known = await redis.get(`price:${item}`)
    if (known !== null) return Number(known)
    const [rows] = await db.execute('SELECT price FROM prices WHERE item = ?', [item])
    if (rows.length === 0) return undefined
    await redis.setNX(`price:${item}`, String(rows[0].price))
    return rows[0].price
  })

const app = fastify()
app.get('/prices/:item', async (request, reply) => {
  const price = await lookUp(request.params.item)
  return price === undefined ? reply.code(404).send({}) : { price }
})

/** What a scheduler calls every night. */
const forget = () => job('forget prices', () => redis.del('price:gone'))
const nightly = setInterval(forget, 86_400_000)
await forget()

await app.listen({ host: '127.0.0.1', port: 0 })
serve({ url: `http://127.0.0.1:${app.server.address().port}`, admin: telltale.address }, [
  () => app.close(),
  () => clearInterval(nightly),
  () => redis.close(),
  () => db.end(),
  () => telltale.stop(),
])
