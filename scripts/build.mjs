// Builds the package: src/*.ts → dist/esm (bundled into few shared chunks) → dist/cjs (the same files converted one by one, so
// that CommonJS doors share chunks and state as the ESM ones do) → declarations for both; ui/ → dist/panel and dist/operations.
// `--no-types` leaves out the declarations, `--no-panel` keeps the pages that dist has.
import { spawn } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, stop } from 'esbuild'
import { rolldown } from 'rolldown'
import { entries } from './doors.mjs'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const TYPES = !process.argv.includes('--no-types')
const PANEL = !process.argv.includes('--no-panel')
const DIST = join(ROOT, 'dist')
/** What ui/ is built into, by the mode of Vite: what a hub shows, and what a service does. */
const PAGES = ['panel', 'operations']
// Built beside dist and swapped in, so that a test or a server that reads dist never sees half of it.
const NEXT = join(ROOT, `.dist-${process.pid}`)

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const packages = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
const external = (id) => id.startsWith('node:') || packages.some((name) => id === name || id.startsWith(`${name}/`))

/** A warning that would break one of the two formats ends the build. */
const strict = { 'empty-import-meta': 'error' }

const room = (name) => ({ name: name.replace('/', '-'), of: new RegExp(`^${name}/`) })
/** A module joins the first group that fits. Rooms that are a door of their own stay apart. */
const GROUPS = [
  { name: 'ground', of: /^(base|model)\/(?!names\.ts)|^objectives\/held\.ts$/ },
  room('redact'),
  { name: 'core', of: /^(metrics|context)\/|^model\/names\.ts$|^wire\/prometheus\/naming\.ts$/ },
  ...['trace', 'logs', 'health', 'access', 'config', 'surfaces/function', 'surfaces/events'].map(room),
  { name: 'wire', of: /^(wire|egress|pipeline)\/|^export\/(lane|reach)\.ts$/ },
  { name: 'http', of: /^surfaces\/http\/(h3|fastify|mount|http2|upgrade|observed|answer-headers)\.ts$/ },
  { name: 'slots', of: /^audit\/slot\.ts$|^surfaces\/\w+\/(running|settings|place|guard)\.ts$/ },
  room('console'),
  // A door and a room that is loaded late share these: one file for both.
  { name: 'ops-sql', of: /^console\/ops\/(sql|source)\.ts$|^audit\/transaction\.ts$/, late: true },
]

/** What every instance loads goes into few files, since each costs 0.4 ms at start whatever it holds; what is lazy stays so. */
function gathered() {
  const loaded = new Set()
  const plugin = {
    name: 'what index loads',
    buildEnd() {
      const found = [join(ROOT, 'src', 'index.ts')]
      for (let id = found.pop(); id !== undefined; id = found.pop()) {
        if (loaded.has(id)) continue
        loaded.add(id)
        found.push(...(this.getModuleInfo(id)?.importedIds ?? []))
      }
    },
  }
  const groups = GROUPS.map(({ name, of, late = false }, i) => ({
    name,
    priority: GROUPS.length - i,
    test: (id) => loaded.has(id) !== late && of.test(relative(join(ROOT, 'src'), id)),
  }))
  return { plugin, groups }
}

async function bundle() {
  const { plugin, groups } = gathered()
  const bundled = await rolldown({
    cwd: ROOT,
    input: Object.fromEntries(entries().map((name) => [name, `src/${name}.ts`])),
    platform: 'node',
    external,
    plugins: [plugin],
    resolve: {
      // yaml's own choice for Node is CommonJS, which cannot be shaken, and asks for node: modules by require.
      alias: { yaml: join(ROOT, 'node_modules/yaml/browser/index.js') },
    },
    transform: {
      target: 'node20.19',
      // The folder of the running file, for what lies beside it: see console/panel/folder.ts.
      define: { TELLTALE_FOLDER: 'import.meta.dirname' },
    },
    onLog(level, log) {
      if (level === 'warn') throw new Error(`the bundler warns: ${log.message}`)
    },
  })
  await bundled.write({
    dir: join(NEXT, 'esm'),
    format: 'esm',
    chunkFileNames: 'chunk/[name]-[hash].js',
    comments: false,
    codeSplitting: { groups },
  })
  await bundled.close()
  chmodSync(join(NEXT, 'esm', 'cli.js'), 0o755)
}

async function convert() {
  const esm = join(NEXT, 'esm')
  const files = readdirSync(esm, { recursive: true }).filter((file) => file.endsWith('.js'))
  await build({
    absWorkingDir: ROOT,
    entryPoints: files.map((file) => join(esm, file)),
    outbase: esm,
    outdir: join(NEXT, 'cjs'),
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    // Jest on Node 20 cannot load `import()` inside CommonJS: a lazy room is a lazy require there.
    supported: { 'dynamic-import': false },
    define: { 'import.meta.dirname': '__dirname' },
    logOverride: strict,
    logLevel: 'warning',
  })
  writeFileSync(join(NEXT, 'cjs', 'package.json'), '{ "type": "commonjs" }\n')
}

async function declare() {
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  const out = relative(ROOT, join(NEXT, 'esm'))
  const code = await new Promise((resolve, reject) => {
    spawn(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', out], { cwd: ROOT, stdio: 'inherit' })
      .on('error', reject)
      .on('exit', resolve)
  })
  if (code !== 0) throw new Error(`declarations failed: tsc ended with ${code}`)
  const esm = join(NEXT, 'esm')
  for (const file of readdirSync(esm, { recursive: true })) {
    if (!file.endsWith('.d.ts')) continue
    const text = readFileSync(join(esm, file), 'utf8')
    writeFileSync(join(esm, file), text.replace(/((?:from|import\()\s*['"]\.{1,2}\/[^'"]+)\.ts(['"])/g, '$1.js$2'))
  }
  cpSync(esm, join(NEXT, 'cjs'), { recursive: true, filter: (from) => !from.endsWith('.js') })
}

async function panel() {
  const { build: bundlePanel } = await import('vite')
  const config = { configFile: join(ROOT, 'ui', 'vite.config.ts'), logLevel: 'warn' }
  for (const mode of PAGES)
    await bundlePanel({ ...config, mode, build: { outDir: join(NEXT, mode), emptyOutDir: false } })
}

/** Swaps the new folder in: a reader finds the old one or the new one. */
function swap() {
  const old = join(ROOT, `.dist-${process.pid}-old`)
  for (const name of PANEL ? [] : PAGES)
    if (existsSync(join(DIST, name))) renameSync(join(DIST, name), join(NEXT, name))
  if (existsSync(DIST)) renameSync(DIST, old)
  renameSync(NEXT, DIST)
  rmSync(old, { recursive: true, force: true })
}

try {
  rmSync(NEXT, { recursive: true, force: true })
  mkdirSync(NEXT)
  await bundle()
  await convert()
  if (TYPES) await declare()
  if (PANEL) await panel()
  swap()
} catch (error) {
  process.exitCode = 1
  process.stderr.write(`${error.message}\n`)
} finally {
  rmSync(NEXT, { recursive: true, force: true })
  await stop()
}
