import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { documentText } from '../../../src/access/tokens/document.ts'
import { FileStore } from '../../../src/access/tokens/file.ts'
import { FileLock } from '../../../src/access/tokens/lock.ts'
import { hashOf } from '../../../src/access/tokens/text.ts'
import { Tokens } from '../../../src/access/tokens/tokens.ts'
import { faultOf, folder, ID, OTHER_ID, removeFolders, stored } from './kit.ts'

afterEach(removeFolders)

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8)
const generate = (path: string) => new Tokens(new FileStore(path)).generate({ scopes: ['metrics:read'] })

test('the first token makes the file and its folder for their owner alone, and leaves nothing else [R-24]', async () => {
  const path = join(folder(), 'a/b/tokens.json')
  const store = new FileStore(path)
  expect(await store.read()).toEqual({ mark: 'none', tokens: null })
  const { text, token } = await generate(path)
  expect([mode(path), mode(join(path, '..'))]).toEqual(['600', '700'])
  expect(readdirSync(join(path, '..'))).toEqual(['tokens.json'])
  expect((await store.read())?.tokens).toEqual([{ ...token, hash: hashOf(text) }])
  expect(readFileSync(path, 'utf8')).not.toContain(text.slice(26))
})

test('what is read again is what changed: a mark stands for what was read, and a young file is read twice', async () => {
  const path = join(folder(), 'tokens.json')
  const store = new FileStore(path)
  await generate(path)
  expect(await store.read((await store.read())!.mark)).not.toBeNull()
  const past = new Date(Date.now() - 60_000)
  utimesSync(path, past, past)
  const { mark } = (await store.read())!
  expect(await store.read(mark)).toBeNull()
  await generate(path)
  expect((await store.read(mark))?.tokens).toHaveLength(2)
  rmSync(path)
  expect(await store.read(mark)).toEqual({ mark: 'none', tokens: null })
  expect(await store.read('none')).toBeNull()
})

test.each([
  [0o604, 'TOKENS_EXPOSED'],
  [0o602, 'TOKENS_EXPOSED'],
  [0o620, 'TOKENS_EXPOSED'],
  [0o666, 'TOKENS_EXPOSED'],
])('a file with mode %o is refused, and how it is mended is said [R-24]', async (bits) => {
  const path = join(folder(), 'tokens.json')
  await generate(path)
  const before = readFileSync(path, 'utf8')
  chmodSync(path, bits)
  const said = `TOKENS_EXPOSED ${path}: Others may read or change the tokens, so they are not used; found mode ${bits.toString(8)}. Take it back: chmod 600 ${path}; and make new tokens where you do not know who came by.`
  expect(await faultOf(new FileStore(path).read())).toBe(said)
  expect(await faultOf(generate(path))).toBe(said)
  expect(readFileSync(path, 'utf8')).toBe(before)
})

test('a folder in which everybody may write is refused: somebody could put another file there', async () => {
  const path = join(folder(), 'open/tokens.json')
  await generate(path)
  chmodSync(join(path, '..'), 0o777)
  expect(await faultOf(new FileStore(path).read())).toContain(`TOKENS_EXPOSED ${join(path, '..')}`)
})

test('a group that may read keeps that right when the file is written anew', async () => {
  const path = join(folder(), 'tokens.json')
  await generate(path)
  chmodSync(path, 0o640)
  await generate(path)
  expect(mode(path)).toBe('640')
  expect((await new FileStore(path).read())?.tokens).toHaveLength(2)
})

test.each([
  ['damaged', 'no tokens', 'TOKENS_CORRUPT'],
  ['empty', '', 'TOKENS_CORRUPT'],
  ['in a later format', '{"telltale_tokens":2,"tokens":[]}\n', 'TOKENS_NEWER'],
])(
  'a file that is %s is a fault for who reads and for who writes, and stays as it is [R-24]',
  async (_, text, code) => {
    const path = join(folder(), 'tokens.json')
    writeFileSync(path, text, { mode: 0o600 })
    const tokens = new Tokens(new FileStore(path))
    const works = [
      () => tokens.list(),
      () => tokens.generate({ scopes: ['metrics:read'] }),
      () => tokens.rotate(ID),
      () => tokens.revoke(ID),
    ]
    for (const work of works) expect(await faultOf(work())).toContain(`${code} ${path}`)
    expect(readFileSync(path, 'utf8')).toBe(text)
    expect(readdirSync(join(path, '..'))).toEqual(['tokens.json'])
  },
)

