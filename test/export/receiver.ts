// An OTLP receiver of the tests' own: real node:http on port 0, decoding what it gets.
import * as http from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { Resource, Scope } from '../../src/model/attribute.ts'
import type { Batch } from '../../src/model/batch.ts'
import { SpanRecord } from '../../src/model/span.ts'
import { decodeLogs, decodeMetrics, decodeTraces } from '../../src/wire/otlp/decode.ts'
import { decodeLogsJson, decodeMetricsJson, decodeTracesJson } from '../../src/wire/otlp/decode-json.ts'

export interface Post {
  readonly url: string
  readonly headers: http.IncomingHttpHeaders
  readonly batches: Batch[]
  readonly bytes: number
}

export interface Other {
  readonly url: string
  readonly headers: http.IncomingHttpHeaders
  readonly body: Buffer
}

const PROTOBUF = { '/v1/traces': decodeTraces, '/v1/metrics': decodeMetrics, '/v1/logs': decodeLogs }
const JSON_ = { '/v1/traces': decodeTracesJson, '/v1/metrics': decodeMetricsJson, '/v1/logs': decodeLogsJson }

export class Receiver {
  readonly posts: Post[] = []
  /** What came to other paths than OTLP's; answered with 202, as Zipkin and Jaeger do. */
  readonly others: Other[] = []
  /** Requests whatever the answer was. */
  requests = 0
  port = 0
  /** Answers a request itself when it returns true; such a request is not among `posts`. */
  answer: (res: http.ServerResponse, n: number, req: http.IncomingMessage) => boolean | Promise<boolean> = () => false
  readonly server: http.Server
  readonly #sockets = new Set<Socket>()

  constructor() {
    this.server = http.createServer((req, res) => void this.#handle(req, res))
    this.server.on('connection', (socket) => this.#sockets.add(socket))
  }

  async #handle(req: http.IncomingMessage, res: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk as Buffer)
    const raw = Buffer.concat(chunks)
    if (await this.answer(res, ++this.requests, req)) return
    const body = req.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw
    const path = req.url as keyof typeof PROTOBUF
    if (!(path in PROTOBUF)) {
      this.others.push({ url: path, headers: req.headers, body })
      res.writeHead(202).end()
      return
    }
    const json = req.headers['content-type'] === 'application/json'
    const batches = json ? JSON_[path](body) : PROTOBUF[path](body)
    this.posts.push({ url: req.url!, headers: req.headers, batches, bytes: raw.length })
    res
      .writeHead(200, { 'content-type': req.headers['content-type'] })
      .end(json ? '{"partialSuccess":{}}' : Buffer.of(0x0a, 0))
  }

  async listen(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve))
    this.port = (this.server.address() as AddressInfo).port
    return this
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** Names of all spans delivered, in order. */
  get spans(): string[] {
    return this.posts.flatMap((post) => post.batches.flatMap((batch) => batch.spans.map((span) => span.name)))
  }

  get logs(): unknown[] {
    return this.posts.flatMap((post) => post.batches.flatMap((batch) => batch.logs.map((log) => log.body)))
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.server.close(resolve))
  }
}

export const resource = new Resource([
  'service.name',
  'shop',
  'host.name',
  'h',
  'process.pid',
  7,
  'os.type',
  'linux',
  'telemetry.sdk.name',
  'telltale',
])
export const scope = new Scope('test', '1')

export function span(name: string): SpanRecord {
  const record = new SpanRecord(scope, name, 1, 1_764_000_000_000)
  record.endTime = record.startTime + 1
  record.t0 = 1
  record.s0 = 2
  return record
}

export function names(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, i) => `s${from + i}`)
}

export function batch(parts: Partial<Batch>): Batch {
  return { resource, spans: [], series: [], logs: [], ...parts }
}
