// Opens what the configuration says tokens are kept in: for a service, which reads, or for who changes them.
import { Fault } from '../../base/fault.ts'
import type { TokensConfig } from '../../config/config.ts'
import { FileStore } from './file.ts'
import { LiveTokens, type OpenTokens } from './live.ts'
import type { TokenStore } from './store.ts'

export interface OpenHooks {
  /** Milliseconds since the Unix epoch. */
  readonly clock?: () => number
}

/** The tokens that a guard asks; what cannot be read is said as a notice and found out again and again, never thrown. */
export async function openTokens(settings: TokensConfig, hooks: OpenHooks = {}): Promise<OpenTokens> {
  const { refreshMs, staleMs } = settings
  return new LiveTokens(await openStore(settings, true), { refreshMs, staleMs, ...hooks })
}

/** `background`: what it holds open does not keep the process alive. Rejects with a Fault when it is not said which database. */
export async function openStore(settings: TokensConfig, background = false): Promise<TokenStore> {
  if (settings.store === 'file') return new FileStore(settings.path)
  const { url, urlEnv, table } = settings
  if (url === undefined)
    throw new Fault('CONFIG_UNSET_VARIABLE', { subject: urlEnv, hint: 'Set it to the URL of the database of tokens.' })
  const { PostgresqlStore } = await import('./postgresql.ts')
  return new PostgresqlStore({ url, table, background })
}
