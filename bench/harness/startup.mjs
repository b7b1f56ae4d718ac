// Start-up: milliseconds from the first line of a program to the end of start, and files that it loads.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const BENCH = fileURLToPath(new URL('../', import.meta.url))
const CONFIG = `name: bench
server: { port: 0 }
observability:
  opentelemetry:
    service_name: bench
    tracing: { exporters: [{ type: otlp, endpoint: "http://127.0.0.1:9" }] }
`

const PROGRAMS = {
  ours: (config) => `const began = performance.now()
const { start } = await import(${JSON.stringify(join(BENCH, '../dist/esm/index.js'))})
await start({ config: ${JSON.stringify(config)} })
console.log(performance.now() - began)
process.exit(0)`,
  otel: () => `const began = performance.now()
const { NodeSDK } = await import('@opentelemetry/sdk-node')
const { HttpInstrumentation } = await import('@opentelemetry/instrumentation-http')
const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto')
new NodeSDK({ serviceName: 'bench', traceExporter: new OTLPTraceExporter(), instrumentations: [new HttpInstrumentation()] }).start()
console.log(performance.now() - began)
process.exit(0)`,
}

function run(node, program, env = {}) {
  const args = ['--input-type=module', '--eval', program]
  const { status, stdout, stderr } = spawnSync(node, args, {
    cwd: BENCH,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  })
  if (status !== 0) throw new Error(`start-up failed:\n${stderr}`)
  return Number(stdout.trim().split('\n').at(-1))
}

function filesLoaded(node, program, folder) {
  run(node, program, { NODE_V8_COVERAGE: folder })
  const files = new Set()
  for (const name of readdirSync(folder)) {
    for (const { url } of JSON.parse(readFileSync(join(folder, name), 'utf8')).result)
      if (url.startsWith('file:')) files.add(url)
  }
  return [...files].filter((url) => !url.includes('[eval')).length
}

/** { ours, otel }: each { ms: [per round], files }. */
export function measureStartup({ node, rounds }) {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-bench-'))
  try {
    const config = join(folder, 'telltale.yaml')
    writeFileSync(config, CONFIG)
    const results = {}
    for (const [library, make] of Object.entries(PROGRAMS)) {
      results[library] = { ms: [], files: filesLoaded(node, make(config), join(folder, library)) }
    }
    for (let round = 0; round < rounds; round++) {
      for (const [library, make] of Object.entries(PROGRAMS)) results[library].ms.push(run(node, make(config)))
    }
    return results
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
