// HTTP/2 servers: Node 20 has no channel for their streams, but the channel of accepted sockets shows the server before its
// first stream, and a `stream` listener in front of the application's is all it takes, for both of Node's APIs. A stream
// says itself when it is closed, whole or not. HTTP/1 on the same port (allowHTTP1) comes through `server.ts` instead.

import type { EventEmitter } from 'node:events'
import type { Http2ServerResponse, Http2Session, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import { formatTraceparent } from '../../context/traceparent.ts'
import { EXCHANGE, type Exchange } from './exchange.ts'
import { fault } from './guard.ts'
import { PEER, Peer } from './peer.ts'
import type { Recorder } from './recorder.ts'
import { STATUS_NONE } from './route.ts'
import { running } from './running.ts'

const WATCHED: unique symbol = Symbol.for('telltale.http2.streams') as never

export type Http2Server = EventEmitter & { [WATCHED]?: boolean }
type Stream = ServerHttp2Stream & { [EXCHANGE]?: Exchange; readonly sentHeaders?: { ':status'?: number } }
type Session = Http2Session & { [PEER]?: Peer }

/** Once per server; the listeners stay and ask who is running. */
export function watchStreams(server: Http2Server): void {
  if (server[WATCHED] === true) return
  server[WATCHED] = true
  server.prependListener('stream', onStream)
  // Only where the application uses the compatible API: this listener would create its objects for every stream.
  if (server.listenerCount('request') > 0) server.prependListener('request', onRequest)
}

function onStream(
  this: Http2Server,
  stream: Stream,
  headers: IncomingHttpHeaders,
  _flags: number,
  raw: string[],
): void {
  try {
    running.surface?.stream(this, stream, headers, raw)
  } catch (error) {
    fault(error)
  }
}

function onRequest(_request: unknown, response: Http2ServerResponse): void {
  const exchange = (response.stream as Stream | undefined)?.[EXCHANGE]
  if (!exchange?.open || !exchange.recorder.inject) return
  try {
    response.setHeader('traceparent', formatTraceparent(exchange.frame!))
  } catch (error) {
    fault(error)
  }
}

export function beginStream(
  recorder: Recorder,
  stream: Stream,
  headers: IncomingHttpHeaders,
  raw: readonly string[],
): void {
  const session = stream.session as Session | undefined
  if (stream[EXCHANGE] !== undefined || session === undefined) return
  const peer = (session[PEER] ??= peerOf(session))
  const url = headers[':path'] ?? ''
  const exchange = recorder.begin(stream, null, peer, headers[':method'] ?? '', url, raw, '2')
  stream[EXCHANGE] = exchange
  if (exchange.open) stream.on('close', onClose)
}

function peerOf(session: Session): Peer {
  const { remoteAddress, remotePort } = session.socket
  return new Peer({ remoteAddress, remotePort, encrypted: session.encrypted === true })
}

function onClose(this: Stream): void {
  const exchange = this[EXCHANGE]
  if (exchange === undefined || !exchange.open) return
  const status = this.sentHeaders?.[':status'] ?? STATUS_NONE
  const cut = this.aborted ? 'aborted' : this.rstCode !== 0 ? 'ERR_HTTP2_STREAM_ERROR' : null
  try {
    exchange.recorder.finish(exchange, status, status === STATUS_NONE ? (cut ?? 'aborted') : cut)
  } catch (error) {
    fault(error)
  }
}
