// A library takes its tracer at load, before the product is there; then both module kinds of the product share state.
const { trace, context } = require('@opentelemetry/api')
const early = trace.getTracer('early')
early.startSpan('lost').end()
const cjs = require(process.env.BUNDLE)
async function main() {
  const esm = await import(process.env.BUNDLE_ESM)
  const { finished, registration } = cjs.begin(__dirname)
  early.startActiveSpan('early', (outer) => {
    esm.span('esm', () => cjs.span('cjs', () => esm.setAttributes({ from: 'esm' })))
    esm.runIn(cjs.current(), () => trace.getTracer('late').startSpan('late', {}, context.active()).end())
    outer.end()
  })
  registration.unregister()
  const byId = Object.fromEntries(finished.map((s) => [cjs.plain(s).id, s.name]))
  console.log(
    JSON.stringify({
      registered: registration.registered,
      spans: finished.map((s) => [s.name, byId[cjs.plain(s).parent] ?? null, cjs.plain(s).attributes]),
    }),
  )
}
main()
