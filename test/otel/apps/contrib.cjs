// An application with pg, ioredis and fetch; its instrumentations come from its own node_modules.
const { begin, loadContrib, span, setAttributes, plain } = require(process.env.BUNDLE)
const folder = process.env.APP ?? process.cwd()
const started = begin(folder)
const contrib = loadContrib(process.env.LIST ? process.env.LIST.split(',') : 'auto', {
  from: folder,
  providers: started.registration,
})
const appRequire = require('node:module').createRequire(`${folder}/package.json`)

async function main() {
  const results = []
  await span('request', async () => {
    if (process.env.PG) {
      const { Client, Pool } = appRequire('pg')
      const client = new Client({ connectionString: process.env.PG })
      await client.connect()
      const { rows } = await client.query('SELECT $1::int AS n', [7])
      results.push(rows)
      setAttributes({ after: 'query' })
      await client.query('SELECT nothing FROM nowhere').catch((error) => results.push(error.code))
      await new Promise((done) =>
        client.query('SELECT 1 AS one', (_error, result) => {
          setAttributes({ callback: true })
          results.push(result.rows)
          done()
        }),
      )
      await client.end()
      if (process.env.POOL) {
        const pool = new Pool({ connectionString: process.env.PG, max: 1 })
        results.push((await pool.query('SELECT 2 AS two')).rows)
        await pool.end()
      }
    }
    if (process.env.REDIS) {
      const Redis = appRequire('ioredis')
      const redis = new Redis(process.env.REDIS)
      await redis.set('key', 'value')
      results.push(await redis.get('key'))
      await redis.incr('key').catch((error) => results.push(error.name))
      await redis.quit()
    }
    if (process.env.URL_TO) {
      results.push(await (await fetch(process.env.URL_TO)).json())
      await fetch(`${process.env.URL_TO}/missing`)
      await fetch('http://127.0.0.1:1/').catch((error) => results.push(error.cause?.code ?? 'bad port'))
    }
  })
  const metrics = started.registry
    .families()
    .filter((f) => f.scope.name.startsWith('@opentelemetry/'))
    .map((f) => [f.name, f.type, f.unit, f.series.reduce((sum, s) => sum + s.count, 0)])
  console.log(
    JSON.stringify({
      results,
      loaded: contrib.loaded,
      missing: contrib.missing,
      failed: contrib.failed,
      metrics,
      spans: started.finished.map(plain),
    }),
  )
}
main().then(
  () => process.exit(0),
  (error) => {
    console.error(error)
    process.exit(1)
  },
)
