// An ES module application: pg arrives by import, not by require.
import pg from 'pg'

const { contrib, finished, plain, span } = globalThis.told
const client = new pg.Client({ connectionString: process.env.PG })
const rows = await span('request', async () => {
  await client.connect()
  return (await client.query('SELECT 3 AS three')).rows
})
await client.end()
console.log(
  JSON.stringify({ results: rows, loaded: contrib.loaded, failed: contrib.failed, spans: finished.map(plain) }),
)
process.exit(0)
