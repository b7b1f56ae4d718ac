// The built package as a program has it: one copy as ES module, one as CommonJS, and a client that both are given.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { dist, type Ran, run } from '../../house/dist.ts'
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

const FROZEN = `
import { currentSpan, start } from 'telltale'
import { consume, observeKafka } from 'telltale/queue'
for (const one of [Object, Array, Function, Promise, Map, Set, WeakMap, RegExp, Date, Error, String, Number, Symbol, Uint8Array, Buffer]) {
  Object.freeze(one.prototype)
  Object.freeze(one)
}
const telltale = await start({ config: process.env.CONFIG })
const headers = { constructor: 'x', toString: 'y', traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' }
const sent = []
const producer = observeKafka({ send: async ({ messages }) => void sent.push(...messages), sendBatch: async () => {} })
class Note {
  value = 'a'
  toString() { return 'note' }
}
await consume({ queue: 'orders', headers }, () => producer.send({ topic: 'next', messages: [new Note(), { value: 'b', headers }] }))
for (const { headers } of sent) console.log(Object.keys(headers).join(), headers.traceparent.slice(0, 35))
console.log(String(sent[0]))
await telltale.stop()
`

async function outputOf(program: string): Promise<Ran> {
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
  const env = { ...process.env, CONFIG, OTEL_EXPORTER_OTLP_ENDPOINT }
  return run(process.execPath, ['--input-type=module', '--eval', program], { cwd: ROOT, env })
}

test('a client that two copies of us are given is observed once, and they speak of one trace', async () => {
  expect(await outputOf(PROGRAM)).toEqual({ code: 0, stdout: 'true true true\ntrue true true\n', stderr: '' })
}, 120_000)

test('where every prototype is frozen a message is read and sent like anywhere else', async () => {
  const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736'
  expect(await outputOf(FROZEN)).toEqual({
    code: 0,
    stdout: `traceparent ${trace}\nconstructor,toString,traceparent ${trace}\nnote\n`,
    stderr: '',
  })
}, 120_000)
