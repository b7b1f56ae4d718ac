// `telltale hub`: the whole backend in one process. OTLP comes in on one port, a bounded memory keeps it, and the console's
// routes answer on another: the same store, query language and panel that a service has, filled by others.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LOOPBACK } from '../access/host.ts'
import { OPEN, openWarning } from '../access/tier.ts'
import { timers } from '../base/clock.ts'
import { Fault } from '../base/fault.ts'
import { notice } from '../base/notice.ts'
import { OWN_TRAFFIC } from '../base/own.ts'
import { createConsole } from '../console/console.ts'
import { panelRoutes } from '../console/panel/panel.ts'
import { telemetryRoutes } from '../console/telemetry/routes.ts'
import type { Batch } from '../model/batch.ts'
import type { StoreLimits } from '../store/limits.ts'
import { Query } from '../store/query.ts'
import { Store } from '../store/store.ts'
import { hostGuard } from './guard.ts'
import { Receiver, type ReceiverLimits } from './receive.ts'

export interface HubOptions {
  /** Default 127.0.0.1. */
  readonly host?: string
  /** OTLP over HTTP; default 4318, 0 takes a free one. */
  readonly port?: number
  /** The panel and the query API; default 4319, 0 takes a free one. */
  readonly uiPort?: number
  readonly limits?: Partial<StoreLimits>
  readonly receiver?: Partial<ReceiverLimits>
}

export interface Hub {
  /** Where OTLP goes, such as `http://127.0.0.1:4318`. */
  readonly endpoint: string
  /** The panel and the query API, such as `http://127.0.0.1:4319`. */
  readonly ui: string
  readonly store: Store
  readonly query: Query
  /** Requests received, by signal and what became of them. */
  readonly received: Receiver['counts']
  /** Answers what is under way, then closes; a second call is the first one's promise. */
  stop(deadlineMs?: number): Promise<void>
}

/** How long a sender may take for headers and for a whole request, milliseconds. */
const HEADERS_MS = 10_000
const REQUEST_MS = 60_000

/** Opens both ports, or neither: throws HUB_PORT_TAKEN or HUB_LISTEN. */
export async function startHub(options: HubOptions = {}): Promise<Hub> {
  const { host = '127.0.0.1', port = 4318, uiPort = 4319 } = options
  const store = new Store({ limits: options.limits })
  const receiver = new Receiver((batch) => refusedOf(store, batch), options.receiver)
  const allow = hostGuard(host)
  const closing = new AbortController()
  let endpoint = ''
  const status = () => ({ otlp_endpoint: endpoint, received: receiver.counts })
  const console = createConsole({
    routes: [...telemetryRoutes(store, { status, closing: closing.signal }), ...panelRoutes()],
    allow,
  })
  const otlp = ownServer()
  otlp.on('request', (request, response) => {
    const refused = allow(request)
    if (refused === null) return receiver.listener(request, response)
    request.resume()
    const headers = { 'content-type': 'text/plain', 'x-content-type-options': 'nosniff', connection: 'close' }
    response.writeHead(refused.status, headers).end(`${refused.detail}\n`)
  })
  const ui = ownServer()
  ui.on('request', (request, response) => console.serve(request, response))
  endpoint = await listen(otlp, host, port, '--port')
  let address: string
  try {
    address = await listen(ui, host, uiPort, '--ui-port')
  } catch (error) {
    otlp.close()
    throw error
  }
  // Ruling 58: nothing guards the hub but the machine that it runs on.
  if (!LOOPBACK.test(host) && host !== '::1')
    notice('warn', 'hub.open', `the hub listens on ${host}: ${openWarning(OPEN)}`)
  let stopped: Promise<void> | undefined
  return {
    endpoint,
    ui: address,
    store,
    query: new Query(store),
    received: receiver.counts,
    stop(deadlineMs = 2000) {
      closing.abort()
      stopped ??= Promise.all([close(otlp, deadlineMs), close(ui, deadlineMs)]).then(() => {})
      return stopped
    },
  }
}

/** Hands over, and tells how many records were not kept: without a usable id or time, or more than one trace may have. */
function refusedOf(store: Store, batch: Batch): number {
  const { traces, logs, metrics } = store
  const dropped = () => traces.counts.dropped + logs.counts.dropped + metrics.counts.dropped
  const before = dropped()
  store.accept(batch)
  return dropped() - before
}

function ownServer(): Server {
  const server = createServer({
    headersTimeout: HEADERS_MS,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: 1000,
    keepAliveTimeout: 30_000,
  })
  server.maxConnections = 4096
  return Object.assign(server, { [OWN_TRAFFIC]: true })
}

async function listen(server: Server, host: string, port: number, flag: string): Promise<string> {
  const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    server.once('error', resolve)
    server.listen(port, host, () => resolve(undefined))
  })
  if (error !== undefined) {
    const subject = `${host}:${port}`
    if (error.code !== 'EADDRINUSE') throw new Fault('HUB_LISTEN', { subject, found: error.code ?? error.message })
    throw new Fault('HUB_PORT_TAKEN', {
      subject,
      hint: `Stop the program that listens there (another hub or a collector?), or choose another port with ${flag}.`,
    })
  }
  server.removeAllListeners('error').on('error', () => {})
  const { address, port: taken, family } = server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`
}

function close(server: Server, deadlineMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = timers.setTimeout(() => server.closeAllConnections(), deadlineMs)
    // A connection whose answer ends after this moment is idle only then.
    const idle = timers.setInterval(() => server.closeIdleConnections(), 50)
    server.close(() => {
      timers.clearTimeout(timer)
      timers.clearInterval(idle)
      resolve()
    })
    server.closeIdleConnections()
  })
}
