// Where tokens of ours are kept, as settings and environment say it.
import { resolve } from 'node:path'
import type { TokensConfig } from './config.ts'
import type { Settings } from './settings.gen.ts'

/** What `pg` takes for a URL. */
export const DATABASE_URL = /^postgres(?:ql)?:\/\//i

export function tokensOf({ access }: Settings, env: NodeJS.ProcessEnv, folder: string): TokensConfig {
  const { store, path, url_env, table, refresh, stale } = access.tokens
  const times = { refreshMs: refresh, staleMs: stale }
  if (store === 'file') return { store, path: resolve(folder, path), ...times }
  return { store, url: env[url_env]?.trim() || undefined, urlEnv: url_env, table, ...times }
}
