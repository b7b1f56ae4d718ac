import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { type Block, blocksOf } from '../guide/document.ts'
import { ROOT } from '../house/source.ts'

const GUIDE = 'docs/guide/one-trace.md'

/** The tree of an order that nothing went wrong with. */
function orderTree(): string {
  const trees = readFileSync(new URL('spans.txt', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n\n')
  const [tree, ...others] = trees.filter((text) => text.includes('receipt.print') && !text.includes(', failed'))
  expect(others).toEqual([])
  return `${tree}\n`
}

test('the guide shows this trace, and pieces of these programs, word for word', () => {
  const tree = orderTree()
  if (process.env['TELLTALE_GOLDEN'] === 'write') {
    const text = readFileSync(join(ROOT, GUIDE), 'utf8')
    writeFileSync(
      join(ROOT, GUIDE),
      text.replace(/```text\n[\s\S]*?```/, () => `\`\`\`text\n${tree}\`\`\``),
    )
  }
  const folder = fileURLToPath(new URL('program/', import.meta.url))
  const programs = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
  const known = ({ language, text }: Block): boolean =>
    language === 'text' ? text === tree : programs.some((program) => program.includes(text))
  const blocks = blocksOf(GUIDE)
  expect(blocks.filter((block) => !known(block))).toEqual([])
  expect(blocks.map(({ language }) => language)).toEqual(['text', ...Array(7).fill('js')])
})
