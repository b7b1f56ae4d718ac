// Where the audit trail is kept, as settings and environment say it.
import { resolve } from 'node:path'
import type { TrailConfig } from './config.ts'
import type { Settings } from './settings.gen.ts'

export function trailOf({ audit }: Settings, env: NodeJS.ProcessEnv, folder: string): TrailConfig {
  const { enabled, store, path, url_env, table, retention } = audit
  const common = { enabled, retentionMs: retention }
  if (store === 'embedded') return { store, path: path === undefined ? undefined : resolve(folder, path), ...common }
  return { store, url: env[url_env]?.trim() || undefined, urlEnv: url_env, table, ...common }
}
