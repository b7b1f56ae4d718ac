// The first ten minutes, as somebody who copies each block has them: docs/guide/start.md is run from its first block to its
// last in a folder that has the built package and Express, and whatever it says is printed is compared.
import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { initText } from '../../src/cli/init.ts'
import { loadConfig } from '../../src/config/load.ts'
import { ROOT } from '../house/source.ts'
import { Desk, has } from './desk.ts'
import { type Block, blocksOf, fileOf, linksOf } from './document.ts'

const GUIDE = 'docs/guide/start.md'
const BLOCKS = blocksOf(GUIDE)
/** Uses that are not run here: installing is what test/house/pack does. */
const NOT_RUN = ['install']
const TERMINALS = ['hub', 'shop']
/** Warnings that the guide speaks of. */
const WARNED: Record<string, string[]> = { 'scraped.yaml': ['ACCESS_OPEN'] }
const PORTS = [3000, 4318, 4319, 9464]
const required = process.env['TELLTALE_REQUIRE_SERVICES'] === '1'

const desk = new Desk()

/** The hub has no port in the guide's command: here it is told its own. */
const moved = (text: string) =>
  desk
    .moved(text)
    .replace(/^npx telltale hub$/m, (command) => `${command} --port ${desk.port(4318)} --ui-port ${desk.port(4319)}`)

