// A line with the ids of its trace, written and sent as a log record.
exports.metric = 'otel_sdk_log_created_total'
exports.observability = (sink) => `logging: { sinks: [{ type: otlp, endpoint: "${sink}/" }], queue_size: 100000 }`
exports.rival = () => {
  const { PinoInstrumentation } = require('@opentelemetry/instrumentation-pino')
  return [new PinoInstrumentation()]
}

/** What both sides add to each line: for the floor it is always the same, and the line is longer. */
const IDS = { trace_id: '0af7651916cd43dd8448eb211c80319c', span_id: 'b7ad6b7169203331', trace_flags: '01' }

exports.open = async ({ variant }) => {
  const pino = require('pino')
  const base = variant === 'floor' ? IDS : null
  const logger = pino({ base }, pino.destination({ dest: '/dev/null', sync: false, minLength: 8192 }))
  return { one: async (i) => logger.info({ order: i, plan: 'pro' }, 'order placed'), width: 1 }
}
