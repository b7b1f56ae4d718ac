// The OpenTelemetry SDK: NodeSDK, HTTP instrumentation, the framework's instrumentation, OTLP protobuf over HTTP. Its queue is
// widened so that it loses nothing; everything else is its default.
exports.begin = async (framework) => {
  const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http')
  const instrumentations = [new HttpInstrumentation()]
  if (framework === 'fastify') {
    const { FastifyOtelInstrumentation } = require('@fastify/otel')
    instrumentations.push(new FastifyOtelInstrumentation({ registerOnInitialization: true }))
  }
  if (framework === 'express') {
    const { ExpressInstrumentation } = require('@opentelemetry/instrumentation-express')
    instrumentations.push(new ExpressInstrumentation())
  }
  return exports.sdk(instrumentations)
}

exports.sdk = (instrumentations) => {
  const { NodeSDK } = require('@opentelemetry/sdk-node')
  const { BatchSpanProcessor } = require('@opentelemetry/sdk-trace-base')
  const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-proto')
  const processor = new BatchSpanProcessor(new OTLPTraceExporter({ url: `${process.env.SINK}/v1/traces` }), {
    maxQueueSize: 1_000_000,
  })
  const sdk = new NodeSDK({ serviceName: 'bench', spanProcessors: [processor], instrumentations })
  sdk.start()
  return { flush: () => Promise.all([processor.forceFlush(), sdk._loggerProvider?.forceFlush()]) }
}
