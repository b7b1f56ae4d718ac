// What a token looks like: `tt_`, its id, `_`, a secret of 256 bits and a checksum, all in letters and digits.
//
//   tt_7n42DGM5Tflk9n8mt7Fhc7_AAD3kHCqNSm8VpYQ0v1DdN2pZ1oYqT5rJtQv8xWm3kLa0bCd9e
//      └──── id, 22 ────────┘ └──────── secret, 43 ─────────────────────┘└ 6 ─┘ CRC-32 of all before it
//
// The fixed form lets scanners of repositories and logs find a token, and the checksum tells a mistyped or cut one from a
// real one without a look at any store. One double click selects the whole.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const BASE = 62n
const ID = 22
const SECRET = 43
const CHECK = 6
const LARGEST_ID = 2n ** 128n - 1n

/** For scanners of secrets; what fits it and passes the checksum is a token of ours. */
export const TOKEN_FORM = /^tt_[0-9A-Za-z]{22}_[0-9A-Za-z]{49}$/

/** A new token with this id (a UUID). It is the only place where its text ever is. */
export function newToken(id: string): string {
  const body = `tt_${base62(BigInt(`0x${id.replaceAll('-', '')}`), ID)}_${base62(random(), SECRET)}`
  return body + checksum(body)
}

/** The id inside a token that is whole, as a UUID; null for any other text. Says nothing about who made it. */
export function idOfToken(text: string): string | null {
  if (!TOKEN_FORM.test(text)) return null
  const end = text.length - CHECK
  if (text.slice(end) !== checksum(text.slice(0, end))) return null
  let id = 0n
  for (let i = 3; i < 3 + ID; i++) id = id * BASE + BigInt(DIGITS.indexOf(text[i]!))
  if (id > LARGEST_ID) return null
  const hex = id.toString(16).padStart(32, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/**
 * What is kept of a token: `sha256:` and 64 hexadecimal digits. A plain hash is right here. Slow ones with salt make
 * guessing dear, which passwords need; nobody guesses 256 random bits, and a scrape must not wait for it.
 */
export function hashOf(text: string): string {
  return `sha256:${digest(text).toString('hex')}`
}

export const HASH_FORM = /^sha256:[0-9a-f]{64}$/

/** Whether `hash` is this token's; takes as long for every token. */
export function isHashOf(hash: string, text: string): boolean {
  return HASH_FORM.test(hash) && timingSafeEqual(Buffer.from(hash.slice(7), 'hex'), digest(text))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function random(): bigint {
  return BigInt(`0x${randomBytes(32).toString('hex')}`)
}

function base62(number: bigint, length: number): string {
  let text = ''
  for (let left = number; text.length < length; left /= BASE) text = DIGITS[Number(left % BASE)] + text
  return text
}

function checksum(body: string): string {
  return base62(BigInt(crc32(body)), CHECK)
}
