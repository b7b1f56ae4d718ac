// An application without the API: nothing of it may be loaded, and all works.
const { begin, span } = require(process.env.BUNDLE)
const { finished, registration } = begin('/')
span('ours', () => 0)
const loaded = Object.keys(require.cache).filter((file) => file.includes('@opentelemetry'))
const slot = globalThis[Symbol.for('opentelemetry.js.api.1')]
console.log(
  JSON.stringify({
    loaded,
    version: slot.version,
    registered: registration.registered,
    spans: finished.map((s) => s.name),
  }),
)
