// 512 finished spans of five attributes to OTLP protobuf: nanoseconds per span.
import { cpuTime } from './time.mjs'

const BATCH = 512

function fill(tracer) {
  for (let i = 0; i < BATCH; i++) {
    const span = tracer.startSpan('GET /users/:id', { kind: 1 })
    span.setAttribute('http.request.method', 'GET')
    span.setAttribute('http.route', '/users/:id')
    span.setAttribute('http.response.status_code', 200)
    span.setAttribute('user.plan', 'pro')
    span.setAttribute('cart.items', i)
    span.end()
  }
}

const rounds = (encode) => (n) => {
  const batches = Math.max(1, Math.round(n / BATCH))
  let bytes = 0
  const ns = cpuTime(batches * BATCH, () => {
    for (let i = 0; i < batches; i++) bytes += encode().length
  })
  return bytes > 0 ? ns : Number.NaN
}

export async function ours() {
  const { TraceEngine, Resource, encodeTraces } = await import('../.cache/internals.mjs')
  const spans = []
  fill(new TraceEngine({ finish: (span) => spans.push(span) }).tracer('bench'))
  const batch = { resource: new Resource(['service.name', 'bench']), spans, series: [], logs: [] }
  return { round: rounds(() => encodeTraces([batch])), ready: { bytes: encodeTraces([batch]).length } }
}

export async function otel() {
  const { BasicTracerProvider } = await import('@opentelemetry/sdk-trace-base')
  const { ProtobufTraceSerializer } = await import('@opentelemetry/otlp-transformer')
  const { resourceFromAttributes } = await import('@opentelemetry/resources')
  const spans = []
  const keep = { onStart() {}, onEnd: (span) => spans.push(span), async forceFlush() {}, async shutdown() {} }
  const resource = resourceFromAttributes({ 'service.name': 'bench' })
  fill(new BasicTracerProvider({ spanProcessors: [keep], resource }).getTracer('bench'))
  const encode = () => ProtobufTraceSerializer.serializeRequest(spans)
  return { round: rounds(encode), ready: { bytes: encode().length } }
}
