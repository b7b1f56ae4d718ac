// Exporters as written to exporters as used: the final address for each signal, the protocol, compression, and what is
// probably not meant. Ruling 25: a bare address gets the path of its signal, a full path is used as it is. Ruling 49: port
// 4317 without a protocol means gRPC.
import { Fault } from '../base/fault.ts'
import type { Exporter, Protocol } from './config.ts'
import type { Signal } from './exporter-variables.ts'
import { FORMATS } from './format.ts'
import { find, type Origin, originText, type Tree } from './tree.ts'
import { type Warning, warning } from './warning.ts'
import { clip, place } from './yaml.ts'

/** An exporter of the settings, whatever its type. */
export interface Written {
  readonly type: string
  readonly endpoint?: string | undefined
  readonly protocol?: Protocol | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly timeout?: number | undefined
  readonly compression?: 'none' | 'gzip' | undefined
  readonly insecure?: boolean | undefined
  readonly certificate?: string | undefined
  readonly client_key?: string | undefined
  readonly client_certificate?: string | undefined
  readonly enabled_in_dev?: boolean | undefined
}

export interface Said {
  readonly faults: Fault[]
  readonly warnings: Warning[]
}

/** Hosts that are this machine, however an address writes them. */
export const LOOPBACK: RegExp = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i

/** The exporters of one signal that are on; `tree` gives the places that faults and warnings name. */
export function resolveExporters(
  signal: Signal,
  written: readonly Written[],
  tree: Tree,
  development: boolean,
  said: Said,
): Exporter[] {
  const row = find(tree, signal.list)
  // Entries that were refused are not among `written`: the places are found by counting those that were read.
  const places = row?.kind === 'list' && row.items.length === written.length ? row.items : []
  const exporters: Exporter[] = []
  written.forEach((entry, i) => {
    if (!isSent(entry)) return
    if (entry.enabled_in_dev !== undefined && entry.enabled_in_dev !== development) return
    const path = `${signal.list.join('.')}[${i}]`
    const exporter = resolveOne(signal, entry, places[i], path, said)
    if (!exporter) return
    if (exporters.some((other) => other.type === exporter.type && other.url === exporter.url)) {
      const text = `Everything is sent to ${shownUrl(exporter.url) || 'the console'} twice.`
      said.warnings.push(warning('EXPORTER_DUPLICATE', text, path, places[i]?.at))
    }
    exporters.push(exporter)
  })
  return exporters
}

function isSent(entry: Written): boolean {
  return entry.type === 'otlp' || entry.type === 'jaeger' || entry.type === 'zipkin' || entry.type === 'console'
}

function resolveOne(
  signal: Signal,
  entry: Written,
  item: Tree | undefined,
  path: string,
  said: Said,
): Exporter | undefined {
  const type = entry.type as Exporter['type']
  const origin = originText(item?.at)
  if (type === 'console') {
    return {
      type,
      url: '',
      protocol: 'http/json',
      headers: {},
      timeoutMs: 0,
      compression: 'none',
      tls: undefined,
      origin,
    }
  }
  const at = (item && find(item, ['endpoint']))?.at ?? item?.at
  const defaulted = entry.endpoint ?? (entry.protocol === 'grpc' ? 'http://localhost:4317' : 'http://localhost:4318')
  const url = parse(defaulted, entry.insecure)
  if (!url) {
    const where = place(at)
    const subject = at?.variable ?? `${path}.endpoint`
    const detail = { subject, found: clip(shownUrl(defaulted)), allowed: FORMATS.url.allowed, ...(where && { where }) }
    said.faults.push(new Fault(at?.variable ? 'ENV_VALUE' : 'CONFIG_VALUE', detail))
    return undefined
  }
  const protocol =
    type === 'otlp' ? (entry.protocol ?? (url.port === '4317' ? 'grpc' : 'http/protobuf')) : 'http/protobuf'
  if (type === 'otlp') addPath(signal, protocol, url, at, path, said)
  else completePath(type, url, at, path, said)
  const local = LOOPBACK.test(url.hostname)
  const headers = entry.headers ?? {}
  if (url.protocol === 'http:' && !local && Object.keys(headers).length > 0) {
    const text = `Headers travel to ${url.host} unencrypted; use https.`
    // Once for each place, however many signals go there (S-32).
    if (!said.warnings.some((one) => one.code === 'EXPORTER_PLAINTEXT' && one.text === text))
      said.warnings.push(warning('EXPORTER_PLAINTEXT', text, `${path}.endpoint`, at))
  }
  const tls = {
    ...(entry.certificate && { ca: entry.certificate }),
    ...(entry.client_key && { key: entry.client_key }),
    ...(entry.client_certificate && { cert: entry.client_certificate }),
  }
  return {
    type,
    url: protocol === 'grpc' ? `${url.protocol}//${url.host}` : url.href,
    protocol,
    headers,
    timeoutMs: entry.timeout ?? 10_000,
    compression: entry.compression ?? (local ? 'none' : 'gzip'),
    tls: Object.keys(tls).length > 0 ? tls : undefined,
    origin,
  }
}

