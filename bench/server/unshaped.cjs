// Telltale with everything on but the shared shapes of Express's requests, which speed Express itself up on Node 20 and 22.
const { begin } = require('./ours.cjs')

exports.begin = (framework) => begin(framework, { more: 'surfaces: { http: { express_shapes: false } }' })
