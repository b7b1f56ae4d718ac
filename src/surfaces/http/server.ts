// HTTP/1 servers, heard through the channels of node:http: nothing is patched and a request gets no listener. What ends
// without `finish` (the client left, a socket was destroyed, a time-out) is ended by the one `close` listener of its socket.
// A request that the parser refuses (400, 431, 408 before its headers are whole) never becomes one: Node answers it by
// itself, no channel speaks, and it is neither counted nor spanned.
import { channel } from 'node:diagnostics_channel'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { OWN_TRAFFIC } from '../../base/own.ts'
import { EXCHANGE, type Exchange, PASSED } from './exchange.ts'
import { fault } from './guard.ts'
import { watchHead } from './head.ts'
import { type Http2Server, watchStreams } from './http2.ts'
import { OBSERVED } from './observed.ts'
import { type Connection, PEER, Peer } from './peer.ts'
import type { Recorder } from './recorder.ts'
import { STATUS_NONE } from './route.ts'
import { errorType, sentStatus } from './status.ts'
import { watchUpgrades } from './upgrade.ts'

const STARTED = channel('http.server.request.start')
const FINISHED = channel('http.server.response.finish')
const ACCEPTED = channel('net.server.socket')

export type MarkedServer = Server & { [OWN_TRAFFIC]?: boolean; [OBSERVED]?: boolean }
export type MarkedResponse = ServerResponse & { [EXCHANGE]?: Exchange }
export type ServerSocket = Socket & Connection & { server?: MarkedServer }

interface Exchanged {
  readonly request: IncomingMessage
  readonly response: MarkedResponse
  readonly socket: ServerSocket
  readonly server: MarkedServer
}

export class Http1 {
  readonly recorder: Recorder
  readonly #all: boolean

  constructor(recorder: Recorder, all: boolean) {
    this.recorder = recorder
    this.#all = all
  }

  start(): void {
    STARTED.subscribe(this.#onStart)
    ACCEPTED.subscribe(this.#onSocket)
    listenForFinish()
  }

  /** Requests that are open go on to be finished. */
  stop(): void {
    STARTED.unsubscribe(this.#onStart)
    ACCEPTED.unsubscribe(this.#onSocket)
    letGoOfFinish(this.recorder)
  }

  /** For a door whose request no channel announced: begins it unless that was done, and is heard at its end. */
  adopt(request: IncomingMessage, response: ServerResponse): void {
    this.#begin(request, response, request.socket)
  }

  hears(server: MarkedServer): boolean {
    return server[OWN_TRAFFIC] !== true && (this.#all || server[OBSERVED] === true)
  }

  readonly #onStart = (message: unknown): void => {
    const { request, response, socket, server } = message as Exchanged
    if (server[OWN_TRAFFIC] === true || !(this.#all || server[OBSERVED] === true)) return
    this.#begin(request, response, socket)
  }

  #begin(request: IncomingMessage, response: MarkedResponse, socket: ServerSocket): void {
    if (response[EXCHANGE] !== undefined) return
    try {
      const peer = socket[PEER] ?? peerOf(socket)
      const { recorder } = this
      const { method, url, rawHeaders, httpVersion } = request
      const exchange = recorder.begin(request, response, peer, method!, url!, rawHeaders, httpVersion)
      response[EXCHANGE] = exchange
      if (exchange !== PASSED || recorder.correlate) watchHead(response)
    } catch (error) {
      fault(error)
    }
  }

  readonly #onSocket = (message: unknown): void => {
    const { socket } = message as { socket: ServerSocket }
    const { server } = socket
    // Servers that speak HTTP: node:http and node:https have a header time-out, node:http2 has settings.
    if (server === undefined || !(server.headersTimeout !== undefined || 'updateSettings' in server)) return
    if (!this.hears(server)) return
    if ('updateSettings' in server) watchStreams(server as unknown as Http2Server)
    const { instruments } = this.recorder
    if (instruments === null) return
    const peer = socket[PEER] ?? peerOf(socket)
    peer.counted = instruments.connections
    peer.counted.add(1)
  }
}

export function peerOf(socket: ServerSocket): Peer {
  const peer = new Peer(socket)
  socket[PEER] = peer
  socket.on('close', onClose)
  if (socket.server !== undefined) watchUpgrades(socket.server)
  return peer
}

let listening = 0
let draining: Recorder[] | null = null

function listenForFinish(): void {
  if (listening++ === 0 && draining === null) FINISHED.subscribe(onFinish)
}

function letGoOfFinish(recorder: Recorder): void {
  listening--
  if (recorder.open > 0) (draining ??= []).push(recorder)
  else if (listening === 0 && draining === null) FINISHED.unsubscribe(onFinish)
}

function onFinish(message: unknown): void {
  const { response, socket } = message as Exchanged
  const first = socket[PEER]?.first
  const exchange = first?.response === response ? first : response[EXCHANGE]
  if (exchange === undefined || !exchange.open) return
  try {
    exchange.recorder.finish(exchange, exchange.sent === 0 ? sentStatus(response) : exchange.sent, null)
  } catch (error) {
    fault(error)
  }
  if (draining !== null) drained()
}

function drained(): void {
  draining = draining!.filter((recorder) => recorder.open > 0)
  if (draining.length > 0) return
  draining = null
  if (listening === 0) FINISHED.unsubscribe(onFinish)
}

function onClose(this: ServerSocket): void {
  const peer = this[PEER]
  if (peer === undefined) return
  try {
    if (peer.counted !== null) peer.counted.add(-1)
    peer.counted = null
    for (let exchange = peer.first; exchange !== null; exchange = peer.first) cutOff(exchange, this)
  } catch (error) {
    fault(error)
  }
  if (draining !== null) drained()
}

/** The connection closed before the answer was whole. What was sent counts; 408 is Node's own answer to a slow request. */
function cutOff(exchange: Exchange, socket: ServerSocket): void {
  const response = exchange.response as (MarkedResponse & { _header?: unknown; errored?: Error | null }) | null
  const error = response?.errored ?? socket.errored ?? null
  const code = (error as { code?: unknown } | null)?.code
  // Behind a pipelined request that was never answered the headers are made, and stay unsent without a socket.
  const sent = response !== null && typeof response._header === 'string' && response.socket !== null
  const status = sent ? sentStatus(response) : code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : STATUS_NONE
  exchange.recorder.finish(exchange, status, error === null || code === 'ECONNRESET' ? 'aborted' : errorType(error))
}
