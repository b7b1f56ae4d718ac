// Processes that end in the very turn in which they recorded something, over the built package.
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { Receiver } from '../export/receiver.ts'
import { dist, type Ran, run } from '../house/dist.ts'
import { ROOT } from '../house/source.ts'
import { familiesOf, folder, logsOf, otlp, receiver, spansOf } from './kit.ts'

beforeAll(() => dist())

const ALL = { traces: true, metrics: true, logs: true }

/** Runs a program that has started, ended one span, written one line and counted one thing before `ends`. */
function program(yaml: string, ends: string, args: readonly string[] = [], file = 'app.mjs'): Promise<Ran> {
  const head =
    file === 'app.mjs'
      ? "import { counter, log, span, start } from 'telltale'\nconst telltale = await start()\n"
      : "const { counter, log, span, start } = require('telltale')\nconst telltale = start()\n"
  const cwd = folder({
    'telltale.yaml': `name: job\nserver: { enabled: false }\n${yaml}`,
    [file]: `${head}span('last', () => log.info('said'))\ncounter('done_total').add(1)\n${ends}\n`,
  })
  mkdirSync(join(cwd, 'node_modules'))
  symlinkSync(ROOT, join(cwd, 'node_modules/telltale'))
  const node = process.env['TELLTALE_NODE'] ?? process.execPath
  return run(node, [...args, file], { cwd, env: { PATH: process.env['PATH'] } })
}

/** A machine that does much else may need longer than the second that an end is held up by default. */
const within = (time: string, yaml: string) =>
  yaml.replace('opentelemetry:\n', `opentelemetry:\n    exit_timeout: ${time}\n`)

const arrived = (to: Receiver) => ({
  spans: spansOf(to).map(({ name }) => name),
  logs: logsOf(to)
    .map(({ body }) => body)
    .filter((body) => body === 'said'),
  metrics: familiesOf(to)
    .get('done_total')
    ?.series.map(({ value }) => value),
})
const EACH = { spans: ['last'], logs: ['said'], metrics: [1] }

test.each([
  ['process.exit()', 'process.exit(7)', 7],
  ['an error that is thrown', "throw new RangeError('mine')", 1],
  ['an error that is thrown later', "setTimeout(() => { throw new RangeError('mine') }, 5)", 1],
  ['a rejection that nobody handles', "void Promise.reject(new RangeError('mine'))", 1],
  ['process.exit() in a listener of beforeExit', "process.prependListener('beforeExit', () => process.exit(0))", 0],
])(
  'after %s what was recorded last is delivered, once, and the end is as it was [W-23] [H-23]',
  async (_, ends, code) => {
    const collector = await receiver()
    const ran = await program(within('10s', otlp(collector.url, ALL).replace('50ms', '60s')), ends)
    expect([ran.code, ran.stderr.includes('RangeError: mine')]).toEqual([code, ends.includes('mine')])
    expect(arrived(collector)).toEqual(EACH)
  },
)

test('CommonJS, flags that load more into every process, JSON and gzip do not stand in its way', async () => {
  const collector = await receiver()
  const exporter = `{ type: otlp, endpoint: "${collector.url}", protocol: http/json, compression: gzip, headers: { x-key: k } }`
  const yaml = `observability: { opentelemetry: { exit_timeout: 10s, tracing: { exporters: [${exporter}] } } }\n`
  const ends = "for (let i = 0; i < 40; i++) span('s' + i, () => {})\nprocess.exit(0)"
  const ran = await program(yaml, ends, ['--import', 'telltale/register'], 'app.cjs')
  expect([ran.code, spansOf(collector).map(({ name }) => name)]).toEqual([
    0,
    ['last', ...Array.from({ length: 40 }, (_, i) => `s${i}`)],
  ])
  expect(collector.posts.map(({ headers }) => [headers['content-encoding'], headers['x-key']])).toEqual([['gzip', 'k']])
})

test('Zipkin and Jaeger get theirs too [R-05]', async () => {
  const collector = await receiver()
  const exporters = `exporters: [{ type: zipkin, endpoint: "${collector.url}/api/v2/spans" }, { type: jaeger, endpoint: "${collector.url}/api/traces" }]`
  // Their codecs are there when something was delivered.
  const ends = "await telltale.flush()\nspan('after', () => {})\nprocess.exit(0)"
  await program(`observability: { opentelemetry: { exit_timeout: 10s, tracing: { ${exporters} } } }\n`, ends)
  const jaeger = '/api/traces?format=jaeger.thrift'
  expect(collector.others.map(({ url }) => url).sort()).toEqual([jaeger, jaeger, '/api/v2/spans', '/api/v2/spans'])
  const last = collector.others.findLast(({ url }) => url === '/api/v2/spans')
  expect(JSON.parse(last!.body.toString())).toMatchObject([{ name: 'after' }])
})

test('what was delivered is not sent again: after a stop, after an end by itself', async () => {
  for (const ends of ['await telltale.stop()\nprocess.exit(0)', '']) {
    const collector = await receiver()
    const ran = await program(otlp(collector.url), ends)
    expect([ran.code, ran.stderr, collector.requests, arrived(collector).spans]).toEqual([0, '', 1, ['last']])
  }
})

test('a collector that never answers holds the end up no longer than its time, and is said; 0s leaves the end alone', async () => {
  const collector = await receiver()
  collector.answer = () => new Promise(() => {})
  const silent = await program(otlp(collector.url), 'process.exit(3)')
  expect([silent.code, silent.stdout + silent.stderr]).toEqual([
    3,
    expect.stringContaining('1 of 1 requests with the last telemetry of this process were not taken within 1000 ms'),
  ])
  const unasked = await receiver()
  const off = await program(within('0s', otlp(unasked.url)), 'process.exit(3)')
  expect([off.code, off.stderr, unasked.requests]).toEqual([3, '', 0])
})
