// OTLP over HTTP (protocol specification, OTLP/HTTP): protobuf or JSON, gzip where the way is long, retry on 429, 502,
// 503, 504 and broken connections only. Redirects are refused by egress and count as a refusal.

import { Fault } from '../base/fault.ts'
import { gzipped } from '../base/gzip.ts'
import { VERSION } from '../base/slot.ts'
import { Caller, type Reply } from '../egress/caller.ts'
import { checkHeaders, plainCredentials } from '../egress/headers.ts'
import type { LastRequest } from '../egress/last.ts'
import { allow, type Target } from '../egress/target.ts'
import type { TlsOptions } from '../egress/tls.ts'
import { SIGNALS, type Signal } from '../pipeline/sink.ts'
import { say } from '../pipeline/voice.ts'
import { decodeResponse } from '../wire/otlp/response.ts'
import { failure, refusal } from './answer.ts'
import { otlpEndpoint, signalUrl } from './endpoint.ts'
import { type OtlpOptions, OtlpSink } from './otlp.ts'
import { type Outcome, type Payload, type Transport, whole } from './payload.ts'

/** Smaller bodies do not gain by compression. */
const PACK_FROM = 1024

/** A sink that sends OTLP over HTTP. Throws a Fault for an endpoint or header that cannot be used. */
export function otlpHttp(options: OtlpOptions): OtlpSink {
  const transport = new HttpTransport(options)
  return new OtlpSink(transport, options.protocol === 'http/json' ? 'json' : 'protobuf', transport.signals, options)
}

class HttpTransport implements Transport {
  readonly component: string
  readonly signals: readonly Signal[]
  readonly #targets: Partial<Record<Signal, Target>> = {}
  /** One set of connections per origin. */
  readonly #callers = new Map<string, Caller>()
  readonly #headers: Record<string, string>
  readonly #gzip: boolean
  readonly #tls: TlsOptions | undefined

  constructor(options: OtlpOptions) {
    const { endpoints = {}, headers = {} } = options
    const preset = options.preset ?? 'operator'
    const given = SIGNALS.filter((signal) => endpoints[signal] !== undefined)
    this.signals = options.signals ?? (given.length > 0 && options.endpoint === undefined ? given : SIGNALS)
    checkHeaders(headers)
    this.#tls = options.tls
    const base =
      options.endpoint === undefined ? undefined : otlpEndpoint(options.endpoint, options.protocol ?? 'http/protobuf')
    for (const warning of base?.warnings ?? []) say('warn', 'export.endpoint', warning)
    const warned = new Set<string>()
    for (const signal of this.signals) {
      const exact = endpoints[signal]
      if (exact === undefined && base === undefined) {
        throw new Fault('ENDPOINT_INVALID', { subject: signal, hint: 'Give an endpoint.' })
      }
      const target = exact === undefined ? baseTarget(base!.url, preset, signal) : allow(exact, preset, signal)
      this.#targets[signal] = target
      if (!this.#callers.has(target.url.origin)) this.#callers.set(target.url.origin, new Caller(target, options))
      const warning = plainCredentials(target, headers)
      if (warning === undefined || options.plainSaid === true || warned.has(warning)) continue
      warned.add(warning)
      say('warn', 'export.plain', warning)
    }
    const local = this.signals.every((signal) => this.#targets[signal]!.loopback)
    this.#gzip = (options.compression ?? (local ? 'none' : 'gzip')) === 'gzip'
    const json = options.protocol === 'http/json'
    this.component = json ? 'otlp_http_json_exporter' : 'otlp_http_exporter'
    this.#headers = {
      'user-agent': `Telltale-OTLP-Exporter/${VERSION}`,
      ...headers,
      'content-type': json ? 'application/json' : 'application/x-protobuf',
    }
  }

  place(signal: Signal): string {
    const { url } = this.#targets[signal]!
    return `${url.origin}${url.pathname}`
  }

  last(signal: Signal, payload: Payload): LastRequest {
    const { url, preset } = this.#targets[signal]!
    const gzip = this.#gzip && payload.bytes >= PACK_FROM
    return { url: url.href, preset, headers: this.#headers, body: whole(payload), gzip, tls: this.#tls }
  }

  async send(signal: Signal, payload: Payload, timeoutMs: number): Promise<Outcome> {
    const target = this.#targets[signal]!
    try {
      const packed = this.#gzip && payload.bytes >= PACK_FROM
      if (packed && payload.packed === null) payload.packed = await gzipped(payload.parts)
      const reply = await this.#callers.get(target.url.origin)!.send({
        method: 'POST',
        path: target.url.pathname + target.url.search,
        headers: packed ? { ...this.#headers, 'content-encoding': 'gzip' } : this.#headers,
        body: packed ? [payload.packed!] : payload.parts,
        timeoutMs,
        background: true,
      })
      return judge(reply, signal, target)
    } catch (error) {
      return failure(error, (code) => wrongPort(code, target))
    }
  }

  close(): void {
    for (const caller of this.#callers.values()) caller.close()
  }
}

function baseTarget(url: string, preset: 'operator' | 'strict', signal: Signal): Target {
  // The base is checked as written, before the URL parser tidies its host.
  const target = allow(url, preset, 'endpoint')
  return target.at(signalUrl(target.url.href, signal))
}

function judge(reply: Reply, signal: Signal, target: Target): Outcome {
  const { status, headers, body } = reply
  if (status >= 200 && status < 300) {
    const { rejected, message } = decodeResponse(body, headers['content-type'], signal)
    return { kind: 'accepted', rejected, message }
  }
  return refusal(reply, (code) => hint(code, target))
}

function hint(status: number, target: Target): string {
  if (status === 404 || status === 405) return `; ${target.url.pathname} is not an OTLP path there`
  return status === 401 || status === 403 ? '; check the headers' : ''
}

/** The port of gRPC, spoken to in HTTP/1. */
function wrongPort(code: string, target: Target): string {
  const broken = code === 'ECONNRESET' || code.startsWith('HPE_')
  return target.port === 4317 && broken ? '; 4317 is the port of OTLP over gRPC: use port 4318, or protocol: grpc' : ''
}
