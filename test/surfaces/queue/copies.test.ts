// The built package as a program has it: one copy as ES module, one as CommonJS, and a client that both are given.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { dist, run } from '../../house/dist.ts'
import { ROOT } from '../../house/source.ts'
import { later } from './kit.ts'

const PROGRAM = `
import { createRequire } from 'node:module'
import { currentSpan, start } from 'telltale'
import * as esm from 'telltale/queue'
const cjs = createRequire(import.meta.url)('telltale/queue')
const telltale = await start({ config: process.env.CONFIG })
const traces = []
for (const [first, second] of [[esm, cjs], [cjs, esm]]) {
  const sent = []
  const producer = { send: async ({ messages }) => void sent.push(messages[0].headers.traceparent), sendBatch: async () => {} }
  first.observeKafka(producer)
  const { send } = producer
  second.observeKafka(producer)
  await first.consume('orders', async () => {
    traces.push(currentSpan().spanContext().traceId)
    await producer.send({ topic: 'next', messages: [{ value: 'a' }] })
  })
  const [traceparent] = sent
  second.consume({ queue: 'next', headers: { traceparent } }, () => traces.push(currentSpan().spanContext().traceId))
  console.log(first !== second, producer.send === send, traces.pop() === traces.pop())
}
await telltale.stop()
`

test('a client that two copies of us are given is observed once, and they speak of one trace', async () => {
  await dist()
  const folder = mkdtempSync(join(tmpdir(), 'copies-'))
  later(() => rmSync(folder, { recursive: true }))
  const CONFIG = join(folder, 'telltale.yaml')
  writeFileSync(CONFIG, 'name: copies\nserver: { enabled: false }\n')
  // Without a way out for spans there would be none.
  const collector = createServer((request, response) => request.resume().on('end', () => response.end()))
  later(() => collector.close())
  await new Promise<void>((done) => collector.listen(0, '127.0.0.1', done))
  const OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
  const args = ['--input-type=module', '--eval', PROGRAM]
  const ran = await run(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, CONFIG, OTEL_EXPORTER_OTLP_ENDPOINT },
  })
  expect(ran).toEqual({ code: 0, stdout: 'true true true\ntrue true true\n', stderr: '' })
}, 120_000)
