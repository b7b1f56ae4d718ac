// OTLP over gRPC through the optional peer `@grpc/grpc-js`: loaded when a configuration asks for it, a fault with the two
// ways out when it is not installed. The bodies are the same bytes as over HTTP. The address is checked and pinned
// like egress does; after a broken connection the name is resolved and checked again.
import type { ChannelCredentials, ClientOptions, Metadata, ServiceError, VerifyOptions } from '@grpc/grpc-js'
import { now } from '../base/clock.ts'
import { Fault } from '../base/fault.ts'
import { checkMetadata, plainCredentials } from '../egress/headers.ts'
import { type Address, resolveChecked, systemResolver } from '../egress/resolve.ts'
import { allow, type Target } from '../egress/target.ts'
import { SIGNALS, type Signal } from '../pipeline/sink.ts'
import { say } from '../pipeline/voice.ts'
import { Reader } from '../wire/otlp/read.ts'
import { decodeResponse } from '../wire/otlp/response.ts'
import { otlpEndpoint } from './endpoint.ts'
import { safe } from './lane.ts'
import { type OtlpOptions, OtlpSink } from './otlp.ts'
import type { Outcome, Payload, Transport } from './payload.ts'

type Grpc = typeof import('@grpc/grpc-js')

const METHODS = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
} as const

/** Codes worth another attempt (protocol specification, OTLP/gRPC failures); RESOURCE_EXHAUSTED only with RetryInfo. */
const RETRYABLE = new Set([1, 4, 10, 11, 14, 15])
const RESOURCE_EXHAUSTED = 8
const GZIP = 2

/** A sink that sends OTLP over gRPC; rejects with PEER_MISSING when `@grpc/grpc-js` is not installed. */
export async function otlpGrpc(
  options: OtlpOptions,
  load: () => Promise<Grpc> = () => import('@grpc/grpc-js'),
): Promise<OtlpSink> {
  const written = options.endpoint ?? Object.values(options.endpoints ?? {})[0] ?? ''
  let grpc: Grpc
  try {
    grpc = await load()
  } catch (cause) {
    const hint =
      'Install it (npm install @grpc/grpc-js), or send OTLP over HTTP to port 4318 (protocol: http/protobuf).'
    throw new Fault(
      'PEER_MISSING',
      { subject: '@grpc/grpc-js', found: `protocol grpc for ${written}`, hint },
      { cause },
    )
  }
  const { url, warnings } = otlpEndpoint(written, 'grpc')
  for (const warning of warnings) say('warn', 'export.endpoint', warning)
  const target = allow(url, options.preset ?? 'operator', 'endpoint')
  const headers = options.headers ?? {}
  checkMetadata(headers)
  const warning = plainCredentials(target, headers)
  if (warning !== undefined && options.plainSaid !== true) say('warn', 'export.plain', warning)
  const signals =
    options.signals ?? (options.endpoint === undefined ? SIGNALS.filter((one) => options.endpoints?.[one]) : SIGNALS)
  return new OtlpSink(new GrpcTransport(grpc, target, headers, options), 'protobuf', signals, options)
}

class GrpcTransport implements Transport {
  readonly component = 'otlp_grpc_exporter'
  readonly #grpc: Grpc
  readonly #target: Target
  readonly #metadata: Metadata
  readonly #options: OtlpOptions
  #client: InstanceType<Grpc['Client']> | null = null

  constructor(grpc: Grpc, target: Target, headers: Readonly<Record<string, string>>, options: OtlpOptions) {
    this.#grpc = grpc
    this.#target = target
    this.#options = options
    this.#metadata = new grpc.Metadata()
    for (const [name, value] of Object.entries(headers)) this.#metadata.set(name.toLowerCase(), value)
  }

  place(): string {
    return `${this.#target.url.origin} (gRPC)`
  }

