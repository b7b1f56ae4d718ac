// HTTP/2 servers: Node 20 has no channel for their streams, but the channel of accepted sockets shows the server before its
// first stream, and a `stream` listener in front of the application's is all it takes, for both of Node's APIs. A stream
// says itself when it is closed, whole or not. HTTP/1 on the same port (allowHTTP1) comes through `server.ts` instead.

import type { EventEmitter } from 'node:events'
import type { Http2Session, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import { CORRELATION_HEADER } from '../../context/correlation.ts'
import { type Asking, answerHeaders, givenIn, TRACEPARENT } from './answer-headers.ts'
import { EXCHANGE, type Exchange, PASSED } from './exchange.ts'
import { fault } from './guard.ts'
import { PEER, Peer } from './peer.ts'
import type { Recorder } from './recorder.ts'
import { STATUS_NONE } from './route.ts'
import { running } from './running.ts'

const WATCHED: unique symbol = Symbol.for('telltale.http2.streams') as never

export type Http2Server = EventEmitter & { [WATCHED]?: boolean }
const ASKED: unique symbol = Symbol.for('telltale.http2.asked') as never

type Stream = ServerHttp2Stream & {
  [EXCHANGE]?: Exchange
  /** Of a request that is passed by. */
  [ASKED]?: Asking
  readonly sentHeaders?: { ':status'?: number }
}
type Session = Http2Session & { [PEER]?: Peer }

/** Once per server; the listeners stay and ask who is running. */
export function watchStreams(server: Http2Server): void {
  if (server[WATCHED] === true) return
  server[WATCHED] = true
  server.prependListener('stream', onStream)
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

/** Node's methods take the stream, then headers and options; `respondWithFD` and `respondWithFile` name a file first. */
type Respond = (this: Stream, ...args: unknown[]) => void

/** Our own headers go with those that the application responds with, in either API. */
function watchHead(stream: Stream): void {
  const own = stream as unknown as Record<string, Respond>
  own.respond = respond
  own.respondWithFD = respondWithFD
  own.respondWithFile = respondWithFile
}

function respond(this: Stream, headers?: unknown, options?: unknown): void {
  inherited(this, 'respond').call(this, withOurs(this, headers), options)
}

function respondWithFD(this: Stream, file: unknown, headers?: unknown, options?: unknown): void {
  inherited(this, 'respondWithFD').call(this, file, withOurs(this, headers), options)
}

function respondWithFile(this: Stream, path: unknown, headers?: unknown, options?: unknown): void {
  inherited(this, 'respondWithFile').call(this, path, withOurs(this, headers), options)
}

function inherited(stream: Stream, name: string): Respond {
  return (Object.getPrototypeOf(stream) as Record<string, Respond>)[name]!
}

/** A copy, since the application's object is not ours; newer Nodes take a flat list of names and values too. */
function withOurs(stream: Stream, headers: unknown): unknown {
  const exchange = stream[EXCHANGE]
  try {
    if (exchange === undefined || !(exchange.open || exchange === PASSED)) return headers
    if (headers !== undefined && (typeof headers !== 'object' || headers === null)) return headers
    const { traceparent, correlation } = answerHeaders(exchange, givenIn(headers), stream[ASKED])
    const ours: Record<string, string> = {}
    if (traceparent !== '') ours[TRACEPARENT] = traceparent
    if (correlation !== '') ours[CORRELATION_HEADER] = correlation
    if (Array.isArray(headers)) return [...headers, ...Object.entries(ours).flat()]
    // Also its symbols: http2.sensitiveHeaders is one.
    return Object.assign(Object.create(null), headers, ours)
  } catch (error) {
    fault(error)
    return headers
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
  else stream[ASKED] = { headers }
  if (recorder.correlate || (exchange.open && recorder.inject)) watchHead(stream)
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
