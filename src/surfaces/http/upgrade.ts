// Upgrades (WebSocket) and CONNECT: node:http announces them on no channel, only as an event of the server. Our listener
// goes before the application's, and only beside one: alone it would turn a request that Node serves as plain into one
// that waits for ever. The request is counted once and its span ends with the first bytes that the application writes
// to the socket, which say 101 or what the refusal was; the traffic afterwards is the application's and untouched.
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Exchange } from './exchange.ts'
import { fault } from './guard.ts'
import type { Connection } from './peer.ts'
import { running } from './running.ts'

const WATCHED: unique symbol = Symbol.for('telltale.http.upgrades') as never

type Watched = Server & { [WATCHED]?: boolean }

/** Once per connection; cheap when there is nothing to do. */
export function watchUpgrades(server: Server): void {
  const watched = server as Watched
  if (watched[WATCHED] === true || (server.listenerCount('upgrade') === 0 && server.listenerCount('connect') === 0))
    return
  watched[WATCHED] = true
  if (server.listenerCount('upgrade') > 0) server.prependListener('upgrade', onUpgrade)
  if (server.listenerCount('connect') > 0) server.prependListener('connect', onUpgrade)
  server.on('removeListener', onRemove)
}

/** When the application takes its last listener away, ours goes too. */
function onRemove(this: Server, event: string | symbol, removed: unknown): void {
  if ((event !== 'upgrade' && event !== 'connect') || removed === onUpgrade) return
  if (this.listenerCount(event) === 1 && this.listeners(event)[0] === onUpgrade) {
    this.removeListener(event, onUpgrade)
    if (this.listenerCount('upgrade') === 0 && this.listenerCount('connect') === 0) {
      this.removeListener('removeListener', onRemove)
      ;(this as Watched)[WATCHED] = false
    }
  }
}

function onUpgrade(this: Server, request: IncomingMessage, socket: Socket & Connection): void {
  try {
    const exchange = running.surface?.upgrade(this, request, socket)
    if (exchange?.open) endAtFirstBytes(exchange, socket)
  } catch (error) {
    fault(error)
  }
}

/** Own `write` and `end` on this one socket until the first bytes; then both are the stream's again. */
function endAtFirstBytes(exchange: Exchange, socket: Socket): void {
  const { write, end } = socket
  const said = (chunk: unknown): void => {
    socket.write = write
    socket.end = end
    try {
      exchange.recorder.finish(exchange, statusOf(chunk), null)
    } catch (error) {
      fault(error)
    }
  }
  socket.write = function first(this: Socket, ...args: Parameters<Socket['write']>) {
    said(args[0])
    return write.apply(this, args)
  } as Socket['write']
  socket.end = function last(this: Socket, ...args: Parameters<Socket['end']>) {
    if (typeof args[0] === 'string' || (args[0] as unknown) instanceof Uint8Array) said(args[0])
    return end.apply(this, args)
  } as Socket['end']
}

/** `HTTP/1.1 101 …`; anything else is data of the new protocol, so the switch was made. */
function statusOf(chunk: unknown): number {
  const text =
    typeof chunk === 'string' ? chunk.slice(0, 12) : Buffer.from(chunk as Uint8Array).toString('latin1', 0, 12)
  const status = text.startsWith('HTTP/1.') ? Number(text.slice(9, 12)) : Number.NaN
  return status >= 100 && status <= 999 ? status : 101
}
