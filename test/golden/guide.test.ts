import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { type Block, blocksOf } from '../guide/document.ts'

const GUIDE = 'docs/guide/one-trace.md'

test('the guide shows this trace, and pieces of these programs, word for word', () => {
  const folder = fileURLToPath(new URL('program/', import.meta.url))
  const programs = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
  const spans = readFileSync(new URL('spans.txt', import.meta.url), 'utf8')
  const blocks = blocksOf(GUIDE)
  const known = ({ language, text }: Block): boolean =>
    language === 'text' ? `\n${spans}`.includes(`\n\n${text}\n`) : programs.some((program) => program.includes(text))
  expect(blocks.filter((block) => !known(block))).toEqual([])
  expect(blocks).toHaveLength(8)
  const [tree] = blocks
  for (const kind of ['server', 'client', 'producer', 'consumer', 'internal']) expect(tree!.text).toContain(kind)
})
