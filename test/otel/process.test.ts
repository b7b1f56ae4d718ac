// Plain Node programs: what a test runner's own module loading could hide.
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Bundle, bundle, run } from './bundle.ts'

let built: Bundle
const folders: string[] = []

beforeAll(() => {
  built = bundle()
})
afterAll(() => {
  built.remove()
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** An application folder with one of the programs and the packages given. */
function application(program: string, packages: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'app-'))
  folders.push(folder)
  for (const [name, from] of Object.entries(packages)) {
    const place = join(folder, 'node_modules', name)
    mkdirSync(dirname(place), { recursive: true })
    // A copy and not a link: Node would see the link's target, and with it another folder.
    cpSync(resolve('node_modules', from), place, { recursive: true })
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ imports: { '#bundle': './bundle.mjs' } }))
  symlinkSync(built.esm, join(folder, 'bundle.mjs'))
  cpSync(join('test/otel/apps', program), join(folder, program))
  return join(folder, program)
}

const env = () => ({ BUNDLE: built.cjs, BUNDLE_ESM: built.esm })

test.each([
  ['1.9', '@opentelemetry/api'],
  ['1.10', 'api110'],
])(
  'API %s in a CommonJS program: an early tracer works, and both module kinds share one context [W-37]',
  async (_version, copy) => {
    expect(await run([application('late.cjs', { '@opentelemetry/api': copy })], env())).toEqual({
      registered: ['diag', 'context', 'propagation', 'trace', 'metrics'],
      spans: [
        ['cjs', 'esm', { from: 'esm' }],
        ['esm', 'early', {}],
        ['late', 'early', {}],
        ['early', null, {}],
      ],
    })
  },
)

test('API 1.9 in an ES module program: a tracer taken before start works after it [W-37]', async () => {
  expect(await run([application('late.mjs', { '@opentelemetry/api': '@opentelemetry/api' })], env())).toEqual({
    registered: ['diag', 'context', 'propagation', 'trace', 'metrics'],
    spans: [
      ['early', 'early@'],
      ['late', 'late@'],
    ],
  })
})

test('API 1.10 in an ES module program: a tracer taken before start works after it [W-37]', async () => {
  const app = application('late.mjs', { '@opentelemetry/api': 'api110' })
  expect(await run([app], env())).toEqual({
    registered: ['diag', 'context', 'propagation', 'trace', 'metrics'],
    spans: [
      ['early', 'early@'],
      ['late', 'late@'],
    ],
  })
})

test('without the API installed nothing of it is loaded, and spans of ours work [W-37]', async () => {
  expect(await run([application('absent.cjs', {})], env())).toEqual({
    loaded: [],
    version: '1.10.0',
    registered: ['diag', 'context', 'propagation', 'trace', 'metrics'],
    spans: ['ours'],
  })
})

test.each([
  ['1', ['greet']],
  ['', []],
])('a library that is an ES module is seen only when imports are hooked (ESM=%j) [R-09]', async (esm, spans) => {
  const main = application('imported.mjs', {})
  const folder = dirname(main)
  const put = (name: string, file: string, text: string, type: string) => {
    mkdirSync(join(folder, 'node_modules', name), { recursive: true })
    writeFileSync(join(folder, 'node_modules', name, file), text)
    writeFileSync(
      join(folder, 'node_modules', name, 'package.json'),
      JSON.stringify({ name, version: '1.0.0', type, exports: `./${file}` }),
    )
  }
  put('greeter', 'index.js', 'export function greet() { return "hello" }', 'module')
  put(
    '@acme/instrumentation-greeter',
    'index.js',
    `const { InstrumentationBase, InstrumentationNodeModuleDefinition } = require('@opentelemetry/instrumentation')
     exports.Greeter = class extends InstrumentationBase {
       constructor() { super('greeter', '1', {}) }
       init() {
         return [new InstrumentationNodeModuleDefinition('greeter', ['*'], (exported) => {
           const tracer = () => this.tracer
           const { greet } = exported
           exported.greet = () => { const span = tracer().startSpan('greet'); span.end(); return greet() }
           return exported
         })]
       }
     }`,
    'commonjs',
  )
  symlinkSync(resolve('node_modules/@opentelemetry'), join(folder, 'node_modules/@opentelemetry'))
  const args = ['--import', resolve('test/otel/apps/preload.mjs'), main]
  expect(await run(args, { ...env(), ESM: esm }, process.execPath, folder)).toEqual({
    said: 'hello',
    failed: {},
    spans,
  })
})

test('a finished span with five attributes keeps at most 500 bytes, and all spans have one hidden class [H-25]', async () => {
  const found = (await run(
    ['--expose-gc', '--allow-natives-syntax', resolve('test/otel/apps/weight.cjs')],
    env(),
  )) as Record<string, number>
  expect(found).toEqual({ bytes: expect.any(Number), spans: 20_000, odd: 0, fields: 19 })
  expect(found['bytes']).toBeLessThanOrEqual(500)
})
