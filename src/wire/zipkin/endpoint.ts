// Who was called, from the attributes of a client or producer span, by the ranking of OpenTelemetry's mapping. Zipkin draws
// an edge of its dependency graph only to an endpoint with a name, so an address alone is its own name.
import { isIPv4, isIPv6 } from 'node:net'
import { attributeOf, type Flat } from '../../model/attribute.ts'

export interface Endpoint {
  readonly serviceName?: string
  readonly ipv4?: string
  readonly ipv6?: string
  readonly port?: number
}

const RANKING: readonly { readonly host: string; readonly port?: string }[] = [
  { host: 'peer.service' },
  { host: 'server.address', port: 'server.port' },
  { host: 'net.peer.name', port: 'net.peer.port' },
  { host: 'network.peer.address', port: 'network.peer.port' },
  { host: 'server.socket.domain' },
  { host: 'server.socket.address', port: 'server.socket.port' },
  { host: 'net.sock.peer.name' },
  { host: 'net.sock.peer.addr', port: 'net.sock.peer.port' },
  { host: 'peer.hostname' },
  { host: 'peer.address' },
  { host: 'db.name' },
]

export function remoteEndpoint(attributes: Flat): Endpoint | undefined {
  for (const { host, port } of RANKING) {
    const named = attributeOf(attributes, host)
    if (typeof named !== 'string' || named === '') continue
    const at = port === undefined ? undefined : Number(attributeOf(attributes, port))
    return {
      serviceName: named,
      ...(isIPv4(named) && { ipv4: named }),
      ...(isIPv6(named) && { ipv6: named }),
      ...(at !== undefined && Number.isInteger(at) && at > 0 && at <= 65_535 && { port: at }),
    }
  }
  return undefined
}

export function endpointText(endpoint: Endpoint): string {
  return JSON.stringify(endpoint)
}
