import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { FileStore } from '../../../src/access/tokens/file.ts'
import type { StoredToken } from '../../../src/access/tokens/record.ts'
import type { Kept } from '../../../src/access/tokens/store.ts'
import { Tokens } from '../../../src/access/tokens/tokens.ts'
import { faultOf, folder, ID, OTHER_ID, removeFolders, stored } from './kit.ts'
import { agreesWithModel } from './machine.ts'

afterAll(removeFolders)

test('tokens in a file are made, replaced, revoked and expire as the model says, whatever the order [R-24]', async () => {
  await agreesWithModel(async () => new FileStore(join(folder(), 'tokens.json')), 60)
})

test('changes of one process at once are all kept, and of two rotations of one token one is refused [R-24]', async () => {
  const tokens = new Tokens(new FileStore(join(folder(), 'tokens.json')))
  const { token } = await tokens.generate({ scopes: ['metrics:read'] })
  await Promise.all(Array.from({ length: 8 }, () => tokens.generate({ scopes: ['metrics:read'] })))
  const both = await Promise.allSettled([tokens.rotate(token.id), tokens.rotate(token.id)])
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(await tokens.list()).toHaveLength(10)
})

test('what cannot be asked for is a fault before anything is opened [R-24]', async () => {
  const tokens = new Tokens({ read: never, change: never, close: async () => {} })
  expect(await faultOf(tokens.generate({ scopes: [] }))).toContain('OPTION_VALUE --scopes')
  expect(await faultOf(tokens.generate({ scopes: ['a'], lifeMs: Number.NaN }))).toContain('OPTION_VALUE --expires-in')
  expect(await faultOf(tokens.generate({ scopes: ['a'], lifeMs: 999 }))).toContain('OPTION_VALUE --expires-in')
  expect(await faultOf(tokens.rotate(ID, { overlapMs: Number.NaN }))).toContain('OPTION_VALUE --overlap')
  expect(await faultOf(tokens.rotate(ID, { lifeMs: 0 }))).toContain('OPTION_VALUE --expires-in')
  expect(await faultOf(tokens.revoke('x'))).toContain('OPTION_VALUE --token-id')
  const label =
    'OPTION_VALUE --label: The value of the option is not allowed; found 65 characters; allowed: up to 64 printable characters on one line.'
  expect(await faultOf(tokens.generate({ scopes: ['a'], label: 'x'.repeat(65) }))).toContain(label)
})

test('bounds of a life and of an overlap are told, and reached [R-24]', async () => {
  const day = 86_400_000
  const tokens = new Tokens(new FileStore(join(folder(), 'tokens.json')))
  const scopes = ['metrics:read']
  const life = async (lifeMs: number | null) => {
    const { token } = await tokens.generate({ scopes, lifeMs })
    return token.expiresAt === null ? null : token.expiresAt - token.createdAt
  }
  expect([await life(1000), await life(3650 * day), await life(null)]).toEqual([1000, 3650 * day, null])
  const fault = 'found a duration outside of that; allowed:'
  expect(await faultOf(tokens.generate({ scopes, lifeMs: 3650 * day + 1 }))).toContain(
    `${fault} 1s to 3650d, or never.`,
  )
  const { token } = await tokens.generate({ scopes, lifeMs: 5 * day, label: 'x'.repeat(64) })
  for (const overlapMs of [-1, 30 * day + 1])
    expect(await faultOf(tokens.rotate(token.id, { overlapMs }))).toContain(`${fault} 0s to 30d.`)
  const first = await tokens.rotate(` ${token.id.toUpperCase()} `, { overlapMs: 30 * day })
  const shorter = await tokens.rotate(first.token.id, { lifeMs: day })
  const never = await tokens.rotate(shorter.token.id, { lifeMs: null })
  expect([first, shorter, never].map(({ token: one }) => one.expiresAt && one.expiresAt - one.createdAt)).toEqual([
    ...[5 * day, day, null],
  ])
})

test('a rotation is of one moment: the new token begins when what is left of the old one does [R-25]', async () => {
  let ticks = 1_000_000
  const tokens = new Tokens(new FileStore(join(folder(), 'tokens.json')), { clock: () => ticks++ })
  const { token } = await tokens.generate({ scopes: ['metrics:read'], lifeMs: 60_000 })
  const next = await tokens.rotate(token.id, { overlapMs: 5000 })
  expect(next.replaced.acceptedUntil).toBe(next.token.createdAt + 5000)
})

test('an id is what is asked for: a token in its place is named by its id, and not repeated [R-24]', async () => {
  const tokens = new Tokens({ read: never, change: never, close: async () => {} })
  const { id, text } = stored()
  expect(await faultOf(tokens.revoke(` ${text} `))).toBe(
    `OPTION_VALUE --token-id: The value of the option is not allowed; found a token itself; whoever sees the command line sees it; allowed: the id of a token, a UUID. Its id is ${id}.`,
  )
  expect(await faultOf(tokens.revoke('no id'))).toBe(
    'OPTION_VALUE --token-id: The value of the option is not allowed; found what is no id; allowed: the id of a token, a UUID. telltale metrics list-tokens shows the ids.',
  )
})

test('tokens are listed as they were made, those of one moment by their ids; without a store there are none [R-24]', async () => {
  const made = [
    ...[stored({ id: OTHER_ID, createdAt: 5 }), stored({ id: ID, createdAt: 7 })],
    ...[
      stored({ id: OTHER_ID.replace('7c', '1c'), createdAt: 5 }),
      stored({ id: ID.replace('0d', 'ff'), createdAt: 1 }),
    ],
  ]
  let closed = 0
  const of = (kept: Kept | null) =>
    new Tokens({ read: async () => kept, change: never, close: async () => void closed++ }, { clock: () => 2000 })
  const ids = async (list: readonly StoredToken[]) =>
    (await of({ mark: '', tokens: list }).list()).map(({ id, createdAt }) => `${createdAt} ${id.slice(0, 2)}`)
  const sorted = ['1 ff', '5 1c', '5 7c', '7 0d']
  expect([await ids(made), await ids([...made].reverse())]).toEqual([sorted, sorted])
  const nothing = { ok: false, result: 'invalid' }
  for (const kept of [null, { mark: '', tokens: null }]) {
    expect([await of(kept).list(), await of(kept).validate(made[0]!.text)]).toEqual([[], nothing])
  }
  expect(await of({ mark: '', tokens: made }).validate(made[0]!.text)).toMatchObject({ ok: true })
  // What is no token of ours is asked of no store.
  expect(await new Tokens({ read: never, change: never, close: async () => {} }).validate('x')).toEqual(nothing)
  await of(null).close()
  expect(closed).toBe(1)
})

function never(): never {
  throw new Error('nobody was to ask the store')
}
