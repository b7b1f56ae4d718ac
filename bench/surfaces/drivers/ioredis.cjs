exports.channels = ['ioredis:command']
exports.metric = 'kv_op_duration_seconds'
exports.rival = () => {
  const { IORedisInstrumentation } = require('@opentelemetry/instrumentation-ioredis')
  return [new IORedisInstrumentation()]
}

exports.open = async ({ url }) => {
  const { Redis } = require('ioredis')
  const redis = new Redis(url)
  await redis.set('user:7', JSON.stringify({ id: 7, name: 'Ada' }))
  return { one: () => redis.get('user:7') }
}