  async send(signal: Signal, payload: Payload, timeoutMs: number): Promise<Outcome> {
    let client: InstanceType<Grpc['Client']>
    try {
      client = this.#client ??= await this.#connect()
    } catch (error) {
      const reason = safe(error instanceof Error ? error.message : 'cannot be resolved')
      return error instanceof Fault ? { kind: 'refused', reason } : { kind: 'again', reason }
    }
    const body = payload.parts.length === 1 ? payload.parts[0]! : Buffer.concat(payload.parts)
    return new Promise((resolve) => {
      const whole = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      const same = (bytes: Buffer): Buffer => bytes
      const options = { deadline: new Date(now() + timeoutMs) }
      client.makeUnaryRequest(METHODS[signal], whole, same, body, this.#metadata, options, (error, reply) => {
        if (error === null) {
          const { rejected, message } = decodeResponse(reply ?? Buffer.alloc(0), 'application/x-protobuf', signal)
          resolve({ kind: 'accepted', rejected, message })
        } else resolve(this.#failed(error))
      })
    })
  }

  #failed(error: ServiceError): Outcome {
    const reason = safe(`gRPC ${this.#grpc.status[error.code] ?? error.code}: ${error.details}`)
    const asked = retryDelay(error.metadata?.get('grpc-status-details-bin')[0])
    if (!RETRYABLE.has(error.code) && (error.code !== RESOURCE_EXHAUSTED || asked === undefined))
      return { kind: 'refused', reason }
    if (error.code === this.#grpc.status.UNAVAILABLE) this.#disconnect()
    return { kind: 'again', reason, afterMs: asked }
  }

  async #connect(): Promise<InstanceType<Grpc['Client']>> {
    const { host, port, secure } = this.#target
    let place = host
    if (!/^[\d.]+$|:/.test(host)) {
      const addresses = await new Promise<readonly Address[]>((resolve, reject) => {
        resolveChecked(this.#target, this.#options.resolver ?? systemResolver, (error, found) => {
          if (error === null) resolve(found)
          else reject(error)
        })
      })
      place = addresses[0]!.address
    }
    const address = place.includes(':') ? `ipv6:[${place}]:${port}` : `ipv4:${place}:${port}`
    const options: ClientOptions = {
      'grpc.default_authority': this.#target.url.host,
      'grpc.enable_http_proxy': 0,
      ...(secure && place !== host ? { 'grpc.ssl_target_name_override': host } : undefined),
      ...(this.#compressed() ? { 'grpc.default_compression_algorithm': GZIP } : undefined),
    }
    return new this.#grpc.Client(address, this.#credentials(), options)
  }

  #compressed(): boolean {
    return (this.#options.compression ?? (this.#target.loopback ? 'none' : 'gzip')) === 'gzip'
  }

  #credentials(): ChannelCredentials {
    if (!this.#target.secure) return this.#grpc.credentials.createInsecure()
    const { ca, key, cert, skipVerify } = this.#options.tls ?? {}
    const verify: VerifyOptions = { rejectUnauthorized: skipVerify !== true }
    const bytes = (pem: string | Buffer | undefined): Buffer | null => (pem === undefined ? null : Buffer.from(pem))
    return this.#grpc.credentials.createSsl(bytes(ca), bytes(key), bytes(cert), verify)
  }

  #disconnect(): void {
    this.#client?.close()
    this.#client = null
  }

  close(): void {
    this.#disconnect()
  }
}

/** google.rpc.Status { 3 details: Any { 2 value: RetryInfo { 1 retry_delay: Duration { 1 seconds, 2 nanos } } } } in ms. */
function retryDelay(details: string | Buffer | undefined): number | undefined {
  if (!(details instanceof Uint8Array)) return undefined
  try {
    return delayIn(new Reader(details), 0)
  } catch {
    return undefined
  }
}

const PATH = [3, 2, 1] as const

function delayIn(reader: Reader, depth: number): number | undefined {
  if (depth === PATH.length) {
    let ms = 0
    while (reader.next()) {
      if (reader.field === 1) ms += reader.varint() * 1000
      else if (reader.field === 2) ms += reader.varint() / 1e6
      else reader.skip()
    }
    return ms
  }
  let found: number | undefined
  let retryInfo = depth !== 1
  while (reader.next()) {
    if (depth === 1 && reader.field === 1) retryInfo = reader.string().endsWith('google.rpc.RetryInfo')
    else if (reader.field === PATH[depth] && retryInfo) {
      const outer = reader.enter()
      found = delayIn(reader, depth + 1) ?? found
      reader.leave(outer)
    } else reader.skip()
  }
  return found
}
