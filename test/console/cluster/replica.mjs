// One of two replicas: a service over a database that both share, with an application of its own to ask. It tells where
// both are, and lives until its parent lets go of it.
import express from 'express'
import pg from 'pg'

const { start } = await import(`${process.env.DIST}/esm/index.js`)
const { provideInventory } = await import(`${process.env.DIST}/esm/inventory.js`)

const telltale = await start()
const pool = new pg.Pool({ connectionString: process.env.STORE, max: 3 })
provideInventory(pool)

const server = express()
server.get('/orders/:id', (request, response) => setTimeout(() => response.json({}), Number(request.query.ms ?? 0)))
const listener = server.listen(0, '127.0.0.1', () => {
  process.send({ console: telltale.address, app: `http://127.0.0.1:${listener.address().port}` })
})
process.once('disconnect', async () => {
  listener.closeAllConnections()
  listener.close()
  await pool.end()
  await telltale.stop()
})
