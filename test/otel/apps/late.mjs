// The same as an ES module: static imports run first, so the tracer is taken before the product is there.
import { trace } from '@opentelemetry/api'
import { begin, plain } from '#bundle'

const early = trace.getTracer('early')
early.startSpan('lost').end()
const { finished, registration } = begin(new URL('.', import.meta.url).pathname)
early.startSpan('early').end()
trace.getTracer('late').startSpan('late').end()
console.log(
  JSON.stringify({ registered: registration.registered, spans: finished.map((s) => [s.name, plain(s).scope]) }),
)
