import { join } from 'node:path'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')

test('loading the configuration loads no schema library, and few files [R-01]', async () => {
  const { metafile } = await build({
    entryPoints: [join(root, 'src/config/load.ts')],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    absWorkingDir: root,
    logLevel: 'silent',
  })
  const inputs = Object.keys(metafile.inputs)
  expect(inputs.filter((path) => path.includes('zod') || path.includes('config/schema/'))).toEqual([])
  const packages = new Set(inputs.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []))
  expect([...packages]).toEqual(['yaml'])
  expect(inputs.filter((path) => path.startsWith('src/')).length).toBeLessThanOrEqual(28)
})
