// A span through @opentelemetry/api: start, five attributes, end, with everything behind it running to the sink. Bursts of
// spans are timed; the event loop runs between them, so that the exporters can work.
import { setImmediate as turn } from 'node:timers/promises'
import { trace } from '@opentelemetry/api'

const BURST = 100

function measure(tracer) {
  const burst = () => {
    for (let i = 0; i < BURST; i++) {
      const span = tracer.startSpan('GET /users/:id')
      span.setAttribute('http.request.method', 'GET')
      span.setAttribute('http.route', '/users/:id')
      span.setAttribute('http.response.status_code', 200)
      span.setAttribute('user.plan', 'pro')
      span.setAttribute('cart.items', i)
      span.end()
    }
  }
  return async (n) => {
    let ms = 0
    for (let done = 0; done < n; done += BURST) {
      const began = performance.now()
      burst()
      ms += performance.now() - began
      await turn()
    }
    return (ms * 1e6) / n
  }
}

export async function ours() {
  const { begin } = await import('../server/ours.cjs')
  const { flush } = await begin()
  return { round: measure(trace.getTracer('bench')), flush }
}

export async function otel() {
  const { begin } = await import('../server/otel.cjs')
  const { flush } = await begin('http')
  return { round: measure(trace.getTracer('bench')), flush }
}
