import { randomUUID } from 'node:crypto'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hashOf, idOfToken, isHashOf, newToken, TOKEN_FORM } from '../../../src/access/tokens/text.ts'

const id = fc.uuid()
const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-. é\n'

test('a token has the one form that scanners look for, and says its id [R-24]', () => {
  fc.assert(
    fc.property(id, (uuid) => {
      const token = newToken(uuid)
      expect(token).toMatch(TOKEN_FORM)
      expect(token).toHaveLength(75)
      expect(idOfToken(token)).toBe(uuid)
    }),
  )
  for (const edge of ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'])
    expect(idOfToken(newToken(edge))).toBe(edge)
})

test('no two tokens are alike, not even of one id [R-24]', () => {
  const uuid = randomUUID()
  const tokens = Array.from({ length: 2000 }, (_, i) => newToken(i % 2 === 0 ? uuid : randomUUID()))
  expect(new Set(tokens).size).toBe(2000)
  expect(new Set(tokens.map((token) => token.slice(26, 69))).size).toBe(2000)
})

test('a token in which any one character is another is known for none without a look at any store [R-24]', () => {
  fc.assert(
    fc.property(id, fc.nat(74), fc.constantFrom(...letters), (uuid, at, letter) => {
      const token = newToken(uuid)
      fc.pre(token[at] !== letter)
      const other = token.slice(0, at) + letter + token.slice(at + 1)
      expect(idOfToken(other)).toBeNull()
      expect(isHashOf(hashOf(token), other)).toBe(false)
    }),
    { numRuns: 300 },
  )
})

test('a token that is cut, longer, in another case, with neighbours swapped or with blanks around is none [R-24]', () => {
  fc.assert(
    fc.property(id, fc.nat(73), (uuid, at) => {
      const token = newToken(uuid)
      const wrong = [
        token.slice(0, at),
        token.slice(at + 1),
        `${token}0`,
        ` ${token}`,
        `${token}\n`,
        token.toUpperCase(),
      ]
      const [a, b] = [token[at]!, token[at + 1]!]
      if (a !== b) wrong.push(token.slice(0, at) + b + a + token.slice(at + 2))
      for (const text of wrong) expect(idOfToken(text)).toBeNull()
    }),
  )
})

test('an id beyond what a UUID holds is none, although the checksum is right [R-24]', () => {
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  const whole = (body: string): string => {
    let check = ''
    for (let left = crc32(body); check.length < 6; left = Math.floor(left / 62)) check = digits[left % 62] + check
    return body + check
  }
  const real = newToken(randomUUID()).slice(0, 69)
  expect(idOfToken(whole(real))).not.toBeNull()
  expect(idOfToken(whole(`tt_${'z'.repeat(22)}${real.slice(25)}`))).toBeNull()
})

test('any other text is no token, and nothing is thrown [R-24]', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string({ minLength: 72, maxLength: 72 }).map((s) => `tt_${s}`),
      ),
      (text) => {
        expect(idOfToken(text)).toBeNull()
        expect(isHashOf('sha256:', text)).toBe(false)
        expect(isHashOf(text, text)).toBe(false)
      },
    ),
  )
})

test('a hash is of one token alone and says nothing of it [R-24]', () => {
  fc.assert(
    fc.property(id, id, (one, two) => {
      const [a, b] = [newToken(one), newToken(two)]
      expect(hashOf(a)).toMatch(/^sha256:[0-9a-f]{64}$/)
      expect([isHashOf(hashOf(a), a), isHashOf(hashOf(a), b), isHashOf(hashOf(b), a)]).toEqual([true, false, false])
    }),
    { numRuns: 50 },
  )
})
