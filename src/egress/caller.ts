// Every request that we send on our own account goes through here (OTLP, keys, health checks, webhooks): to a target
// that the endpoint policy let pass, over an address that was checked at this very connect, with no redirect followed
// and marked as own traffic, so that it makes no telemetry. Refuses: downgrades, proxies, unbounded answers.
import * as http from 'node:http'
import * as https from 'node:https'
import type { Socket } from 'node:net'
import { monotonic, timers } from '../base/clock.ts'
import { OWN_TRAFFIC } from '../base/own.ts'
import { checkHeaders, type Headers } from './headers.ts'
import { pinnedLookup, type Resolver, systemResolver } from './resolve.ts'
import type { Target } from './target.ts'
import type { TlsOptions } from './tls.ts'

export interface CallerOptions {
  readonly tls?: TlsOptions
  readonly resolver?: Resolver
  /** Keep connections open between requests; default true. */
  readonly keepAlive?: boolean
}

export interface Call {
  readonly method?: string
  /** Path and query; the target's own when absent. */
  readonly path?: string
  readonly headers?: Headers
  /** Sent as they are, one after the other. */
  readonly body?: readonly Uint8Array[]
  /** For everything, from name resolution to the last byte of the answer. */
  readonly timeoutMs: number
  /** Of the answer's body; more is cut off. Default 64 KiB. */
  readonly maxBytes?: number
  /** Does not keep the process alive. */
  readonly background?: boolean
}

export interface Reply {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: Buffer
}

const EMPTY: readonly Uint8Array[] = []

/** One target with its connections. */
export class Caller {
  readonly target: Target
  readonly #agent: http.Agent
  readonly #options: http.RequestOptions

  constructor(target: Target, options: CallerOptions = {}) {
    this.target = target
    const agentOptions = { keepAlive: options.keepAlive ?? true, maxFreeSockets: 4, scheduling: 'lifo' as const }
    this.#agent = target.secure ? new https.Agent(agentOptions) : new http.Agent(agentOptions)
    Object.assign(this.#agent, { [OWN_TRAFFIC]: true })
    const { tls } = options
    this.#options = {
      protocol: target.url.protocol,
      host: target.host,
      port: target.port,
      agent: this.#agent,
      lookup: pinnedLookup(target, options.resolver ?? systemResolver),
      // Spelled out: what is left to Node is left to NODE_TLS_REJECT_UNAUTHORIZED.
      ...(target.secure
        ? { ca: tls?.ca, cert: tls?.cert, key: tls?.key, rejectUnauthorized: tls?.skipVerify !== true }
        : undefined),
      ...{ [OWN_TRAFFIC]: true },
    }
  }

  /** Resolves with whatever the other side answered, redirects included; rejects when there was no answer. */
  async send(call: Call): Promise<Reply> {
    if (call.headers !== undefined) checkHeaders(call.headers)
    const deadline = monotonic() + call.timeoutMs
    try {
      return await this.#once(call, call.timeoutMs)
    } catch (error) {
      // The other side closed an idle connection while we took it from the pool: it never saw the request.
      if (!(error instanceof StaleConnection)) throw error
      return await this.#once(call, Math.max(1, deadline - monotonic()))
    }
  }

  #once(call: Call, timeoutMs: number): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const body = call.body ?? EMPTY
      const headers: Record<string, string | number> = { ...call.headers }
      if (call.body !== undefined) headers['content-length'] = body.reduce((sum, part) => sum + part.length, 0)
      const { pathname, search } = this.target.url
      const options = { ...this.#options, method: call.method ?? 'GET', path: call.path ?? pathname + search, headers }
      const request = this.target.secure ? https.request(options) : http.request(options)
      Object.assign(request, { [OWN_TRAFFIC]: true })
      let over = false
      const giveUp = (): void => {
        if (over) return
        request.destroy(
          Object.assign(new Error(`no answer within ${Math.round(call.timeoutMs)} ms`), { code: 'ETIMEDOUT' }),
        )
      }
      // A process that stood still first reads what came meanwhile: an answer that is there is not late.
      const timer = timers.setTimeout(() => void timers.setImmediate(giveUp), timeoutMs)
      if (call.background === true) {
        timer.unref()
        request.on('socket', (socket: Socket) => socket.unref())
      }
      request.on('response', (response) => {
        readBody(response, call.maxBytes ?? 65_536, (error, bytes) => {
          over = true
          timers.clearTimeout(timer)
          if (error !== null) reject(error)
          else resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes })
        })
      })
      request.on('error', (error: NodeJS.ErrnoException) => {
        over = true
        timers.clearTimeout(timer)
        const stale = request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
        reject(stale ? new StaleConnection() : error)
      })
      request.cork()
      for (const part of body) request.write(part)
      request.end()
      request.uncork()
    })
  }

  /** Closes the connections; requests under way fail. */
  close(): void {
    this.#agent.destroy()
  }
}

class StaleConnection extends Error {
  readonly code = 'ECONNRESET'
}

function readBody(
  response: http.IncomingMessage,
  most: number,
  done: (error: Error | null, body: Buffer) => void,
): void {
  const chunks: Buffer[] = []
  let size = 0
  let over = false
  const finish = (error: Error | null): void => {
    if (over) return
    over = true
    done(error, Buffer.concat(chunks).subarray(0, most))
  }
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    size += chunk.length
    if (size <= most) return
    finish(null)
    response.destroy()
  })
  response.on('end', () => finish(null))
  response.on('error', (error) => finish(error))
  response.on('close', () => finish(new Error('the connection closed within the answer')))
}

/** One request to `target` on a connection of its own. */
export async function request(target: Target, call: Call & CallerOptions): Promise<Reply> {
  const caller = new Caller(target, { ...call, keepAlive: false })
  try {
    return await caller.send(call)
  } finally {
    caller.close()
  }
}
