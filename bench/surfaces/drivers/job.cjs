// One round of a scheduled job, which does nothing: a span, and what is started, active and terminated.
exports.metric = 'process_started_total'
exports.ours = async (door) => (await door('process')).job

const round = async () => {
  await undefined
}

exports.open = async ({ variant, observe }) => {
  const run = variant === 'otel' ? byHand() : observe
  return { one: run === undefined ? round : () => run('report', round), width: 1 }
}

/** What a service writes with the SDK alone. */
function byHand() {
  const { metrics, SpanStatusCode, trace } = require('@opentelemetry/api')
  const tracer = trace.getTracer('bench')
  const meter = metrics.getMeter('bench')
  const started = meter.createCounter('jobs.started')
  const terminated = meter.createCounter('jobs.terminated')
  const active = meter.createUpDownCounter('jobs.active')
  return (name, work) =>
    tracer.startActiveSpan(name, async (span) => {
      started.add(1, { source: 'job' })
      active.add(1, { source: 'job' })
      let result = 'error'
      try {
        await work(span)
        result = 'completed'
      } catch (error) {
        span.recordException(error)
        span.setStatus({ code: SpanStatusCode.ERROR })
        throw error
      } finally {
        active.add(-1, { source: 'job' })
        terminated.add(1, { source: 'job', result })
        span.setAttribute('termination.reason', result)
        span.end()
      }
    })
}
