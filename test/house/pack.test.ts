// The package as people get it: packed, installed into an empty folder, and opened in each way that they open it.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { doors } from '../../scripts/doors.mjs'
import { dist, type Ran, run } from './dist.ts'
import { ROOT } from './source.ts'

const folder = mkdtempSync(join(tmpdir(), 'telltale-pack-'))
const required = process.env['TELLTALE_REQUIRE_SERVICES'] === '1'
/** Tools of other people's projects: their own majors, none of them a dependency of ours. */
const TOOLS = ['jest@30', 'publint@0.3', '@types/node@20', 'fastify@5', 'pino@10']
const PASSIVE = doors().filter((door) => door !== 'register')
const specifier = (door: string) => (door === 'index' ? 'telltale' : `telltale/${door}`)
let problem: string | undefined

function put(path: string, text: string): string {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}

const npm = (args: string[], cwd: string) =>
  run('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd })
const node = (args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> =>
  run(process.execPath, args, { cwd: folder, env: { ...process.env, NODE_OPTIONS: '', ...env } })

beforeAll(async () => {
  await dist({ types: true, panel: true })
  const packed = await npm(['pack', '--ignore-scripts', '--json', '--pack-destination', folder], ROOT)
  expect(packed.code, packed.stderr).toBe(0)
  const [{ filename }] = JSON.parse(packed.stdout)
  put('package.json', '{ "name": "empty", "private": true }\n')
  const version = JSON.parse(readFileSync(join(ROOT, 'node_modules/vitest/package.json'), 'utf8')).version
  const install = ['install', '--prefer-offline', '--ignore-scripts', `./${filename}`, `vitest@${version}`, ...TOOLS]
  let installed = await npm(install, folder)
  // A download that breaks off says nothing about the package.
  for (let i = 0; i < 2 && required && installed.code !== 0; i++) installed = await npm(install, folder)
  if (installed.code !== 0) problem = `npm install failed: ${installed.stderr}`
  if (problem && required) throw new Error(problem)
}, 900_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A test that needs what `npm install` brought; without a registry in reach it is skipped with npm's words. */
function packed(title: string, work: () => Promise<void>): void {
  test(title, { timeout: 300_000 }, async (context) => {
    context.skip(problem !== undefined, problem)
    await work()
  })
}

packed('every door is imported from an ES module', async () => {
  put('all.mjs', `${PASSIVE.map((door) => `await import('${specifier(door)}')`).join('\n')}\nconsole.log('loaded')\n`)
  expect(await node(['all.mjs'])).toEqual({ code: 0, stdout: 'loaded\n', stderr: '' })
})

packed('every door is required from CommonJS and is CommonJS itself', async () => {
  const lines = PASSIVE.map((door) => `require('${specifier(door)}')`)
  put(
    'all.cjs',
    `${lines.join('\n')}\nconsole.log(Object.keys(require.cache).filter((f) => f.includes('/dist/esm/')))\n`,
  )
  expect(await node(['all.cjs'])).toEqual({ code: 0, stdout: '[]\n', stderr: '' })
})

packed('package.json and the schema are reachable by name', async () => {
  put('files.cjs', `console.log(require('telltale/package.json').name, require('telltale/schema').$schema)\n`)
  expect(await node(['files.cjs'])).toEqual({
    code: 0,
    stdout: 'telltale http://json-schema.org/draft-07/schema#\n',
    stderr: '',
  })
})

packed('ESM and CommonJS doors of one process share one state', async () => {
  put(
    'shared.mjs',
    `import { createRequire } from 'node:module'
import { counter } from 'telltale'
import { Registry } from 'telltale/metrics'
const cjs = createRequire(import.meta.url)('telltale')
const made = counter('pack_shared_total', { labels: ['from'] })
const again = cjs.counter('pack_shared_total', { labels: ['from'] })
console.log(made === again, typeof Registry)
`,
  )
  expect(await node(['shared.mjs'])).toEqual({ code: 0, stdout: 'true function\n', stderr: '' })
})

packed('a CommonJS Jest project loads every door and counts', async () => {
  const requires = PASSIVE.map((door) => `  expect(typeof require('${specifier(door)}')).toBe('object')`).join('\n')
  put('jest/package.json', '{ "name": "in-jest", "private": true }\n')
  put(
    'jest/doors.test.js',
    `test('doors', async () => {
${requires}
  const { counter, start } = require('telltale')
  counter('jest_runs_total').add(1)
  const telltale = await start({ config: __dirname + '/telltale.yaml' })
  await telltale.stop()
})\n`,
  )
  put('jest/telltale.yaml', 'name: in-jest\nserver: { enabled: false }\n')
  const ran = await node(['node_modules/jest/bin/jest.js', '--rootDir', 'jest', '--ci'])
  expect(ran.code, ran.stderr).toBe(0)
  expect(ran.stderr).toContain('Tests:       1 passed, 1 total')
})

packed('a Vitest project loads every door and counts', async () => {
  const imports = PASSIVE.map((door) => `  expect(typeof (await import('${specifier(door)}'))).toBe('object')`).join(
    '\n',
  )
  put(
    'vitest/doors.test.mjs',
    `import { expect, test } from 'vitest'
import { counter } from 'telltale'
test('doors', async () => {
${imports}
  counter('vitest_runs_total').add(1)
})\n`,
  )
  const ran = await node(['node_modules/vitest/vitest.mjs', 'run', '--root', 'vitest'])
  expect(ran.code, ran.stdout + ran.stderr).toBe(0)
})

packed('TypeScript checks a program under node16 as ESM and as CommonJS, without @opentelemetry/api', async () => {
  const program = `${PASSIVE.map((door, i) => `import * as d${i} from '${specifier(door)}'`).join('\n')}
import { counter, span, start } from 'telltale'
export async function main(): Promise<void> {
  const telltale = await start()
  const paid = counter('paid_total', { labels: ['plan'] })
  paid.with({ plan: 'pro' }).add(1)
  const value: number = await span('work', async (s) => { s.set('items', 3); return 1 })
  await telltale.stop()
  console.log(value, [${PASSIVE.map((_, i) => `d${i}`)}])
}
`
  put('types/a.mts', program)
  put('types/b.cts', program)
  put(
    'types/tsconfig.json',
    `{ "compilerOptions": { "module": "node16", "moduleResolution": "node16", "target": "es2022", "lib": ["es2023"], "types": ["node"],
  "strict": true, "noEmit": true, "skipLibCheck": false }, "files": ["a.mts", "b.cts"] }\n`,
  )
  expect(await node([join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'types'])).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  })
})

packed('the panel is in the package and served from it, by either kind of application', async () => {
  const work = `startHub({ port: 0, uiPort: 0 }).then(async (hub) => {
  const text = await (await fetch(hub.ui + '/traces')).text()
  const asset = /src="([^"]+[.]js)"/.exec(text)[1]
  const script = await fetch(hub.ui + asset)
  console.log(script.status, script.headers.get('content-type'), (await script.text()).length > 20000)
  await hub.stop()
})\n`
  put('panel.mjs', `import { startHub } from 'telltale/hub'\n${work}`)
  put('panel.cjs', `const { startHub } = require('telltale/hub')\n${work}`)
  for (const file of ['panel.mjs', 'panel.cjs'])
    expect(await node([file])).toEqual({ code: 0, stdout: '200 text/javascript; charset=utf-8 true\n', stderr: '' })
})

packed('the operations page is in the package, and a service serves it, in either kind of application', async () => {
  const work = `start({ config: 'operations.yaml' }).then(async (telltale) => {
  const text = await (await fetch(telltale.address + '/console')).text()
  const asset = /src="([^"]+[.]js)"/.exec(text)[1]
  const script = await fetch(telltale.address + asset)
  console.log(script.status, script.headers.get('content-type'), (await script.text()).length > 20000)
  await telltale.stop()
})\n`
  put('operations.yaml', 'name: packed\nserver: { port: 0 }\n')
  put('operations.mjs', `import { start } from 'telltale'\n${work}`)
  put('operations.cjs', `const { start } = require('telltale')\n${work}`)
  for (const file of ['operations.mjs', 'operations.cjs'])
    expect((await node([file])).stdout).toBe('200 text/javascript; charset=utf-8 true\n')
})

packed('publint finds nothing wrong with the package', async () => {
  const ran = await node(['node_modules/publint/src/cli.js', 'run', 'node_modules/telltale', '--strict'])
  expect(ran.code, ran.stdout + ran.stderr).toBe(0)
})

packed('the program telltale answers, and --import telltale/register runs an application of either kind', async () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const bin = await run(join(folder, 'node_modules/.bin/telltale'), ['--version'], { cwd: folder })
  expect(bin).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  // Spans are made only while something takes them, unless the mode says full.
  put('telltale.yaml', 'name: packed\nmode: full\nserver: { enabled: false }\n')
  const app = (open: string) => `${open}
const server = http.createServer((req, res) => res.end(req.headers.traceparent ? 'traced' : 'bare')).listen(0, '127.0.0.1', () =>
  http.get({ port: server.address().port, host: '127.0.0.1', agent: new http.Agent() }, (res) => {
    res.on('data', (text) => console.log(String(text))).on('end', () => server.close())
  }))
`
  put('app.mjs', app("import http from 'node:http'"))
  put('app.cjs', app("const http = require('node:http')"))
  for (const file of ['app.mjs', 'app.cjs']) {
    expect(await node(['--import', 'telltale/register', file])).toEqual({ code: 0, stdout: 'traced\n', stderr: '' })
  }
})
