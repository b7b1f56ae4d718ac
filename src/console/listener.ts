// A listener of our own, for services that do not mount our paths on their server. It takes nothing from the
// application: a taken port is a warning, an idle listener keeps no process alive, and a client that is slow with its
// headers is cut off after ten seconds.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { timers } from '../base/clock.ts'
import { notice } from '../base/notice.ts'
import { OWN_TRAFFIC } from '../base/own.ts'
import type { Console } from './console.ts'

export interface ListenOptions {
  readonly host?: string
  /** 0 takes a free one. */
  readonly port?: number
  /** What the warning calls it. */
  readonly name?: string
  /** Keeps the process alive; false for a service, whose own server does. */
  readonly hold?: boolean
  readonly headerTimeoutMs?: number
}

export interface Listener {
  /** `http://127.0.0.1:9464` */
  readonly address: string
  readonly server: Server
  /** Answers what is under way, at most for `deadlineMs`, then lets go; a second call is a no-op. */
  close(deadlineMs?: number): Promise<void>
}

/** Undefined, with a warning, when the address cannot be listened on. Never rejects. */
export async function listen(
  console: Pick<Console, 'serve'>,
  options: ListenOptions = {},
): Promise<Listener | undefined> {
  const {
    host = '127.0.0.1',
    port = 9464,
    name = 'the admin listener',
    hold = false,
    headerTimeoutMs = 10_000,
  } = options
  const server = createServer({
    headersTimeout: headerTimeoutMs,
    requestTimeout: headerTimeoutMs * 3,
    // Node looks for late headers at this interval only; its default of 30 s would be the real timeout.
    connectionsCheckingInterval: Math.min(1000, headerTimeoutMs),
    keepAliveTimeout: 5000,
  })
  ;(server as Server & { [OWN_TRAFFIC]?: boolean })[OWN_TRAFFIC] = true
  server.maxConnections = 1000
  server.on('request', (request, response) => console.serve(request, response))
  const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    server.once('error', resolve)
    server.listen(port, host, () => resolve(undefined))
  })
  if (error !== undefined) {
    notice(
      'warn',
      'console.listen',
      `${name} cannot listen on ${host}:${port} (${error.code ?? error.message}): its endpoints are not served there`,
    )
    return undefined
  }
  server.on('error', (late) => notice('warn', 'console.listen', `${name}: ${late.message}`))
  if (!hold) {
    server.unref()
    server.on('connection', (socket) => socket.unref())
  }
  const { address, port: taken, family } = server.address() as AddressInfo
  let closed: Promise<void> | undefined
  return {
    address: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`,
    server,
    close(deadlineMs = 1000) {
      closed ??= close(server, deadlineMs)
      return closed
    },
  }
}

function close(server: Server, deadlineMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = timers.setTimeout(() => server.closeAllConnections(), deadlineMs)
    server.close(() => {
      timers.clearTimeout(timer)
      resolve()
    })
    server.closeIdleConnections()
  })
}
