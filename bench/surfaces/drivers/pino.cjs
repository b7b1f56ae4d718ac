// A line with the ids of its trace, written and sent as a log record.
exports.channels = ['pino_asJson']
exports.metric = 'otel_sdk_log_created_total'
exports.observability = (sink) => `logging: { sinks: [{ type: otlp, endpoint: "${sink}/" }], queue_size: 100000 }`
exports.rival = () => {
  const { PinoInstrumentation } = require('@opentelemetry/instrumentation-pino')
  return [new PinoInstrumentation()]
}

exports.open = async () => {
  const pino = require('pino')
  const logger = pino({ base: null }, pino.destination({ dest: '/dev/null', sync: false, minLength: 8192 }))
  return { one: async (i) => logger.info({ order: i, plan: 'pro' }, 'order placed'), width: 1 }
}