/** An address without a scheme is http unless `insecure` is false; a scheme that is written always stands. */
function parse(written: string, insecure: boolean | undefined): URL | undefined {
  const full = /^https?:\/\//i.test(written) ? written : `${insecure === false ? 'https' : 'http'}://${written}`
  try {
    return new URL(full)
  } catch {
    return undefined
  }
}

function addPath(signal: Signal, protocol: Protocol, url: URL, at: Origin | undefined, path: string, said: Said): void {
  if (protocol === 'grpc' || at?.endpoint === 'exact') return
  if (at?.endpoint === 'base' || url.pathname.endsWith('/')) {
    url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/${signal.name}`
    return
  }
  if (url.pathname.endsWith(`/v1/${signal.name}`)) return
  const subject = `${path}.endpoint`
  if (url.pathname === '/api/traces' || url.port === '14268') {
    const text =
      'This is the address of a Jaeger collector, which does not speak OTLP there; write `type: jaeger`, or port 4318.'
    said.warnings.push(warning('EXPORTER_PATH', text, subject, at))
  } else if (/\/api\/v2\/spans$/.test(url.pathname)) {
    said.warnings.push(warning('EXPORTER_PATH', 'This is the address of Zipkin; write `type: zipkin`.', subject, at))
  } else {
    const text = `The path ${url.pathname} is used as it is; end it with / to have v1/${signal.name} added.`
    said.warnings.push(warning('EXPORTER_PATH', text, subject, at))
  }
}

const SPANS_PATH = { zipkin: '/api/v2/spans', jaeger: '/api/traces' } as const

/** A bare address gets the path that its server listens on. */
function completePath(type: 'zipkin' | 'jaeger', url: URL, at: Origin | undefined, path: string, said: Said): void {
  if (url.pathname === '/') url.pathname = SPANS_PATH[type]
  const text = OTHER_PORTS[`${type} ${url.port}`] ?? OTHER_PORTS[url.port]
  if (text !== undefined) said.warnings.push(warning('EXPORTER_PATH', text, `${path}.endpoint`, at))
}

/** Ports on which something else listens than what is sent. */
const OTHER_PORTS: Readonly<Record<string, string>> = {
  '4317': 'Port 4317 speaks OTLP over gRPC; write `type: otlp`.',
  '4318': 'Port 4318 speaks OTLP over HTTP; write `type: otlp`.',
  'jaeger 6831': 'Port 6831 is the UDP port of a Jaeger agent; the collector takes Thrift over HTTP on port 14268.',
  'jaeger 6832': 'Port 6832 is the UDP port of a Jaeger agent; the collector takes Thrift over HTTP on port 14268.',
  'jaeger 14250': 'Port 14250 speaks gRPC; the collector takes Thrift over HTTP on port 14268.',
  'jaeger 16686': 'Port 16686 is the page of Jaeger; the collector takes Thrift over HTTP on port 14268.',
}

/** An address without what may be secret in it: user, password and the values of its query. */
export function shownUrl(url: string): string {
  return url.replace(/\/\/.*@/s, '//[hidden]@').replace(/([?&][^=&#]*=)[^&#]*/g, '$1[hidden]')
}
