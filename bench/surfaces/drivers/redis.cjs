exports.channels = ['node-redis:command']
exports.metric = 'kv_op_duration_seconds'
exports.rival = () => {
  const { RedisInstrumentation } = require('@opentelemetry/instrumentation-redis')
  return [new RedisInstrumentation()]
}

exports.open = async ({ url }) => {
  const { createClient } = require('redis')
  const redis = await createClient({ url }).connect()
  await redis.set('user:7', JSON.stringify({ id: 7, name: 'Ada' }))
  return { one: () => redis.get('user:7') }
}