test.each([
  ['a folder', (path: string) => mkdirSync(path)],
  ['a pipe that nobody writes to', (path: string) => execFileSync('mkfifo', ['-m', '600', path])],
])('%s is no file of tokens', async (_, make) => {
  const path = join(folder(), 'tokens.json')
  make(path)
  const said = `TOKENS_UNREADABLE ${path}: The tokens cannot be read; found something that is no file.`
  expect(await faultOf(new FileStore(path).read())).toContain(said)
  expect(await faultOf(generate(path))).toContain(said)
})

test('what cannot be looked at is named with its cause, and a file that is too large is not read', async () => {
  const below = join(folder(), 'file', 'tokens.json')
  writeFileSync(join(below, '..'), '')
  const said = `TOKENS_UNREADABLE ${below}: The tokens cannot be read; found ENOTDIR.`
  expect(await faultOf(new FileStore(below).read())).toContain(said)
  expect(await faultOf(new FileStore(below).read('mark'))).toContain(said)
  const cause = await new FileStore(below).read().catch((error: Error) => (error.cause as { code: string }).code)
  expect(cause).toBe('ENOTDIR')
  const large = join(folder(), 'tokens.json')
  writeFileSync(large, '', { mode: 0o600 })
  truncateSync(large, 32 * 1024 * 1024 + 1)
  expect(await faultOf(new FileStore(large).read())).toContain(`TOKENS_CORRUPT ${large}`)
  expect(await faultOf(new FileStore(large).read())).toContain('33554433 bytes')
})

test('a file that came a moment ago is looked at again, one that stood there is not; a change of any kind shows', async () => {
  const path = join(folder(), 'tokens.json')
  const store = new FileStore(path)
  await generate(path)
  const aged = async (ms: number) => {
    const at = new Date(Date.now() - ms)
    utimesSync(path, at, at)
    return (await store.read())!.mark
  }
  const young = await aged(0)
  expect([/^\d+ \d+ \d+ \d+ \d+ [0-9a-f-]{36}$/.test(young), await store.read(young)]).toEqual([
    true,
    expect.anything(),
  ])
  const old = await aged(60_000)
  expect([/^\d+ \d+ \d+ \d+ \d+$/.test(old), await store.read(old)]).toEqual([true, null])
  // The same size and the same time of writing: the file system still knows that it was touched.
  const other = await aged(60_000 - 1)
  expect([other === old, await store.read(old)]).toEqual([false, expect.anything()])
})

test('what changes nothing writes nothing', async () => {
  const path = join(folder(), 'tokens.json')
  const { token } = await generate(path)
  const tokens = new Tokens(new FileStore(path))
  await tokens.revoke(token.id)
  const { ino } = statSync(path)
  expect([(await tokens.revoke(token.id)).changed, statSync(path).ino]).toEqual([false, ino])
  const none = join(folder(), 'tokens.json')
  expect([await new Tokens(new FileStore(none)).list(), existsSync(none)]).toEqual([[], false])
})

test('a symbolic link stays one, and what it leads to is what is written, locked and checked', async () => {
  const at = folder()
  const [link, target] = [join(at, 'link.json'), join(at, 'kept/tokens.json')]
  await generate(target)
  symlinkSync('kept/tokens.json', link)
  await generate(link)
  expect([readlinkSync(link), (await new FileStore(target).read())?.tokens?.length]).toEqual(['kept/tokens.json', 2])
  expect(readdirSync(at).sort()).toEqual(['kept', 'link.json'])
  chmodSync(target, 0o644)
  expect(await faultOf(new FileStore(link).read())).toContain(`TOKENS_EXPOSED ${link}`)
  rmSync(target)
  const said = `TOKENS_UNREADABLE ${link}: The tokens cannot be read; found a symbolic link that leads nowhere.`
  expect(await faultOf(generate(link))).toContain(said)
  expect(existsSync(target)).toBe(false)
})

test('what a writer left that died before the rename goes with the next change, and the file is as it was', async () => {
  const path = join(folder(), 'tokens.json')
  const { text, token } = await generate(path)
  const left = [`${path}.${ID}.tmp`, `${path}.note.tmp`, join(path, '../other.json')]
  for (const each of left) writeFileSync(each, 'half of')
  expect((await new FileStore(path).read())?.tokens).toEqual([{ ...token, hash: hashOf(text) }])
  await generate(path)
  expect(readdirSync(join(path, '..')).sort()).toEqual(['other.json', 'tokens.json', 'tokens.json.note.tmp'])
})

