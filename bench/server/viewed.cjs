// Telltale with everything on, and with a page that administrators look at.
const { begin } = require('./ours.cjs')

const SLOS = '[{ name: latency, metric: http_request_duration_seconds, threshold: 300ms }]'

exports.begin = (framework) => begin(framework, { more: `dev: true\nslos: ${SLOS}` })
