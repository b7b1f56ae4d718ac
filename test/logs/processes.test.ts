// Whole processes over the built package: an application that knows nothing of us and logs with winston or the console.
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { hex32, traceIdHex } from '../../src/base/ids.ts'
import { dist, type Ran, run } from '../house/dist.ts'
import { folder, logsOf, otlp, receiver, spansOf } from '../start/kit.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

beforeAll(() => dist(), 120_000)

/** The correlation id of a trace: its id with the version and variant of a UUID. */
const uuidOf = (trace: string): unknown =>
  expect.stringMatching(new RegExp(trace.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '^$1-$2-4$3-[89ab]$4-$5$')))

const SERVES = (say: string) => `
const server = http.createServer((request, response) => { ${say}; response.end('ok') })
server.listen(0, '127.0.0.1', async () => {
  const response = await fetch('http://127.0.0.1:' + server.address().port + '/orders')
  await response.text()
  server.close()
})
`
const LOGGER = `const logger = winston.createLogger({ transports: [new winston.transports.Console()] })`

async function application(file: string, text: string, yaml: string, dependencies: object): Promise<Ran> {
  const cwd = folder({
    'package.json': JSON.stringify({ name: 'shop', dependencies }),
    [file]: text,
    'telltale.yaml': `name: shop\nserver: { enabled: false }\n${yaml}`,
  })
  mkdirSync(join(cwd, 'node_modules'))
  symlinkSync(ROOT, join(cwd, 'node_modules/telltale'))
  symlinkSync(join(ROOT, 'node_modules/winston'), join(cwd, 'node_modules/winston'))
  const node = process.env['TELLTALE_NODE'] ?? process.execPath
  return run(node, ['--import', 'telltale/register', file], { cwd, env: { PATH: process.env['PATH'] } })
}

test.each([
  ['app.mjs', `import http from 'node:http'\nimport winston from 'winston'\n${LOGGER}`],
  ['app.cjs', `const http = require('node:http')\nconst winston = require('winston')\n${LOGGER}`],
])(
  'winston in %s needs no code: its line has the ids of the request, and one record leaves [G-08]',
  async (file, head) => {
    const collector = await receiver()
    const text = head + SERVES(`logger.info('sold', { plan: 'pro', password: 'hunter2' })`)
    const yaml = otlp(collector.url, { traces: true, logs: true })
    const ran = await application(file, text, yaml, { winston: '3' })
    expect(ran.stderr).toBe('')
    const lines = ran.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>)
    const server = spansOf(collector).find(({ kind }) => kind === 2)!
    const trace = traceIdHex(server.t0, server.t1, server.t2, server.t3)
    expect(lines).toEqual([
      {
        level: 'info',
        message: 'sold',
        plan: 'pro',
        password: 'hunter2',
        trace_id: trace,
        span_id: hex32(server.s0) + hex32(server.s1),
        trace_flags: expect.stringMatching(/^0[13]$/),
        span: 'GET',
        correlation_id: uuidOf(trace),
      },
    ])
    const records = logsOf(collector)
    expect(records.map(({ body, attributes }) => [body, attributes])).toEqual([
      ['sold', ['plan', 'pro', 'password', '[REDACTED]', 'correlation_id', uuidOf(trace)]],
    ])
    expect([records[0]!.t0, records[0]!.s1]).toEqual([server.t0, server.s1])
  },
)

test('the console writes the same bytes with the bridge and without it, and each call is one record', async () => {
  const text = `import http from 'node:http'\n${SERVES(`console.log('%s: %o', 'sold', { a: [1, 'é'] }); console.error('late', 3n)`)}`
  const off = await application('app.mjs', text, '', {})
  const collector = await receiver()
  const yaml = otlp(collector.url, { traces: true, logs: true }).replace(
    'logging: {',
    'logging: { bridges: { console: true },',
  )
  const on = await application('app.mjs', text, yaml, {})
  expect([on.stdout, on.stderr, on.code]).toEqual([off.stdout, off.stderr, 0])
  const server = spansOf(collector).find(({ kind }) => kind === 2)!
  expect(logsOf(collector).map(({ body, severityText, t3, s1 }) => [severityText, body, t3, s1])).toEqual([
    ['INFO', off.stdout.trimEnd(), server.t3, server.s1],
    ['ERROR', 'late 3n', server.t3, server.s1],
  ])
})
