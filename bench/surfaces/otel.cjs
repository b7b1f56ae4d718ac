// The OpenTelemetry SDK with the driver's own instrumentation and nothing else, as NodeSDK sets itself up: spans, metrics
// and logs over OTLP protobuf. Only its queue of spans is widened, so that it loses nothing.
const { sdk } = require('../server/otel.cjs')

exports.begin = async (driver) => {
  const { flush } = sdk(driver.rival?.() ?? [])
  return { within, flush, counted: () => null }
}

function within(work) {
  const { trace } = require('@opentelemetry/api')
  return trace.getTracer('bench').startActiveSpan('pass', async (span) => {
    await work()
    span.end()
  })
}

exports.within = within
