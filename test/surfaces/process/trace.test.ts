// Whole processes over the built package: one trace from a request over a function, a queue, a forked consumer, a child that
// was started for one thing, a cluster worker and a thread.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { spanIdHex, traceIdHex } from '../../../src/base/ids.ts'
import { dist } from '../../house/dist.ts'
import { attributesOf, folder, later, otlp, receiver, resourcesOf, spansOf } from '../../start/kit.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

beforeAll(() => dist())

const SHOP = `
import { fork } from 'node:child_process'
import cluster from 'node:cluster'
import { once } from 'node:events'
import http from 'node:http'
import { Worker } from 'node:worker_threads'
import { start } from 'telltale'
import { observe } from 'telltale/function'
import { publish } from 'telltale/queue'
const telltale = await start()
const consumer = fork('./consumer.mjs')
await once(consumer, 'message')
const server = http.createServer(async (request, response) => {
  try {
    await observe('app:order', {}, () => publish('orders', async (headers) => {
      consumer.send({ id: 'm1', headers })
      await once(consumer, 'message')
    }))
    const child = fork('./once.mjs')
    await once(child, 'exit')
    cluster.setupPrimary({ exec: './once.mjs' })
    await once(cluster.fork(), 'exit')
    await once(new Worker('./once.mjs'), 'exit')
    response.end('done')
  } catch (error) {
    response.writeHead(500).end(error.stack)
  }
}).listen(0, '127.0.0.1')
await once(server, 'listening')
const answer = await fetch('http://127.0.0.1:' + server.address().port + '/order')
const text = await answer.text()
consumer.disconnect()
await once(consumer, 'exit')
server.close()
const scrape = await (await fetch(telltale.address + '/metrics')).text()
const lines = scrape.split('\\n').filter((line) => /^(queue_messages|queue_published|queue_in_flight|process_(started|terminated|active)|function_in_flight)/.test(line))
console.log(JSON.stringify({ text, lines }))
await telltale.stop()
`

const CONSUMER = `
import { start } from 'telltale'
import { consume } from 'telltale/queue'
const telltale = await start()
process.on('message', ({ id, headers }) => {
  consume({ queue: 'orders', id, headers }, () => {})
  process.send('taken')
})
process.once('disconnect', () => telltale.stop())
process.send('ready')
`

const ONCE = `
import { start, span } from 'telltale'
import { inherit, job } from 'telltale/process'
const telltale = await start()
inherit(() => job('import', () => span('row', () => {})))
await telltale.stop()
process.disconnect?.()
`

test('one trace goes from a request through a function, a queue and every kind of process [W-32, W-15, W-31, W-22]', async () => {
  const to = await receiver()
  const config = (name: string) => `name: ${name}\nserver: { port: 0 }\n${otlp(to.url)}`
  const cwd = folder({
    'package.json': '{ "type": "module" }',
    'telltale.yaml': config('shop'),
    'shop.mjs': SHOP,
    'consumer.mjs': CONSUMER,
    'once.mjs': ONCE,
  })
  mkdirSync(join(cwd, 'node_modules'))
  symlinkSync(ROOT, join(cwd, 'node_modules', 'telltale'))
  const child = spawn(process.env['TELLTALE_NODE'] ?? process.execPath, ['shop.mjs'], {
    cwd,
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  later(() => child.exitCode ?? child.kill('SIGKILL'))
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk) => (out += chunk))
  child.stderr.on('data', (chunk) => (err += chunk))
  const [code] = await once(child, 'close')
  expect([code, err]).toEqual([0, expect.not.stringContaining('Error')])
  const said = JSON.parse(out.trim().split('\n').at(-1)!) as { text: string; lines: string[] }
  expect(said.text).toBe('done')
  expect(
    said.lines
      .map((line) =>
        line
          .replace(/service="[^"]*",?/, '')
          .replace('{}', '')
          .replace(',}', '}'),
      )
      .sort(),
  ).toEqual([
    'function_in_flight{function_id="app:order"} 0',
    'process_active 0',
    'process_started_total 4',
    'process_terminated_total{result="completed"} 4',
    'queue_published_total{queue="orders",error_type=""} 1',
  ])
  const spans = spansOf(to)
  const request = spans.find(({ name }) => name.startsWith('GET') && name !== 'GET /metrics')!
  const trace = traceIdHex(request.t0, request.t1, request.t2, request.t3)
  const ids = new Map(spans.map((span) => [spanIdHex(span.s0, span.s1), span]))
  const kinds = ['', 'internal', 'server', 'client', 'producer', 'consumer']
  const edges = spans
    .filter(({ t0, t1, t2, t3 }) => traceIdHex(t0, t1, t2, t3) === trace)
    .map((span) => `${ids.get(spanIdHex(span.p0, span.p1))?.name ?? '-'} > ${span.name} ${kinds[span.kind]}`)
  expect(edges.sort()).toEqual([
    '- > GET client',
    'GET > GET server',
    'GET > app:order internal',
    'GET > child.started internal',
    'GET > cluster.started internal',
    'GET > worker.started internal',
    'app:order > publish orders producer',
    'child.started > child.terminated internal',
    'child.started > import internal',
    'cluster.started > cluster.terminated internal',
    'cluster.started > import internal',
    'import > row internal',
    'import > row internal',
    'import > row internal',
    'publish orders > process orders consumer',
    'worker.started > import internal',
    'worker.started > worker.terminated internal',
  ])
  expect(resourcesOf(to, '/v1/traces').length).toBeGreaterThan(3)
  expect(attributesOf(spans.find(({ name }) => name === 'cluster.terminated')!)['termination.reason']).toBe('completed')
})
