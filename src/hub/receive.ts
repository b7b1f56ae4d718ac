// OTLP over HTTP, as the OpenTelemetry Collector answers it: three paths, protobuf and JSON, gzip and deflate. It promises
// an answer to whatever bytes arrive, that bad ones change nothing, and a bound on what it holds while it works; it refuses
// with 503 and Retry-After what would go over that bound. No framework stands on this path.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { notice, thrownText } from '../base/notice.ts'
import type { Batch } from '../model/batch.ts'
import { decodeLogs, decodeMetrics, decodeTraces } from '../wire/otlp/decode.ts'
import { decodeLogsJson, decodeMetricsJson, decodeTracesJson } from '../wire/otlp/decode-json.ts'
import type { Signal } from '../wire/otlp/encode.ts'
import { MalformedOtlp } from '../wire/otlp/malformed.ts'
import { encodeResponse, encodeResponseJson } from '../wire/otlp/response.ts'
import { statusJson, statusProtobuf } from './answer.ts'
import { Refusal, readBody, Unzip } from './body.ts'
import { Budget } from './budget.ts'

const PATHS: ReadonlyMap<string, Signal> = new Map([
  ['/v1/traces', 'traces'],
  ['/v1/metrics', 'metrics'],
  ['/v1/logs', 'logs'],
])

type Decode = (bytes: Uint8Array) => Batch[]

const DECODE: Readonly<Record<Encoding, Readonly<Record<Signal, Decode>>>> = {
  protobuf: { traces: decodeTraces, metrics: decodeMetrics, logs: decodeLogs },
  json: { traces: decodeTracesJson, metrics: decodeMetricsJson, logs: decodeLogsJson },
}

type Encoding = 'protobuf' | 'json'

const REJECTED = 'not kept: no usable id or time, or over a limit of the hub'

const CONTENT_TYPE = { protobuf: 'application/x-protobuf', json: 'application/json' } as const

export interface ReceiverLimits {
  /** Bytes of one body, before and after decompression. */
  readonly body: number
  /** Bytes of all bodies that are held while they are read and decoded. */
  readonly pending: number
}

export const RECEIVER_LIMITS: ReceiverLimits = { body: 20 * 1024 * 1024, pending: 128 * 1024 * 1024 }

/** Requests by what became of them. */
export interface ReceiverCounts {
  accepted: number
  /** Malformed, too large, of another kind. */
  refused: number
  /** Turned away because too much was under way. */
  overloaded: number
}

export class Receiver {
  readonly limits: ReceiverLimits
  readonly counts: Readonly<Record<Signal, ReceiverCounts>> = { traces: none(), metrics: none(), logs: none() }
  readonly #accept: (batch: Batch) => number
  readonly #budget: Budget
  readonly #unzip = new Unzip()

  /** `accept` returns how many records it did not take: the sender is told (partial success). */
  constructor(accept: (batch: Batch) => number, limits: Partial<ReceiverLimits> = {}) {
    this.#accept = accept
    this.limits = { ...RECEIVER_LIMITS, ...limits }
    this.#budget = new Budget(this.limits.pending)
  }

  readonly listener = (request: IncomingMessage, response: ServerResponse): void => {
    const url = request.url ?? ''
    const query = url.indexOf('?')
    const signal = PATHS.get(query < 0 ? url : url.slice(0, query))
    if (signal === undefined) return text(response, 404, '404 page not found')
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST')
      return text(response, 405, '405 method not allowed, supported: [POST]')
    }
    const encoding = encodingOf(request.headers['content-type'])
    if (encoding === undefined) {
      return text(response, 415, '415 unsupported media type, supported: [application/json, application/x-protobuf]')
    }
    this.#take(request, response, signal, encoding).catch(() => response.destroy())
  }

  async #take(request: IncomingMessage, response: ServerResponse, signal: Signal, encoding: Encoding): Promise<void> {
    const counts = this.counts[signal]
    const share = this.#budget.share()
    try {
      const body = await readBody(request, this.limits.body, share)
      const bytes = await this.#unzip.body(body, request.headers['content-encoding'], this.limits.body)
      const batches = DECODE[encoding][signal](bytes)
      let rejected = 0
      for (const batch of batches) rejected += this.#accept(batch)
      counts.accepted++
      response.setHeader('content-type', CONTENT_TYPE[encoding])
      const why = rejected > 0 ? REJECTED : ''
      response.end(encoding === 'json' ? encodeResponseJson(signal, rejected, why) : encodeResponse(rejected, why))
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal.status === 503) counts.overloaded++
      else counts.refused++
      refuse(response, encoding, refusal)
    } finally {
      share.release()
    }
  }
}

function none(): ReceiverCounts {
  return { accepted: 0, refused: 0, overloaded: 0 }
}

function encodingOf(contentType: string | undefined): Encoding | undefined {
  const type = (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase()
  if (type === CONTENT_TYPE.protobuf) return 'protobuf'
  return type === CONTENT_TYPE.json ? 'json' : undefined
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof MalformedOtlp) return new Refusal(400, error.message)
  notice('error', 'hub.receive', `a request could not be handled: ${thrownText(error)}`)
  return new Refusal(500, 'the request could not be handled')
}

/** What was not read of the body is not waited for: the connection closes behind the answer. */
function refuse(response: ServerResponse, encoding: Encoding, refusal: Refusal): void {
  if (response.destroyed) return
  if (!response.req.complete) {
    response.setHeader('connection', 'close')
    response.req.resume()
  }
  if (refusal.status === 503) response.setHeader('retry-after', '1')
  response.statusCode = refusal.status
  response.setHeader('content-type', CONTENT_TYPE[encoding])
  response.end(encoding === 'json' ? statusJson(refusal) : statusProtobuf(refusal))
}

function text(response: ServerResponse, status: number, body: string): void {
  if (!response.req.complete) response.setHeader('connection', 'close')
  response.req.resume()
  response.writeHead(status, { 'content-type': 'text/plain', 'x-content-type-options': 'nosniff' }).end(body)
}
