// A configuration that may be printed: whoever logs `telltale.config` logs no token.
import type { Config } from './config.ts'

const HIDDEN = '[REDACTED]'
/** Keys whose text is a secret, whichever section they stand in. */
const SECRETS = new Set(['token', 'jwtSecret', 'password'])

/** A copy in which secrets, the values of headers and the credentials of URLs are `[REDACTED]`. */
export function shownConfig(config: Config): Config {
  return copy(config, '') as Config
}

function copy(value: unknown, key: string): unknown {
  if (typeof value === 'string') {
    if (SECRETS.has(key)) return HIDDEN
    return value.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, `$1${HIDDEN}@`)
  }
  if (Array.isArray(value)) return value.map((one) => copy(one, key))
  if (typeof value !== 'object' || value === null) return value
  const under = Object.entries(value)
  if (key === 'headers') return Object.fromEntries(under.map(([name]) => [name, HIDDEN]))
  return Object.fromEntries(under.map(([name, inner]) => [name, copy(inner, name)]))
}
