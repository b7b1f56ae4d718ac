// Writes what is made of the console's telemetry API and page, and checked in: `npm run page`.
//   src/console/telemetry/page/*  →  src/console/telemetry/page.gen.ts
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const FOLDER = fileURLToPath(new URL('../src/console/telemetry/', import.meta.url))

async function bundled(file) {
  const { outputFiles } = await build({
    entryPoints: [join(FOLDER, 'page', file)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
  })
  return outputFiles[0].text
}

/** The text of page.gen.ts. */
export async function pageModule() {
  const parts = {
    PAGE_HTML: readFileSync(join(FOLDER, 'page/page.html'), 'utf8'),
    PAGE_CSS: await bundled('page.css'),
    PAGE_JS: await bundled('main.js'),
    PAGE_ICON: readFileSync(join(FOLDER, 'page/page.svg'), 'utf8'),
  }
  const lines = Object.entries(parts).map(([name, text]) => `export const ${name} = ${JSON.stringify(text)}\n`)
  return `// Made of page/ by \`npm run page\`. Do not edit.\n${lines.join('')}`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(join(FOLDER, 'page.gen.ts'), await pageModule())
}
