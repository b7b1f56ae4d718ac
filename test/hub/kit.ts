// A hub on free ports, requests of every kind to it, and bodies that it should take.
import http from 'node:http'
import net from 'node:net'
import { afterEach } from 'vitest'
import { onNotice } from '../../src/base/notice.ts'
import { type Hub, type HubOptions, startHub } from '../../src/hub/hub.ts'
import { Resource, Scope } from '../../src/model/attribute.ts'
import type { Batch } from '../../src/model/batch.ts'
import { LogRecord } from '../../src/model/log.ts'
import { Family, Series } from '../../src/model/metric.ts'
import { SpanRecord } from '../../src/model/span.ts'
import { encodeLogs, encodeMetrics, encodeTraces } from '../../src/wire/otlp/encode.ts'
import { encodeLogsJson, encodeMetricsJson, encodeTracesJson } from '../../src/wire/otlp/json.ts'

const undo: (() => unknown)[] = []

export function later(work: () => unknown): void {
  undo.push(work)
}

afterEach(async () => {
  for (const work of undo.splice(0).reverse()) await work()
  onNotice(undefined)
})

export async function hub(options: HubOptions = {}): Promise<Hub> {
  const made = await startHub({ port: 0, uiPort: 0, ...options })
  later(() => made.stop(100))
  return made
}

export interface Answer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: Buffer
  readonly text: string
}

export function ask(url: string, options: http.RequestOptions & { body?: string | Uint8Array } = {}): Promise<Answer> {
  const { body, ...rest } = options
  return new Promise((resolve, reject) => {
    const request = http.request(url, { agent: false, ...rest }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const whole = Buffer.concat(chunks)
        resolve({ status: response.statusCode!, headers: response.headers, body: whole, text: whole.toString() })
      })
      response.on('error', reject)
    })
    request.on('error', reject)
    request.end(body)
  })
}

export const PROTOBUF = { 'content-type': 'application/x-protobuf' }
export const JSON_TYPE = { 'content-type': 'application/json' }

export function post(
  url: string,
  body: string | Uint8Array,
  headers: http.OutgoingHttpHeaders = PROTOBUF,
): Promise<Answer> {
  return ask(url, { method: 'POST', headers: { 'content-length': Buffer.byteLength(body), ...headers }, body })
}

/** Writes raw bytes and reads until the other side closes, or leaves so long after they were sent. */
export function raw(url: string, bytes: Uint8Array | string, ms = 10_000): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    const socket = net.connect(Number(port), hostname)
    let text = ''
    let timer: NodeJS.Timeout | undefined
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(text)
    })
    socket.write(bytes, () => {
      timer = setTimeout(() => socket.destroy(), ms)
    })
  })
}

const scope = new Scope('test', '1')
const resource = new Resource(['service.name', 'shop'])
let ids = 1

export function batch(name: string): Batch {
  const now = Date.now()
  const span = new SpanRecord(scope, name, 2, now - 5)
  span.endTime = now
  span.t0 = span.s0 = ids++
  const log = new LogRecord(scope, now, 9, 'INFO', name)
  const family = new Family({ name: `${name}.count`, short: '', type: 'counter', scope })
  const series = new Series(['a', 'x'], null, now - 1000)
  series.value = 1
  series.time = now
  family.series.push(series)
  return { resource, spans: [span], series: [family], logs: [log] }
}

export const BODIES = {
  traces: {
    protobuf: (name: string) => encodeTraces([{ ...batch(name), series: [], logs: [] }]),
    json: (name: string) => encodeTracesJson([{ ...batch(name), series: [], logs: [] }]),
  },
  metrics: {
    protobuf: (name: string) => encodeMetrics([{ ...batch(name), spans: [], logs: [] }]),
    json: (name: string) => encodeMetricsJson([{ ...batch(name), spans: [], logs: [] }]),
  },
  logs: {
    protobuf: (name: string) => encodeLogs([{ ...batch(name), spans: [], series: [] }]),
    json: (name: string) => encodeLogsJson([{ ...batch(name), spans: [], series: [] }]),
  },
} as const

export const SIGNALS = ['traces', 'metrics', 'logs'] as const

/** Sends one good span and finds it again: the hub lives, and good data lands. */
export async function lives(one: Hub, name = `good${ids}`): Promise<void> {
  const answer = await post(`${one.endpoint}/v1/traces`, BODIES.traces.protobuf(name))
  if (answer.status !== 200) throw new Error(`the hub answered ${answer.status}: ${answer.text}`)
  const found = await ask(`${one.ui}/api/v1/traces?name=${name}`)
  const { items } = JSON.parse(found.text) as { items?: unknown[] }
  if (found.status !== 200 || items?.length !== 1)
    throw new Error(`${name} is not there: ${found.status} ${found.text}`)
}
