// Optional packages that the configuration asks for (ruling 49). `start` refuses without them; `check`, which may run
// elsewhere than production, only says so.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Fault } from '../base/fault.ts'
import type { Config } from './config.ts'

const GRPC = '@grpc/grpc-js'

export interface MissingPeer {
  readonly name: string
  /** Where the exporter that needs it was written. */
  readonly origin: string
  readonly url: string
}

/** Packages that are asked for and cannot be resolved from `from`, the folder of the application. */
export function missingPeers(config: Config, from = process.cwd()): MissingPeer[] {
  const wanting = [...config.traces.exporters, ...config.metrics.exporters, ...config.logs.exporters].filter(
    (exporter) => exporter.protocol === 'grpc',
  )
  if (wanting.length === 0 || isInstalled(GRPC, from)) return []
  return wanting.map(({ origin, url }) => ({ name: GRPC, origin, url }))
}

/** Throws PEER_MISSING for the first package that is missing. */
export function requirePeers(config: Config, from?: string): void {
  const [missing] = missingPeers(config, from)
  if (!missing) return
  throw new Fault('PEER_MISSING', {
    subject: missing.name,
    found: `gRPC to ${missing.url} at ${missing.origin}`,
    hint: wayOut(missing),
  })
}

export function wayOut({ name }: MissingPeer): string {
  return `Install it (npm install ${name}), or export over HTTP: port 4318, or protocol: http/protobuf.`
}

function isInstalled(name: string, from: string): boolean {
  try {
    createRequire(join(from, 'package.json')).resolve(name)
    return true
  } catch {
    return false
  }
}
