// prom-client as its users wire it: a counter, a histogram and an in-flight gauge.
exports.begin = async () => {
  const prom = require('prom-client')
  const labelNames = ['method', 'route', 'status']
  const requests = new prom.Counter({ name: 'http_requests_total', help: 'Requests', labelNames })
  const duration = new prom.Histogram({ name: 'http_request_duration_seconds', help: 'Duration', labelNames })
  const inFlight = new prom.Gauge({ name: 'http_requests_in_flight', help: 'In flight', labelNames: ['method'] })
  return {
    middleware(req, res, route) {
      const { method } = req
      const began = process.hrtime.bigint()
      inFlight.inc({ method })
      res.on('finish', () => {
        const labels = { method, route: route() ?? '<unmatched>', status: res.statusCode }
        inFlight.dec({ method })
        requests.inc(labels)
        duration.observe(labels, Number(process.hrtime.bigint() - began) / 1e9)
      })
    },
  }
}
