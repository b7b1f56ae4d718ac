// Telltale without spans: what stands beside prom-client, with the request log and the context of log lines on top.
const { begin } = require('./ours.cjs')

exports.begin = (framework) => begin(framework, { tracing: 'tracing: { enabled: false }' })
