// Application tokens: whether anybody could be verified at all, and what of the settings has no effect.
import { Fault } from '../base/fault.ts'
import type { Config } from './config.ts'
import { LOOPBACK, type Said } from './exporters.ts'
import { find, type Tree } from './tree.ts'
import { warning } from './warning.ts'

/** Bytes of a secret for HS256 (RFC 7518, 3.2). */
export const SHORTEST_SECRET = 32
const JWT = ['access', 'jwt'] as const

export function applicationTokens(config: Config, tree: Tree, said: Said): void {
  const { jwt } = config.access
  if (!jwt.enabled) return
  const { algorithms, jwks_url, secret_env } = jwt
  const at = (key: string) => find(tree, [...JWT, key])?.at
  const say = (code: 'GUARD_METHOD' | 'ACCESS_NO_CREDENTIAL' | 'KEYS_PLAINTEXT', key: string, text: string) =>
    void said.warnings.push(warning(code, text, [...JWT, key].join('.'), at(key)))
  const length = Buffer.byteLength(config.jwtSecret ?? '')
  if (length > 0 && length < SHORTEST_SECRET && algorithms.includes('HS256')) {
    const allowed = `at least ${SHORTEST_SECRET} bytes, since whoever has a token can try out shorter ones`
    said.faults.push(new Fault('ENV_VALUE', { subject: secret_env, allowed }))
  }
  const shared = algorithms.includes('HS256') && length > 0
  const published = algorithms.some((one) => one !== 'HS256') && jwks_url !== undefined
  const lacks = [
    ...(algorithms.includes('HS256') && length === 0
      ? [`${secret_env} is not set, so no HS256 token is accepted`]
      : []),
    ...(algorithms.some((one) => one !== 'HS256') && jwks_url === undefined
      ? ['access.jwt.jwks_url is not set, so HS256 is the only algorithm']
      : []),
    ...(jwks_url !== undefined && !published ? ['access.jwt.jwks_url serves none of the algorithms'] : []),
  ]
  if (!shared && !published) {
    say('ACCESS_NO_CREDENTIAL', 'enabled', `${lacks.join(', and ')}: nobody can prove who they are.`)
    return
  }
  for (const text of lacks) say('GUARD_METHOD', 'algorithms', `${text}.`)
  if (jwks_url?.startsWith('http:') && !LOOPBACK.test(new URL(jwks_url).hostname))
    say('KEYS_PLAINTEXT', 'jwks_url', 'Keys come over plain http: who stands between can send keys of their own.')
}
