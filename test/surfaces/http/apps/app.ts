// What the application of the conformance suite answers, whoever serves it, and what tests need of it besides requests.
import type net from 'node:net'
import { current } from '../../../../src/context/current.ts'
import { formatTraceparent } from '../../../../src/context/traceparent.ts'
import { listen } from '../wire.ts'

export interface App {
  readonly server: net.Server
  close(): unknown
}

/** Who asked for `/hang`, which is never answered, learns that its request has arrived. */
export const hanging: { arrived: () => void } = { arrived: () => {} }

/** The trace of the request that is being answered, asked for after a turn of the event loop. */
export async function traceId(): Promise<string> {
  await new Promise((resolve) => setImmediate(resolve))
  const frame = current()
  return frame === null || frame === undefined ? 'none' : formatTraceparent(frame).slice(3, 35)
}

export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

export function never(): Promise<never> {
  hanging.arrived()
  return new Promise(() => {})
}

/** What frameworks that have no class of their own for it are handed. */
export class Unavailable extends Error {
  readonly status = 503
  readonly statusCode = 503
}

export class Denied extends Error {
  readonly status = 403
  readonly statusCode = 403
}

export async function up(server: net.Server): Promise<App> {
  await listen(server)
  return {
    server,
    close: () => {
      server.close()
      ;(server as unknown as { closeAllConnections?(): void }).closeAllConnections?.()
    },
  }
}