/** What differs from run to run, under one name. */
const masked = (text: string) =>
  text
    .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<correlation id>')
    // Before anything else: its digits may look like an id.
    .replace(/("uptime_seconds":)[\d.]+/g, '$1<seconds>')
    .replace(/\b[0-9a-f]{32}\b/g, '<trace id>')
    .replace(/\b[0-9a-f]{16}\b/g, '<span id>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    // A port of five digits widens a column.
    .replace(/(\S) {2,}/g, '$1  ')
    .trimEnd()

const expected = (block: Block) => masked(moved(block.text))

beforeAll(
  () =>
    desk.open({
      ports: PORTS,
      packages: ['express'],
      panel: true,
      env: (port) => ({ OTLP_ENDPOINT: `http://127.0.0.1:${port(4318)}` }),
    }),
  120_000,
)
afterAll(() => desk.leave(), 120_000)

const fromHub = async <T>(path: string): Promise<T> =>
  (await (await fetch(`http://127.0.0.1:${desk.port(4319)}/api/v1/${path}`)).json()) as T

test(`every block of ${GUIDE} is of a kind that is run or read here`, () => {
  const kinds = new Set(BLOCKS.map(({ language, use }) => `${language} ${use}`.trim()))
  expect([...kinds].sort()).toEqual([
    ...['js', 'sh', 'sh fails', 'sh hub', 'sh install', 'sh shop', 'text', 'text hub', 'text shop'],
    ...['yaml', 'yaml prometheus', 'yaml wrong'],
  ])
  const commands = BLOCKS.filter(({ language, use }) => language === 'sh' && !NOT_RUN.includes(use))
  const files = BLOCKS.filter(({ language }) => language === 'js').map((block) => fileOf(block) ?? `line ${block.line}`)
  expect(files.filter((file) => !commands.some(({ text }) => text.includes(` ${file}\n`)))).toEqual([])
})

test(`whoever copies ${GUIDE} block by block sees what it says`, { timeout: 300_000 }, async (context) => {
  if (!required) context.skip(!has('curl'), 'curl is not installed')
  for (const [i, block] of BLOCKS.entries()) {
    const { language, use } = block
    const at = `${GUIDE}:${block.line}`
    const file = fileOf(block)
    const next = BLOCKS[i + 1]
    if (file !== undefined) writeFileSync(join(desk.folder, file), moved(block.text))
    if (language === 'text' && TERMINALS.includes(use)) {
      const lines = block.text.split('\n').length - 1
      expect(masked(await desk.terminals.printed(use, lines)), at).toBe(expected(block))
    }
    if (language !== 'sh' || NOT_RUN.includes(use)) continue
    if (TERMINALS.includes(use)) await desk.terminals.start(use, moved(block.text))
    else {
      const ran = await desk.terminals.run(moved(block.text))
      expect(ran.code === 0, `${at}\n${ran.stderr}`).toBe(use !== 'fails')
      const said = use === 'fails' ? ran.stderr.replace(/^npm warn .*\n/gm, '') : ran.stdout
      if (next?.language === 'text' && next.use === '') expect(masked(said), at).toBe(expected(next))
    }
  }
  await desk.terminals.end('shop')
  await arrived()
})

/** What the guide says is then to be seen in the panel, by the API that the panel asks. */
async function arrived(): Promise<void> {
  const { items } = await fromHub<{ items: { trace_id: string; name: string; errors: number; logs: number }[] }>(
    'traces?limit=50',
  )
  const orders = items.filter(({ name }) => name.startsWith('POST'))
  expect(orders.map(({ name, errors, logs }) => ({ name, errors, logs }))).toEqual([
    { name: 'POST /orders', errors: 2, logs: 1 },
    { name: 'POST /orders', errors: 0, logs: 1 },
  ])
  expect([...new Set(items.map(({ name }) => name))].sort()).toEqual(['GET', 'GET /orders/:id', 'POST /orders'])
  const { tree } = await fromHub<{ tree: { name: string; status: string; events: { attributes: object }[] }[] }>(
    `traces/${orders[0]!.trace_id}`,
  )
  expect(tree.map(({ name, status }) => `${name} ${status}`)).toEqual(['POST /orders error', 'charge card error'])
  expect(tree[1]!.events[0]!.attributes).toMatchObject({ 'exception.message': 'the card is refused' })
  const correlation_id = expect.stringMatching(/^[-0-9a-f]{36}$/)
  const logs = await fromHub<{ items: { body: string; attributes: object }[] }>('logs?limit=50')
  expect(logs.items.map(({ body, attributes }) => ({ body, attributes }))).toEqual([
    { body: 'order failed', attributes: { reason: 'the card is refused', correlation_id } },
    { body: 'order placed', attributes: { 'order.cents': 4200, password: '[REDACTED]', correlation_id } },
  ])
}

test('the file that the guide shows is the one that init writes', () => {
  const shown = BLOCKS.find(({ language }) => language === 'yaml')!
  expect(shown.text).toBe(initText('hello'))
})

test('each configuration of the guides and the README has no fault, or the ones that it is there to show', () => {
  for (const path of [GUIDE, 'README.md']) {
    for (const block of blocksOf(path).filter(({ language }) => language === 'yaml')) {
      if (block.use === 'prometheus') continue
      const file = join(desk.folder, `checked-${block.line}.yaml`)
      writeFileSync(file, block.text)
      const load = () => loadConfig({ file, cwd: desk.folder, env: {} }).warnings.map(({ code }) => code)
      if (block.use === 'wrong') expect(load, `${path}:${block.line}`).toThrow()
      else expect(load(), `${path}:${block.line}`).toEqual(WARNED[fileOf(block) ?? ''] ?? [])
    }
  }
})

test('what the README and the guides link to is there', () => {
  // Written by `npm run bench`, on the machine that measures.
  const later = join(ROOT, 'docs/benchmarks.md')
  for (const path of ['README.md', GUIDE, 'docs/guide/frameworks.md', 'CONTRIBUTING.md']) {
    const files = linksOf(path)
      .filter((link) => !/^(https?:|#)/.test(link))
      .map((link) => join(ROOT, dirname(path), link.replace(/#.*$/, '')))
    expect(files.filter((file) => file !== later && !existsSync(file))).toEqual([])
  }
})

test("Prometheus's own file is one that promtool takes", (context) => {
  const block = BLOCKS.find(({ use }) => use === 'prometheus')!
  if (!required) context.skip(!has('promtool'), 'promtool is not installed')
  const file = join(desk.folder, 'prometheus.yml')
  writeFileSync(file, block.text)
  const ran = spawnSync('promtool', ['check', 'config', '--syntax-only', file], { encoding: 'utf8' })
  expect(ran.status, ran.stdout + ran.stderr).toBe(0)
})
