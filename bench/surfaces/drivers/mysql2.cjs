exports.channels = ['mysql2:query', 'mysql2:execute', 'mysql2:pool:connect']
exports.metric = 'sql_op_duration_seconds'
exports.ours = async (door) => (await door('sql')).observe
exports.rival = () => {
  const { MySQL2Instrumentation } = require('@opentelemetry/instrumentation-mysql2')
  return [new MySQL2Instrumentation()]
}

exports.open = async ({ url, observe }) => {
  const mysql = require('mysql2/promise')
  const pool = mysql.createPool({ uri: url, connectionLimit: 4 })
  observe?.(pool)
  const one = (i) => pool.query('SELECT ? AS id, now() AS at', [i])
  await Promise.all([1, 2, 3, 4].map(one))
  return { one, width: 4 }
}
