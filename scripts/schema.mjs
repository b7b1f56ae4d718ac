// Writes everything that is generated from the configuration schema: `npm run schema`. The programs it runs are
// TypeScript, so they are transpiled first (Node 20 cannot run them as they are).
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const outfile = join(root, 'node_modules', '.cache', 'telltale', `schema-${process.pid}.mjs`)
await build({
  entryPoints: [join(root, 'scripts', 'schema.ts')],
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  outfile,
  logLevel: 'warning',
})
const { generate } = await import(pathToFileURL(outfile).href)
rmSync(outfile)
for (const [path, text] of Object.entries(generate())) {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
  process.stdout.write(`${path}\n`)
}