test('a file that cannot be written is named, and the lock is free afterwards', async () => {
  const path = '/sys/tokens.json'
  expect(await faultOf(generate(path))).toContain(`FILE_UNWRITABLE ${path}: The file cannot be written; found `)
  const blocked = join(folder(), 'tokens.json')
  await generate(blocked)
  const store = new FileStore(blocked)
  await expect(
    store.change((book) => {
      book.revoke((book.tokens[0] ?? stored()).id, 1)
      throw new Error('a change of mind')
    }),
  ).rejects.toThrow('a change of mind')
  expect((await store.read())?.tokens?.[0]?.revokedAt).toBeNull()
  expect(readdirSync(join(blocked, '..'))).toEqual(['tokens.json'])
})

/** No system counts so far. */
const DEAD = 2 ** 31 - 2

test.each([
  ['of a process that is dead', { pid: DEAD, host: hostname(), id: '1' }, 0],
  ['of another host, when it is old', { pid: 1, host: 'elsewhere', id: '1' }, 3_600_000],
  ['of a process id that was given anew, when it is old', { pid: 1, host: hostname(), id: '1' }, 3_600_000],
  ['of times to come', { pid: 1, host: hostname(), id: '1' }, -3_600_000],
  ['without a word in it, when it is not young', '', 30_000],
])('a lock %s is broken', async (_, words, ageMs) => {
  const path = join(folder(), 'tokens.json')
  writeFileSync(`${path}.lock`, words === '' ? '' : JSON.stringify(words))
  const at = new Date(Date.now() - ageMs)
  utimesSync(`${path}.lock`, at, at)
  await generate(path)
  expect(readdirSync(join(path, '..'))).toEqual(['tokens.json'])
})

test.each([
  ['a process that lives', JSON.stringify({ pid: process.ppid, host: hostname(), id: '1' })],
  ['another host', JSON.stringify({ pid: 1, host: 'elsewhere', id: '1' })],
  ['a dead process of another host', JSON.stringify({ pid: DEAD, host: 'elsewhere', id: '1' })],
  ['no process', JSON.stringify({ pid: 0.5, host: hostname(), id: '1' })],
  ['nobody yet', ''],
])('a lock of %s is waited for, and the fault says what to do when it does not come free', async (_, words) => {
  const path = join(folder(), 'x.lock')
  writeFileSync(path, words)
  expect(await faultOf(FileLock.take(path, 60))).toBe(
    `TOKENS_LOCKED ${path}: Another process is changing the tokens and does not come to an end. Try again; when no telltale is at work there, remove that file.`,
  )
  expect(readFileSync(path, 'utf8')).toBe(words)
})

test('a lock says whose it is, and is freed by nobody else', async () => {
  const path = join(folder(), 'x.lock')
  const lock = await FileLock.take(path)
  const words = JSON.parse(readFileSync(path, 'utf8'))
  expect(words).toEqual({ pid: process.pid, host: hostname(), id: expect.stringMatching(/^[0-9a-f-]{36}$/) })
  writeFileSync(path, JSON.stringify({ ...words, id: 'another' }))
  expect(lock.held).toBe(false)
  lock.free()
  expect(existsSync(path)).toBe(true)
  rmSync(path)
  const next = await FileLock.take(path)
  expect(next.held).toBe(true)
  next.free()
  expect(existsSync(path)).toBe(false)
  await expect(FileLock.take(join(path, 'below'))).rejects.toThrow('ENOENT')
})

test('who lost the lock while it slept does not free the lock of another, and begins its change again', async () => {
  const path = join(folder(), 'tokens.json')
  const first = await generate(path)
  let runs = 0
  const second = stored({ id: OTHER_ID })
  const done = new FileStore(path).change((book) => {
    if (runs++ === 0) {
      // Taken for dead, and somebody else was quicker.
      renameSync(`${path}.lock`, `${path}.gone`)
      rmSync(`${path}.gone`)
      writeFileSync(path, documentText([]), { mode: 0o600 })
    }
    book.add(second, 2000)
    return book.tokens.length
  })
  expect([await done, runs]).toEqual([1, 2])
  expect(first.token.id).not.toBe(OTHER_ID)
  expect((await new FileStore(path).read())?.tokens?.map(({ id }) => id)).toEqual([OTHER_ID])
})
