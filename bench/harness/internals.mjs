// Rooms that no door opens, bundled for the micro rows from the same sources as dist.
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

const ENTRY = `
export { encodeTraces } from './src/wire/otlp/encode.ts'
export { renderSliced } from './src/wire/prometheus/text.ts'
export { Registry } from './src/metrics/registry.ts'
export { Resource, Scope } from './src/model/attribute.ts'
export { SpanRecord } from './src/model/span.ts'
export { Redactor } from './src/redact/redact.ts'
export { TraceEngine } from './src/trace/engine.ts'
export { Span } from './src/trace/span.ts'
`

/** Path of the bundle. */
export async function internals() {
  const outfile = fileURLToPath(new URL('../.cache/internals.mjs', import.meta.url))
  await build({
    stdin: { contents: ENTRY, resolveDir: ROOT, loader: 'ts' },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    logLevel: 'warning',
  })
  return outfile
}
