import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { builtPages } from '../panel/kit.ts'

/** Bytes that a browser takes over the wire once, by kind. */
const BUDGETS: Readonly<Record<string, number>> = { '.js': 90_000, '.css': 12_000, '.svg': 1000 }

test('the operations page is small: one script and one style sheet, and nothing of elsewhere', async () => {
  const folder = await builtPages('operations')
  const files = readdirSync(join(folder, 'assets'))
  expect(files.map(extname).sort()).toEqual(['.css', '.js', '.svg'])
  const sizes = files.map((name) => ({ name, size: gzipSync(readFileSync(join(folder, 'assets', name))).length }))
  expect(sizes.filter(({ name, size }) => size > BUDGETS[extname(name)]!)).toEqual([])
  const document = readFileSync(join(folder, 'operations.html'), 'utf8')
  const addresses = Array.from(document.matchAll(/(?:src|href)="([^"]+)"/g), ([, address]) => address!)
  expect(addresses.filter((address) => !address.startsWith('/console/'))).toEqual([])
})
