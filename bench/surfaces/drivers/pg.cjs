exports.metric = 'sql_op_duration_seconds'
exports.ours = async (door) => (await door('sql')).observe
exports.rival = () => {
  const { PgInstrumentation } = require('@opentelemetry/instrumentation-pg')
  return [new PgInstrumentation()]
}

exports.open = async ({ url, observe }) => {
  const { Pool } = require('pg')
  const pool = new Pool({ connectionString: url, max: 4 })
  observe?.(pool)
  const one = (i) => pool.query('SELECT $1::int AS id, now() AS at', [i])
  await Promise.all([1, 2, 3, 4].map(one))
  return { one, width: 4 }
}
