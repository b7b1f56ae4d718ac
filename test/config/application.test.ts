import { expect, test } from 'vitest'
import type { Faults } from '../../src/base/fault.ts'
import { loadConfig } from '../../src/config/load.ts'
import { warningText } from '../../src/config/warning.ts'

const SECRET = 'x'.repeat(32)

function said(jwt: string, env: NodeJS.ProcessEnv = {}): string[] {
  const text = `name: shop\naccess: { jwt: { ${jwt} } }\n`
  try {
    return loadConfig({ text, env }).warnings.map(warningText)
  } catch (error) {
    return (error as Faults).faults.map(({ message }) => message)
  }
}

const KEYS = 'jwks_url: "https://id.example/keys"'

test.each<[string, string, NodeJS.ProcessEnv]>([
  ['authentication is off', 'enabled: false, algorithms: [RS256]', { JWT_SECRET: 'short' }],
  ['there is a secret', 'enabled: true', { JWT_SECRET: SECRET }],
  ['the secret has another name', 'enabled: true, secret_env: OTHER', { OTHER: SECRET }],
  ['keys are published', `enabled: true, algorithms: [RS256, ES256, EdDSA], ${KEYS}`, {}],
  ['both are there', `enabled: true, algorithms: [HS256, EdDSA], ${KEYS}`, { JWT_SECRET: SECRET }],
  ['a short secret is not used', `enabled: true, algorithms: [EdDSA], ${KEYS}`, { JWT_SECRET: 'short' }],
  ['keys are on this machine', 'enabled: true, algorithms: [RS256], jwks_url: "http://127.0.0.1:1/"', {}],
])('nothing is said of application tokens where %s', (_, jwt, env) => {
  expect(said(jwt, env)).toEqual([])
})

const HS = 'JWT_SECRET is not set, so no HS256 token is accepted'
const RS = 'access.jwt.jwks_url is not set, so HS256 is the only algorithm'
const NOBODY = 'nobody can prove who they are.'

test.each<[string, string, NodeJS.ProcessEnv, string]>([
  ['no secret', 'enabled: true', {}, `2:27 ACCESS_NO_CREDENTIAL access.jwt.enabled: ${HS}: ${NOBODY}`],
  [
    'an empty secret',
    'enabled: true',
    { JWT_SECRET: '' },
    `2:27 ACCESS_NO_CREDENTIAL access.jwt.enabled: ${HS}: ${NOBODY}`,
  ],
  [
    'no address of keys',
    'enabled: true, algorithms: [HS256, RS256]',
    { JWT_SECRET: SECRET },
    `2:45 GUARD_METHOD access.jwt.algorithms: ${RS}.`,
  ],
  [
    'neither of both',
    'enabled: true, algorithms: [HS256, RS256]',
    {},
    `2:27 ACCESS_NO_CREDENTIAL access.jwt.enabled: ${HS}, and ${RS}: ${NOBODY}`,
  ],
  [
    'an address that serves no algorithm',
    `enabled: true, ${KEYS}`,
    { JWT_SECRET: SECRET },
    'GUARD_METHOD access.jwt.algorithms: access.jwt.jwks_url serves none of the algorithms.',
  ],
  [
    'keys over plain http',
    'enabled: true, algorithms: [RS256], jwks_url: "http://id.example/keys"',
    {},
    '2:64 KEYS_PLAINTEXT access.jwt.jwks_url: Keys come over plain http: who stands between can send keys of their own.',
  ],
  [
    'a short secret',
    'enabled: true',
    { JWT_SECRET: 'x'.repeat(31) },
    'ENV_VALUE JWT_SECRET: An environment variable has a value that is not allowed; allowed: at least 32 bytes, since whoever has a token can try out shorter ones. Correct or unset the variable.',
  ],
])('what is wrong with application tokens is said: %s', (_, jwt, env, expected) => {
  expect(said(jwt, env).map((line) => line.replace(/^telltale\.yaml:/, ''))).toEqual([expected])
})
