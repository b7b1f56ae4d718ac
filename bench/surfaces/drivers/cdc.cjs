// A row that is inserted, as the consumer of PostgreSQL's logical replication is told of it. Nobody else observes those.
exports.metric = 'cdc_changes_total'
exports.ours = async (door) => (await door('cdc')).observeReplication

exports.open = async ({ url, observe, variant }) => {
  const { Client } = require('pg')
  const { LogicalReplicationService, PgoutputPlugin } = require('pg-logical-replication')
  const client = new Client({ connectionString: url })
  await client.connect()
  const name = `bench_${variant}_${process.pid}`
  await client.query(`CREATE TABLE ${name} (id int PRIMARY KEY, name text)`)
  await client.query(`CREATE PUBLICATION ${name} FOR TABLE ${name}`)
  await client.query('SELECT pg_create_logical_replication_slot($1, $2)', [name, 'pgoutput'])
  const service = new LogicalReplicationService({ connectionString: url })
  observe?.(service)
  const started = new Promise((resolve) => service.on('start', resolve))
  const plugin = new PgoutputPlugin({ protoVersion: 1, publicationNames: [name] })
  void service.subscribe(plugin, name)
  let left = 0
  let done
  service.on('data', (_, { tag }) => {
    if (tag === 'insert' && --left === 0) done()
  })
  await started
  let next = 0
  return {
    async operate(n) {
      left = n
      const all = new Promise((resolve) => (done = resolve))
      const ids = [next, (next += n) - 1]
      await client.query(`INSERT INTO ${name} SELECT i, 'Ada' FROM generate_series($1::int, $2::int) i`, ids)
      await all
    },
  }
}
