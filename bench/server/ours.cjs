// Telltale with everything on: server span, request metrics, request log, context for log lines, redaction, OTLP protobuf.
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join, resolve } = require('node:path')

const TRACING = `tracing: { exporters: [{ type: otlp, endpoint: "${process.env.SINK}/" }] }`

/** `tracing`, `observability` and `more` are YAML, for the variants of this one. */
exports.TRACING = TRACING
exports.begin = async (_framework, { tracing = TRACING, observability = '', more = '' } = {}) => {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-bench-'))
  const config = join(folder, 'telltale.yaml')
  writeFileSync(
    config,
    `name: bench
server: { port: 0 }
${more}
observability:
  ${observability}
  opentelemetry:
    service_name: bench
    ${tracing}
`,
  )
  const { start } = await import(resolve(__dirname, '../../dist/esm/index.js'))
  const telltale = await start({ config })
  rmSync(folder, { recursive: true })
  return { flush: () => telltale.flush(10_000), registry: telltale.registry, console: telltale.address }
}
