// One port that speaks plain HTTP and TLS, whichever the first byte asks for, and remembers how each request came.
import { createServer, type Server } from 'node:https'
import net, { type AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { OWN_TRAFFIC } from '../../../src/base/own.ts'
import { Receiver } from '../../export/receiver.ts'
import { CERTIFICATE, KEY } from '../../surfaces/http/certificate.ts'

const TLS_HANDSHAKE = 0x16

export class Front {
  readonly receiver = new Receiver()
  /** By path of the request: `plain`, `tls`, or the name in the client's certificate. */
  readonly came: Record<string, string> = {}
  readonly #secure: Server
  readonly #port: net.Server
  readonly #sockets = new Set<net.Socket>()

  constructor() {
    const { server } = this.receiver
    Object.assign(server, { [OWN_TRAFFIC]: true })
    server.prependListener('request', (request) => {
      const socket = request.socket as TLSSocket
      const name = socket.encrypted ? socket.getPeerCertificate()?.subject?.CN : undefined
      this.came[request.url!] = String(name ?? (socket.encrypted ? 'tls' : 'plain'))
    })
    const options = { cert: CERTIFICATE, key: KEY, requestCert: true, rejectUnauthorized: false }
    this.#secure = createServer(options, (request, response) => void server.emit('request', request, response))
    Object.assign(this.#secure, { [OWN_TRAFFIC]: true })
    this.#secure.on('tlsClientError', () => {})
    this.#port = net.createServer((socket) => {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.once('data', (chunk) => {
        socket.pause()
        socket.unshift(chunk)
        if (chunk[0] === TLS_HANDSHAKE) this.#secure.emit('connection', socket)
        else {
          server.emit('connection', socket)
          socket.resume()
        }
      })
    })
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#port.listen(0, '127.0.0.1', resolve))
    return this
  }

  get port(): number {
    return (this.#port.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#port.close(resolve))
  }
}
