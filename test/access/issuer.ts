// Who signs tokens in these tests: real key pairs, and a real server that publishes them, well or badly.
import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export const SECRET = 'a secret of well over thirty-two bytes, for tests'
/** 2030-01-01T00:00:00Z, in seconds. */
export const NOW = 1_893_456_000

export type Algorithm = 'HS256' | 'RS256' | 'ES256' | 'EdDSA'
export type Claims = Readonly<Record<string, unknown>>

export interface Pair {
  readonly alg: Exclude<Algorithm, 'HS256'>
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

export function pair(alg: Pair['alg'], kid: string, bits = 2048): Pair {
  const made =
    alg === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: bits })
      : alg === 'ES256'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('ed25519')
  return { alg, kid, ...made }
}

export function jwkOf({ publicKey, alg, kid }: Pair, over: object = {}): object {
  return { ...publicKey.export({ format: 'jwk' }), alg, kid, use: 'sig', ...over }
}

const encoded = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** A token as it is told to be, whether or not that makes sense. */
export function forged(header: object, payload: unknown, signed: (input: string) => Buffer | string): string {
  const input = `${encoded(header)}.${encoded(payload)}`
  const signature = signed(input)
  return `${input}.${typeof signature === 'string' ? signature : signature.toString('base64url')}`
}

export const claims = (over: Claims = {}): Claims => ({ sub: 'alice', iat: NOW - 10, exp: NOW + 300, ...over })

export function hmac(secret: string | Buffer): (input: string) => Buffer {
  return (input) => createHmac('sha256', secret).update(input).digest()
}

/** By the shared secret. */
export function shared(payload: unknown = claims(), header: object = {}, secret: string | Buffer = SECRET): string {
  return forged({ alg: 'HS256', typ: 'JWT', ...header }, payload, hmac(secret))
}

export function signature({ alg, privateKey }: Pair): (input: string) => Buffer {
  return (input) =>
    alg === 'ES256'
      ? sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' })
      : sign(alg === 'EdDSA' ? null : 'sha256', Buffer.from(input), privateKey)
}

/** By a private key. */
export function signed(by: Pair, payload: unknown = claims(), header: object = {}): string {
  return forged({ alg: by.alg, typ: 'JWT', kid: by.kid, ...header }, payload, signature(by))
}

export class Issuer {
  readonly #server = createServer((request, response) => {
    this.asked++
    this.answer(request, response)
  })
  asked = 0
  keys: readonly object[] = []
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => this.publish(response)

  publish(response: ServerResponse): void {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ keys: this.keys }))
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return this
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/keys`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
