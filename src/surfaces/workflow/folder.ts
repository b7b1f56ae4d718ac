// Where our module for Temporal's sandbox lies: its bundler is given a path.
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** The folder of the running file; the build puts it in. */
declare const TELLTALE_FOLDER: string | undefined

/** Null when it was not built. */
export function sandboxModule(): string | null {
  const from = typeof TELLTALE_FOLDER === 'string' ? TELLTALE_FOLDER : undefined
  if (from === undefined) return null
  // dist/esm or dist/cjs, or a folder of chunks in it.
  for (const up of ['..', '../..']) {
    const file = join(from, up, 'cjs', 'temporal-workflow.js')
    if (existsSync(file)) return file
  }
  return null
}
