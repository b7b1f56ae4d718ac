// What a finished span with five attributes keeps alive: bytes of heap per span, held in an array as a queue would.
const collect = () => globalThis.gc()

/** `reset` lets go of the round before, or it would be counted off this one. */
function measure(reset, make) {
  return (n) => {
    reset()
    collect()
    const before = process.memoryUsage().heapUsed
    const kept = make(n)
    collect()
    const bytes = (process.memoryUsage().heapUsed - before) / n
    return kept.length === n ? bytes : Number.NaN
  }
}

function fill(tracer, kept, n) {
  for (let i = 0; i < n; i++) {
    const span = tracer.startSpan('GET /users/:id')
    span.setAttribute('http.request.method', 'GET')
    span.setAttribute('http.route', '/users/:id')
    span.setAttribute('http.response.status_code', 200)
    span.setAttribute('user.plan', 'pro')
    span.setAttribute('cart.items', i)
    span.end()
  }
  return kept
}

export async function ours() {
  const { TraceEngine } = await import('../.cache/internals.mjs')
  let kept = []
  const engine = new TraceEngine({ finish: (span) => kept.push(span) })
  const tracer = engine.tracer('bench')
  return {
    round: measure(
      () => {
        kept = []
      },
      (n) => fill(tracer, kept, n),
    ),
  }
}

export async function otel() {
  const { BasicTracerProvider } = await import('@opentelemetry/sdk-trace-base')
  let kept = []
  const keep = { onStart() {}, onEnd: (span) => kept.push(span), async forceFlush() {}, async shutdown() {} }
  const tracer = new BasicTracerProvider({ spanProcessors: [keep] }).getTracer('bench')
  return {
    round: measure(
      () => {
        kept = []
      },
      (n) => fill(tracer, kept, n),
    ),
  }
}
