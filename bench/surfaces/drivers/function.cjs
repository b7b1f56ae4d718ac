// A function of the application under a name: span, duration, calls; one key on all three.
exports.metric = 'function_calls_total'
exports.ours = async (door) => {
  const { observe } = await door('function')
  return (work, i) => observe('charge', { low: { plan: PLANS[i & 3] }, log: 'none' }, () => work(i))
}

const PLANS = ['free', 'team', 'pro', 'none']

const charge = async (i) => {
  await undefined
  return i + 1
}

exports.open = async ({ variant, observe }) => {
  const call = variant === 'otel' ? byHand() : observe
  return { one: call === undefined ? charge : (i) => call(charge, i), width: 1 }
}

/** What a service writes with the SDK alone. */
function byHand() {
  const { metrics, SpanStatusCode, trace } = require('@opentelemetry/api')
  const tracer = trace.getTracer('bench')
  const meter = metrics.getMeter('bench')
  const calls = meter.createCounter('function.calls')
  const duration = meter.createHistogram('function.duration', { unit: 's' })
  const inFlight = meter.createUpDownCounter('function.in_flight')
  return (work, i) => {
    const labels = { function_id: 'charge', plan: PLANS[i & 3] }
    return tracer.startActiveSpan('charge', { attributes: labels }, async (span) => {
      const began = performance.now()
      inFlight.add(1, labels)
      let status = 'error'
      try {
        const result = await work(i)
        status = 'success'
        span.setStatus({ code: SpanStatusCode.OK })
        return result
      } catch (error) {
        span.recordException(error)
        span.setStatus({ code: SpanStatusCode.ERROR })
        throw error
      } finally {
        inFlight.add(-1, labels)
        duration.record((performance.now() - began) / 1000, labels)
        calls.add(1, { ...labels, status })
        span.end()
      }
    })
  }
}
