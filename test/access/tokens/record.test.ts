import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TokenBook } from '../../../src/access/tokens/book.ts'
import { endOf, stateOf, verdict } from '../../../src/access/tokens/record.ts'
import { ID, OTHER_ID, stored } from './kit.ts'

const DAY = 86_400_000
const rotated = { replacedBy: OTHER_ID }

test.each([
  [{}, 5000, 'ok', 'active', null],
  [{ expiresAt: 5000 }, 4999, 'ok', 'expiring', 5000],
  [{ expiresAt: 5000 }, 5000, 'expired', 'expired', 5000],
  [{ expiresAt: 1000 + 30 * DAY }, 22 * DAY, 'ok', 'active', 1000 + 30 * DAY],
  [{ expiresAt: 1000 + 30 * DAY }, 25 * DAY, 'ok', 'expiring', 1000 + 30 * DAY],
  [{ expiresAt: 1000 + 5 * DAY }, 2 * DAY, 'ok', 'active', 1000 + 5 * DAY],
  [{ revokedAt: 9000 }, 5000, 'invalid', 'revoked', null],
  [{ revokedAt: 9000, expiresAt: 4000 }, 5000, 'invalid', 'revoked', 4000],
  [rotated, 0, 'invalid', 'rotated', null],
  [{ ...rotated, acceptedUntil: 5000 }, 4999, 'ok', 'rotated', 5000],
  [{ ...rotated, acceptedUntil: 5000 }, 5000, 'invalid', 'rotated', 5000],
  [{ ...rotated, acceptedUntil: 5000, expiresAt: 3000 }, 4000, 'expired', 'expired', 3000],
  [{ ...rotated, acceptedUntil: 5000, revokedAt: 1 }, 2000, 'invalid', 'revoked', 5000],
] as const)('%j at %i is %s, and the list says %s [R-24]', (rest, now, said, state, end) => {
  const token = stored(rest)
  expect([verdict(token, now), stateOf(token, now), endOf(token)]).toEqual([said, state, end])
})

test('a full book takes a new token in the place of the one that is dead the longest, and none when all are accepted', () => {
  const id = (i: number) => `${String(i).padStart(8, '0')}-0000-4000-8000-000000000000`
  const live = [1, 2, 3].map((i) => stored({ id: id(i), expiresAt: 9000 }))
  const full = new TokenBook(live, 3)
  expect(() => full.add(stored({ id: id(9) }), 5000)).toThrow('TOKEN_LIMIT')
  expect(full.changes.size).toBe(0)
  const dead = [live[0]!, { ...live[1]!, expiresAt: 2000 }, { ...live[2]!, revokedAt: 3000 }]
  const book = new TokenBook(dead, 3)
  book.add(stored({ id: id(9) }), 5000)
  book.add(stored({ id: id(8) }), 5000)
  expect([...book.changes].filter(([, token]) => token === null).map(([gone]) => gone)).toEqual([id(2), id(3)])
  expect(book.tokens.map((token) => token.id)).toEqual([id(1), id(8), id(9)])
})

test('a token that was replaced without overlap is refused whatever a clock says, and stays where it can be seen', () => {
  const old = stored({ createdAt: 1 })
  const book = new TokenBook([old, stored({ id: OTHER_ID, expiresAt: 2000 })], 2)
  const next = stored({ id: '1c0f6f5e-2f8b-4a53-8d42-1f1a5f0c7b33' })
  const { replaced } = book.rotate(ID, () => next, 0, 5000)
  expect(replaced).toEqual({ ...old, replacedBy: next.id, acceptedUntil: null })
  expect([verdict(replaced, 0), verdict(replaced, 9000)]).toEqual(['invalid', 'invalid'])
  expect(book.tokens.map(({ id }) => id)).toEqual([ID, next.id])
  expect(new TokenBook([old]).rotate(ID, () => next, 10, 5000).replaced.acceptedUntil).toBe(5010)
})

test('whatever happened to a token, it is accepted only before its expiry, its revocation and the end of its overlap [R-24]', () => {
  const time = fc.nat(20)
  const maybe = fc.option(time)
  const kept = {
    expiresAt: maybe,
    revokedAt: maybe,
    acceptedUntil: maybe,
    replacedBy: fc.option(fc.constant(OTHER_ID)),
  }
  fc.assert(
    fc.property(fc.record(kept), time, (rest, now) => {
      const token = stored({ ...rest, id: ID })
      const over =
        rest.revokedAt !== null ||
        (rest.expiresAt !== null && now >= rest.expiresAt) ||
        (rest.replacedBy !== null && now >= (rest.acceptedUntil ?? 0))
      expect(verdict(token, now) === 'ok').toBe(!over)
    }),
    { numRuns: 300 },
  )
})
