import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { FileStore } from '../../../src/access/tokens/file.ts'
import { Tokens } from '../../../src/access/tokens/tokens.ts'
import { faultOf, folder, ID, removeFolders } from './kit.ts'
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
})

function never(): never {
  throw new Error('nobody was to ask the store')
}
