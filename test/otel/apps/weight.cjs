// Bytes that a finished span with five attributes keeps, and whether all spans share one hidden class.
const { TraceEngine } = require(process.env.BUNDLE)
// Written as text, since only V8 knows the syntax.
const sameMap = new Function('a', 'b', 'return %HaveSameMap(a, b)')
const finished = []
const engine = new TraceEngine({ finish: (span) => finished.push(span) })
const tracer = engine.tracer('weight')
const COUNT = 20_000
function work(n) {
  for (let i = 0; i < n; i++) {
    tracer
      .startSpan('GET /users/:id')
      .setAttribute('http.request.method', 'GET')
      .setAttribute('http.route', '/users/:id')
      .setAttribute('http.response.status_code', 200)
      .setAttribute('url.scheme', 'http')
      .setAttribute('server.port', 8080)
      .end()
  }
}
work(2000)
finished.length = 0
for (let i = 0; i < COUNT; i++) finished.push(null)
finished.length = 0
gc()
gc()
const before = process.memoryUsage().heapUsed
work(COUNT)
gc()
gc()
const after = process.memoryUsage().heapUsed
const odd = finished.filter((span) => !sameMap(span, finished[0])).length
console.log(
  JSON.stringify({
    bytes: Math.round((after - before) / COUNT),
    spans: finished.length,
    odd,
    fields: Object.keys(finished[0]).length,
  }),
)
