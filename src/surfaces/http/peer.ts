// What is true of a connection as long as it lives: scheme, protocol, addresses, the Host it was last asked for. Span
// attributes of it are one Template, encoded once. It also holds the list of exchanges that are open on it.
import type { Flat } from '../../model/attribute.ts'
import { Template } from '../../model/span.ts'
import type { Exchange } from './exchange.ts'

export const PEER: unique symbol = Symbol.for('telltale.http.peer') as never

export interface Connection {
  readonly remoteAddress?: string | undefined
  readonly remotePort?: number | undefined
  readonly encrypted?: boolean
  [PEER]?: Peer
}

export class Peer {
  readonly secure: boolean
  /** Shown only where addresses are tracked. */
  readonly address: string
  readonly #port: number
  #host = ''
  #version = ''
  #tracked = false
  #template: Template | null = null
  /** The exchange that began last. */
  first: Exchange | null = null

  /** The server was looked at for express-shapes.ts. */
  shaped = false
  /** The gauge of open sockets to lower when it closes; null when this socket was not counted. */
  counted: { add(n: number): void } | null = null

  constructor(socket: Connection) {
    this.secure = socket.encrypted === true
    this.address = socket.remoteAddress ?? ''
    this.#port = socket.remotePort ?? 0
  }

  /** The span attributes of this connection for a Host header and an HTTP version: made anew only when one changes. */
  template(host: string, version: string, tracked: boolean): Template {
    const held = this.#template
    if (held !== null && host === this.#host && version === this.#version && tracked === this.#tracked) return held
    this.#host = host
    this.#version = version
    this.#tracked = tracked
    return (this.#template = new Template(this.#attributes(host, version, tracked)))
  }

  add(exchange: Exchange): void {
    const { first } = this
    exchange.next = first
    if (first !== null) first.previous = exchange
    this.first = exchange
  }

  remove(exchange: Exchange): void {
    const { previous, next } = exchange
    if (previous === null) this.first = next
    else previous.next = next
    if (next !== null) next.previous = previous
    exchange.previous = exchange.next = null
  }

  #attributes(host: string, version: string, tracked: boolean): Flat {
    const attributes: Flat = ['network.protocol.version', version]
    const { name, port } = splitHost(host, this.secure)
    if (name !== '') attributes.push('server.address', name, 'server.port', port)
    if (tracked && this.address !== '') {
      attributes.push('client.address', this.address, 'network.peer.address', this.address)
      if (this.#port !== 0) attributes.push('network.peer.port', this.#port)
    }
    return attributes
  }
}

/** Host header to `server.address` and `server.port`; `[::1]:8080` loses its brackets, a missing port is the scheme's. */
export function splitHost(host: string, secure: boolean): { name: string; port: number } {
  const standard = secure ? 443 : 80
  const bracket = host.charCodeAt(0) === 91 ? host.indexOf(']') : -1
  const colon = host.indexOf(':', bracket + 1)
  const name = bracket > 0 ? host.slice(1, bracket) : colon < 0 ? host : host.slice(0, colon)
  const digits = colon < 0 ? '' : host.slice(colon + 1)
  const port = digits === '' ? standard : Number(digits)
  return Number.isInteger(port) && port > 0 && port < 65536 ? { name, port } : { name, port: standard }
}
