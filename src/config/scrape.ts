// The scrape as settings and environment make it: where it is, whether it is guarded, and what a client may prove itself
// with. Never open by accident: a guard is on when it is told to be, or when a credential is there and nothing was said.
import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { SHORTEST_SECRET } from './application.ts'
import type { ScrapeConfig } from './config.ts'
import { type AddressRange, parseRange } from './range.ts'
import type { Settings } from './settings.gen.ts'

export interface ScrapeSurroundings {
  readonly env: NodeJS.ProcessEnv
  readonly folder: string
}

export function scrapeOf(settings: Settings, { env, folder }: ScrapeSurroundings, off: boolean): ScrapeConfig {
  const { prometheus, opentelemetry } = settings.observability
  const exporter = opentelemetry.metrics.exporters.find((entry) => entry.type === 'prometheus')
  const own = prometheus.authentication
  const other = exporter?.type === 'prometheus' ? exporter.authentication : undefined
  const method = own.method ?? other?.method ?? 'bearer_token'
  const methods = own.methods ?? (method === 'none' ? [] : [method])
  const tokenEnv = own.token_env ?? other?.token_env ?? 'METRICS_TOKEN'
  // A line break at its end is what files of secrets have; no header could carry it.
  const token = env[tokenEnv]?.trim() || undefined
  const enabled = own.enabled ?? other?.enabled
  const guarded = methods.length > 0 && (enabled ?? token !== undefined)
  // Who lists addresses does not want all of them in, with or without a proof.
  const listed = enabled !== false && own.allowed_addresses.length > 0
  const written = own.token_header ?? other?.token_header
  const keysAlone = methods.every((one) => one === 'api_key') && methods.length > 0
  const { secret_env, jwks_url } = settings.access.jwt
  const { shared, url_env, requests_per_minute, burst_size } = own.rate_limit
  const url = shared && env[url_env ?? SHARED_URL[shared]]?.trim()
  return {
    enabled: prometheus.enabled && !off,
    path: exporter?.type === 'prometheus' && exporter.endpoint ? exporter.endpoint : prometheus.endpoint,
    guard: guarded ? 'required' : listed ? 'address' : 'none',
    authentication: {
      methods,
      header: written ?? (keysAlone ? 'x-api-key' : 'Authorization'),
      keyHeader: (keysAlone ? written : undefined) ?? 'x-api-key',
      tokenEnv,
      token,
      jwt: jwks_url !== undefined || Buffer.byteLength(env[secret_env] ?? '') >= SHORTEST_SECRET,
      tokens: hasTokens(settings, env, folder),
      requiredScopes: own.required_scopes,
      invalidTokenStatus: own.invalid_token_status === 403 ? 403 : 401,
      allowed: rangesOf(own.allowed_addresses),
      requestsPerMinute: requests_per_minute,
      burstSize: burst_size,
      shared: shared && url ? { store: shared, url } : undefined,
    },
    hidden: {
      http: !prometheus.metrics.http.enabled,
      database: !prometheus.metrics.database.enabled,
      business: !prometheus.metrics.business.enabled,
    },
  }
}

/** Variables that hold the URL of a shared store unless another is named. */
export const SHARED_URL = { redis: 'REDIS_URL', postgresql: 'DATABASE_URL' } as const

/** Those that are ranges; the others are faults. */
export function rangesOf(written: readonly string[]): AddressRange[] {
  return written.map(parseRange).filter((range) => range !== undefined)
}

/** A database may have tokens, and get them while the service runs; a file has to have one already. */
function hasTokens({ access }: Settings, env: NodeJS.ProcessEnv, folder: string): boolean {
  const { store, path, url_env } = access.tokens
  if (store === 'postgresql') return Boolean(env[url_env]?.trim())
  const file = resolve(folder, path)
  try {
    if (!statSync(file).isFile()) return false
    const { tokens } = JSON.parse(readFileSync(file, 'utf8')) as { tokens?: unknown }
    return Array.isArray(tokens) && tokens.length > 0
  } catch {
    return false
  }
}
