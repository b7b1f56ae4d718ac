// Telltale: `ours` makes a span of each operation, as the rival does; `plain` is how it comes.
const { begin, TRACING } = require('../server/ours.cjs')
const { within } = require('./otel.cjs')

const door = (name) => import(`../../dist/esm/${name}.js`)

exports.begin = async (driver, variant) => {
  const { flush, registry } = await begin('', {
    tracing: `${driver.opentelemetry ?? ''}\n    ${TRACING}`,
    observability:
      driver.observability?.(process.env.SINK) ?? (variant === 'ours' ? 'tracing: { database: true }' : ''),
  })
  const observe = await driver.ours?.(door)
  return { within, flush, observe, counted: () => counted(registry, driver.metric) }
}

/** Null where nothing is counted by operation. */
function counted(registry, short) {
  if (short === undefined) return null
  let sum = 0
  for (const family of registry.families()) {
    if (family.short !== short) continue
    for (const series of family.series) sum += family.type === 'histogram' ? series.count : series.value
  }
  return sum
}
