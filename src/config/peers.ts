// Optional packages that the configuration asks for (ruling 49). `start` refuses without them; `check`, which may run
// elsewhere than production, only says so.
import { statSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { join } from 'node:path'
import { Fault } from '../base/fault.ts'
import type { Config } from './config.ts'

const GRPC = '@grpc/grpc-js'
const PG = 'pg'
const PGLITE = '@electric-sql/pglite'
const REDIS = ['redis', 'ioredis']
const TEMPORAL = ['@temporalio/interceptors-opentelemetry', '@temporalio/interceptors-opentelemetry-v2'] as const

export interface MissingPeer {
  readonly name: string
  /** What needs it. */
  readonly what: string
  /** Where that was written. */
  readonly origin: string
  /** What to do. */
  readonly way: string
}

/** Packages that are asked for and cannot be resolved from `from`, the folder of the application. */
export function missingPeers(config: Config, from = process.cwd()): MissingPeer[] {
  return [
    ...missingGrpc(config, from),
    ...missingTemporal(config, from),
    ...missingPg(config, from),
    ...missingShared(config, from),
    ...missingTrail(config, from),
  ]
}

function missingGrpc(config: Config, from: string): MissingPeer[] {
  const way = `Install it (npm install ${GRPC}), or export over HTTP: port 4318, or protocol: http/protobuf.`
  return [...config.traces.exporters, ...config.metrics.exporters, ...config.logs.exporters]
    .filter((exporter) => exporter.protocol === 'grpc')
    .flatMap(({ origin, url }) => lacking([GRPC], from, { what: `gRPC to ${url}`, origin, way }))
}

function missingTemporal(config: Config, from: string): MissingPeer[] {
  const { enabled, temporal } = config.surfaces.workflow
  if (!enabled || !temporal.enabled) return []
  const way = `Install it (npm install ${TEMPORAL[0]}), or turn surfaces.workflow.temporal off.`
  return lacking(TEMPORAL, from, { what: "Temporal's tracing", origin: 'surfaces.workflow.temporal.enabled', way })
}

function missingPg({ tokens }: Config, from: string): MissingPeer[] {
  if (tokens.store !== 'postgresql') return []
  const way = `Install it (npm install ${PG}), or keep the tokens in a file: access.tokens.store: file.`
  return lacking([PG], from, { what: 'PostgreSQL for tokens', origin: 'access.tokens.store', way })
}

function missingTrail({ trail }: Config, from: string): MissingPeer[] {
  if (!trail.enabled) return []
  if (trail.store === 'postgresql') {
    const way = `Install it (npm install ${PG}), or keep the trail in the process: audit.store: embedded.`
    return lacking([PG], from, { what: 'PostgreSQL for the audit trail', origin: 'audit.store', way })
  }
  const { path } = trail
  // A folder is PGlite's; a file that is there or is to be made is SQLite's, where Node has it.
  if (path === undefined || (isBuiltin('node:sqlite') && !isFolder(path))) return []
  const way = `Install it (npm install ${PGLITE}), or run Node 22.13 or newer, which has SQLite.`
  return lacking([PGLITE], from, { what: 'an embedded audit trail', origin: 'audit.path', way })
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

function missingShared({ scrape }: Config, from: string): MissingPeer[] {
  const { shared } = scrape.authentication
  if (scrape.guard === 'none' || shared === undefined) return []
  const names = shared.store === 'redis' ? REDIS : [PG]
  const way = `Install it (npm install ${names[0]}), or let each replica count its own: leave rate_limit.shared out.`
  const origin = 'observability.prometheus.authentication.rate_limit.shared'
  return lacking(names, from, { what: `a shared limit in ${shared.store}`, origin, way })
}

/** Any of `names` will do; the first is the one to install. */
function lacking(names: readonly string[], from: string, need: Omit<MissingPeer, 'name'>): MissingPeer[] {
  return names.some((name) => isInstalled(name, from)) ? [] : [{ name: names[0]!, ...need }]
}

/** Throws PEER_MISSING for the first package that is missing. */
export function requirePeers(config: Config, from?: string): void {
  const [missing] = missingPeers(config, from)
  if (!missing) return
  const { name, what, origin, way } = missing
  throw new Fault('PEER_MISSING', { subject: name, found: `${what} at ${origin}`, hint: way })
}

function isInstalled(name: string, from: string): boolean {
  try {
    createRequire(join(from, 'package.json')).resolve(name)
    return true
  } catch {
    return false
  }
}
