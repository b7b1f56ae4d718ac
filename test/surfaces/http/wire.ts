// Small clients: one request over HTTP/1, TLS or HTTP/2, and raw sockets for what no client would send.
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'

export interface Answer {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly body: string
}

export interface Ask {
  readonly method?: string
  readonly path: string
  readonly headers?: Record<string, string>
  readonly body?: string
}

export type Send = (port: number, ask: Ask) => Promise<Answer>

export function port(server: { address(): unknown }): number {
  return (server.address() as AddressInfo).port
}

export function listen<S extends net.Server>(server: S): Promise<S> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

export function close(server: net.Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    ;(server as unknown as { closeAllConnections?(): void }).closeAllConnections?.()
  })
}

function over(module: typeof http | typeof https): Send {
  return (at, { method = 'GET', path, headers = {}, body }) =>
    new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: at, method, path, headers, agent: false, rejectUnauthorized: false }
      const request = module.request(options, (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(parts).toString(),
          }),
        )
        response.on('error', reject)
      })
      request.on('error', reject)
      request.end(body)
    })
}

export const sendHttp: Send = over(http)
export const sendHttps: Send = over(https)

export function sendHttp2(secure: boolean): Send {
  return (at, { method = 'GET', path, headers = {}, body }) =>
    new Promise((resolve, reject) => {
      const session = http2.connect(`${secure ? 'https' : 'http'}://127.0.0.1:${at}`, { rejectUnauthorized: false })
      session.on('error', reject)
      const stream = session.request({ ':method': method, ':path': path, ...headers })
      let status = 0
      let received: http2.IncomingHttpHeaders = {}
      const parts: Buffer[] = []
      stream.on('response', (responseHeaders) => {
        received = responseHeaders
        status = Number(responseHeaders[':status'])
      })
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('error', reject)
      stream.on('close', () => {
        session.close()
        resolve({ status, headers: received, body: Buffer.concat(parts).toString() })
      })
      stream.end(body)
    })
}

/** Everything the server sends to `text` until it closes, or until `enough` has been seen. */
export function raw(at: number, text: string, enough?: (received: string) => boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(at, '127.0.0.1', () => socket.write(text))
    let received = ''
    socket.on('data', (part) => {
      received += part.toString('latin1')
      if (enough?.(received)) socket.destroy()
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(received))
  })
}

/** Asks, and leaves without waiting for the end: after the first bytes of the answer, or when `arrived` says so. */
export type Cut = (port: number, path: string, arrived: Promise<void>) => Promise<void>

export function cutHttp(module: typeof http | typeof https): Cut {
  return (at, path, arrived) =>
    new Promise((resolve) => {
      const options = { host: '127.0.0.1', port: at, path, agent: false, rejectUnauthorized: false }
      const request = module.request(options, (response) => {
        response.on('error', () => {})
        response.once('data', () => request.destroy())
      })
      request.on('error', () => {})
      request.on('close', () => resolve())
      request.end()
      void arrived.then(() => request.destroy())
    })
}

export function cutHttp2(secure: boolean): Cut {
  return (at, path, arrived) =>
    new Promise((resolve) => {
      const session = http2.connect(`${secure ? 'https' : 'http'}://127.0.0.1:${at}`, { rejectUnauthorized: false })
      session.on('error', () => {})
      session.on('close', () => resolve())
      const stream = session.request({ ':path': path })
      stream.on('error', () => {})
      stream.once('data', () => session.destroy())
      stream.end()
      void arrived.then(() => session.destroy())
    })
}
