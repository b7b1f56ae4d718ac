// What an OTLP endpoint as written means: which protocol, which URL per signal, and what is probably a mistake
// (rulings 25 and 49).
import type { Signal } from '../pipeline/sink.ts'

export type Protocol = 'http/protobuf' | 'http/json' | 'grpc'

export interface Endpoint {
  readonly protocol: Protocol
  /** With a scheme. */
  readonly url: string
  readonly warnings: readonly string[]
}

/** An endpoint without a scheme is http to loopback or when `insecure` was asked for, else https; https stays https. */
export function otlpEndpoint(written: string, protocol?: Protocol, insecure = false): Endpoint {
  const text = written.trim()
  const local = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:|\/|$)/i.test(text)
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `${insecure || local ? 'http' : 'https'}://${text}`
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  const port = parsed?.port ?? ''
  const meant = protocol ?? (port === '4317' ? 'grpc' : 'http/protobuf')
  const warnings: string[] = []
  if (meant !== 'grpc' && port === '4317') {
    warnings.push(
      `${written}: 4317 is the port of OTLP over gRPC; ${meant} mostly listens on 4318, or write protocol: grpc`,
    )
  }
  if (meant === 'grpc' && port === '4318') {
    warnings.push(
      `${written}: 4318 is the port of OTLP over HTTP; gRPC mostly listens on 4317, or write protocol: http/protobuf`,
    )
  }
  if (port === '14268' || parsed?.pathname === '/api/traces') {
    warnings.push(`${written}: this is Jaeger's Thrift endpoint, which does not take OTLP; write type: jaeger`)
  }
  if (port === '9411' || parsed?.pathname === '/api/v2/spans') {
    warnings.push(`${written}: this is Zipkin's endpoint, which does not take OTLP; write type: zipkin`)
  }
  return { protocol: meant, url, warnings }
}

/** `/v1/<signal>` appended to a base; a URL that ends with such a path already stays, for its own signal. */
export function signalUrl(base: string, signal: Signal): string {
  const url = new URL(base)
  const path = url.pathname.replace(/\/+$/, '').replace(/\/v1\/(traces|metrics|logs)$/, '')
  url.pathname = `${path}/v1/${signal}`
  return url.href
}
