// The HTTP surface: where requests come in and go out. It listens on Node's diagnostics channels, gives each request one
// span, one observation and one line of the request log, and joins outgoing calls to the trace. It promises that the
// application's streams, sockets and headers behave as if it were not there, that each request counts exactly once and
// that in-flight returns to zero; it refuses paths, header values and tenants as labels, and to trace what is ours.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import { noticeOnce } from '../../base/notice.ts'
import { HttpClient } from './client.ts'
import { type Exchange, PASSED } from './exchange.ts'
import { startFastify, stopFastify } from './fastify.ts'
import { startH3, stopH3 } from './h3.ts'
import { beginStream, type Http2Server } from './http2.ts'
import type { HttpOptions } from './options.ts'
import { type Connection, PEER } from './peer.ts'
import { Recorder } from './recorder.ts'
import { running } from './running.ts'
import { Http1, type MarkedServer, peerOf } from './server.ts'

export type { HttpOptions } from './options.ts'

export class HttpSurface {
  readonly recorder: Recorder
  readonly client: HttpClient | null
  readonly #off: boolean
  readonly #http1: Http1
  #started = false

  constructor(options: HttpOptions) {
    this.#off = options.mode === 'off'
    this.recorder = new Recorder(options, options.registry)
    this.#http1 = new Http1(this.recorder, options.servers !== 'observed')
    this.client = options.outbound === false ? null : new HttpClient(options)
  }

  start(): void {
    if (this.#off || this.#started) return
    if (running.surface !== null) {
      noticeOnce(
        'http.second',
        'warn',
        'http.second',
        'HTTP telemetry is on already in this process: the first one stays',
      )
      return
    }
    this.#started = true
    running.surface = this
    this.#http1.start()
    startFastify()
    startH3()
    this.client?.start()
  }

  /** Nothing new is begun; what is open is finished when it ends. */
  stop(): void {
    if (!this.#started) return
    this.#started = false
    running.surface = null
    this.client?.stop()
    stopFastify()
    stopH3()
    this.#http1.stop()
  }

  /** For doors: a request that no channel announced. One without a socket (`inject()` of a test) is none. */
  adopt(request: IncomingMessage, response: ServerResponse): void {
    const { stream } = request as { stream?: ServerHttp2Stream }
    if (stream !== undefined) beginStream(this.recorder, stream, request.headers, request.rawHeaders)
    else if (typeof request.socket?.write === 'function') this.#http1.adopt(request, response)
  }

  /** For the listeners that outlive a stop. */
  upgrade(server: Server, request: IncomingMessage, socket: Socket & Connection): Exchange | null {
    if (!this.#http1.hears(server as MarkedServer)) return null
    const peer = socket[PEER] ?? peerOf(socket)
    const { method, url, rawHeaders, httpVersion } = request
    const exchange = this.recorder.begin(request, null, peer, method!, url!, rawHeaders, httpVersion)
    return exchange === PASSED ? null : exchange
  }

  stream(server: Http2Server, stream: ServerHttp2Stream, headers: IncomingHttpHeaders, raw: readonly string[]): void {
    if (this.#http1.hears(server as unknown as MarkedServer)) beginStream(this.recorder, stream, headers, raw)
  }
}
