import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { dist } from '../house/dist.ts'
import { folder, run } from './run.ts'

const policy = `name: shop
redact:
  keys: [shoe_size]
  patterns: [{ name: staff, pattern: 'EMP\\d{6}' }]
`
const lines = [
  '{"level":"info","password":"hunter2","shoe_size":44,"n":12345678901234567890}',
  'GET /x?token=hunter2 by EMP123456',
  '{"level":"info", "n": 12345678901234567890}',
  'nothing here',
]

test('a file comes back without what the policy finds, and what was replaced is said by key and detector [G-13]', async () => {
  const cwd = folder({ 'telltale.yaml': policy, 'app.log': `${lines.join('\n')}\n` })
  expect(await run(cwd, ['redact', 'app.log', '--explain'])).toEqual({
    code: 0,
    out: [
      '{"level":"info","password":"[REDACTED]","shoe_size":"[REDACTED]","n":12345678901234567000}',
      'GET /x?token=REDACTED by [REDACTED]',
      lines[2],
      'nothing here',
      '',
    ].join('\n'),
    err: [
      'line 1: key "password", key "shoe_size"',
      'line 2: staff, key "token"',
      '4 replaced in 2 of 4 lines',
      '  key "password": 1',
      '  key "shoe_size": 1',
      '  key "token": 1',
      '  staff: 1',
      '',
    ].join('\n'),
  })
})

test('--json tells what was replaced and prints nothing of the file; --check ends with 1 [G-13]', async () => {
  const cwd = folder({ 'telltale.yaml': policy, 'app.log': lines.join('\n'), 'clean.log': 'fine\r\nfine' })
  const told = await run(cwd, ['redact', 'app.log', '--json', '--explain', '--check'])
  expect([told.code, told.err, JSON.parse(told.out)]).toEqual([
    1,
    '',
    {
      ok: true,
      file: 'app.log',
      lines: 4,
      changed: 2,
      replaced: 4,
      keys: { password: 1, shoe_size: 1, token: 1 },
      detectors: { staff: 1 },
      explain: [
        { line: 1, replaced: ['key "password"', 'key "shoe_size"'] },
        { line: 2, replaced: ['staff', 'key "token"'] },
      ],
    },
  ])
  expect(await run(cwd, ['redact', 'clean.log', '--check'])).toEqual({
    code: 0,
    out: 'fine\r\nfine',
    err: '0 replaced in 0 of 2 lines\n',
  })
})

test('a document of JSON keeps its shape, however many values it has [G-13]', async () => {
  const document = { users: Array.from({ length: 12_000 }, (_, i) => ({ i, pin: 'hunter2' })) }
  const cwd = folder({ 'a.json': JSON.stringify(document, null, 2) })
  const { out, err } = await run(cwd, ['redact', 'a.json'])
  expect(JSON.parse(out)).toEqual({ users: document.users.map(({ i }) => ({ i, pin: '[REDACTED]' })) })
  expect(err).toBe('12000 replaced in 1 of 1 lines\n  key "pin": 12000\n')
})

test('standard input is read by -, whatever pieces it comes in', async () => {
  let out = ''
  const input = () => Readable.from([Buffer.from('caf\u00e9 pass'), Buffer.from('word=hunt'), Buffer.from('er2\nx')])
  const io = { out: (text: string) => void (out += text), err: () => {}, input, cwd: folder(), env: {}, code: 0 }
  expect(await main(['redact', '-'], io)).toBe(0)
  expect(out).toBe('caf\u00e9 password=[REDACTED]\nx')
})

test('what cannot be read is a fault: no file, a folder, a line without an end', async () => {
  const cwd = folder()
  const codes = [await run(cwd, ['redact', 'none.log']), await run(cwd, ['redact', '.'])]
  expect(codes.map(({ code, out, err }) => [code, out, err])).toEqual([
    [
      2,
      '',
      'FILE_UNREADABLE none.log: The file cannot be read; found ENOENT. Check the path, its permissions and what is in it.\n',
    ],
    [
      2,
      '',
      'FILE_UNREADABLE .: The file cannot be read; found EISDIR. Check the path, its permissions and what is in it.\n',
    ],
  ])
  writeFileSync(join(cwd, 'long.log'), `${'x'.repeat(9 * 1024 * 1024)}`)
  expect(await run(cwd, ['redact', 'long.log'])).toMatchObject({ code: 2, err: expect.stringContaining('line 1') })
})

test('no secret is printed, not even as a key [G-13]', async () => {
  const cwd = folder({
    'a.log': '{"Bearer hunter2.abc token":"hunter2"}\nhttps://h/?hunter2%3Dpin=hunter2&password=hunter2',
  })
  for (const flags of [['--explain'], ['--json', '--explain']]) {
    const { out, err } = await run(cwd, ['redact', 'a.log', ...flags])
    expect((out + err).replaceAll('hunter2%3Dpin', '').replaceAll('hunter2=pin', '')).not.toContain('hunter2')
  }
})

test('a large file passes through without being held, and a reader that has read enough ends it', async () => {
  const cwd = folder()
  writeFileSync(join(cwd, 'big.log'), `${'a line with password=hunter2 in it '.repeat(4)}\n`.repeat(200_000))
  const program = join(await dist(), 'esm', 'cli.js')
  const grown = `process.on('exit', () => process.stderr.write('peak ' + (process.resourceUsage().maxRSS >> 10)))`
  writeFileSync(join(cwd, 'peak.mjs'), grown)
  const child = spawn(process.execPath, ['--import', './peak.mjs', program, 'redact', 'big.log'], { cwd })
  let err = ''
  let bytes = 0
  child.stderr.on('data', (chunk) => (err += chunk))
  child.stdout.on('data', (chunk: Buffer) => (bytes += chunk.length))
  await new Promise((resolve) => child.on('close', resolve))
  expect(err).toContain('800000 replaced in 200000 of 200000 lines')
  expect(bytes).toBeGreaterThan(28_000_000)
  expect(Number(/peak (\d+)/.exec(err)![1])).toBeLessThan(200)
  const cut = spawn(process.execPath, [program, 'redact', 'big.log'], { cwd })
  cut.stdout.once('data', () => cut.stdout.destroy())
  let said = ''
  cut.stderr.on('data', (chunk) => (said += chunk))
  expect(await new Promise((resolve) => cut.on('close', resolve))).toBe(0)
  expect(said).not.toContain('Error')
})
