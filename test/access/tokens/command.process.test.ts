// The command line as processes of their own: at the same time, and killed in the middle.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FileStore } from '../../../src/access/tokens/file.ts'
import { idOfToken } from '../../../src/access/tokens/text.ts'
import { Tokens } from '../../../src/access/tokens/tokens.ts'
import { files, node, programs, type Ran, removeFolders } from './kit.ts'

let program: string
beforeAll(async () => {
  program = join(await programs(), 'cli.mjs')
})
afterAll(removeFolders)

const metrics = (cwd: string, argv: readonly string[], before: readonly string[] = []): Promise<Ran> =>
  node([...before, program, 'metrics', ...argv], cwd)
const tokensIn = (cwd: string) => new Tokens(new FileStore(join(cwd, '.telltale/tokens.json')))
const service = () => files({ 'telltale.yaml': 'name: shop\n' })

test('command lines that run at the same time never lose a token of each other [R-25]', async () => {
  const cwd = service()
  const made = await Promise.all(Array.from({ length: 8 }, () => metrics(cwd, ['generate-token'])))
  expect(made.map(({ code }) => code)).toEqual(Array(8).fill(0))
  const ids = made.map(({ out }) => idOfToken(out.trim()))
  expect((await tokensIn(cwd).list()).map(({ id }) => id).sort()).toEqual([...ids].sort())
  const [first, second] = ids as [string, string]
  const mixed = await Promise.all([
    metrics(cwd, ['rotate-token', '--token-id', first]),
    metrics(cwd, ['rotate-token', '--token-id', first]),
    metrics(cwd, ['revoke-token', '--token-id', second]),
    metrics(cwd, ['generate-token']),
  ])
  expect(mixed.map(({ code }) => code).sort()).toEqual([0, 0, 0, 1])
  const after = await tokensIn(cwd).list()
  expect([after.length, after.filter(({ revokedAt }) => revokedAt !== null).length]).toEqual([10, 1])
  expect(readdirSync(join(cwd, '.telltale'))).toEqual(['tokens.json'])
})

/** A program that is loaded before ours and kills the process the first time that it calls this function of `node:fs`. */
const killer = (method: string) => `
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
fs.${method} = () => process.kill(process.pid, 'SIGKILL')
syncBuiltinESMExports()
`

test.each([
  ['renameSync', 'between writing and renaming'],
  ['fsyncSync', 'before what was written is on the disk'],
  ['unlinkSync', 'with the lock in its hand, after the rename'],
])('a process that is killed at its first %s (%s) costs nobody else anything [R-24]', async (method) => {
  const cwd = service()
  const first = await metrics(cwd, ['generate-token'])
  const path = join(cwd, '.telltale/tokens.json')
  const before = readFileSync(path, 'utf8')
  writeFileSync(join(cwd, 'killer.mjs'), killer(method))
  const killed = await metrics(cwd, ['generate-token'], ['--import', join(cwd, 'killer.mjs')])
  expect([killed.signal, killed.out]).toEqual(['SIGKILL', ''])
  expect(readdirSync(join(cwd, '.telltale'))).toContain('tokens.json.lock')
  const between = await tokensIn(cwd).list()
  if (method === 'unlinkSync') expect(between).toHaveLength(2)
  else expect(readFileSync(path, 'utf8')).toBe(before)
  const next = await metrics(cwd, ['generate-token'])
  expect([next.code, next.err.includes('TOKENS_LOCKED')]).toEqual([0, false])
  const tokens = tokensIn(cwd)
  expect(await tokens.list()).toHaveLength(between.length + 1)
  for (const { out } of [first, next]) expect((await tokens.validate(out.trim())).ok).toBe(true)
  expect(readdirSync(join(cwd, '.telltale'))).toEqual(['tokens.json'])
})

test('what is taken up by a shell is the token and nothing else [R-25]', async () => {
  const cwd = service()
  const shell = `console.log(JSON.stringify(require('node:child_process').execSync(process.argv[1], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })))`
  const command = `TOKEN=$("${process.execPath}" "${program}" metrics generate-token --expires-in 1h) && printf '[%s]' "$TOKEN"`
  const { out } = await node(['-e', shell, command], cwd)
  expect(JSON.parse(out)).toMatch(/^\[tt_[0-9A-Za-z]{22}_[0-9A-Za-z]{49}\]$/)
})
